"""Each check finds what it is for, on the letter that has it, and not on its neighbour."""

import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Addressee, Contact, Fact, Institution, Recipient
from letters.actions import preflight
from letters.actions.freshness import freeze
from letters.management.demo import clock
from letters.merge import context
from letters.models import (
    CoSigning,
    Dispatch,
    Exhibit,
    Letter,
    LetterTemplate,
    LetterVersion,
    Sender,
    Signer,
)
from letters.preflight.check import Family
from letters.preflight.registry import BY_CODE, LETTER_CHECKS, MAILING_CHECKS
from tests.factories import (
    make_answer,
    make_campaign,
    make_ground,
    make_institution,
    make_mailing,
    make_recipient,
    make_user,
    make_version,
)
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]
DAY = datetime.timedelta(days=1)
WORDS = "We write to {{ institution_name }}, care of {{ addressee_name }}, under Title VI."

# What makes one letter fail a check; every other letter of the mailing stays as it is.
LETTER_AMISS: dict[str, Callable[[Letter], object]] = {}
# What makes the mailing fail a check.
MAILING_AMISS: dict[str, Callable[[stages.Stage], object]] = {}


def amiss(code: str):
    def keep(spoil):
        (LETTER_AMISS if code in {one.code for one in LETTER_CHECKS} else MAILING_AMISS)[code] = (
            spoil
        )
        return spoil

    return keep


def institution(letter: Letter, **fields) -> None:
    one = letter.recipient.institution
    for name, value in fields.items():
        setattr(one, name, value)
    one.save()


def addressee(letter: Letter, **fields) -> None:
    Addressee.objects.filter(pk=letter.addressee_id).update(**fields)


def contact(letter: Letter, **fields) -> None:
    Contact.objects.filter(pk=letter.addressee.contact_id).update(**fields)


def frozen(letter: Letter, **values) -> None:
    Letter.objects.filter(pk=letter.pk).update(merge_data={**letter.merge_data, **values})


def other(letter: Letter) -> Letter:
    """The first letter of the mailing, which nobody spoils."""
    return letter.mailing.letters.order_by("position").first()


for part in ("street", "city", "state"):
    amiss(f"no-{part}")(lambda letter, part=part: institution(letter, **{part: ""}))
amiss("no-zip")(lambda letter: institution(letter, postal_code=""))
amiss("no-country")(lambda letter: institution(letter, country="ZZ"))
amiss("address-lines")(lambda letter: frozen(letter, postal_lines=list("ABCDEFGHI")))
amiss("address-width")(lambda letter: frozen(letter, postal_lines=["A" * 61], address_lines=["A"]))
amiss("envelope-differs")(lambda letter: frozen(letter, postal_lines=["1 Elsewhere"]))
amiss("suppressed")(
    lambda letter: institution(
        letter, suppressed_at=timezone.now(), suppressed_reason="They asked us not to."
    )
)
amiss("institution-archived")(lambda letter: institution(letter, archived_at=timezone.now()))
amiss("no-addressee")(lambda letter: addressee(letter, contact=None))
amiss("no-name")(lambda letter: addressee(letter, contact=None, title="President"))
amiss("names-nobody")(lambda letter: contact(letter, name="TBD"))
amiss("archived")(lambda letter: addressee(letter, archived_at=timezone.now()))
amiss("contact-archived")(lambda letter: contact(letter, archived_at=timezone.now()))
amiss("contact-unverified")(
    lambda letter: contact(letter, verified_on=timezone.localdate() - 366 * DAY)
)
amiss("salutation")(lambda letter: frozen(letter, salutation=""))
amiss("missing-value")(lambda letter: frozen(letter, addressee_name=""))
amiss("unresolved")(lambda letter: frozen(letter, addressee="Dean {{ name }}"))
amiss("own-words")(lambda letter: frozen(letter, own_text="Criminal charges follow."))
amiss("missing-glyph")(lambda letter: frozen(letter, addressee="Dean 東"))
amiss("no-email")(lambda letter: Letter.objects.filter(pk=letter.pk).update(by_email=True))
amiss("ground-mismatch")(
    lambda letter: Fact.objects.filter(institution=letter.recipient.institution).update(value="no")
)
amiss("ground-unknown")(
    lambda letter: Fact.objects.filter(institution=letter.recipient.institution).delete()
)
amiss("evidence-old")(
    lambda letter: Fact.objects.filter(institution=letter.recipient.institution).update(
        as_of=timezone.localdate() - 731 * DAY
    )
)
amiss("religious")(
    lambda letter: Fact.objects.create(
        institution=letter.recipient.institution,
        key="religious",
        value="yes",
        source="Its own page",
        as_of=timezone.localdate(),
    )
)
amiss("legal-entity")(lambda letter: institution(letter, kind="school"))
amiss("state-damages")(lambda letter: institution(letter, control="public"))


@amiss("address-window")
def _window(letter):
    windowed = {**letter.merge_data["letterhead"], "envelope": "10-single"}
    for one, lines in ((letter, list("ABCDEF")), (other(letter), list("ABCDE"))):
        frozen(one, letterhead=windowed, postal_lines=lines, address_lines=lines)


amiss("contact-suppressed")(
    lambda letter: contact(
        letter, suppressed_at=timezone.now(), suppressed_reason="She asked us not to."
    )
)


def suppress_another(letter, **fields):
    """Somebody else on record at the institution is not to be written to."""
    Contact.objects.create(
        **{
            "institution": letter.recipient.institution,
            "title": "Dean",
            "suppressed_at": timezone.now(),
            "suppressed_reason": "She asked us not to.",
            **fields,
        }
    )


@amiss("like-suppressed")
def _like_suppressed(letter):
    suppress_another(letter, name=letter.addressee.display_name.upper())


@amiss("represented")
def _represented(letter):
    letter.recipient.counsel_appeared_on = datetime.date(2026, 11, 2)
    letter.recipient.save()


@amiss("withdrawn")
def _withdrawn(letter):
    recipient = letter.recipient
    recipient.withdrawn_at, recipient.withdrawn_reason = timezone.now(), "Merged."
    recipient.save()


@amiss("no-time-given")
def _no_time_given(letter):
    mailing = letter.mailing
    text = LetterTemplate.objects.create(
        campaign=mailing.campaign, name="More time", purpose="extension"
    )
    mailing.version = make_version(
        mailing.campaign, template=text, number=1, body=mailing.version.body
    )
    mailing.save()
    for one in mailing.letters.exclude(pk=letter.pk):
        frozen(one, deadline_at="2099-01-08T22:00:00+00:00")


@amiss("no-facts")
def _no_facts(letter):
    mailing = letter.mailing
    body = f"{mailing.version.body}\n\n{{% facts %}}"
    mailing.version = make_version(mailing.campaign, body=body)
    mailing.save()
    for one in mailing.letters.exclude(pk=letter.pk):
        frozen(one, facts=[FACT])


@amiss("nothing-open")
def _nothing_open(letter):
    mailing = letter.mailing
    body = f"{mailing.version.body}\n\n{{% open_demands %}}"
    mailing.version = make_version(mailing.campaign, body=body)
    mailing.save()
    open_ = [{"number": "1", "title": "Confirm", "text": "Confirm in writing."}]
    for one in mailing.letters.exclude(pk=letter.pk):
        frozen(one, open_demands=open_)


@amiss("fact-words")
def _fact_words(letter):
    _no_facts(letter)
    frozen(letter, facts=[{**FACT, "quotation": "This is your final warning."}])


@amiss("no-exhibit")
def _no_exhibit(letter):
    mailing = letter.mailing
    body = f"{mailing.version.body}\n\n{{% facts %}}"
    mailing.version = make_version(mailing.campaign, body=body, enclosures="Exhibit A: a program")
    mailing.save()
    for one in mailing.letters.all():
        frozen(one, facts=[{**FACT, "exhibit": "C" if one == letter else "A"}])


def prints(letter, tag: str) -> None:
    mailing = letter.mailing
    mailing.version = make_version(mailing.campaign, body=f"{mailing.version.body}\n\n{tag}")
    mailing.save()
    for one in mailing.letters.exclude(pk=letter.pk):
        frozen(one, facts=[FACT], own_text="To you alone." if "own" in tag else "")


@amiss("unresolved-fact")
def _unresolved_fact(letter):
    prints(letter, "{% facts %}")
    frozen(letter, facts=[{**FACT, "quotation": "Only for {{ somebody }}."}])


@amiss("missing-glyph-fact")
def _missing_glyph_fact(letter):
    prints(letter, "{% facts %}")
    frozen(letter, facts=[{**FACT, "programme": "東 program"}])


@amiss("missing-glyph-own")
def _missing_glyph_own(letter):
    prints(letter, "{% own_text %}")
    frozen(letter, own_text="To you, Ϣ, alone.")


@amiss("own-text")
def _own_text(letter):
    mailing = letter.mailing
    body = f"{mailing.version.body}\n\n{{% own_text %}}"
    mailing.version = make_version(mailing.campaign, body=body)
    mailing.save()
    frozen(letter, own_text="To you, {{ institution_name }}, alone.")


FACT = {
    "programme": "Summer program",
    "quotation": "Only for some.",
    "source": "Its page",
    "seen_on": "2026-11-02",
    "exhibit": "A",
}


@amiss("same-email")
def _same_email(letter):
    both = letter.mailing.letters.filter(pk__in=[letter.pk, other(letter).pk])
    both.update(by_email=True, email="dean@example.invalid")


@amiss("duplicate")
def _duplicate(letter):
    addressee(letter, contact=other(letter).addressee.contact)


@amiss("same-institution")
def _same_institution(letter):
    institution(letter, name=other(letter).recipient.institution.name.upper())


@amiss("same-address")
def _same_address(letter):
    institution(letter, street=other(letter).recipient.institution.street)


def above(letter: Letter, **fields) -> Institution:
    """The university to which the letter's institution belongs from here on."""
    university = make_institution("Above University")
    institution(letter, kind="school", parent=university)
    for name, value in fields.items():
        setattr(university, name, value)
    university.save()
    return university


@amiss("near-suppressed")
def _near_suppressed(letter):
    above(letter, suppressed_at=timezone.now(), suppressed_reason="It asked us not to.")


@amiss("near-represented")
def _near_represented(letter):
    make_recipient(
        letter.mailing.campaign, above(letter), counsel_appeared_on=datetime.date(2026, 11, 2)
    )


amiss("look-alike")(lambda letter: frozen(letter, institution_name="\u041darvard"))
amiss("name-words")(
    lambda letter: frozen(letter, address_lines=["Jo Roe", "Dean, who faces criminal charges"])
)


@amiss("written-before")
def _written_before(letter):
    version = letter.mailing.version
    before = stages.mailing.create(
        version=version,
        title="An earlier one",
        letter_date=letter.mailing.letter_date,
        recipients=[letter.recipient],
        by=make_user("manager"),
    )
    assert before.letters.count() == 1


def for_purpose(letter: Letter, purpose: str) -> None:
    LetterTemplate.objects.filter(versions__mailings=letter.mailing).update(purpose=purpose)


def others(letter: Letter) -> list[Letter]:
    return list(letter.mailing.letters.exclude(pk=letter.pk))


def answers_all(letter: Letter) -> None:
    for number in (1, 2):
        make_answer(letter.recipient, "complied", number=number)


@amiss("time-runs")
def _time_runs(letter):
    for_purpose(letter, "reminder")
    Recipient.objects.filter(pk=letter.recipient_id).update(due_at=timezone.now() + 40 * DAY)


@amiss("thanks-unconfirmed")
def _thanks_unconfirmed(letter):
    for_purpose(letter, "thanks")
    for one in others(letter):
        answers_all(one)
    make_answer(letter.recipient, "complied", number=1)
    make_answer(letter.recipient, "declined", number=2)


def reminder_to(letter: Letter, status: str = "sent") -> Letter:
    """A sealed reminder to the letter's recipient, and what became of it."""
    campaign = letter.mailing.campaign
    template, _ = LetterTemplate.objects.get_or_create(
        campaign=campaign, name="Reminder", purpose="reminder"
    )
    number = template.versions.count() + 1
    version = make_version(campaign, template=template, number=number)
    reminder = Letter.objects.create(
        mailing=make_mailing(version),
        recipient=letter.recipient,
        addressee=letter.addressee,
        position=1,
        reference=f"R-{letter.pk}",
        merge_data=letter.merge_data,
        status="sealed",
        sealed_at=timezone.now(),
        pdf_sha256="0" * 64,
        page_count=2,
    )
    Dispatch.objects.create(
        letter=reminder,
        channel="post",
        status=status,
        sent_at=timezone.now() if status in Dispatch.LEFT else None,
        queued_by=campaign.created_by,
    )
    return reminder


@amiss("thanks-without-answer")
def _thanks_without_answer(letter):
    for_purpose(letter, "thanks")
    for one in others(letter):
        make_answer(one.recipient, "declined")


@amiss("answered-already")
def _answered_already(letter):
    for_purpose(letter, "reminder")
    make_answer(others(letter)[0].recipient, "complied")
    answers_all(letter)


@amiss("no-reminder-before")
def _no_reminder_before(letter):
    for_purpose(letter, "final")
    for one in others(letter):
        reminder_to(one)


@amiss("set-aside")
def _set_aside(letter):
    Letter.objects.filter(pk=letter.pk).update(status="quarantined", status_reason="No image.")


def measured(**measures):
    def spoil(letter):
        letter.mailing.letters.update(
            status="rendered", pdf_sha256="0" * 64, page_count=2, measures=GOOD
        )
        Letter.objects.filter(pk=letter.pk).update(measures={**GOOD, **measures})

    return spoil


GOOD = {"unprinted": [], "lines_with_signature": 9}
amiss("signature-alone")(measured(lines_with_signature=1))
amiss("not-printed")(measured(unprinted=["Dear Dean Roe:"]))


@amiss("not-read-back")
def _not_read_back(letter):
    measured()(letter)
    Letter.objects.filter(pk=letter.pk).update(measures=None)


@amiss("many-sheets")
def _many_sheets(letter):
    Letter.objects.filter(pk=letter.pk).update(page_count=13)


@amiss("unusual-length")
def _unusual_length(letter):
    letter.mailing.letters.update(page_count=2)
    for _ in range(20):
        twin = make_recipient(letter.mailing.campaign)
        Letter.objects.create(
            mailing=letter.mailing,
            recipient=twin,
            addressee=twin.addressees.get(),
            position=100 + twin.pk,
            reference=f"X-{twin.pk}",
            page_count=2,
            merge_data=letter.merge_data,
        )
    Letter.objects.filter(pk=letter.pk).update(page_count=3)


# --- The whole mailing -------------------------------------------------------------


def of_campaign(**fields):
    def spoil(stage):
        campaign = stage.campaign
        for name, value in fields.items():
            setattr(campaign, name, value() if callable(value) else value)
        campaign.save()

    return spoil


def of_ground(**fields):
    return lambda stage: stage.campaign.grounds.update(**fields)


amiss("no-sender")(lambda stage: stage.campaign.sender.delete())
amiss("deadline-changed")(of_campaign(deadline_days=90))
amiss("agency-window")(of_campaign(conduct_on=lambda: timezone.localdate() - 200 * DAY))
amiss("ground-archived")(of_ground(archived_at=timezone.now()))
amiss("ground-unfinished")(of_ground(citation="<State code §>"))
amiss("ground-unverified")(of_ground(verified_on=None, verified_by=None, review_by=None))
amiss("ground-past-review")(of_ground(review_by=datetime.date(2020, 1, 1)))
amiss("contacts-unverified")(lambda stage: Contact.objects.update(verified_on=None))
amiss("evidence-of-all")(lambda stage: Fact.objects.update(as_of=timezone.localdate() - 731 * DAY))
amiss("newer-version")(lambda stage: make_version(stage.campaign))


def shared(**values):
    """Frozen into every letter of the mailing."""

    def spoil(stage):
        for letter in stage.letters:
            frozen(letter, **values)

    return spoil


DEMAND = {"number": "1", "title": "Confirm", "text": "Confirm {{ this }}."}
amiss("unresolved-campaign")(shared(demands=[DEMAND]))
amiss("missing-glyph-campaign")(shared(campaign_title="東"))
amiss("missing-glyph-sender")(shared(signer={"name": "Alex 東", "title": "General Counsel"}))


@amiss("no-demands")
def _no_demands(stage):
    for demand in stage.campaign.demands.all():
        demand.answers.all().delete()
        demand.delete()


@amiss("demand-without-ground")
def _without_ground(stage):
    stage.campaign.demands.first().grounds.clear()


def says(words: str):
    """Another version of the text, which the mailing uses."""

    def spoil(stage):
        body = f"{stage.mailing.version.body}\n\n{words}"
        stage.mailing.version = make_version(stage.campaign, body=body)
        stage.mailing.save()

    return spoil


amiss("threat")(says("We will seek criminal charges."))
amiss("agency-complaint")(says("We will file a complaint with the Office for Civil Rights."))
amiss("authority")(says("This is an official notice."))
amiss("placeholder")(says("Call [name of the officer]."))
amiss("relative-deadline")(says("Answer within 30 days."))
amiss("charity-law")(says("Ask your senator to support the bill."))


@amiss("authority-name")
def _authority_name(stage):
    stage.campaign.sender.signer.title = "Deputy, Office for Civil Rights"
    stage.campaign.sender.signer.save()


@amiss("legal-conclusion")
def _legal_conclusion(stage):
    stage.campaign.grounds.add(
        make_ground(
            name="ICMJE Recommendations",
            statutory=False,
            needs=[],
            verified_on=timezone.localdate(),
            verified_by=make_user("counsel"),
            review_by=timezone.localdate() + 400 * DAY,
        )
    )
    says("Title VI makes exclusion unlawful.\n\nUnder the ICMJE rules this is unlawful.")(stage)


@amiss("cope-litigation")
def _cope_litigation(stage):
    stage.campaign.grounds.update(name="COPE guidance")
    says("COPE asks for it. Otherwise there will be litigation.")(stage)


amiss("false-claims")(of_ground(citation="31 U.S.C. §§ 3729–3733"))
amiss("ground-unexplained")(of_ground(name="Section 504", citation="29 U.S.C. § 794"))


def dated(**fields):
    def spoil(stage):
        for name, value in fields.items():
            setattr(stage.mailing, name, value)
        stage.mailing.save()

    return spoil


amiss("date-passed")(dated(letter_date=datetime.date(2020, 1, 2)))
amiss("date-closed")(dated(letter_date=datetime.date(2099, 12, 25)))
amiss("deadline-passed")(
    dated(printed_deadline=datetime.datetime(2020, 1, 2, 17, tzinfo=datetime.UTC))
)
amiss("deadline-closed")(
    dated(printed_deadline=datetime.datetime(2099, 12, 25, 17, tzinfo=datetime.UTC))
)


@amiss("deadline-near")
def _near(stage):
    dated(printed_deadline=timezone.now() + 12 * DAY)(stage)


# --- The tests ---------------------------------------------------------------------


def monday() -> datetime.date:
    """A business day soon, whichever day the tests run on, with a deadline on one too."""
    day = timezone.localdate() + 2 * DAY
    while stages.closed(day):
        day += DAY
    return day


def clean(count: int = 3) -> stages.Stage:
    """A mailing in which no check finds anything."""
    person = make_user("counsel")
    today = timezone.localdate()
    campaign = make_campaign(conduct_on=today)
    ground = make_ground(
        verified_on=today,
        verified_by=person,
        review_by=today + 400 * DAY,
        time_limit_days=180,
        warnings=["religious-institution exemption § 1681(a)(3)"],
    )
    campaign.grounds.add(ground)
    for demand in campaign.demands.all():
        demand.grounds.add(ground)
    version = make_version(campaign, body=f"{WORDS} We seek no damages.")
    stage = stages.prepared(count, campaign=campaign, version=version, letter_date=monday())
    Contact.objects.update(verified_on=today)
    Fact.objects.update(as_of=today)
    return again(stage)


def again(stage: stages.Stage) -> stages.Stage:
    """The mailing and its campaign as the rows are now."""
    stage.again()
    return stage


def codes(stage: stages.Stage) -> set[str]:
    return {one.code for one in preflight.inspect(again(stage).mailing)}


def test_nothing_is_found_where_nothing_is_amiss():
    assert codes(clean()) == set()


def test_every_check_has_something_amiss_here():
    assert set(LETTER_AMISS) | set(MAILING_AMISS) == set(BY_CODE)


@pytest.mark.parametrize("check", LETTER_CHECKS, ids=lambda check: check.code)
def test_a_check_finds_the_letter_that_has_it_and_no_other(check):
    stage = clean()
    spoiled = stage.letters[-1]
    LETTER_AMISS[check.code](spoiled)
    found = [one for one in preflight.inspect(again(stage).mailing) if one.code == check.code]
    assert [one.letter.pk for one in found] == [spoiled.pk]
    assert found[0].severity == check.severity
    assert found[0].message.endswith((".", "?")) or check.code in (
        "suppressed",
        "religious",
        "contact-suppressed",
    )


@pytest.mark.parametrize("check", MAILING_CHECKS, ids=lambda check: check.code)
def test_a_check_of_the_mailing_speaks_once(check):
    stage = clean()
    MAILING_AMISS[check.code](stage)
    found = [one for one in preflight.inspect(again(stage).mailing) if one.code == check.code]
    assert [(one.letter, one.severity) for one in found] == [(None, check.severity)]


def test_codes_are_unique_and_every_check_says_what_it_looks_at():
    everything = [*LETTER_CHECKS, *MAILING_CHECKS]
    assert len({one.code for one in everything}) == len(everything)
    for one in everything:
        assert one.looks.endswith(".") and one.passes.endswith("."), one.code
        assert len(one.title) <= 30, one.code
    assert {one.family for one in LETTER_CHECKS} == set(list(Family)[:8])


# --- Which words are read ------------------------------------------------------------


THREAT = "A final warning"


@pytest.mark.parametrize("part", ["subject", "label", "closing", "enclosures", "body"])
def test_every_part_of_a_text_is_read_for_threats(part):
    stage = clean(1)
    text = f"{WORDS} {THREAT}." if part == "body" else THREAT
    stage.mailing.version = make_version(stage.campaign, **{"body": WORDS, part: text})
    stage.mailing.save()
    assert "threat" in codes(stage)


def test_the_title_of_an_exhibit_is_read_for_threats_while_it_goes_out():
    stage = clean(1)
    exhibit = Exhibit.objects.create(
        template=stage.mailing.version.template,
        title="FINAL ORDER OF THE STATE",
        file_name="a.pdf",
        sha256="0" * 64,
        pages=["0" * 64],
        added_by=stage.manager,
    )
    (found,) = [one for one in preflight.inspect(again(stage).mailing) if one.code == "authority"]
    assert found.message.startswith("Title of an exhibit, line 1, column 1: “FINAL ORDER OF")
    exhibit.removed_at, exhibit.removed_by = timezone.now(), stage.manager
    exhibit.save()
    assert "authority" not in codes(stage)


def test_the_title_of_the_campaign_is_read_where_it_is_printed():
    stage = clean(1)
    stage.campaign.title = THREAT
    stage.campaign.save()
    assert "threat" not in codes(stage)
    says("It is called {{ campaign_title }}.")(stage)
    assert "threat" in codes(stage)


@pytest.mark.parametrize("part", ["programme", "quotation", "source"])
@pytest.mark.parametrize(
    "block", ["{% facts %}", "{% for fact in facts %}\n\n{{ fact.quotation }}\n\n{% endfor %}"]
)
def test_a_sourced_fact_is_read_where_it_is_printed(part, block):
    stage = clean(2)
    frozen(stage.letters[1], facts=[FACT, {**FACT, part: "Notice of violation"}])
    assert "fact-words" not in codes(stage)
    says(block)(stage)
    found = [one for one in preflight.inspect(again(stage).mailing) if one.code == "fact-words"]
    assert [one.letter for one in found] == [stage.letters[1]]
    assert found[0].message.startswith(f"Sourced fact 2, {part}, line 1, column 1: “Notice of")


def test_a_quotation_may_hold_brackets():
    stage = clean(1)
    says("{% facts %}")(stage)
    frozen(stage.letters[0], facts=[{**FACT, "quotation": "[A]pplicants within 30 days [sic]"}])
    assert "fact-words" not in codes(stage)


def test_an_own_text_calls_no_standard_law():
    stage = clean(1)
    frozen(stage.letters[0], own_text="This is unlawful.")
    assert "own-words" not in codes(stage)
    stage.campaign.grounds.update(statutory=False)
    assert "own-words" in codes(stage)


def test_a_finding_ends_with_one_full_stop_whatever_the_name():
    stage = clean(1)
    contact(stage.letters[0], name="Jane Roe, Esq.", archived_at=timezone.now())
    institution(stage.letters[0], name="Foo Inc.")
    for_purpose(stage.letters[0], "thanks")
    messages = [one.message for one in preflight.inspect(again(stage).mailing)]
    assert messages and not [one for one in messages if one.endswith("..")]


# --- Contacts that nobody verified ------------------------------------------------------


@pytest.mark.parametrize("verified_on", [None, datetime.date(2020, 1, 2)])
def test_a_contact_never_verified_weighs_as_much_as_one_verified_long_ago(verified_on):
    stage = clean(3)
    contact(stage.letters[0], verified_on=verified_on)
    (one,) = preflight.inspect(again(stage).mailing)
    assert (one.code, one.severity, one.letter) == ("contact-unverified", "amber", stage.letters[0])
    Contact.objects.update(verified_on=verified_on)
    found = preflight.inspect(again(stage).mailing)
    assert [(one.code, one.severity) for one in found] == [
        ("contacts-unverified", "amber"),
        *[("contact-unverified", "note")] * 3,
    ]
    never = 0 if verified_on else 3
    assert "3 of 3 letters go to a contact whom nobody has verified" in found[0].message
    assert found[0].message.endswith(f"{never} of them were never verified.")


# --- What a check tells apart ------------------------------------------------------


@pytest.mark.parametrize("outcome", ["under_review", "needs_clarification"])
@pytest.mark.parametrize("purpose", ["reminder", "final"])
def test_whoever_put_an_answer_off_may_be_asked_again(purpose, outcome):
    stage = clean(2)
    pending, mixed = stage.letters
    for_purpose(pending, purpose)
    for number in (1, 2):
        make_answer(pending.recipient, outcome, number=number)
    make_answer(mixed.recipient, "complied", number=1)
    make_answer(mixed.recipient, outcome, number=2)
    found = [
        one for one in preflight.inspect(again(stage).mailing) if one.code == "answered-already"
    ]
    assert [(one.letter, one.severity) for one in found] == [(pending, "amber"), (mixed, "amber")]
    assert "every demand, 2 with “under review”" in found[0].message
    assert "every demand, 1 with “under review”" in found[1].message


@pytest.mark.parametrize(("days", "severity"), [(0, "red"), (1, "amber")])
def test_whoever_promised_a_day_that_has_passed_may_be_asked_again(days, severity):
    stage = clean(1)
    (letter,) = stage.letters
    for_purpose(letter, "reminder")
    make_answer(letter.recipient, "will_comply", number=1)
    make_answer(letter.recipient, "complied", number=2)
    mailing = again(stage).mailing
    with clock.on(timezone.localdate() + datetime.timedelta(days=days), hour=12):
        found = [one for one in preflight.inspect(mailing) if one.code == "answered-already"]
    assert [one.severity for one in found] == [severity]
    assert ("promise has passed" in found[0].message) is (days == 1)


@pytest.mark.parametrize(
    "outcome", ["complied", "will_comply", "partial", "disputes_premise", "declined"]
)
def test_whoever_gave_final_answers_only_is_not_asked_again(outcome):
    stage = clean(1)
    for_purpose(stage.letters[0], "reminder")
    for number in (1, 2):
        make_answer(stage.letters[0].recipient, outcome, number=number)
    found = [
        one for one in preflight.inspect(again(stage).mailing) if one.code == "answered-already"
    ]
    assert [one.severity for one in found] == ["red"]


DEADLINE_CHECKS = {
    "deadline-changed",
    "deadline-passed",
    "deadline-closed",
    "deadline-near",
    "agency-window",
}


@pytest.mark.parametrize(
    "code",
    ["deadline-changed", "deadline-passed", "deadline-closed", "deadline-near", "agency-window"],
)
def test_no_check_looks_at_a_deadline_that_no_letter_prints(code):
    stage = clean(1)
    MAILING_AMISS[code](stage)
    assert code in codes(stage)
    says("{% no_response %}")(stage)
    assert not codes(stage) & DEADLINE_CHECKS


@pytest.mark.parametrize("purpose", ["reminder", "final", "extension", "thanks"])
def test_only_a_first_letter_says_on_which_facts_a_ground_rests(purpose):
    stage = clean(1)
    MAILING_AMISS["ground-unexplained"](stage)
    for_purpose(stage.letters[0], purpose)
    assert "ground-unexplained" not in codes(stage)


@pytest.mark.parametrize("purpose", ["first", "extension", "thanks"])
def test_only_a_letter_that_asks_again_is_stopped_by_answers(purpose):
    stage = clean(1)
    answers_all(stage.letters[0])
    for_purpose(stage.letters[0], purpose)
    assert not codes(stage) & {"thanks-without-answer", "answered-already", "no-reminder-before"}


def test_a_final_notice_is_stopped_by_answers_to_every_demand():
    stage = clean(1)
    reminder_to(stage.letters[0])
    for_purpose(stage.letters[0], "final")
    assert "answered-already" not in codes(stage)
    answers_all(stage.letters[0])
    assert "answered-already" in codes(stage)


@pytest.mark.parametrize(
    ("status", "left"),
    [("queued", False), ("unknown", False), ("failed", False), ("delivered", True),
     ("returned", True)],
)  # fmt: skip
def test_a_reminder_counts_once_it_left(status, left):
    stage = clean(1)
    for_purpose(stage.letters[0], "final")
    reminder_to(stage.letters[0], status)
    assert ("no-reminder-before" not in codes(stage)) == left


def test_a_reminder_of_another_campaign_is_none_of_this_one():
    stage, elsewhere = clean(1), clean(1)
    for_purpose(stage.letters[0], "final")
    reminder_to(elsewhere.letters[0])
    assert "no-reminder-before" in codes(stage)


@pytest.mark.parametrize("purpose", ["thanks", "reminder", "final"])
def test_what_was_answered_is_read_in_as_many_queries_for_3_as_for_20(purpose):
    counts = []
    for count in (3, 20):
        stage = clean(count)
        for_purpose(stage.letters[0], purpose)
        again(stage)
        with CaptureQueriesContext(connection) as queries:
            preflight.inspect(stage.mailing)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_copy_bears_the_first_addressees_address_and_goes_to_its_own():
    stage = clean(1)
    recipient = stage.letters[0].recipient
    Addressee.objects.create(
        recipient=recipient,
        kind="copy",
        name="Pat Counsel",
        title="General Counsel",
        street="2 Law Street",
        city="Springfield",
        state="IL",
        postal_code="62701",
    )
    made = stages.mailing.create(
        version=stage.mailing.version,
        title="With a copy",
        letter_date=stage.mailing.letter_date,
        recipients=[recipient],
        by=stage.manager,
    )
    copy = made.letters.get(addressee__kind="copy")
    assert copy.merge_data["address_lines"] != copy.merge_data["postal_lines"]
    assert "envelope-differs" not in {one.code for one in preflight.inspect(made)}


def test_a_letter_without_an_envelope_has_no_envelope_to_fill():
    stage = clean(1)
    letter = stage.letters[0]
    frozen(letter, postal_lines=["A" * 61] * 9)
    Letter.objects.filter(pk=letter.pk).update(by_post=False, by_email=True, email="a@b.invalid")
    assert not codes(stage) & {"address-lines", "address-width", "envelope-differs"}


def test_a_person_greeted_by_office_is_to_be_known_and_no_more():
    stage = clean(1)
    letter = stage.letters[0]
    addressee(letter, name="María García Márquez", title="Dean")
    letter.refresh_from_db()
    freeze(letter)
    letter.save()
    assert context.freeze(letter.mailing, letter.addressee, "-")["salutation"] == "Dean"
    (found,) = preflight.inspect(again(stage).mailing)
    assert (found.code, found.severity) == ("salutation", "note")


def test_two_at_one_recipient_may_share_its_address():
    stage = clean(1)
    recipient = stage.letters[0].recipient
    Addressee.objects.create(
        recipient=recipient, kind="copy", name="Pat Counsel", title="General Counsel"
    )
    made = stages.mailing.create(
        version=stage.mailing.version,
        title="With a copy",
        letter_date=stage.mailing.letter_date,
        recipients=[recipient],
        by=stage.manager,
    )
    assert not {"same-address", "same-institution"} & {one.code for one in preflight.inspect(made)}


def test_a_time_limit_does_not_run_while_the_conduct_goes_on():
    stage = clean(1)
    of_campaign(conduct_on=datetime.date(2020, 1, 1), conduct_continues=True)(stage)
    assert "agency-window" not in codes(stage)


def test_a_time_limit_without_a_day_of_the_conduct_is_only_to_be_known():
    stage = clean(1)
    of_campaign(conduct_on=None)(stage)
    (found,) = preflight.inspect(again(stage).mailing)
    assert (found.code, found.severity) == ("agency-window", "note")


def test_a_school_has_the_evidence_of_its_university():
    stage = clean(2)
    school, university = (letter.recipient.institution for letter in stage.letters)
    Fact.objects.filter(institution=school).delete()
    institution(stage.letters[0], kind="school", parent=university)
    Fact.objects.update(as_of=timezone.localdate() - 731 * DAY)
    found = preflight.inspect(again(stage).mailing)
    assert [one.letter.pk for one in found if one.code == "evidence-old"] == [
        letter.pk for letter in stage.letters
    ]


def test_who_has_the_e_mail_address_of_a_suppressed_person_above_is_found():
    stage = clean(2)
    school, university = stage.letters
    institution(school, kind="school", parent=university.recipient.institution)
    addressee(school, email="Dean@example.invalid")
    suppress_another(university, name="Sam Second", email="dean@example.invalid")
    found = preflight.inspect(again(stage).mailing)
    (one,) = [one for one in found if one.code == "like-suppressed"]
    assert (one.letter, "the e-mail address of Sam Second" in one.message) == (school, True)


def test_another_person_at_the_institution_may_be_suppressed():
    stage = clean(1)
    suppress_another(stage.letters[0], name="Sam Second")
    assert codes(stage) == set()


def test_one_of_the_same_name_and_state_may_be_the_suppressed_one_again():
    stage = clean(1)
    named = stage.letters[0].recipient.institution
    twin = make_institution(named.name.upper(), state=named.state)
    twin.suppressed_at, twin.suppressed_reason = timezone.now(), "It asked us not to."
    twin.save()
    assert codes(stage) == {"near-suppressed"}
    twin.state = "WI"
    twin.save()
    assert codes(stage) == set()


def test_counsel_who_appeared_for_the_institution_in_another_campaign_is_named():
    stage = clean(1)
    named = stage.letters[0].recipient.institution
    make_recipient(make_campaign(), named, counsel_appeared_on=datetime.date(2026, 11, 2))
    (found,) = preflight.inspect(again(stage).mailing)
    assert found.code == "near-represented"
    assert "on November 2, 2026 in “" in found.message


def test_counsel_of_a_school_is_named_before_its_university_is_written_to_but_not_its_sister():
    stage = clean(3)
    school, university, sister = stage.letters
    for one in (school, sister):
        institution(one, kind="school", parent=university.recipient.institution)
    _represented(school)
    contact(school, role="outside-counsel")
    found = preflight.inspect(again(stage).mailing)
    assert [(one.code, one.letter) for one in found] == [("near-represented", university)]


@pytest.mark.parametrize(("days", "runs"), [(-1, False), (0, True), (1, True)])
def test_whoever_has_time_left_on_the_letter_date_is_not_asked_again_unmarked(days, runs):
    stage = clean(1)
    (letter,) = stage.letters
    for_purpose(letter, "reminder")
    noon = datetime.time(12, tzinfo=ZoneInfo(letter.mailing.campaign.timezone))
    due_at = datetime.datetime.combine(letter.mailing.letter_date + days * DAY, noon)
    Recipient.objects.filter(pk=letter.recipient_id).update(due_at=due_at)
    assert ("time-runs" in codes(stage)) == runs


def readdressed(letter: Letter) -> None:
    """Its addressee was removed and put in anew, which makes another row of the same person."""
    anew = Addressee.objects.get(pk=letter.addressee_id)
    Addressee.objects.filter(pk=anew.pk).update(archived_at=timezone.now())
    anew.pk = None
    anew.save()
    Letter.objects.filter(pk=letter.pk).update(addressee=anew)


def test_whoever_was_removed_and_put_in_anew_has_the_letter_already():
    stage = clean(1)
    (letter,) = stage.letters
    _written_before(letter)
    readdressed(letter)
    assert "written-before" in codes(stage)


def test_another_person_at_the_recipient_has_no_letter_yet():
    stage = clean(1)
    (letter,) = stage.letters
    _written_before(letter)
    dean = Contact.objects.create(
        institution=letter.recipient.institution, name="Sam Second", title="Dean"
    )
    anew = Addressee.objects.create(recipient=letter.recipient, contact=dean)
    Letter.objects.filter(pk=letter.pk).update(addressee=anew)
    assert "written-before" not in codes(stage)


@pytest.mark.parametrize(
    ("status", "same_text", "marked"),
    [
        ("queued", False, True),
        ("sent", False, False),
        ("sent", True, True),
    ],
)
def test_a_reminder_is_doubled_by_one_that_waits_or_says_the_same(status, same_text, marked):
    stage = clean(1)
    (letter,) = stage.letters
    for_purpose(letter, "reminder")
    earlier = reminder_to(letter, status)
    if same_text:
        template = letter.mailing.version.template
        LetterVersion._base_manager.filter(mailings=earlier.mailing).update(
            template=template, number=9
        )
    assert ("written-before" in codes(stage)) == marked


@pytest.mark.parametrize("purpose", ["first", "thanks", "reminder"])
def test_what_was_written_before_is_read_in_as_many_queries_for_3_as_for_20(purpose):
    counts = []
    for count in (3, 20):
        stage = clean(count)
        stages.prepared(0, campaign=stage.campaign, version=stage.mailing.version)
        for_purpose(stage.letters[0], purpose)
        again(stage)
        with CaptureQueriesContext(connection) as queries:
            found = preflight.inspect(stage.mailing)
        assert sum(one.code == "written-before" for one in found) == count
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_letter_to_counsel_is_right_once_counsel_has_appeared():
    stage = clean(1)
    letter = stage.letters[0]
    _represented(letter)
    contact(letter, role="outside-counsel")
    assert codes(stage) == set()


def test_a_letter_past_counsel_that_an_approver_allowed_says_why():
    stage = clean(1)
    letter = stage.letters[0]
    _represented(letter)
    recipient = letter.recipient
    recipient.direct_allowed_at, recipient.direct_allowed_by = timezone.now(), make_user("counsel")
    recipient.direct_allowed_reason = "Counsel asked us to write to the dean."
    recipient.save()
    (found,) = preflight.inspect(again(stage).mailing)
    assert (found.code, found.severity) == ("represented", "note")
    assert "Counsel asked us to write to the dean." in found.message


def test_a_field_in_a_text_of_the_recipients_own_is_merged_and_not_unresolved():
    stage = clean(1)
    frozen(stage.letters[0], own_text="We wrote to {{ institution_name }} before.")
    assert codes(stage) == set()


def test_the_linter_reads_every_signer():
    stage = clean()
    sender = Sender.objects.get(campaign=stage.campaign)
    second = Signer.objects.create(
        letterhead=sender.letterhead, name="Robin", title="Attorney General"
    )
    CoSigning.objects.create(sender=sender, signer=second, position=1)
    found = [one.message for one in preflight.inspect(again(stage).mailing)]
    assert any("Attorney General" in message for message in found)
