"""Rendering: claims, leases, letters set aside, and work found again from rows."""

import datetime
import threading

import pytest
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import audit, filestore
from letters import tasks
from letters.actions import freshness, leave_out, mailing, preflight, render
from letters.merge import press
from letters.models import Letter, Mailing
from tests.factories import make_campaign, make_institution, make_recipient
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]
SECONDS = datetime.timedelta(seconds=1)


def started(count: int = 3) -> stages.Stage:
    stage = stages.prepared(count)
    render.start(mailing=stage.mailing, by=stage.manager)
    return stage


def take(stage: stages.Stage, limit: int = 8, now=None) -> list[Letter]:
    return render.claim(mailing_pk=stage.mailing.pk, limit=limit, now=now or timezone.now())


def finish(stage: stages.Stage) -> None:
    while render.work(mailing_pk=stage.mailing.pk, seconds=60):
        pass
    stage.again()


def test_every_letter_is_made_and_the_mailing_is_ready_with_its_digest():
    stage = started(10)
    finish(stage)
    assert stage.mailing.status == "ready"
    assert len(stage.mailing.digest) == 64
    for letter in stage.letters:
        assert letter.status == "rendered" and letter.page_count == 2 and letter.input_sha256
        assert filestore.get(letter.pdf_sha256).startswith(b"%PDF-")
    assert audit.history(stage.mailing)[0].sentence.endswith("10 letters made, 0 set aside.")


def test_a_red_finding_stops_the_rendering():
    campaign = make_campaign()
    make_recipient(campaign, make_institution(street=""))
    stage = stages.prepared(2, campaign=campaign)
    with pytest.raises(render.MustBeFixed, match="1 letter cannot be written yet"):
        render.start(mailing=stage.mailing, by=stage.manager)
    assert stage.again().status == "preparing"


def test_rendering_starts_from_the_data_of_that_moment():
    stage = stages.prepared(1)
    institution = stage.letters[0].recipient.institution
    institution.street = "9 New Street"
    institution.save()
    render.start(mailing=stage.mailing, by=stage.manager)
    assert "9 New Street" in str(stage.letters[0].merge_data)


def test_a_start_with_nothing_left_to_render_says_so():
    stage = stages.rendered(2)
    mailing = stage.again()
    Mailing.objects.filter(pk=mailing.pk).update(status="preparing")
    render.start(mailing=stage.again(), by=stage.manager)
    (event,) = audit.history(stage.mailing).filter(verb="mailing.rendering")[:1]
    assert event.sentence == f"had “{mailing}” looked at: every letter is rendered already."


def test_nothing_is_started_where_the_last_step_fails(monkeypatch):
    stage = stages.prepared(1)
    monkeypatch.setattr(render, "wake", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        render.start(mailing=stage.mailing, by=stage.manager)
    assert stage.again().status == "preparing"


# --- Again after a change ----------------------------------------------------------


def moved(stage: stages.Stage, street: str) -> None:
    institution = stage.letters[0].recipient.institution
    institution.street = street
    institution.save()


def test_what_was_changed_is_taken_in_and_rendered_alone():
    stage = stages.rendered(3)
    moved(stage, "9 New Street")
    changed = render.start_again(mailing=stage.again(), by=stage.manager)
    assert (changed, stage.again().status) == (1, "rendering")
    assert [letter.status for letter in stage.letters] == ["draft", "rendered", "rendered"]
    assert "9 New Street" in str(stage.letters[0].merge_data)
    verbs = [event.verb for event in audit.history(stage.mailing)[:2]]
    assert verbs == ["mailing.rendering", "mailing.refreshed"]


def test_what_is_red_after_a_change_is_taken_in_and_stops_the_rendering():
    stage = stages.rendered(2)
    moved(stage, "")
    with pytest.raises(render.MustBeFixed, match="1 letter cannot be written yet"):
        render.start_again(mailing=stage.again(), by=stage.manager)
    assert stage.again().status == "preparing"
    assert stage.mailing.findings.filter(code="no-street", letter=stage.letters[0]).exists()
    assert audit.history(stage.mailing)[0].verb == "mailing.refreshed"


def test_nothing_is_taken_in_where_the_last_step_fails(monkeypatch):
    stage = stages.rendered(2)
    moved(stage, "9 New Street")
    monkeypatch.setattr(render, "wake", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        render.start_again(mailing=stage.again(), by=stage.manager)
    assert stage.again().status == "ready"
    assert "9 New Street" not in str(stage.letters[0].merge_data)


# --- Checked once more -------------------------------------------------------------


def without_street(stage: stages.Stage) -> None:
    institution = stage.letters[0].recipient.institution
    institution.street = ""
    institution.save()


def made_and_settled(stage: stages.Stage, now: datetime.datetime) -> set[str]:
    """The codes of what is found in the letters once all are rendered."""
    render.keep(render.make(take(stage)), now=now)
    assert render.settle(mailing_pk=stage.mailing.pk, now=now)
    return set(stage.again().findings.filter(letter__isnull=False).values_list("code", flat=True))


def test_once_rendered_the_pages_are_checked_and_what_was_found_in_the_data_stays():
    stage = stages.prepared(2)
    stage.letters[0].recipient.institution.facts.all().delete()
    render.start(mailing=stage.mailing, by=stage.manager)
    before = set(stage.mailing.findings.values_list("pk", "code"))
    assert before
    without_street(stage)  # by nobody: no event tells of it
    found = made_and_settled(stage, timezone.now())
    assert "no-street" not in found
    assert before <= set(stage.mailing.findings.values_list("pk", "code"))


def test_once_rendered_the_data_is_checked_again_where_somebody_decided_something():
    stage = started(2)
    without_street(stage)
    with transaction.atomic():
        audit.record(
            "institution.changed",
            subject=stage.letters[0].recipient.institution,
            by=stage.manager,
            sentence="took its street away.",
        )
    assert "no-street" in made_and_settled(stage, timezone.now())


def test_once_rendered_the_data_is_checked_again_on_another_day():
    stage = started(2)
    without_street(stage)
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    assert "no-street" in made_and_settled(stage, tomorrow)


def test_a_letter_set_aside_is_found_once_rendered(monkeypatch):
    stage = started(2)
    refusing(monkeypatch, stage, 1, press.RenderRefused("Too long."))
    assert "set-aside" in made_and_settled(stage, timezone.now())


# --- Claims ------------------------------------------------------------------------


def test_a_claim_counts_the_attempt_before_the_work_and_holds_it_for_a_while():
    stage = started(3)
    now = timezone.now()
    letters = take(stage, limit=2, now=now)
    assert [letter.position for letter in letters] == [1, 2]
    assert {(letter.attempts, letter.lease_until) for letter in letters} == {
        (1, now + render.LEASE)
    }


def test_what_is_claimed_is_not_claimed_again_while_the_lease_runs():
    stage = started(3)
    first = take(stage, limit=2)
    second = take(stage, limit=2)
    assert {letter.pk for letter in first}.isdisjoint(letter.pk for letter in second)
    assert take(stage) == []


def test_letters_of_a_dead_worker_are_taken_again_one_by_one():
    stage = started(4)
    take(stage, limit=3)
    later = timezone.now() + render.LEASE + SECONDS
    assert [letter.position for letter in take(stage, now=later)] == [4]  # fresh ones first
    again = take(stage, now=later)
    assert [(letter.position, letter.attempts) for letter in again] == [(1, 2)]


def test_a_worker_whose_claim_was_lost_keeps_nothing():
    stage = started(1)
    slow = take(stage)
    later = timezone.now() + render.LEASE + SECONDS
    quick = take(stage, now=later)
    render.keep(render.make(quick), now=later)
    before = stage.letters[0]
    render.keep([render.Made(slow[0], pdf_sha256="0" * 64, pages=9)], now=later)
    after = stage.letters[0]
    assert (after.pdf_sha256, after.page_count) == (before.pdf_sha256, 2)


def test_data_that_changes_while_a_worker_has_the_letter_takes_it_out_of_its_hand():
    stage = started(1)
    held = take(stage)
    render.stop(mailing=stage.mailing, by=stage.manager)
    institution = held[0].recipient.institution
    institution.street = "9 New Street"
    institution.save()
    mailing.refresh(mailing=stage.again(), by=stage.manager)
    render.keep(render.make(held), now=timezone.now())
    assert stage.letters[0].status == "draft"


def test_nothing_is_claimed_of_a_mailing_that_was_stopped():
    stage = started(3)
    render.stop(mailing=stage.mailing, by=stage.manager)
    assert take(stage) == []
    assert stage.again().status == "preparing"


def test_what_was_rendered_before_a_stop_is_not_made_again():
    stage = started(3)
    render.keep(render.make(take(stage, limit=1)), now=timezone.now())
    render.stop(mailing=stage.mailing, by=stage.manager)
    first = stage.letters[0].rendered_at
    render.start(mailing=stage.again(), by=stage.manager)
    finish(stage)
    assert stage.letters[0].rendered_at == first
    assert stage.mailing.status == "ready"


def test_of_a_chunk_a_worker_keeps_what_it_still_holds():
    stage = started(3)
    now = timezone.now()
    slow = take(stage, now=now)
    made = render.make(slow)
    Letter.objects.filter(pk=slow[1].pk).update(claim="another worker's")
    render.keep(made, now=now)
    assert [letter.status for letter in stage.letters] == ["rendered", "draft", "rendered"]
    assert stage.letters[1].claim == "another worker's"
    assert len({letter.pdf_sha256 for letter in stage.letters}) == 3


def test_letters_that_were_not_begun_are_given_back_and_were_no_attempt(monkeypatch):
    stage = started(12)
    monkeypatch.setattr(render, "_LONGEST_CHUNK", 0)
    letters = take(stage)
    made = render.make(letters)
    assert 0 < len(made) < len(letters)
    render.keep(made, now=timezone.now())
    render.give_back(render._without(letters, made))
    left = stage.mailing.letters.filter(status="draft")
    assert set(left.values_list("attempts", "claim", "lease_until")) == {(0, "", None)}
    finish(stage)
    assert {(letter.status, letter.attempts) for letter in stage.letters} == {("rendered", 1)}


def test_the_lease_of_a_whole_chunk_is_renewed_while_one_letter_takes_long(monkeypatch):
    letters = take(started(3))
    renewed, was_renewed = [], threading.Event()

    def renew(chunk):
        renewed.append([letter.pk for letter in chunk])
        was_renewed.set()

    def slow(content, *, by_class):
        assert was_renewed.wait(timeout=30)
        return stages.quick_pdf(content)

    monkeypatch.setattr(render, "_RENEWED_EVERY", 0.05)
    monkeypatch.setattr(render, "_renew_lease", renew)
    stages.set_with(monkeypatch, slow)
    assert [one.stumble for one in render.make(letters)] == ["", "", ""]
    assert renewed[0] == [letter.pk for letter in letters]


def test_what_another_worker_took_is_not_given_back():
    stage = started(1)
    lost = take(stage)
    later = timezone.now() + render.LEASE + SECONDS
    take(stage, now=later)
    render.give_back(lost)
    assert stage.letters[0].claim and stage.letters[0].attempts == 2


@pytest.mark.parametrize(
    ("made", "seconds", "next_"), [(8, 0.2, 40), (8, 2.5, 3), (1, 30, 1), (200, 0, 250)]
)
def test_a_chunk_is_as_many_letters_as_were_made_in_a_second(made, seconds, next_):
    assert render._as_many_as_in_a_second(made, seconds) == next_


def test_letters_are_claimed_and_kept_without_a_query_for_each(django_assert_num_queries):
    stage = started(30)
    for limit in (3, 20):
        with django_assert_num_queries(7):
            letters = take(stage, limit=limit)
        made = render.make(letters)
        assert len(made) == limit
        with django_assert_num_queries(4):
            render.keep(made, now=timezone.now())


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL reads few rows one after the other."
)
def test_the_next_letters_are_found_without_looking_through_the_mailing():
    stage = started(3)
    with CaptureQueriesContext(connection) as asked:
        take(stage, limit=2)
    by_attempts = [
        query["sql"]
        for query in asked
        if query["sql"].startswith("SELECT") and '"attempts" ' in query["sql"].partition("WHERE")[2]
    ]
    assert len(by_attempts) == 2
    for sql in by_attempts:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = str(cursor.fetchall())
        assert "INDEX next_letters_to_make (mailing_id=? AND status=? AND attempts" in plan


def test_making_letters_asks_the_database_nothing(monkeypatch, django_assert_num_queries):
    letters = take(started(6))
    monkeypatch.setattr(BaseDatabaseWrapper, "connect", lambda self: 1 / 0)
    with django_assert_num_queries(0):
        made = render.make(letters)
    assert [one.letter.pk for one in made] == [letter.pk for letter in letters]
    assert all(one.pdf_sha256 for one in made)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_each_letter_once(monkeypatch):
    stage = started(12)
    made = []

    def noting(content, by_class):
        made.append(content.reference)
        return stages.quick_pdf(content)

    stages.set_with(monkeypatch, noting)

    def worker() -> None:
        try:
            tasks.render.work(mailing_pk=stage.mailing.pk, seconds=60)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=worker) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(made) == sorted(letter.reference for letter in stage.letters)
    assert stage.again().status == "ready"


@pytest.mark.django_db(transaction=True)
def test_a_letter_kept_while_the_mailing_is_started_anew_is_not_left_as_it_was(monkeypatch):
    """In each database: it is kept before the start looks at it, or not at all."""
    stage = started(2)
    held = take(stage, limit=1)
    made = render.make(held)
    render.stop(mailing=stage.again(), by=stage.manager)
    name = stage.letters[1].recipient.institution
    name.name = "Ωmega College"  # the fonts of all letters are others by it
    name.save()
    has_read, may_go_on = threading.Event(), threading.Event()
    checked = preflight.run

    def checked_slowly(*args, **kwargs):
        has_read.set()
        may_go_on.wait(1)  # for a worker that would not be kept waiting
        return checked(*args, **kwargs)

    monkeypatch.setattr(render.preflight, "run", checked_slowly)

    def worker() -> None:
        try:
            has_read.wait(20)
            render.keep(made, now=timezone.now())
            may_go_on.set()
        finally:
            connections.close_all()

    one = threading.Thread(target=worker)
    one.start()
    render.start(mailing=stage.again(), by=stage.manager)
    one.join()
    assert {letter.status for letter in stage.letters} == {"draft"}
    finish(stage)
    assert freshness.stale(freshness.read_standing(stage.mailing)) == []


# --- Letters that cannot be made ---------------------------------------------------


def refusing(monkeypatch, stage: stages.Stage, position: int, error: Exception) -> None:
    bad = stage.letters[position].reference

    def render_or_raise(content, by_class):
        if content.reference == bad:
            raise error
        return stages.quick_pdf(content)

    stages.set_with(monkeypatch, render_or_raise)


def test_a_letter_that_is_refused_is_set_aside_at_once_and_the_others_go_on(monkeypatch):
    stage = started(3)
    refusing(monkeypatch, stage, 1, press.RenderRefused("No typeface has the character 🂡."))
    finish(stage)
    assert [letter.status for letter in stage.letters] == ["rendered", "quarantined", "rendered"]
    bad = stage.letters[1]
    assert (bad.attempts, bad.status_reason) == (1, "No typeface has the character 🂡.")
    assert stage.mailing.status == "ready"
    assert audit.history(bad)[0].verb == "letter.set_aside"


@pytest.mark.parametrize(
    "error", [press.RenderCrashed("The press died."), OSError("disk"), press.RenderTimedOut("slow")]
)
def test_a_letter_that_crashes_the_press_is_set_aside_after_three_attempts(monkeypatch, error):
    stage = started(3)
    refusing(monkeypatch, stage, 0, error)
    finish(stage)
    assert [letter.status for letter in stage.letters] == ["quarantined", "rendered", "rendered"]
    assert stage.letters[0].attempts == 3
    assert stage.letters[0].status_reason.startswith("Tried 3 times.")


def test_a_letter_that_kills_its_worker_is_set_aside_after_three_attempts():
    stage = started(1)
    now = timezone.now()
    for _ in range(3):
        assert len(take(stage, now=now)) == 1
        now += render.LEASE + SECONDS
    assert take(stage, now=now) == []
    assert stage.letters[0].status_reason.startswith("The worker stopped 3 times")
    assert stage.letters[0].status == "quarantined"


def test_what_was_set_aside_is_tried_again_when_a_person_says_so(monkeypatch):
    stage = started(2)
    refusing(monkeypatch, stage, 0, press.RenderRefused("No."))
    finish(stage)
    stages.set_with(monkeypatch, stages.quick_pdf)
    render.retry_set_aside(mailing=stage.mailing, by=stage.manager)
    finish(stage)
    assert {letter.status for letter in stage.letters} == {"rendered"}
    assert stage.mailing.status == "ready"


def test_nothing_set_aside_is_nothing_to_try_again():
    stage = stages.rendered(2)
    with pytest.raises(render.NothingSetAside):
        render.retry_set_aside(mailing=stage.mailing, by=stage.manager)


def test_leaving_the_last_waiting_letter_out_lets_the_mailing_be_ready():
    stage = started(2)
    render.keep(render.make(take(stage, limit=1)), now=timezone.now())
    leave_out.leave_out(
        letter=Letter.objects.get(pk=stage.letters[1].pk), reason="Closed.", by=stage.manager
    )
    assert render.revive(now=timezone.now()) == []
    assert stage.again().status == "ready"


# --- Found again from rows ---------------------------------------------------------


def test_the_sweep_finds_the_letters_of_a_dead_worker_and_says_what_happened():
    stage = started(4)
    render.keep(render.make(take(stage, limit=1)), now=timezone.now())
    take(stage, limit=2)
    later = timezone.now() + render.SILENCE + SECONDS
    assert render.revive(now=later) == [stage.mailing.pk]
    event = audit.history(stage.mailing)[0]
    assert event.verb == "mailing.resumed"
    assert "with 2 letters in hand, which were given out again" in event.sentence
    assert "lost: 0" in event.sentence
    finish(stage)
    assert {letter.status for letter in stage.letters} == {"rendered"}


def test_the_sweep_finds_the_dead_hand_while_another_one_works():
    stage = started(4)
    now = timezone.now()
    dead = take(stage, limit=2, now=now)
    later = now + render.SILENCE + SECONDS
    alive = take(stage, limit=1, now=later)
    assert render.revive(now=later) == [stage.mailing.pk]
    held = {letter.pk for letter in stage.letters if letter.claim}
    assert held == {letter.pk for letter in alive}
    assert f"A worker stopped at {timezone.localtime(now):%H:%M:%S}" in (
        audit.history(stage.mailing)[0].sentence
    )
    assert render.revive(now=later + SECONDS) == []
    assert len(dead) == 2


def test_a_stop_between_two_chunks_is_told_too():
    stage = started(4)
    now = timezone.now()
    render.keep(render.make(take(stage, limit=1, now=now)), now=now)
    assert render.revive(now=now + render.SILENCE + SECONDS) == [stage.mailing.pk]
    event = audit.history(stage.mailing)[0]
    assert event.verb == "mailing.resumed" and "in hand" not in event.sentence


def test_the_sweep_leaves_a_mailing_alone_that_a_worker_has_in_hand():
    stage = started(3)
    take(stage, limit=1)
    assert render.revive(now=timezone.now()) == []


def test_the_sweep_wakes_a_mailing_whose_message_was_lost_without_telling_of_a_stop():
    stage = started(3)
    assert render.revive(now=timezone.now() + 40 * SECONDS) == [stage.mailing.pk]
    assert audit.history(stage.mailing)[0].verb == "mailing.rendering"


def test_the_tasks_call_the_actions_and_may_run_twice(monkeypatch):
    stage = started(9)
    tasks.render_mailing(stage.mailing.pk)
    tasks.render_mailing(stage.mailing.pk)
    tasks.sweep()
    assert stage.again().status == "ready"


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_costs_time_and_nothing_else(monkeypatch):
    from kombu.exceptions import OperationalError

    def down(*args, **kwargs):
        raise OperationalError("no broker")

    monkeypatch.setattr("letters.actions.wake.current_app.send_task", down)
    stage = started(2)
    assert stage.again().status == "rendering"
    assert not connection.in_atomic_block


# --- Progress ----------------------------------------------------------------------


def test_progress_is_counted_from_rows():
    stage = started(4)
    now = timezone.now()
    render.keep(render.make(take(stage, limit=2, now=now)), now=now)
    take(stage, limit=1, now=now)
    Mailing.objects.filter(pk=stage.mailing.pk).update(rendering_started_at=now - 10 * SECONDS)
    seen = render.progress(stage.again(), now=now)
    assert (seen.total, seen.rendered, seen.in_hand, seen.set_aside) == (4, 2, 1, 0)
    assert (seen.waiting, seen.rate, seen.seconds_left) == (2, 0.2, 10)


def test_progress_knows_no_time_left_before_the_first_letter():
    seen = render.progress(started(2).mailing, now=timezone.now() + 5 * SECONDS)
    assert (seen.rate, seen.seconds_left) == (0, None)
    assert 4 <= seen.silent_for <= 6
