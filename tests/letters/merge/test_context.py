"""What a letter copies from the rows, and that nothing else reaches it afterwards."""

import datetime
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Addressee, Institution, SourcedFact
from letters.actions.freshness import with_everything
from letters.merge import codes, context, pages, press, reference
from letters.merge.language import MissingValue
from letters.models import CoSigning, Letter, LetterVersion, Mailing, Signer
from tests import factories
from tests.factories import (
    make_answer,
    make_campaign,
    make_ground,
    make_institution,
    make_letterhead,
    make_recipient,
    make_version,
)

pytestmark = pytest.mark.django_db

BODY = """\
To {{ institution_name }} of {{ institution_city }}, from {{ sender_organisation }}.

{% if is_private %}
You are private.
{% endif %}

{% grounds %}

{% demands %}

Answer by {{ deadline }}, {{ reference }}.
"""


def make_mailing(version: LetterVersion, **fields) -> Mailing:
    return factories.make_mailing(
        version,
        **{
            "letter_date": datetime.date(2026, 11, 27),
            "printed_deadline": datetime.datetime(2027, 1, 8, 22, tzinfo=datetime.UTC),
            **fields,
        },
    )


def make_letter(mailing: Mailing, addressee: Addressee, number: int = 137) -> Letter:
    made = reference.make("CNF", 2026, number)
    return Letter.objects.create(
        mailing=mailing,
        addressee=addressee,
        recipient=addressee.recipient,
        position=number,
        reference=made,
        merge_data=context.freeze(mailing, addressee, made, position=number),
    )


@pytest.fixture
def campaign():
    campaign = make_campaign(demands=3)
    campaign.grounds.add(make_ground(regulations=["34 C.F.R. pt. 100", "45 C.F.R. pt. 80"]))
    return campaign


@pytest.fixture
def mailing(campaign):
    return make_mailing(make_version(campaign, subject="To {{ institution_name }}", body=BODY))


@pytest.fixture
def addressee(campaign):
    institution = make_institution(
        "Foo College", street="1 Main St", city="Normal", state="AL", postal_code="35762"
    )
    return make_recipient(campaign, institution).addressees.get()


def test_a_letter_says_what_its_rows_said(mailing, addressee):
    letter = make_letter(mailing, addressee)
    content = context.content(letter)
    assert content.address_lines == (
        "Dr. Robin Example",
        "President",
        "Foo College",
        "1 Main St",
        "Normal, AL 35762",
    )
    assert content.salutation == "Dear Dr. Example:"
    assert content.subject == "To Foo College"
    assert content.deadline == "5:00 p.m. Eastern Time on Friday, January 8, 2027"
    assert content.delivery_lines == ("VIA CERTIFIED MAIL, RETURN RECEIPT REQUESTED",)
    assert "You are private." in content.body
    assert "34\u00a0C.F.R.\u00a0pt.\u00a0100; 45" in content.body
    assert content.response.url == codes.derive(letter.reference).url
    text = pages.text(press.render(content).pdf)
    assert "Please do thing 3." in text
    assert "Answer by 5:00 p.m. Eastern Time on Friday, January 8, 2027, CNF-2026-0137-B." in text


def test_several_sign_and_each_says_for_whom(mailing, addressee, campaign):
    house, guest = campaign.sender.letterhead, make_letterhead(organisation="Second House")
    colleague = Signer.objects.create(letterhead=house, name="Jo Second", title="Counsel")
    for position, signer in enumerate((guest.signers.get(), colleague), start=1):
        CoSigning.objects.create(sender=campaign.sender, signer=signer, position=position)
    letter = make_letter(Mailing.objects.get(), addressee)
    signed = [(one.name, one.organisation) for one in context.content(letter).signers]
    assert signed == [("Alex Sample", ""), ("Alex Sample", "Second House"), ("Jo Second", "")]
    text = pages.text(press.render(context.content(letter)).pdf)
    assert text.index("Second House") < text.index("Jo Second")


def test_their_reference_is_printed_where_they_gave_one(mailing, addressee):
    letter = make_letter(mailing, addressee)
    assert "Your Ref." not in pages.text(press.render(context.content(letter)).pdf)
    addressee.their_reference = "OGC-2026-1187"
    letter.merge_data = context.freeze(mailing, addressee, letter.reference)
    assert "Your Ref.: OGC-2026-1187" in pages.text(press.render(context.content(letter)).pdf)


def test_the_letter_goes_into_the_envelope_of_its_letterhead(mailing, addressee, campaign):
    campaign.sender.letterhead.envelope = "10-single"
    campaign.sender.letterhead.save()
    letter = make_letter(Mailing.objects.get(), addressee)
    assert context.content(letter).envelope == "10-single"
    del letter.merge_data["letterhead"]["envelope"]  # as it was frozen before there was a choice
    assert context.content(letter).envelope == "10"


def test_the_frozen_data_is_json_and_holds_no_code(mailing, addressee):
    letter = make_letter(mailing, addressee)
    kept = json.dumps(letter.merge_data)
    assert json.loads(kept) == letter.merge_data
    issued = codes.derive(letter.reference)
    assert issued.code not in kept
    assert issued.short_code not in kept


def test_a_later_edit_cannot_reach_the_letter(mailing, addressee, campaign):
    letter = make_letter(mailing, addressee)
    before = context.content(letter)
    institution = addressee.recipient.institution
    institution.name, institution.street = "Bar College", "2 Side St"
    institution.save()
    institution.contacts.update(name="Somebody Else")
    campaign.demands.update(text="Another demand.")
    campaign.grounds.update(citation="Nothing")
    campaign.sender.letterhead.organisation = "Others"
    campaign.sender.letterhead.save()
    assert context.content(Letter.objects.get(pk=letter.pk)) == before
    fresh = Addressee.objects.get(pk=addressee.pk)
    again = Mailing.objects.get(pk=mailing.pk)
    assert context.freeze(again, fresh, letter.reference) != letter.merge_data


def test_freezing_twice_gives_the_same(mailing, addressee):
    letter = make_letter(mailing, addressee)
    again = context.freeze(mailing, addressee, letter.reference, position=letter.position)
    assert again == Letter.objects.get(pk=letter.pk).merge_data


def test_an_addressee_without_anything_greets_nobody(mailing, addressee):
    Addressee.objects.update(contact=None)
    addressee = Addressee.objects.get()
    content = context.content(make_letter(mailing, addressee))
    assert content.salutation == "Dear Sir or Madam:"
    assert content.addressee == "Foo College"
    assert content.address_lines[0] == "Foo College"


def test_the_addressee_overrides_the_institution(mailing, addressee):
    addressee.recipient.institution.street2 = "Room 9"
    addressee.name, addressee.title, addressee.unit = "Kim Lee", "Dean", "School of Law"
    addressee.street, addressee.city = "P.O. Box 5", "Normal"
    addressee.state, addressee.postal_code = "AL", "35762"
    addressee.save()
    content = context.content(make_letter(mailing, addressee))
    assert content.address_lines == (
        "Kim Lee",
        "Dean",
        "School of Law",
        "Foo College",
        "P.O. Box 5",
        "Normal, AL 35762",
    )


def test_a_school_is_written_to_under_its_university(mailing, addressee):
    school = addressee.recipient.institution
    school.kind, school.parent = Institution.Kind.SCHOOL, make_institution("Big University")
    assert context.content(make_letter(mailing, addressee)).address_lines[2:4] == (
        "Foo College",
        "Big University",
    )


def test_the_delivery_lines_follow_the_channels(mailing, addressee):
    addressee.by_email, addressee.email = True, "dean@example.invalid"
    assert context.content(make_letter(mailing, addressee)).delivery_lines == (
        "VIA CERTIFIED MAIL, RETURN RECEIPT REQUESTED",
        "AND VIA E-MAIL (dean@example.invalid)",
    )
    addressee.by_post = False
    data = context.freeze(mailing, addressee, "x")
    assert data["delivery_lines"] == ["VIA E-MAIL (dean@example.invalid)"]
    addressee.by_post, addressee.street, addressee.country = True, "1 King Street", "CA"
    assert "REGISTERED" in context.freeze(mailing, addressee, "x")["delivery_lines"][0]


def test_an_address_of_ones_own_takes_nothing_from_the_institutions(mailing, addressee):
    addressee.street, addressee.city = "1 Fleet Street", "London"
    addressee.postal_code, addressee.country = "EC4Y 1AA", "GB"
    lines = context.freeze(mailing, addressee, "x")["postal_lines"]
    assert lines[-4:] == ["1 Fleet Street", "London", "EC4Y 1AA", "UNITED KINGDOM"]


def test_a_copy_is_the_same_letter_for_another_person(mailing, addressee):
    copy = Addressee.objects.create(
        recipient=addressee.recipient,
        kind=Addressee.Kind.COPY,
        name="Jane Roe",
        title="General Counsel",
        street="P.O. Box 9",
    )
    original = context.content(make_letter(mailing, addressee))
    copied = context.content(make_letter(mailing, copy, 138))
    assert original.copies == copied.copies == ("Jane Roe, General Counsel",)
    assert original.copy_for == ""
    assert copied.copy_for == "Jane Roe, General Counsel"
    assert copied.address_lines == original.address_lines
    assert copied.salutation == original.salutation
    assert copied.postal_lines[0] == "Jane Roe"
    assert "P.O. Box 9" in copied.postal_lines
    assert copied.reference != original.reference


def test_an_addressee_that_was_removed_is_copied_no_more(mailing, addressee):
    Addressee.objects.create(
        recipient=addressee.recipient,
        kind=Addressee.Kind.COPY,
        name="Jane Roe",
        archived_at=timezone.now(),
    )
    assert context.content(make_letter(mailing, addressee)).copies == ()


def test_a_reminder_names_the_first_letter(campaign, addressee):
    first = make_mailing(make_version(campaign), letter_date=datetime.date(2026, 10, 1))
    sent = make_letter(first, addressee)
    version = make_version(
        campaign, body="We wrote on {{ first_letter_date }} ({{ first_letter_reference }})."
    )
    second = make_mailing(version, follows=first)
    third = make_mailing(version, follows=second)
    for number, mailing in ((2, second), (3, third)):
        body = context.content(make_letter(mailing, addressee, number)).body
        assert "October\u00a01, 2026" in body
        assert sent.reference in body


def test_what_is_not_known_is_listed_by_label_all_at_once(campaign, addressee):
    version = make_version(
        campaign,
        subject="{{ institution_city }}",
        body="{{ first_letter_date }} {{ addressee_name }} {{ institution_name }}",
    )
    mailing = make_mailing(version)
    addressee.contact = None
    addressee.recipient.institution.city = ""
    assert context.missing(mailing, addressee) == [
        "City of the institution",
        "Date of the letter that this one follows",
        "Name of the addressee",
    ]
    with pytest.raises(MissingValue):
        context.content(make_letter(mailing, addressee))


def test_nothing_is_missing_where_all_is_known(mailing, addressee):
    assert context.missing(mailing, addressee) == []


def test_a_campaign_without_a_sender_cannot_write(mailing, addressee, campaign):
    campaign.sender.delete()
    with pytest.raises(context.NoSender, match="no sender"):
        context.freeze(Mailing.objects.get(), addressee, "x")


def test_a_preview_is_the_real_letter_and_opens_nothing(campaign, addressee):
    words = LetterVersion(subject="S", body=BODY, closing="Yours,", label="", enclosures="A\nB")
    on = datetime.date(2026, 11, 27)
    campaign.refresh_from_db()
    real = context.preview_content(words, campaign, addressee.recipient, on=on)
    invented = context.preview_content(words, campaign, on=on)
    assert real.address_lines[2] == "Foo College"
    assert invented.address_lines[2] == "Example University"
    assert real.enclosures == ("A", "B")
    assert real.deadline == "5:00 p.m. Eastern Time on Monday, December 28, 2026"
    assert not reference.is_valid(real.reference)
    assert press.render(real).pages == press.render(invented).pages == 1


def test_freezing_and_checking_make_no_query_per_letter(campaign):
    first = make_mailing(make_version(campaign))
    mailing = make_mailing(make_version(campaign, body=BODY), follows=first)

    def queries(count: int) -> int:
        for _ in range(count):
            make_recipient(campaign)
        found = with_everything(Addressee.objects.all())
        with CaptureQueriesContext(
            connection,
        ) as captured:
            fresh = (
                Mailing.objects.select_related(
                    "follows", "version", "campaign__sender__letterhead", "campaign__sender__signer"
                )
                .prefetch_related("campaign__demands", "campaign__grounds")
                .get(pk=mailing.pk)
            )
            for number, addressee in enumerate(found):
                context.freeze(fresh, addressee, f"R-{number}")
                context.missing(fresh, addressee)
        return len(captured)

    assert queries(3) == queries(20)


def test_what_was_seen_at_the_recipient_is_frozen_and_printed(campaign):
    recipient = make_recipient(campaign)
    for exhibit, quotation in (("B", "Second <b>."), ("A", "First.")):
        SourcedFact.objects.create(
            recipient=recipient,
            programme="Fellowship",
            quotation=quotation,
            source="https://a.example/x",
            seen_on=datetime.date(2026, 11, 2),
            exhibit=exhibit,
        )
    SourcedFact.objects.create(
        recipient=recipient,
        quotation="Gone.",
        source="x",
        seen_on=datetime.date(2026, 11, 2),
        archived_at=timezone.now(),
    )
    version = make_version(
        campaign,
        body="{% facts %}\n\n{% for fact in facts %}\n{{ fact.seen_on | iso }} "
        "{{ fact.exhibit }}\n{% endfor %}",
    )
    mailing = make_mailing(version)
    letter = make_letter(mailing, recipient.addressees.get())
    recipient.sourced_facts.update(quotation="Changed.")
    body = context.content(letter).body
    assert body.index("First.") < body.index("Second &lt;b&gt;.")
    assert "seen November\u00a02, 2026; Exhibit\u00a0A)" in body
    assert "2026-11-02 A" in body
    assert "Changed" not in body and "Gone" not in body


def test_a_recipient_at_which_nothing_was_seen_has_no_list(campaign):
    version = make_version(campaign, body="{% if facts %}\nSeen:\n{% endif %}\n\n{% facts %}\n\nx")
    mailing = make_mailing(version)
    letter = make_letter(mailing, make_recipient(campaign).addressees.get())
    body = context.content(letter).body
    assert "<ol" not in body and "Seen" not in body


class TestOpenDemands:
    """What a recipient has not settled is frozen by the letter date, where the text prints it."""

    @pytest.fixture
    def asking(self, campaign):
        body = "Still open:\n\n{% open_demands %}\n\nAnswer by {{ deadline }}."
        return make_mailing(make_version(campaign, body=body))

    def numbers(self, mailing, recipient) -> list[str]:
        mailing = Mailing.objects.get(pk=mailing.pk)
        kept = context.freeze(mailing, recipient.addressees.get(), "-")["open_demands"]
        return [demand["number"] for demand in kept]

    @pytest.mark.parametrize(
        ("outcome", "is_open"),
        [
            ("complied", False),
            ("declined", False),
            ("disputes_premise", False),
            ("under_review", True),
            ("needs_clarification", True),
        ],
    )
    def test_what_is_answered_is_left_out_and_what_is_pending_is_not(
        self, asking, campaign, outcome, is_open
    ):
        recipient = make_recipient(campaign)
        assert self.numbers(asking, recipient) == ["1", "2", "3"]
        make_answer(recipient, outcome, number=2)
        assert self.numbers(asking, recipient) == (["1", "2", "3"] if is_open else ["1", "3"])

    def test_a_promise_is_open_again_once_its_day_has_passed_by_the_letter_date(
        self, asking, campaign
    ):
        recipient = make_recipient(campaign)
        make_answer(recipient, "will_comply", number=2)
        promised = recipient.answers.get(demand__number=2).current_entry.promised_on
        for days, expected in ((0, ["1", "3"]), (1, ["1", "2", "3"])):
            asking.letter_date = promised + datetime.timedelta(days=days)
            asking.save()
            assert self.numbers(asking, recipient) == expected

    def test_a_text_that_does_not_print_it_does_not_follow_from_answers(self, mailing, campaign):
        kept = context.freeze(mailing, make_recipient(campaign).addressees.get(), "-")
        assert "open_demands" not in kept

    def test_it_is_read_once_for_all_letters_of_a_mailing(self, asking, campaign):
        def queries(count: int) -> int:
            addressees = [make_recipient(campaign).addressees.get() for _ in range(count)]
            found = with_everything(Addressee.objects.filter(pk__in=[one.pk for one in addressees]))
            mailing = Mailing.objects.select_related("version__template", "campaign").get(
                pk=asking.pk
            )
            with CaptureQueriesContext(connection) as captured:
                for addressee in found:
                    context.freeze(mailing, addressee, "-")
            return sum("campaigns_answer" in query["sql"] for query in captured)

        assert queries(2) == queries(6) == 1

    def test_the_preview_of_a_recipient_prints_what_it_left_open(self, asking, campaign):
        recipient = make_recipient(campaign)
        make_answer(recipient, "complied", number=2)
        on = datetime.date(2026, 11, 27)
        shown = context.preview_content(asking.version, campaign, recipient, on=on)
        assert "thing 1" in str(shown.body) and "thing 2" not in str(shown.body)
        nobody = context.preview_content(asking.version, campaign, on=on)
        assert "thing 2" in str(nobody.body)
