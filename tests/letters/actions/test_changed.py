"""Sealed letters whose sources changed: flagged, never voided by themselves, made anew by hand."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import audit
from campaigns.actions import answer, counsel, sourced_fact
from campaigns.actions import institution as institutions
from campaigns.actions import recipient as recipients
from campaigns.directory.sourced_facts import Particulars, Row
from campaigns.models import Addressee, Contact, Fact, Institution, Recipient
from letters import tasks
from letters.actions import annex, changed, dispatch, own_text
from letters.actions.leave_out import AlreadyDispatched, ReasonMissing, void
from letters.management.demo import clock
from letters.models import Dispatch, Letter, LetterTemplate
from letters.views.mailing_rows import changed_since_check
from tests.factories import make_answer, make_campaign, make_pdf, make_user, make_version
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def look(stage: stages.Stage) -> int:
    return changed.look(mailing=stage.again(), now=timezone.now())


def move(letter: Letter) -> None:
    Institution.objects.filter(pk=letter.recipient.institution_id).update(street="9 New Street")


def anew(stage: stages.Stage, letters: list[Letter], **fields) -> object:
    return changed.make_anew(
        **{
            "mailing": stage.again(),
            "letters": letters,
            "letter_date": stages.today(stage.campaign) + datetime.timedelta(days=1),
            "reason": "They moved.",
            "by": stage.manager,
            **fields,
        }
    )


def test_where_nothing_changed_nothing_is_flagged():
    stage = stages.approved(3)
    assert look(stage) == 0
    assert stage.mailing.sources_seen_at
    assert not audit.history(stage.mailing).filter(verb="letters.changed_since").exists()


def test_a_letter_whose_address_changed_is_flagged_and_stays_sealed():
    stage = stages.approved(3)
    move(stage.letters[1])
    assert look(stage) == 1
    letter = stage.letters[1]
    assert letter.changed_since == "Changed since: the address."
    assert letter.status == "sealed"
    assert list(changed.flagged(stage.mailing)) == [letter]
    event = audit.history(stage.mailing).get(verb="letters.changed_since")
    assert letter.reference in event.payload


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda letter: Contact.objects.update(name="Sam Second"), "the address, the addressee"),
        (lambda letter: letter.mailing.campaign.sender.signer.__class__.objects.update(name="X Y"),
         "the signer"),
        (lambda letter: letter.mailing.campaign.sender.letterhead.__class__.objects.update(
            organisation="Another"), "the letterhead"),
        (lambda letter: Addressee.objects.update(by_email=True, email="a@b.invalid"),
         "the e-mail address, the ways out"),
    ],
)  # fmt: skip
def test_the_flag_says_what_changed(spoil, what):
    stage = stages.approved(1)
    spoil(stage.letters[0])
    look(stage)
    assert stage.letters[0].changed_since == f"Changed since: {what}."


def test_values_that_letters_had_not_when_this_one_was_sealed_are_no_difference():
    stage = stages.approved(1)
    (letter,) = stage.letters
    data = letter.merge_data
    del data["letterhead"]["envelope"], data["signer"]["organisation"], data["exhibits"]
    assert data["demands"]
    for demand in data["demands"]:
        del demand["number"]
    Letter.objects.filter(pk=letter.pk).update(merge_data=data)
    assert look(stage) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda demands: demands.pop(),
        lambda demands: demands.append(demands[0]),
        lambda demands: demands[0].update(text="Another demand."),
    ],
)
def test_an_entry_that_came_or_went_or_reads_otherwise_is_a_difference(change):
    stage = stages.approved(1)
    (letter,) = stage.letters
    change(letter.merge_data["demands"])
    letter.save()
    look(stage)
    assert stage.letters[0].changed_since == "Changed since: the demands."


def test_a_fact_that_came_after_the_seal_is_a_difference():
    stage = stages.approved(1)
    Fact.objects.create(
        institution=stage.letters[0].recipient.institution,
        key="religious",
        value="yes",
        source="Its own page",
        as_of=timezone.localdate(),
    )
    look(stage)
    assert stage.letters[0].changed_since == "Changed since: its facts."


def test_who_may_not_be_written_to_any_more_is_flagged():
    stage = stages.approved(1)
    institution = stage.letters[0].recipient.institution
    institutions.suppress(institution=institution, reason="They asked.", by=make_user("clerk"))
    look(stage)
    assert "is not to be written to: They asked." in stage.letters[0].changed_since


def test_counsel_who_appeared_after_the_seal_is_flagged():
    stage = stages.approved(1)
    recipient = stage.letters[0].recipient
    lawyer = Contact.objects.create(
        institution=recipient.institution, role="outside-counsel", name="Pat Lawyer"
    )
    counsel.appear(
        recipient=recipient, counsel=lawyer, on=timezone.localdate(), by=make_user("clerk")
    )
    look(stage)
    assert "Counsel appeared for" in stage.letters[0].changed_since


def test_the_flag_goes_when_the_source_is_as_it_was():
    stage = stages.approved(1)
    letter = stage.letters[0]
    street = letter.recipient.institution.street
    move(letter)
    look(stage)
    Institution.objects.update(street=street)
    assert look(stage) == 0
    assert stage.letters[0].changed_since == ""


def test_what_has_left_is_not_flagged():
    stage = stages.approved(2)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    move(stage.letters[0])
    assert pack.letter_count == 2
    assert look(stage) == 0


def test_the_worker_looks_again_only_where_something_was_told():
    stage = stages.approved(1)
    stage.mailing.__class__.objects.update(approved_at=timezone.now() + datetime.timedelta(0, 5))
    assert changed.look_where_told(now=timezone.now()) == 0
    stage.mailing.__class__.objects.update(approved_at=timezone.now())
    institution = stage.letters[0].recipient.institution
    details = institutions.details_of(institution)
    institutions.change(
        institution=institution,
        details=institutions.replace(details, street="9 New Street"),
        by=stage.manager,
    )
    tasks.sweep()
    assert stage.letters[0].changed_since == "Changed since: the address."
    assert changed.look_where_told(now=timezone.now()) == 0


SEEN = Particulars(
    "Fellowship", "Only for some.", "https://a.example/x", datetime.date(2026, 11, 2), "A"
)


def with_a_fact(stage: stages.Stage, recipient: Recipient) -> None:
    sourced_fact.add(recipient=recipient, particulars=SEEN, by=stage.manager)


def with_facts_from_a_file(stage: stages.Stage, recipient: Recipient) -> None:
    row = Row(2, recipient.institution.name, particulars=SEEN)
    sourced_fact.take_in(campaign=stage.campaign, rows=[row], by=stage.manager)


def with_an_own_text(stage: stages.Stage, recipient: Recipient) -> None:
    own_text.write(
        template=stage.mailing.version.template,
        recipient=recipient,
        text="To you alone.",
        reason="Asked.",
        by=stage.manager,
    )


def with_an_exhibit(stage: stages.Stage, recipient: Recipient) -> None:
    template = stage.mailing.version.template
    annex.add_exhibit(
        template=template, title="Page", name="p.pdf", content=make_pdf(), by=stage.manager
    )


def with_a_response_form(stage: stages.Stage, recipient: Recipient) -> None:
    template = stage.mailing.version.template
    annex.set_response_form(template=template, wanted=True, by=stage.manager)


@pytest.mark.parametrize(
    ("tell", "what"),
    [
        (with_a_fact, "its facts"),
        (with_facts_from_a_file, "its facts"),
        (with_an_own_text, "its facts"),
        (with_an_exhibit, "the exhibits"),
        (with_a_response_form, "the response form"),
    ],
)
def test_the_worker_and_the_page_are_told_of_all_that_letters_state(tell, what):
    stage = stages.approved(1)
    now = timezone.now()
    stage.mailing.__class__.objects.update(approved_at=now, preflight_at=now)
    tell(stage, stage.letters[0].recipient)
    assert changed_since_check(stage.again()) == 1
    assert changed.look_where_told(now=timezone.now()) == 1
    assert stage.letters[0].changed_since == f"Changed since: {what}."


def test_the_queries_do_not_grow_with_the_letters(django_assert_max_num_queries):
    for count in (3, 30):
        stage = stages.approved(count)
        with django_assert_max_num_queries(40):
            look(stage)


def test_nor_with_the_letters_that_are_allowed_past_counsel():
    counts = []
    for count in (1, 4):
        stage = stages.approved(count)
        stage.campaign.recipients.update(
            counsel_appeared_on=timezone.localdate(),
            direct_allowed_at=timezone.now(),
            direct_allowed_by=stage.counsel,
            direct_allowed_reason="Counsel asked.",
        )
        with CaptureQueriesContext(connection) as queries:
            look(stage)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def suppressed(letter: Letter) -> None:
    institution = letter.recipient.institution
    institutions.suppress(institution=institution, reason="They asked.", by=make_user("clerk"))


def person_suppressed(letter: Letter) -> None:
    contact = letter.addressee.contact
    institutions.suppress_contact(contact=contact, reason="She asked.", by=make_user("clerk"))


def withdrawn(letter: Letter) -> None:
    recipients.withdraw(recipient=letter.recipient, reason="Merged.", by=make_user("manager"))


def test_an_answer_flags_a_letter_that_prints_what_is_open_and_no_other():
    for body, flagged in (("{% open_demands %}", 1), ("{% demands %}", 0)):
        campaign = make_campaign()
        text = make_version(campaign, body=f"Please do:\n\n{body}\n\nAnswer by {{{{ deadline }}}}.")
        stage = stages.approved(2, campaign=campaign, version=text)
        make_answer(stage.letters[0].recipient, "complied")
        assert look(stage) == flagged
        what = "Changed since: what is still open." if flagged else ""
        assert [letter.changed_since for letter in stage.letters] == [what, ""]


def represented(letter: Letter) -> None:
    lawyer = Contact.objects.create(
        institution=letter.recipient.institution, role="outside-counsel", name="Pat Lawyer"
    )
    counsel.appear(
        recipient=letter.recipient,
        counsel=lawyer,
        on=timezone.localdate(),
        by=make_user("clerk"),
    )


def archived(letter: Letter) -> None:
    Institution.objects.filter(pk=letter.recipient.institution_id).update(
        archived_at=timezone.now()
    )


@pytest.mark.parametrize(
    "forbid", [suppressed, person_suppressed, withdrawn, represented, archived]
)
def test_who_may_not_be_written_to_any_more_is_neither_packed_nor_e_mailed(forbid):
    stage = stages.approved(2, channels={"by_email": True})
    forbid(stage.letters[0])
    (left,) = dispatch.to_post(stage.mailing)
    assert left == stage.letters[1]
    assert list(dispatch.to_email(stage.mailing)) == [left]
    assert dispatch.outstanding(stage.mailing).count() == 2


@pytest.mark.parametrize("own", [{"name": "Dean Jones"}, {"email": "dean@example.invalid"}])
def test_a_letter_in_counsels_name_to_another_is_past_counsel(own):
    stage = stages.approved(1)
    (letter,) = stage.letters
    represented(letter)
    Contact.objects.filter(pk=letter.addressee.contact_id).update(role="counsel")
    assert dispatch.to_post(stage.mailing).exists()
    Addressee.objects.filter(pk=letter.addressee_id).update(**own)
    assert not dispatch.to_post(stage.mailing).exists()
    look(stage)
    assert "Counsel appeared for" in stage.letters[0].changed_since


def test_a_message_that_was_queued_before_is_held():
    stage = stages.approved(1, channels={"by_post": False, "by_email": True})
    dispatch.queue_emails(mailing=stage.mailing, count=1, by=stage.clerk)
    suppressed(stage.letters[0])
    row = Dispatch.objects.get()
    dispatch.send_email(dispatch_pk=row.pk)
    row.refresh_from_db()
    assert (row.status, "may not be written to" in row.detail) == ("held", True)


def test_nothing_is_sent_again_to_whom_nothing_may_be_sent():
    stage = stages.approved(1)
    letter = stage.letters[0]
    suppressed(letter)
    with pytest.raises(dispatch.NotWritable):
        dispatch.resend(letter=letter, channel="post", reason="It came back.", by=stage.clerk)


def test_what_an_approver_allowed_past_counsel_is_packed():
    stage = stages.approved(1)
    represented(stage.letters[0])
    assert not dispatch.to_post(stage.mailing).exists()
    recipient = stage.letters[0].recipient
    counsel.allow_direct(recipient=recipient, reason="Counsel asked.", by=stage.counsel)
    assert dispatch.to_post(stage.mailing).count() == 1


def answered(recipient: Recipient, *outcomes: str) -> None:
    """As the recipient does it on its page, one outcome for each demand."""
    for demand, outcome in zip(recipient.campaign.demands.all(), outcomes, strict=True):
        answer.record(
            recipient=recipient,
            statement=answer.Statement(demand, outcome, "In their words."),
            respondent=answer.Respondent("Dana Dean"),
            channel="portal",
            received_on=timezone.localdate(),
            on=timezone.localdate(),
            by=None,
        )


@pytest.fixture
def reminder() -> stages.Stage:
    """Two approved letters that ask again, by post and by e-mail."""
    stage = stages.approved(2, channels={"by_email": True})
    LetterTemplate.objects.update(purpose="reminder")
    return stage


def test_who_answered_everything_after_the_seal_is_not_asked_again(reminder):
    first, second = reminder.letters
    answered(first.recipient, "complied", "declined")
    assert list(dispatch.to_post(reminder.mailing)) == [second]
    assert list(dispatch.to_email(reminder.mailing)) == [second]
    with pytest.raises(dispatch.CountDiffers, match="1 letter would go"):
        dispatch.queue_emails(mailing=reminder.mailing, count=2, by=reminder.clerk)
    assert dispatch.outstanding(reminder.mailing).count() == 2  # until it is voided


def test_the_letter_of_who_answered_meanwhile_is_flagged_by_the_worker(reminder):
    answered(reminder.letters[0].recipient, "complied", "declined")
    tasks.sweep()
    assert "which has answered every demand" in reminder.letters[0].changed_since
    assert reminder.letters[1].changed_since == ""


def test_an_answer_between_queueing_and_sending_holds_the_message(reminder):
    dispatch.queue_emails(mailing=reminder.mailing, count=2, by=reminder.clerk)
    letter = reminder.letters[0]
    answered(letter.recipient, "complied", "declined")
    row = Dispatch.objects.get(letter=letter)
    dispatch.send_email(dispatch_pk=row.pk)
    row.refresh_from_db()
    assert (row.status, "has answered what it asks for again" in row.detail) == ("held", True)


@pytest.mark.parametrize(
    ("outcomes", "purpose"),
    [
        (["complied", "under_review"], "reminder"),
        (["complied", "needs_clarification"], "final"),
        (["complied", "complied"], "first"),
        (["complied", "complied"], "thanks"),
    ],
)
def test_who_has_something_left_to_answer_or_is_not_asked_is_written_to(
    reminder, outcomes, purpose
):
    LetterTemplate.objects.update(purpose=purpose)
    answered(reminder.letters[0].recipient, *outcomes)
    assert dispatch.to_post(reminder.mailing).count() == 2


def test_who_answered_one_demand_or_let_a_promise_lapse_is_asked_again(reminder):
    some, lapsed = (letter.recipient for letter in reminder.letters)
    make_answer(some, "complied", number=1)
    make_answer(lapsed, "complied", number=1)
    make_answer(lapsed, "will_comply", number=2)
    assert dispatch.to_post(reminder.mailing).count() == 1  # the promised day has not passed
    with clock.on(timezone.localdate() + datetime.timedelta(days=1)):
        assert dispatch.to_post(reminder.mailing).count() == 2


# --- Made anew ---------------------------------------------------------------------


def test_a_letter_is_voided_and_made_anew_in_a_mailing_of_its_own():
    stage = stages.approved(3)
    old = stage.letters[1]
    move(old)
    look(stage)
    made = anew(stage, [old])
    old.refresh_from_db()
    assert (old.status, old.status_reason) == ("void", "They moved.")
    (new,) = made.letters.all()
    assert new.addressee_id == old.addressee_id and new.reference != old.reference
    assert "9 New Street" in new.merge_data["address_lines"]
    assert made.title == f"{stage.mailing.title}, made anew"
    assert made.status == "preparing"
    assert audit.history(made).filter(verb="mailing.made_anew").exists()
    assert [one.status for one in stage.letters] == ["sealed", "void", "sealed"]


def test_a_second_mailing_made_anew_has_a_title_of_its_own():
    stage = stages.approved(2)
    first, second = (anew(stage, [letter]) for letter in stage.letters)
    assert first.title != second.title


def test_a_copy_that_stands_is_not_written_again():
    stage = stages.prepared(1)
    recipient = stage.letters[0].recipient
    Addressee.objects.create(recipient=recipient, kind="copy", name="Pat", title="Provost")
    stage = stages.approved(0, campaign=stage.campaign)
    original = stage.mailing.letters.get(addressee__kind="to")
    made = anew(stage, [original])
    assert sorted(made.letters.values_list("addressee__kind", "status")) == [
        ("copy", "void"),
        ("to", "draft"),
    ]


def with_a_copy() -> tuple[stages.Stage, Letter, Letter]:
    """An approved mailing to one recipient: the letter to its addressee, and the copy."""
    stage = stages.prepared(1)
    recipient = stage.letters[0].recipient
    Addressee.objects.create(recipient=recipient, kind="copy", name="Pat", title="Provost")
    stage = stages.approved(0, campaign=stage.campaign)
    by_kind = {letter.addressee.kind: letter for letter in stage.letters}
    return stage, by_kind["to"], by_kind["copy"]


def test_what_was_made_anew_before_is_not_made_a_second_time():
    stage, original, copy = with_a_copy()
    anew(stage, [original])
    second = anew(stage, [copy])
    (new,) = second.letters.standing()
    assert new.addressee_id == copy.addressee_id
    again = second.letters.get(addressee=original.addressee)
    assert again.status_reason == f"Its letter in “{stage.mailing}” was left out or voided before."


def test_who_was_left_out_with_a_reason_stays_left_out():
    stage, original, copy = with_a_copy()
    void(letter=copy, reason="The provost resigned.", by=stage.manager)
    made = anew(stage, [original])
    assert [letter.addressee_id for letter in made.letters.standing()] == [original.addressee_id]


def test_counsel_who_appeared_since_is_written_to_in_place_of_the_addressee():
    stage = stages.approved(1)
    represented(stage.letters[0])
    made = anew(stage, stage.letters)
    assert [str(letter.addressee) for letter in made.letters.standing()] == ["Pat Lawyer"]


def test_what_is_in_a_pack_is_not_made_anew():
    stage = stages.approved(1)
    dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    with pytest.raises(AlreadyDispatched):
        anew(stage, stage.letters)
    assert stage.campaign.mailings.count() == 1


def test_without_letters_or_reason_nothing_is_made_anew():
    stage = stages.approved(1)
    with pytest.raises(changed.NothingToMakeAnew):
        anew(stage, [])
    with pytest.raises(ReasonMissing):
        anew(stage, stage.letters, reason=" ")
    assert stage.letters[0].status == "sealed"


def test_the_campaign_is_held_before_its_mailing_as_in_approval(monkeypatch):
    stage, held = stages.approved(1), []
    hold, locked = changed.lifecycle.hold, changed.locked

    def holding(row):
        held.append(row)
        hold(row)

    def locking(campaign):
        held.append(campaign)
        return locked(campaign)

    monkeypatch.setattr(changed.lifecycle, "hold", holding)
    monkeypatch.setattr(changed, "locked", locking)
    anew(stage, stage.letters)
    assert held[:2] == [stage.campaign, stage.mailing]


def test_nothing_is_voided_where_the_new_mailing_fails(monkeypatch):
    stage = stages.approved(1)
    monkeypatch.setattr(changed, "create", lambda **fields: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        anew(stage, stage.letters)
    assert stage.letters[0].status == "sealed"
