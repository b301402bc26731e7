"""Print packs: made, posted by count, discarded, and of two at once one is told."""

import io
from collections.abc import Callable
from functools import partial

import pikepdf
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from campaigns import audit, filestore
from letters import lifecycle
from letters.actions import approve, dispatch, leave_out
from letters.actions import mailing as mailing_actions
from letters.channels import post as post_channel
from letters.models import Dispatch, Mailing, PrintPack
from tests.letters import stages
from tests.letters.actions.dispatch.steps import (
    DAY,
    damage,
    in_the_middle,
    packed,
    post,
    several_writers,
    statuses,
    together,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


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


def test_a_pack_of_many_letters_asks_the_database_no_more_than_one_of_few():
    def queries(count: int) -> int:
        stage = stages.approved(count)
        with CaptureQueriesContext(connection) as captured:
            dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
        return len(captured)

    assert queries(3) == queries(30)


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


def test_nothing_of_a_mailing_that_is_not_approved_is_packed():
    stage = stages.rendered(3)
    with pytest.raises(dispatch.NotApproved):
        dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)


def meanwhile(monkeypatch: pytest.MonkeyPatch, decide: Callable[[], object]) -> None:
    """While the PDFs are joined, which takes seconds, somebody else decides."""
    join = post_channel.pack

    def joined(letters, into):
        made = join(letters, into)
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


def test_posted_letters_are_sent_and_their_recipients_reached():
    stage, pack = packed()
    post(stage, pack)
    assert statuses(stage) == ["sent"] * 3
    assert stage.again().status == "sent"
    for recipient in stage.campaign.recipients.all():
        assert (recipient.reach, recipient.due_at) == ("reached", stage.mailing.printed_deadline)
    assert audit.history(stage.mailing)[0].verb == "mailing.sent"


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
