"""Dispatch: packs, postings, tracking, and e-mail that is sent once or not known."""

import datetime
import io
import smtplib
import threading
from collections.abc import Callable
from functools import partial

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import Refused
from letters import lifecycle, tasks
from letters.actions import approve, dispatch, leave_out
from letters.actions import mailing as mailing_actions
from letters.actions.dispatch import delivery, emails
from letters.channels import outbox
from letters.channels import post as post_channel
from letters.models import Dispatch, Letter, LetterVersion, Mailing, PrintPack
from tests.factories import make_campaign, make_letter, make_mailing, make_user, make_version
from tests.letters import stages
from tests.letters.channels.mail_server import serving

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]
BY_EMAIL = {"by_post": False, "by_email": True}
BOTH = {"by_post": True, "by_email": True}
DAY = datetime.timedelta(days=1)
several_writers = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one transaction in at a time"
)


@pytest.fixture(autouse=True)
def outbox_backend(settings) -> None:
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"


def packed(count: int = 3, **fields) -> tuple[stages.Stage, PrintPack]:
    stage = stages.approved(count, **fields)
    return stage, dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)


def post(stage: stages.Stage, pack: PrintPack, **fields) -> PrintPack:
    return dispatch.mark_posted(
        **{
            "pack": PrintPack.objects.get(pk=pack.pk),
            "posted_on": stage.mailing.letter_date,
            "count": pack.letter_count,
            "by": stage.clerk,
            **fields,
        }
    )


def statuses(stage: stages.Stage) -> list[str]:
    rows = Dispatch.objects.filter(letter__mailing=stage.mailing)
    return list(rows.order_by("letter__position", "attempt").values_list("status", flat=True))


def queue(stage: stages.Stage) -> list[Dispatch]:
    count = dispatch.to_email(stage.mailing).count()
    dispatch.queue_emails(mailing=stage.mailing, count=count, by=stage.clerk)
    return list(Dispatch.objects.filter(letter__mailing=stage.mailing).order_by("pk"))


def damage(sha256: str) -> None:
    default_storage.delete(f"{sha256[:2]}/{sha256[2:4]}/{sha256}")


# --- Packs -------------------------------------------------------------------------


def test_a_pack_holds_every_letter_in_posting_order_and_posts_nothing():
    stage, pack = packed(3)
    assert (pack.letter_count, pack.sheet_count) == (3, 3)
    with pikepdf.open(io.BytesIO(filestore.get(pack.pdf_sha256))) as pdf:
        assert len(pdf.pages) == 6
    manifest = filestore.get(pack.manifest_sha256).decode("utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in manifest[1:]] == [
        letter.reference for letter in stage.letters
    ]
    assert statuses(stage) == ["queued"] * 3
    assert stage.again().status == "approved"
    assert set(stage.campaign.recipients.values_list("reach", flat=True)) == {"unknown"}


def test_a_second_pack_of_the_same_letters_is_refused():
    stage, _ = packed()
    with pytest.raises(dispatch.NothingToSend, match="each is in a pack or has gone"):
        dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert PrintPack.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_who_press_at_once_make_one_pack():
    stage = stages.approved(3)
    results: list[object] = []

    def press_it() -> None:
        try:
            results.append(dispatch.make_pack(mailing=stage.mailing, by=stage.clerk))
        except (dispatch.NothingToSend, dispatch.ChangedMeanwhile) as refusal:
            results.append(refusal)
        finally:
            connections.close_all()

    together(press_it)
    assert sum(isinstance(one, PrintPack) for one in results) == 1
    assert len(results) == 2
    assert statuses(stage) == ["queued"] * 3


def together(act, times: int = 2) -> None:
    threads = [threading.Thread(target=act) for _ in range(times)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_nothing_of_a_mailing_that_is_not_approved_is_packed():
    stage = stages.rendered(3)
    with pytest.raises(dispatch.NotApproved):
        dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)


def meanwhile(monkeypatch: pytest.MonkeyPatch, decide: Callable[[], object]) -> None:
    """While the PDFs are joined, which takes seconds, somebody else decides."""
    join = post_channel.pack

    def joined(letters):
        made = join(letters)
        decide()
        return made

    monkeypatch.setattr("letters.channels.post.pack", joined)


def test_a_letter_voided_while_its_pack_is_made_is_not_posted(monkeypatch):
    stage = stages.approved(3)
    letter = stage.letters[1]
    meanwhile(
        monkeypatch,
        lambda: leave_out.void(letter=letter, reason="Wrong person.", by=stage.manager),
    )
    with pytest.raises(dispatch.ChangedMeanwhile, match="make it again"):
        dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert not Dispatch.objects.exists()
    monkeypatch.undo()
    assert dispatch.make_pack(mailing=stage.mailing, by=stage.clerk).letter_count == 2


def test_a_mailing_cancelled_while_its_pack_is_made_leaves_no_pack(monkeypatch):
    stage = stages.approved(3)
    same = Mailing.objects.get(pk=stage.mailing.pk)
    meanwhile(
        monkeypatch,
        lambda: mailing_actions.cancel(mailing=same, reason="Not now.", by=stage.manager),
    )
    with pytest.raises(dispatch.NotApproved):
        dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert not PrintPack.objects.exists()


def in_the_middle(
    monkeypatch: pytest.MonkeyPatch, thing: object, name: str, act: Callable[[], object]
) -> Callable[[], object]:
    """Before this call, inside a transaction, another person acts on a connection of their own.

    They are waited for until they are done, or for half a second where they have to wait for
    us. Returns what says in the end what they got: the result, or the refusal.
    """
    call, got = getattr(thing, name), []

    def other() -> None:
        try:
            got.append(act())
        except Refused as refusal:
            got.append(refusal)
        finally:
            connections.close_all()

    person = threading.Thread(target=other)

    def late(*args, **fields):
        monkeypatch.setattr(thing, name, call)
        person.start()
        person.join(0.5)
        return call(*args, **fields)

    def outcome() -> object:
        person.join()
        return got[0]

    monkeypatch.setattr(thing, name, late)
    return outcome


@several_writers
@pytest.mark.django_db(transaction=True)
def test_a_letter_is_not_voided_between_the_last_look_and_the_pack(monkeypatch):
    stage = stages.approved(2)
    letter = stage.letters[0]
    void = partial(leave_out.void, letter=letter, reason="Wrong person.", by=stage.manager)
    voided = in_the_middle(monkeypatch, filestore, "put", void)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert isinstance(voided(), leave_out.AlreadyDispatched)
    assert pack.dispatches.filter(letter__status="sealed").count() == 2


@several_writers
@pytest.mark.django_db(transaction=True)
def test_a_letter_is_not_packed_while_it_is_voided(monkeypatch):
    stage = stages.approved(2)
    same = Mailing.objects.select_related("campaign").get(pk=stage.mailing.pk)
    pack = partial(dispatch.make_pack, mailing=same, by=stage.clerk)
    packed = in_the_middle(monkeypatch, lifecycle, "move", pack)
    leave_out.void(letter=stage.letters[0], reason="Wrong person.", by=stage.manager)
    assert isinstance(packed(), dispatch.ChangedMeanwhile)
    assert not Dispatch.objects.exists()


@several_writers
@pytest.mark.django_db(transaction=True)
def test_a_pack_is_not_discarded_while_it_is_marked_as_posted(monkeypatch):
    stage, pack = packed(2)
    same = PrintPack.objects.select_related("mailing__campaign").get(pk=pack.pk)
    discard = partial(dispatch.discard_pack, pack=same, by=stage.clerk)
    discarded = in_the_middle(monkeypatch, lifecycle, "move_all", discard)
    post(stage, pack)
    assert isinstance(discarded(), dispatch.AlreadyPosted)
    assert statuses(stage) == ["sent"] * 2


@several_writers
@pytest.mark.django_db(transaction=True)
def test_a_pack_is_not_marked_as_posted_while_it_is_discarded(monkeypatch):
    stage, pack = packed(2)
    posted = in_the_middle(monkeypatch, lifecycle, "move_all", partial(post, stage, pack))
    dispatch.discard_pack(pack=pack, by=stage.clerk)
    assert isinstance(posted(), dispatch.CountDiffers)
    assert statuses(stage) == ["cancelled"] * 2
    pack.refresh_from_db()
    assert pack.posted_on is None


def test_a_letter_whose_file_is_damaged_is_not_packed():
    stage = stages.approved(3)
    damage(stage.letters[1].pdf_sha256)
    with pytest.raises(dispatch.SealBroken, match=stage.letters[1].reference):
        dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert not Dispatch.objects.exists()


def test_a_discarded_pack_frees_its_letters():
    stage, pack = packed()
    dispatch.discard_pack(pack=pack, by=stage.clerk)
    again = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert again.letter_count == 3
    assert statuses(stage) == ["cancelled", "queued"] * 3
    with pytest.raises(dispatch.NothingToSend):
        dispatch.discard_pack(pack=pack, by=stage.clerk)


def test_nothing_of_a_pack_is_kept_where_the_last_step_fails(monkeypatch):
    stage = stages.approved(3)
    monkeypatch.setattr("letters.actions.dispatch.packs.audit.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert not PrintPack.objects.exists() and not Dispatch.objects.exists()


# --- Posting -----------------------------------------------------------------------


def test_posted_letters_are_sent_and_their_recipients_reached():
    stage, pack = packed()
    post(stage, pack)
    assert statuses(stage) == ["sent"] * 3
    assert stage.again().status == "sent"
    for recipient in stage.campaign.recipients.all():
        assert (recipient.reach, recipient.due_at) == ("reached", stage.mailing.printed_deadline)
    assert audit.history(stage.mailing)[0].verb == "mailing.sent"


THANKS = "We thank {{ institution_name }}.\n\n{% no_response %}"


def thanked(**channels: bool) -> tuple[stages.Stage, datetime.datetime]:
    """A letter that asks for nothing, to those whose answer was due before it."""
    campaign = make_campaign()
    stage = stages.approved(
        2, campaign=campaign, version=make_version(campaign, body=THANKS), channels=channels
    )
    asked = make_mailing(make_version(campaign), letter_date=stage.mailing.letter_date - 20 * DAY)
    asked.date_by(asked.rule)
    asked.save()
    for recipient in campaign.recipients.all():
        Dispatch.objects.create(
            letter=make_letter(asked, recipient),
            channel="post",
            status="delivered",
            sent_at=timezone.now() - 20 * DAY,
            queued_by=stage.clerk,
        )
    due_at = asked.printed_deadline
    return stage, due_at


def standings(stage: stages.Stage) -> set[tuple[str, datetime.datetime | None]]:
    return set(stage.campaign.recipients.values_list("reach", "due_at"))


def test_a_posted_letter_that_asks_for_nothing_moves_no_deadline():
    stage, due_at = thanked()
    post(stage, dispatch.make_pack(mailing=stage.mailing, by=stage.clerk))
    assert stage.again().status == "sent"
    assert standings(stage) == {("reached", due_at)}


def test_an_emailed_letter_that_asks_for_nothing_moves_no_deadline():
    stage, due_at = thanked(**BY_EMAIL)
    queue(stage)
    tasks.send_emails(stage.mailing.pk)
    assert stage.again().status == "sent"
    assert standings(stage) == {("reached", due_at)}
    for one in outbox.listing():
        _, said, _ = outbox.opened(one.key)
        assert "It asks for no answer." in said
        assert "asks for an answer by" not in said and "the code that" not in said


def test_a_letter_that_asks_for_nothing_moves_no_deadline_once_a_person_settles_that_it_left():
    stage, due_at = thanked(**BY_EMAIL)
    queue(stage)
    rows = Dispatch.objects.filter(letter__mailing=stage.mailing)
    rows.update(status="unknown", claimed_at=timezone.now())
    for row in rows:
        dispatch.confirm_sent(dispatch=row, evidence="In the server's log.", by=stage.clerk)
    assert standings(stage) == {("reached", due_at)}


@pytest.mark.parametrize(
    ("body", "asks"),
    [
        ("Please answer.", True),
        ("Please answer.\n\n{% response %}", True),
        (THANKS, False),
        ("Thank you.\n\n{%no_response%}", False),
        ("{% if is_public %}\nOne.\n{% endif %}\n\n{% no_response %}", False),
        ("{% if is_public %}\n{% no_response %}\n{% endif %}", True),
        ("Answer by {{ deadline }}.\n\n{% no_response %}", True),
        ("Answer on {{ deadline_date }}.\n\n{% no_response %}", True),
        ("Typed as \\{% no_response %}.", True),
    ],
)
def test_a_letter_asks_for_an_answer_where_it_prints_a_deadline(body, asks):
    assert LetterVersion(body=body).asks_for_an_answer is asks


def test_the_missing_ones_are_named_and_go_with_the_next_pack():
    stage, pack = packed()
    missing = stage.letters[1]
    post(stage, pack, count=2, missing_references=[missing.reference.lower()])
    assert statuses(stage) == ["sent", "cancelled", "sent"]
    assert stage.again().status == "sending"
    recipient = missing.recipient
    recipient.refresh_from_db()
    assert recipient.reach == "unknown"
    second = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert second.letter_count == 1
    post(stage, second)
    assert stage.again().status == "sent"


def test_a_letter_sent_again_that_is_missing_too_goes_with_the_next_pack():
    stage, pack = packed(2)
    post(stage, pack)
    letter = stage.letters[0]
    first = letter.dispatches.get()
    day = stage.mailing.letter_date
    dispatch.record_delivery(dispatch=first, status="returned", on=day, by=stage.clerk)
    dispatch.resend(letter=letter, channel="post", reason="New building.", by=stage.clerk)
    second = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    dispatch.discard_pack(pack=second, by=stage.clerk)
    third = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert [row.letter for row in third.dispatches.all()] == [letter]
    assert third.dispatches.get().reason == "New building."


def test_a_mailing_whose_last_waiting_letter_is_voided_is_sent():
    stage, pack = packed(3)
    missing = stage.letters[1]
    post(stage, pack, count=2, missing_references=[missing.reference])
    leave_out.void(letter=missing, reason="Closed down.", by=stage.manager)
    assert stage.again().status == "sent"


@pytest.mark.parametrize(("count", "missing"), [(2, 0), (4, 0), (3, 1), (0, 3)])
def test_a_count_that_does_not_agree_is_refused(count, missing):
    stage, pack = packed()
    names = [letter.reference for letter in stage.letters[:missing]]
    with pytest.raises(dispatch.CountDiffers):
        post(stage, pack, count=count, missing_references=names)
    assert statuses(stage) == ["queued"] * 3
    pack.refresh_from_db()
    assert pack.posted_on is None


def test_a_reference_of_another_pack_is_refused():
    stage, pack = packed()
    with pytest.raises(dispatch.NotInThisPack, match="XYZ-2026-0001-1"):
        post(stage, pack, missing_references=["XYZ-2026-0001-1"])


def test_a_pack_is_posted_once():
    stage, pack = packed()
    post(stage, pack)
    with pytest.raises(dispatch.AlreadyPosted):
        post(stage, pack)
    with pytest.raises(dispatch.AlreadyPosted):
        dispatch.discard_pack(pack=PrintPack.objects.get(pk=pack.pk), by=stage.clerk)


def test_another_day_than_the_letter_date_needs_counsels_acceptance():
    campaign_day = DAY * 3
    stage = stages.approved(3)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    today = stage.mailing.letter_date
    stage.mailing.letter_date = today - campaign_day  # as if it were dated earlier
    stage.mailing.save()
    with pytest.raises(dispatch.AnotherDayThanTheLetter, match="Counsel can accept the gap"):
        post(stage, pack, posted_on=today)
    approve.accept_gap(
        mailing=stage.mailing, until=today, reason="The printer failed.", by=stage.counsel
    )
    post(stage, pack, posted_on=today)
    assert statuses(stage) == ["sent"] * 3


def test_letters_are_not_posted_tomorrow_nor_before_they_were_approved():
    stage, pack = packed()
    for day in (stage.mailing.letter_date + DAY, stage.mailing.letter_date - DAY):
        with pytest.raises(dispatch.NotOnThatDay):
            post(stage, pack, posted_on=day)


# --- What the carrier says ---------------------------------------------------------


def sent_by_post(count: int = 3) -> tuple[stages.Stage, list[Dispatch]]:
    stage, pack = packed(count)
    post(stage, pack)
    return stage, list(Dispatch.objects.order_by("letter__position"))


def test_pasted_tracking_numbers_answer_for_every_line():
    stage, _ = sent_by_post()
    one, two, three = (letter.reference for letter in stage.letters)
    pasted = f"""{one}\t9407 1111 0552 0000 0000 02
{two}, 9407111105520000000002

{three} 9407 1111 0552 0000 0000 18
{three}
XYZ-2026-0001-1 9407111105520000000026"""
    outcomes = dispatch.set_tracking_numbers(mailing=stage.mailing, pasted=pasted, by=stage.clerk)
    assert [one.what for one in outcomes] == ["done", "refused", "done", "skipped", "refused"]
    assert "already the number of letter" in outcomes[1].reason
    assert "check digit" in outcomes[2].reason
    assert Dispatch.objects.exclude(tracking_number="").count() == 2


NUMBER = "9407111105520000000002"


def test_a_number_that_another_clerk_gives_between_the_look_and_the_save_is_refused(monkeypatch):
    _, (first, second, _) = sent_by_post()
    save = Dispatch.save

    def after_the_other(self, **fields) -> None:
        Dispatch.objects.filter(pk=second.pk).update(tracking_number=NUMBER)
        save(self, **fields)

    monkeypatch.setattr(Dispatch, "save", after_the_other)
    with pytest.raises(dispatch.TrackingNumberTaken, match="just given to another letter"):
        dispatch.set_tracking(dispatch=first, number=NUMBER, by=make_user("clerk"))
    assert not audit.history(first.letter).filter(verb="dispatch.tracked").exists()


@several_writers
@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_give_one_number_at_once_one_is_refused(monkeypatch):
    stage, rows = sent_by_post(2)
    both_looked, looking = threading.Barrier(2), delivery._refuse_taken
    looks = iter([both_looked.wait, both_looked.wait])

    def look(*given) -> None:
        looking(*given)
        next(looks, lambda: None)()  # only before the save, not when the save failed

    monkeypatch.setattr(delivery, "_refuse_taken", look)
    left, said = list(rows), []

    def give() -> None:
        try:
            said.append(dispatch.set_tracking(dispatch=left.pop(), number=NUMBER, by=stage.clerk))
        except dispatch.TrackingNumberTaken as refusal:
            said.append(str(refusal))
        finally:
            connections.close_all()

    together(give)
    assert len(said) == 2 and "" in said
    assert "already the number of letter" in max(said)
    assert Dispatch.objects.filter(tracking_number=NUMBER).count() == 1


def test_the_number_of_a_piece_that_was_not_posted_goes_with_it_into_the_next_pack():
    stage, pack = packed(2)
    missing, other = stage.letters
    dispatch.set_tracking(dispatch=missing.dispatches.get(), number=NUMBER, by=stage.clerk)
    post(stage, pack, count=1, missing_references=[missing.reference])
    dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    again = missing.dispatches.get(status="queued")
    dispatch.set_tracking(dispatch=again, number=NUMBER, by=stage.clerk)
    with pytest.raises(dispatch.TrackingNumberTaken, match=missing.reference):
        dispatch.set_tracking(dispatch=other.dispatches.get(), number=NUMBER, by=stage.clerk)
    assert list(missing.dispatches.values_list("status", "tracking_number")) == [
        ("cancelled", NUMBER),
        ("queued", NUMBER),
    ]


def test_a_piece_that_was_cancelled_meanwhile_gets_no_number():
    stage, pack = packed(1)
    (as_read,) = Dispatch.objects.all()
    dispatch.discard_pack(pack=pack, by=stage.clerk)
    with pytest.raises(dispatch.NotSentByPost):
        dispatch.set_tracking(dispatch=as_read, number=NUMBER, by=stage.clerk)


def test_what_was_not_posted_has_no_tracking_number():
    stage = stages.approved(1, channels=BY_EMAIL)
    with pytest.raises(dispatch.NotSentByPost):
        dispatch.set_tracking(dispatch=queue(stage)[0], number="9407" * 5, by=stage.clerk)


def test_news_of_several_letters_answers_for_every_reference():
    stage, _ = sent_by_post()
    one, two, _ = stage.letters
    outcomes = dispatch.record_deliveries(
        mailing=stage.mailing,
        references=[one.reference, two.reference, two.reference, "XYZ-2026-0001-1"],
        status="delivered",
        on=stage.mailing.letter_date,
        by=stage.clerk,
    )
    assert [one.what for one in outcomes] == ["done", "done", "refused", "refused"]
    assert statuses(stage) == ["delivered", "delivered", "sent"]


def test_a_letter_that_came_back_makes_its_recipient_undeliverable_and_a_refused_one_does_not():
    stage, (first, second, _) = sent_by_post()
    on = stage.mailing.letter_date
    dispatch.record_delivery(dispatch=first, status="returned", on=on, by=stage.clerk)
    dispatch.record_delivery(dispatch=second, status="refused", on=on, by=stage.clerk)
    reach = [letter.recipient.reach for letter in stage.letters]
    assert reach == ["undeliverable", "reached", "reached"]


def test_a_letter_is_not_delivered_before_it_left_nor_tomorrow():
    stage, (first, *_) = sent_by_post()
    for day in (stage.mailing.letter_date - DAY, stage.mailing.letter_date + DAY):
        with pytest.raises(dispatch.NotOnThatDay):
            dispatch.record_delivery(dispatch=first, status="delivered", on=day, by=stage.clerk)


def test_a_returned_letter_goes_again_as_a_new_attempt_by_a_named_person():
    stage, (first, *_) = sent_by_post()
    with pytest.raises(dispatch.StillAlive):
        dispatch.resend(letter=first.letter, channel="post", reason="Again.", by=stage.clerk)
    on = stage.mailing.letter_date
    dispatch.record_delivery(dispatch=first, status="returned", on=on, by=stage.clerk)
    with pytest.raises(dispatch.ReasonMissing):
        dispatch.resend(letter=first.letter, channel="post", reason=" ", by=stage.clerk)
    again = dispatch.resend(
        letter=first.letter, channel="post", reason="Unclaimed.", by=stage.clerk
    )
    assert (again.attempt, again.reason, again.queued_by) == (2, "Unclaimed.", stage.clerk)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    assert list(pack.dispatches.all()) == [again]


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_send_a_letter_again_at_once_one_is_told():
    stage, (row,) = sent_by_post(1)
    day = stage.mailing.letter_date
    dispatch.record_delivery(dispatch=row, status="returned", on=day, by=stage.clerk)
    ready, said = threading.Barrier(2), []

    def press() -> None:
        try:
            letter = Letter.objects.select_related("mailing__campaign").get(pk=row.letter_id)
            ready.wait()
            dispatch.resend(letter=letter, channel="post", reason="Again.", by=stage.clerk)
            said.append("queued")
        except dispatch.StillAlive:
            said.append("told")
        finally:
            connections.close_all()

    together(press)
    assert sorted(said) == ["queued", "told"]
    assert statuses(stage) == ["returned", "queued"]


# --- E-mail ------------------------------------------------------------------------


def test_each_message_carries_the_sealed_pdf_to_one_address_under_its_own_id():
    stage = stages.approved(3, channels=BY_EMAIL)
    rows = queue(stage)
    assert len({row.message_id for row in rows}) == 3
    tasks.send_emails(stage.mailing.pk)
    assert statuses(stage) == ["sent"] * 3
    messages = [outbox.opened(one.key) for one in outbox.listing()]
    assert {stored.message_id for stored, _, _ in messages} == {row.message_id for row in rows}
    assert {text.splitlines()[0] for _, text, _ in messages} == {"Dear Dr. Example:"}
    by_address = {stored.to: attachments for stored, _, attachments in messages}
    for row in rows:
        (attachment,) = by_address[row.to_address]
        assert filestore.sha256_of(attachment.content) == row.letter.pdf_sha256
        assert attachment.name == f"{row.letter.reference}.pdf"
    assert stage.again().status == "sent"
    assert set(stage.campaign.recipients.values_list("reach", flat=True)) == {"reached"}


def test_a_mailing_by_two_ways_is_sent_when_both_have_gone():
    stage = stages.approved(3, channels=BOTH)
    queue(stage)
    tasks.send_emails(stage.mailing.pk)
    assert stage.again().status == "sending"
    post(stage, dispatch.make_pack(mailing=stage.mailing, by=stage.clerk))
    assert stage.again().status == "sent"


def test_pressing_twice_queues_once():
    stage = stages.approved(3, channels=BY_EMAIL)
    queue(stage)
    with pytest.raises(dispatch.NothingToSend):
        dispatch.queue_emails(mailing=stage.mailing, count=3, by=stage.clerk)
    assert Dispatch.objects.count() == 3


def test_a_typed_count_that_differs_queues_nothing():
    stage = stages.approved(3, channels=BY_EMAIL)
    with pytest.raises(dispatch.CountDiffers, match="3 letters would go by e-mail"):
        dispatch.queue_emails(mailing=stage.mailing, count=2, by=stage.clerk)
    assert not Dispatch.objects.exists()


def test_nothing_is_mailed_on_another_day_than_the_letter_bears():
    stage = stages.approved(3, channels=BY_EMAIL)
    stage.mailing.letter_date -= DAY
    stage.mailing.save()
    with pytest.raises(dispatch.AnotherDayThanTheLetter):
        queue(stage)


def test_nothing_is_queued_where_the_last_step_fails(monkeypatch):
    stage = stages.approved(3, channels=BY_EMAIL)
    monkeypatch.setattr("letters.actions.dispatch.emails.wake", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        queue(stage)
    assert not Dispatch.objects.exists()
    assert stage.again().status == "approved"


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_message_once():
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    start = threading.Barrier(4)

    def worker() -> None:
        try:
            start.wait()
            dispatch.send_email(dispatch_pk=row.pk)
        finally:
            connections.close_all()

    together(worker, times=4)
    assert len(outbox.listing()) == 1
    assert statuses(stage) == ["sent"]


def test_a_message_whose_letter_is_damaged_is_held():
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    pdf = filestore.get(row.letter.pdf_sha256)
    damage(row.letter.pdf_sha256)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["held"]
    assert outbox.listing() == []
    filestore.put(pdf)
    dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["sent"]


def test_a_person_who_lost_the_right_meanwhile_sends_nothing():
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    stage.clerk.groups.clear()
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["held"]
    assert "may no longer send" in Dispatch.objects.get().detail


@pytest.mark.parametrize(
    ("mode", "status", "accepted"),
    [
        ("ok", "sent", 1),
        ("550", "failed", 0),
        ("451", "queued", 0),
        ("refuse_data", "failed", 0),
        ("drop_before_data", "queued", 0),
        ("drop_after_data", "unknown", 1),
        ("stall_after_data", "unknown", 1),
        ("drop_at_quit", "sent", 1),
    ],
)
def test_what_an_error_means_depends_on_when_it_came(mode, status, accepted, settings):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    with serving(mode, settings) as server:
        dispatch.send_email(dispatch_pk=row.pk)
        assert (statuses(stage), len(server.accepted)) == ([status], accepted)
        tasks.sweep()
        tasks.send_emails(stage.mailing.pk)
        assert len(server.accepted) == accepted


def test_a_server_that_is_not_there_is_tried_again_after_a_growing_while(settings):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    waits = []
    for _ in range(3):
        now = timezone.now()
        dispatch.send_email(dispatch_pk=row.pk)
        row.refresh_from_db()
        waits.append(round((row.retry_at - now).total_seconds() / 60))
        assert dispatch.send_email(dispatch_pk=row.pk) is None  # not before its time
        Dispatch.objects.update(retry_at=now)
    assert waits == [1, 2, 4]
    assert (row.status, row.tries) == ("queued", 3)
    Dispatch.objects.update(queued_at=timezone.now() - dispatch.GIVE_UP_AFTER - DAY)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["failed"]


def test_a_message_in_the_hand_of_a_dead_worker_becomes_unknown_and_is_never_sent_again():
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    now = timezone.now()
    Dispatch.objects.update(status="claimed", claim="dead", claimed_at=now - DAY, offered_at=now)
    dispatch.revive(now=timezone.now())
    assert statuses(stage) == ["claimed"]
    dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)
    assert statuses(stage) == ["unknown"]
    for _ in range(3):
        tasks.sweep()
        tasks.send_emails(stage.mailing.pk)
        dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["unknown"]
    assert outbox.listing() == []
    assert stage.again().status == "sending"
    with pytest.raises(dispatch.StillAlive):
        dispatch.resend(letter=row.letter, channel="email", reason="?", by=stage.clerk)


def sleep_before(monkeypatch: pytest.MonkeyPatch, thing: object, name: str) -> None:
    """The worker's process sleeps past its lease right before this call; the sweep comes."""
    call = getattr(thing, name)

    def late(*args, **fields):
        dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)
        return call(*args, **fields)

    monkeypatch.setattr(thing, name, late)


@pytest.mark.parametrize("command", ["connect", "mail", "rcpt"])
def test_a_worker_that_slept_before_the_first_byte_sends_nothing(monkeypatch, settings, command):
    """Staff may have queued the message again: it would leave twice."""
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    sleep_before(monkeypatch, smtplib.SMTP, command)
    with serving("ok", settings) as server:
        dispatch.send_email(dispatch_pk=row.pk)
        assert (statuses(stage), server.accepted) == (["held"], [])
        monkeypatch.undo()
        dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
        dispatch.send_email(dispatch_pk=row.pk)
        assert (statuses(stage), len(server.accepted)) == (["sent"], 1)


def test_a_worker_that_slept_writes_nothing_into_the_outbox(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    sleep_before(monkeypatch, emails, "_cover")
    dispatch.send_email(dispatch_pk=row.pk)
    assert (statuses(stage), outbox.listing()) == (["held"], [])
    assert "did not leave" in Dispatch.objects.get().detail


def test_a_message_that_was_taken_away_and_queued_again_is_not_the_first_workers(monkeypatch):
    """The first worker's claim is another than the second's, though the row is claimed again."""
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    cover = emails._cover

    def slept(letter):
        monkeypatch.setattr(emails, "_cover", cover)
        dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)
        dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
        assert emails._claim_email(row.pk)
        return cover(letter)

    monkeypatch.setattr(emails, "_cover", slept)
    dispatch.send_email(dispatch_pk=row.pk)
    assert (statuses(stage), outbox.listing()) == (["claimed"], [])


def test_the_sweep_does_not_hold_what_is_offered_while_it_looks(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    queue(stage)
    Dispatch.objects.update(status="claimed", claim="slow", claimed_at=timezone.now() - DAY)
    take = emails._take_from_silent

    def late(silent) -> None:
        emails._offer(Dispatch.objects.get())
        take(silent)

    monkeypatch.setattr(emails, "_take_from_silent", late)
    dispatch.revive(now=timezone.now())
    assert statuses(stage) == ["claimed"]


def test_that_it_did_not_leave_is_not_said_while_a_worker_could_wake_at_its_line(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)

    def sleeping(self, dispatched, cover, pdf, offer) -> None:
        offer()
        dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)
        with pytest.raises(dispatch.StillInHand, match="Look again after"):
            dispatch.confirm_not_sent(
                dispatch=Dispatch.objects.get(), evidence="Not in the log.", by=stage.clerk
            )

    monkeypatch.setattr("letters.channels.email.Email.send", sleeping)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["unknown"]
    Dispatch.objects.update(offered_at=timezone.now() - dispatch.LINE_OPEN)
    dispatch.confirm_not_sent(
        dispatch=Dispatch.objects.get(), evidence="Not in the log.", by=stage.clerk
    )
    assert statuses(stage) == ["failed"]


def test_what_the_worker_itself_does_not_know_is_settled_at_once(settings):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    with serving("drop_after_data", settings):
        dispatch.send_email(dispatch_pk=row.pk)
    assert Dispatch.objects.get().offered_at
    dispatch.confirm_not_sent(
        dispatch=Dispatch.objects.get(), evidence="Not in the log.", by=stage.clerk
    )
    assert statuses(stage) == ["failed"]


def unknown() -> tuple[stages.Stage, Dispatch]:
    stage = stages.approved(1, channels=BY_EMAIL)
    queue(stage)
    Dispatch.objects.update(status="unknown", claimed_at=timezone.now())
    return stage, Dispatch.objects.get()


def test_a_person_settles_that_it_left():
    stage, row = unknown()
    with pytest.raises(dispatch.ReasonMissing):
        dispatch.confirm_sent(dispatch=row, evidence="", by=stage.clerk)
    dispatch.confirm_sent(dispatch=row, evidence="In the server's log.", by=stage.clerk)
    assert statuses(stage) == ["sent"]
    assert stage.again().status == "sent"
    assert stage.campaign.recipients.get().reach == "reached"


def test_a_person_settles_that_it_did_not_leave_and_sends_it_again():
    stage, row = unknown()
    dispatch.confirm_not_sent(dispatch=row, evidence="Not in the log.", by=stage.clerk)
    again = dispatch.resend(
        letter=row.letter, channel="email", reason="It never left.", by=stage.clerk
    )
    assert again.message_id not in ("", row.message_id)
    tasks.send_emails(stage.mailing.pk)
    assert statuses(stage) == ["failed", "sent"]


def test_only_what_is_not_known_is_settled_by_hand():
    """A message in a worker's hand that is called "not sent" could be sent again beside it."""
    stage = stages.approved(1, channels=BY_EMAIL)
    queue(stage)
    for status in ("queued", "claimed", "held"):
        Dispatch.objects.update(status=status, claimed_at=timezone.now())
        for settle in (dispatch.confirm_sent, dispatch.confirm_not_sent):
            with pytest.raises(dispatch.NotInDoubt, match="Nothing was changed"):
                settle(dispatch=Dispatch.objects.get(), evidence="I think so.", by=stage.clerk)
        assert statuses(stage) == [status]


def test_a_second_press_of_release_does_not_send_what_a_worker_has_in_hand(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    Dispatch.objects.update(status="held")
    dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
    sent = []

    def sending(self, dispatched, cover, pdf, offer) -> None:
        sent.append(dispatched.pk)
        if len(sent) == 1:
            with pytest.raises(dispatch.NotInDoubt):
                dispatch.release(dispatch=Dispatch.objects.get(), by=stage.clerk)
            dispatch.work(mailing_pk=stage.mailing.pk, seconds=1)

    monkeypatch.setattr("letters.channels.email.Email.send", sending)
    dispatch.work(mailing_pk=stage.mailing.pk, seconds=1)
    assert sent == [row.pk]
    assert statuses(stage) == ["sent"]


def test_of_two_who_release_what_both_saw_held_one_is_told():
    """The second would queue again what a worker has in hand by now."""
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    Dispatch.objects.update(status="held")
    first, second = Dispatch.objects.get(), Dispatch.objects.get()
    dispatch.release(dispatch=first, by=stage.clerk)
    assert emails._claim_email(row.pk)
    with pytest.raises(lifecycle.MovedMeanwhile):
        dispatch.release(dispatch=second, by=stage.clerk)
    assert statuses(stage) == ["claimed"]
    assert audit.history(row.letter).filter(verb="dispatch.released").count() == 1


@pytest.mark.parametrize("left_first", [True, False])
def test_of_two_who_settle_what_both_saw_in_doubt_one_is_told(left_first):
    """Else the letter that left would be called not sent, and could go again."""
    stage, row = unknown()
    first, second = Dispatch.objects.get(), Dispatch.objects.get()
    ways = [dispatch.confirm_sent, dispatch.confirm_not_sent]
    one, other = ways if left_first else ways[::-1]
    one(dispatch=first, evidence="In the log.", by=stage.clerk)
    with pytest.raises(lifecycle.MovedMeanwhile):
        other(dispatch=second, evidence="In another log.", by=stage.clerk)
    assert statuses(stage) == ["sent" if left_first else "failed"]
    assert audit.history(row.letter).filter(verb="dispatch.settled").count() == 1


@several_writers
@pytest.mark.django_db(transaction=True)
def test_what_is_settled_by_one_person_is_not_settled_by_another_at_that_moment(monkeypatch):
    stage, row = unknown()
    same = Dispatch.objects.select_related("letter__mailing__campaign").get()
    settle = partial(dispatch.confirm_not_sent, evidence="Not there.", by=stage.clerk)
    settled = in_the_middle(monkeypatch, audit, "record", partial(settle, dispatch=same))
    dispatch.confirm_sent(dispatch=row, evidence="In the log.", by=stage.clerk)
    assert isinstance(settled(), lifecycle.MovedMeanwhile)
    assert statuses(stage) == ["sent"]


def test_a_worker_that_finishes_after_the_sweep_does_not_overrule_it(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)

    def sending(self, dispatched, cover, pdf, offer) -> None:
        offer()
        dispatch.revive(now=timezone.now() + dispatch.EMAIL_LEASE + DAY)

    monkeypatch.setattr("letters.channels.email.Email.send", sending)
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["unknown"]


def test_a_message_that_cannot_be_written_is_held_because_nothing_was_offered(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    (row,) = queue(stage)
    monkeypatch.setattr(
        "letters.actions.dispatch.emails.context.content", lambda letter: {}["no such word"]
    )
    dispatch.send_email(dispatch_pk=row.pk)
    assert statuses(stage) == ["held"]
    assert "no such word" in Dispatch.objects.get().detail


def test_one_part_of_the_sweep_that_fails_keeps_no_other_from_its_work(monkeypatch):
    stage = stages.approved(1, channels=BY_EMAIL)
    queue(stage)
    Dispatch.objects.update(status="claimed", claimed_at=timezone.now() - DAY)
    monkeypatch.setattr("letters.tasks.render.revive", lambda now: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.sweep()
    assert statuses(stage) == ["held"]


def test_the_sweep_wakes_a_worker_for_messages_that_wait():
    stage = stages.approved(2, channels=BY_EMAIL)
    queue(stage)
    assert dispatch.revive(now=timezone.now()) == [stage.mailing.pk]
    tasks.send_emails(stage.mailing.pk)
    assert dispatch.revive(now=timezone.now()) == []


def test_a_mailing_that_is_not_approved_sends_no_message():
    stage = stages.rendered(1, channels=BY_EMAIL)
    with pytest.raises(dispatch.NotApproved):
        dispatch.queue_emails(mailing=stage.mailing, count=1, by=make_user("clerk"))
