"""Letters for looking at: the hard cases, as contents. Golden tests and pictures use them."""

import datetime
import io
from dataclasses import replace

from markupsafe import Markup
from PIL import Image, ImageDraw

from campaigns import filestore
from letters.merge.content import (
    CoverContent,
    ExhibitContent,
    FormContent,
    LetterContent,
    LetterheadContent,
    ResponseContent,
    SignerContent,
)
from letters.merge.language import parse

BODY = """\
We write on behalf of {{ sender_organisation }}, an association of members who take part in
the programs of colleges and universities throughout the United States, to ask that
{{ institution_name }} confirm in writing how it meets a duty that it has already accepted.

{% if is_public %}
As a public institution, {{ institution_name }} acts for the State in all that it does, and its
duties run to every member of the public.
{% else %}
{{ institution_name }} is a private institution. The duty described here does not depend on
that: it follows from the receipt of federal funds.
{% endif %}

# The duty

No person in the United States shall, on the ground of race, color, or national origin, be
excluded from participation in, be denied the benefits of, or be subjected to discrimination
under any program or activity receiving federal financial assistance. The duty reaches every
operation of an institution that receives such assistance. We rely on the following:

{% grounds %}

# What we ask

We ask that {{ institution_name }}, through an officer with authority to bind it, take the
following steps:

{% demands %}

# Time and manner of your answer

Please answer in writing **no later than {{ deadline }}**, quoting our reference
{{ reference }}. If you need more time, tell us before that day, and say until when. If you
hold that a statement in this letter is mistaken, tell us which and why; we will correct it.

{% response %}

Until the matter is settled, please preserve the documents that bear on it, in whatever form
they are kept, and suspend any routine under which they would be destroyed. If we have no
answer by the day named above, we may bring the matter to the attention of the agencies that
administer the assistance, and we will record that none was received.

This letter is not a complete statement of the facts or of the law, and nothing in it waives
any right or remedy. We would rather resolve the matter by agreement, and we thank you for
your attention to it.
"""

DEMANDS = [
    "Confirm that no program, course, clinic, conference, fellowship, scholarship, publication "
    "or other function of the institution is limited on the ground of race, color, or national "
    "origin.",
    "Name the officer who is responsible for compliance, and how that officer can be reached.",
    "Provide the current text of the institution's non-discrimination policy, or the web "
    "address at which it is published.",
    "State whether any complaint under the policy was upheld within the past three academic "
    "years, and what was done in consequence.",
]
GROUNDS = [
    {
        "name": "Title VI, Civil Rights Act of 1964",
        "citation": "42 U.S.C. § 2000d et seq.",
        "regulations": "34 C.F.R. pt. 100 (ED); 45 C.F.R. pt. 80 (HHS); 28 C.F.R. pt. 42, subpt. C "
        "(DOJ)",
    }
]
FACTS = [
    {
        "programme": "Fellowship for Rising Scholars",
        "quotation": "Applicants must be members of one of the groups named below; all others "
        "are asked to look at our “general” offers.",
        "source": "https://www.example.edu/graduate/fellowships/rising-scholars/2026/"
        "who-may-apply-and-how?section=eligibility&version=2026-11-02-final",
        "seen_on": datetime.date(2026, 11, 2),
        "exhibit": "A",
    },
    {
        "programme": "",
        "quotation": "The conference is open to invited members only.",
        "source": "Program of the Spring Conference, p. 4",
        "seen_on": datetime.date(2026, 10, 5),
        "exhibit": "",
    },
    *(
        {
            "programme": f"Clinic No. {number}",
            "quotation": "Places are kept for those who were invited. " * 3,
            "source": f"https://www.example.edu/clinic/{number}",
            "seen_on": datetime.date(2026, 11, number),
            "exhibit": "",
        }
        for number in range(3, 10)
    ),
]
STATED = """\
At {{ institution_name }} we found the following.

{% facts %}

{% own_text %}

Please tell us by {{ deadline }} how this is meant.
"""
OWN_TEXT = (
    "We thank your office for its call of November 3, and repeat in writing what was said: the "
    "well-known non-discrimination policy was not at hand on that day."
)
DEADLINE = "5:00 p.m. Eastern Time on Friday, January 8, 2027"


def body(
    institution: str = "Example University",
    *,
    source: str = BODY,
    demands: list[str] = DEMANDS,
    is_public: bool = True,
    **values: object,
) -> str:
    return parse(source).merge(
        {
            "institution_name": institution,
            "sender_organisation": "the Sample Organisation for Open Programs",
            "reference": "CNF-2026-0137-B",
            "deadline": DEADLINE,
            "is_public": is_public,
            "demands": [
                {"number": str(number), "title": "Demand", "text": text}
                for number, text in enumerate(demands, start=1)
            ],
            "grounds": GROUNDS,
            **values,
        }
    )


def letter(**changes: object) -> LetterContent:
    plain = LetterContent(
        reference="CNF-2026-0137-B",
        letter_date=datetime.date(2026, 11, 27),
        letterhead=LetterheadContent(
            organisation="Sample Organisation for Open Programs",
            address_lines=("48 Orchard Landing, Suite 210", "Springfield, IL 62701"),
            contact_lines=("(555) 010-0142", "letters@sample.invalid", "www.sample.invalid"),
        ),
        signer=SignerContent(
            "Alex Sample", "General Counsel", "Sample Organisation for Open Programs"
        ),
        response=ResponseContent(
            "https://letters.sample.invalid/respond/c/k3v7q2m5x9d4t6w8b1n0r5h2jz/",
            "7QX4M-K2R9T",
            "https://letters.sample.invalid/respond/",
        ),
        address_lines=(
            "Dr. Robin Q. Example",
            "President",
            "Example University",
            "1200 College Street",
            "Springfield, IL 62701",
        ),
        addressee="Dr. Robin Q. Example",
        salutation="Dear Dr. Example:",
        subject="Request to confirm compliance with Title VI, 42\u00a0U.S.C.\u00a0§\u00a02000d: "
        "Example University",
        body=body(),
        deadline=DEADLINE,
        delivery_lines=("VIA CERTIFIED MAIL, RETURN RECEIPT REQUESTED",),
    )
    return replace(plain, **changes)


def with_images() -> LetterContent:
    """Logo, signature, side column, label, two channels, enclosures and copies."""
    plain = letter()
    return replace(
        plain,
        letterhead=replace(
            plain.letterhead,
            side_column=("Board of Counsel", "Alex Sample", "Jordan Specimen", "Casey Muster"),
            logo_sha256=filestore.put(_logo()),
        ),
        signer=replace(
            plain.signer,
            signature_sha256=filestore.put(_signature()),
            bar_number="Illinois Bar No. 0000000",
        ),
        label="CONFIDENTIAL",
        delivery_lines=(
            "VIA CERTIFIED MAIL, RETURN RECEIPT REQUESTED",
            "AND VIA E-MAIL (president@example.invalid)",
        ),
        enclosures=("Sample form of confirmation", "Text of 34\u00a0C.F.R. §\u00a0100.3"),
        copies=("Jane Roe, General Counsel", "Office of the Provost"),
    )


LANGUAGES = (
    "Zażółć gęślą jaźń",  # Polish
    "Příliš žluťoučký kůň",  # Czech
    "Nguyễn Thị Ánh Tuyết",  # Vietnamese
    "Þórður Æsir Ðð",  # Icelandic
    "Gĩkũyũ ĩ ũ",  # Kikuyu
    "Diné bizaad ą́ ǫ́ ł",  # Navajo
    "Hawaiʻi ā ē ī ō ū",  # Hawaiian
    "Ελληνική Δημοκρατία",  # Greek
    "Київ Щастя Ґанок",  # Ukrainian
    "Москва Ёлка",  # Russian
    "STRAẞE Größe",  # German
    "Ștefan Țăranu",  # Romanian
    "Ģirts Ķēniņš",  # Latvian
    "Šiauliai Ėžė",  # Lithuanian
    "Őrült Űr",  # Hungarian
    "Işık Ğ İ ı",  # Turkish
    "Çekçe Ñandú Ação",  # Portuguese, Spanish
    "Łódź Œuvre Ÿ",  # French
    "Đorđe Žižić",  # Croatian
    "Sámi Ŋ ŧ đ",  # Northern Sami
    "Ọjọ Ẹkọ Yorùbá",  # Yoruba
)
_TITLES = (
    "Confirm in writing",
    "Name the officer who is responsible for compliance and how that officer can be reached",
    "Provide the policy",
)
LONG_NAME = (
    "The Trustees of the Northern and Southern Territories Combined State University College of "
    "Agriculture, Mechanical Arts, Osteopathic Medicine and Allied Health Sciences at Springfield"
)


def in_window(envelope: str) -> LetterContent:
    plain = letter()
    return replace(plain, envelope=envelope, postal_lines=plain.address_lines)


def specimens() -> dict[str, LetterContent]:
    many = [f"{DEMANDS[number % 4]}" for number in range(12)]
    return {
        "plain": letter(),
        "everything": with_images(),
        "liberation": replace(with_images(), typeface="liberation-serif"),
        "modified-block": replace(with_images(), block_style="modified"),
        "semi-block": letter(block_style="semi"),
        "private": letter(body=body(is_public=False)),
        "long-name": letter(
            address_lines=(
                "Dr. Maria-Theresa Featherstonehaugh-Cholmondeley, M.D., Ph.D., F.A.C.P.",
                "President",
                LONG_NAME,
                "1200 College Street",
                "Springfield, IL 62701",
            ),
            addressee="Dr. Maria-Theresa Featherstonehaugh-Cholmondeley, M.D., Ph.D., F.A.C.P.",
            salutation="Dear President:",
            subject=f"Request to confirm compliance with Title VI: {LONG_NAME}",
            body=body(LONG_NAME),
        ),
        "two-line-title": letter(
            address_lines=(
                "Robin Example",
                "Executive Vice President for Health Affairs, Dean of the School of Medicine and "
                "Chief Executive Officer of the Health System",
                "School of Medicine",
                "Example University",
                "P.O. Box 1200",
                "Springfield, IL 62701-1200",
            ),
            addressee="Robin Example",
            salutation="Dear Robin Example:",
        ),
        "no-contact": letter(
            address_lines=(
                "Office of the President",
                "Example University",
                "P.O. Box 7",
                "Springfield, IL 62701",
            ),
            addressee="Office of the President",
            salutation="Dear Sir or Madam:",
        ),
        "foreign": letter(
            address_lines=(
                "Prof. Łucja Święcicka-Żółć",
                "Redaktor naczelna",
                "Časopis Příkladů i Șteağuri, Þórshöfn",
                "ul. Józefa Piłsudskiego 5/7",
                "31-120 Kraków",
                "POLAND",
            ),
            addressee="Prof. Łucja Święcicka-Żółć",
            salutation="Dear Prof. Święcicka-Żółć:",
            body=body("Časopis Příkladů i Șteağuri, Þórshöfn", is_public=False),
        ),
        "twelve-demands": letter(body=body(demands=many)),
        "hostile-value": letter(
            address_lines=("Foo _College_ <b>x</b> {{ deadline }}", "1 Main St", "X, IL 60000"),
            body=body("Foo _College_ <b>x</b> {{ deadline }} # 1. [a](b)"),
        ),
        "lists": letter(
            body=body(
                source="We ask:\n\n3. first\n4. second, **bold**\n   - inner\n   - inner two\n\n"
                "Loose:\n\n- one paragraph of words that is long enough to be set on a second "
                "line of the letter, to see that it hangs\n\n  and its second paragraph\n\n"
                "- two\n\n> A quotation of somebody.\n\n## Smaller\n\n### Smallest\n\nEnd."
            )
        ),
        "three-signers": replace(
            with_images(),
            co_signers=_others(),
            their_reference="OGC-2026-1187",
        ),
        "languages": letter(
            address_lines=(LANGUAGES[0], LANGUAGES[1], LANGUAGES[4], LANGUAGES[15], LANGUAGES[2]),
            addressee=LANGUAGES[0],
            salutation=f"Dear {LANGUAGES[0]}:",
            body=body(source="\n".join(f"- **{words}** *{words}* {words}" for words in LANGUAGES)),
        ),
        "long-name-twelve-demands": replace(
            letter(
                address_lines=("President", LONG_NAME, "P.O. Box 1200", "Springfield, IL 62701"),
                addressee="President",
                salutation="Dear President:",
                body=body(LONG_NAME, demands=many),
            ),
            form=FormContent(
                LONG_NAME, tuple((str(number), _TITLES[number % 3]) for number in range(1, 13))
            ),
        ),
        "near-the-edge": ending_at(30),
        "three-signers-near-the-edge": replace(ending_at(26), co_signers=_others()),
        "annexed": replace(
            with_images(),
            enclosures=("Exhibit A: Program of 2025 (2 pages)", "Exhibit B: Notice (1 page)"),
            exhibits=(
                ExhibitContent("A", "Program of 2025", (_page(1), _page(2))),
                ExhibitContent(
                    "B", "Notice, with a long title that has to be read whole", (_page(3),)
                ),
            ),
            form=FormContent(
                "Example University",
                tuple((str(number), _TITLES[number % 3]) for number in range(1, 13)),
            ),
        ),
        "covered": replace(
            with_images(),
            enclosures=(
                "Text of 34\u00a0C.F.R. §\u00a0100.3",
                "Exhibit A: Program of 2025 (2 pages)",
                "Response form",
            ),
            cover=CoverContent(("Text of 34\u00a0C.F.R. §\u00a0100.3",)),
            exhibits=(ExhibitContent("A", "Program of 2025", (_page(1), _page(2))),),
            form=FormContent(
                "Example University",
                tuple((str(number), _TITLES[number % 3]) for number in range(1, 31)),
            ),
        ),
        "covered-in-window": replace(
            in_window("10-single"),
            cover=CoverContent(),
            copies=("Jane Roe, General Counsel",),
        ),
        "covered-a4-two-addresses": replace(
            in_window("dl-single"),
            cover=CoverContent(),
            copy_for="Jane Roe, General Counsel",
            delivery_lines=("VIA E-MAIL (counsel@example.invalid)",),
            postal_lines=(
                "Jane Roe",
                "General Counsel",
                "Example University",
                "P.O. Box 9",
                "Springfield, IL 62701",
            ),
            body=body(source="Please confirm by {{ deadline }}.\n\nThank you."),
        ),
        "facts": replace(
            letter(
                body=body(
                    source=STATED,
                    facts=FACTS,
                    own_text=Markup(parse(OWN_TEXT, own=True).merge({})),  # noqa: S704 - made safe
                )
            ),
            enclosures=("Exhibit A: Program of 2025 (2 pages)",),
            exhibits=(ExhibitContent("A", "Program of 2025", (_page(1), _page(2))),),
        ),
        "form-alone": replace(
            letter(), form=FormContent(LONG_NAME, (("1", _TITLES[1]), ("2", _TITLES[0])))
        ),
        "one-window": replace(in_window("10-single"), copies=("Jane Roe, General Counsel",)),
        "two-windows": replace(
            in_window("10-double"),
            letterhead=with_images().letterhead,
        ),
        "a4-window": replace(in_window("dl-single"), letterhead=with_images().letterhead),
        "a4": replace(with_images(), envelope="dl"),
        "copy-in-window": replace(
            in_window("10-single"),
            copy_for="Jane Roe, General Counsel",
            postal_lines=(
                "Jane Roe",
                "General Counsel",
                "Example University",
                "P.O. Box 9",
                "Springfield, IL 62701",
            ),
        ),
        "short": letter(body=body(source="Please confirm by {{ deadline }}.\n\nThank you.")),
    }


def _others() -> tuple[SignerContent, ...]:
    """Two who sign beside the signer, one of them with a long title and a signature."""
    return (
        SignerContent(
            "Jordan Specimen-Featherstonehaugh",
            "Executive Vice President and Chair of the Committee on Programs",
            "Second Sample Association",
            signature_sha256=filestore.put(_signature()),
        ),
        SignerContent("Casey Muster", "Director"),
    )


def ending_at(lines: int) -> LetterContent:
    """A letter whose text is `lines` short paragraphs, to walk the signature over a page end."""
    source = "\n\n".join(f"Line {number} of the letter." for number in range(lines))
    last = "\n\n" + "The last paragraph is some lines long and may be divided. " * 6
    return letter(body=body(source=source + last))


def with_panel_after(lines: int, longer: int) -> LetterContent:
    """A letter whose panel follows `lines` paragraphs, `longer` of them of two lines.

    Together they walk the panel over the end of a page in steps of a few points.
    """
    two_lines = "These are two lines: the first is full, and the second begins. " * 2
    before = [two_lines] * longer + ["A line of the letter."] * (lines - longer)
    after = "The last paragraph is some lines long and may be divided. " * 4
    return letter(body=body(source="\n\n".join([*before, "{% response %}", after])))


def _logo() -> bytes:
    picture = Image.new("RGB", (900, 260), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((10, 30, 210, 230), outline="black", width=14)
    draw.line((60, 130, 105, 180, 170, 80), fill="black", width=18)
    for number in range(5):
        draw.rectangle((260, 50 + 36 * number, 860 - 70 * number, 66 + 36 * number), fill="black")
    return _png(picture)


def _signature() -> bytes:
    picture = Image.new("RGB", (700, 200), "white")
    draw = ImageDraw.Draw(picture)
    points = [(20 + x * 6, 100 + (37 * x * x % 120) - 60) for x in range(100)]
    draw.line(points, fill=(20, 30, 90), width=5, joint="curve")
    return _png(picture)


def _page(number: int) -> str:
    """The kept picture of a page full of lines, as an exhibit has."""
    picture = Image.new("L", (1280, 1650), "white")
    draw = ImageDraw.Draw(picture)
    for line in range(40):
        draw.rectangle((120, 120 + 36 * line, 1160 - 97 * line * number % 400, 132 + 36 * line))
    draw.rectangle((120, 60, 400 + 100 * number, 90), fill="black")
    return filestore.put(_png(picture))


def _png(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
