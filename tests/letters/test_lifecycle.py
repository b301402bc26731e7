"""The tables of legal moves, and the compare-and-swap that makes one."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from campaigns import guards
from letters import lifecycle
from letters.lifecycle import TABLES, IllegalMove, MovedMeanwhile
from letters.models import Dispatch, Incoming, Letter, Mailing
from tests.factories import make_letter, make_mailing

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)

PAIRS = [
    (model, status, to)
    for model in (Mailing, Letter, Dispatch, Incoming)
    for status in model.Status.values
    for to in model.Status.values
]


@pytest.mark.parametrize("model", [Mailing, Letter, Dispatch, Incoming])
def test_every_status_is_in_its_table_and_leads_only_to_known_ones(model):
    table = TABLES[model]
    assert set(table) == set(model.Status.values)
    assert set().union(*table.values()) <= set(model.Status.values)


@pytest.mark.parametrize(("model", "status", "to"), PAIRS)
def test_only_a_move_in_the_table_may_be_made(model, status, to):
    assert lifecycle.may(model(status=status), to) == (to in TABLES[model][status])


def test_a_status_never_leads_to_itself():
    assert not [(model, status) for model, status, to in PAIRS if to == status
                and to in TABLES[model][status]]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "ends"),
    [
        (Mailing, {"sent", "cancelled"}),
        (Letter, {"void"}),
        (Dispatch, {"returned", "refused", "bounced", "failed", "cancelled"}),
        (Incoming, {"recorded"}),
    ],
)
def test_these_statuses_are_final(model, ends):
    assert {status for status, to in TABLES[model].items() if not to} == ends


def test_a_sealed_letter_is_never_rendered_again():
    assert TABLES[Letter]["sealed"] == {"void"}


def test_what_is_not_known_to_have_left_is_never_queued_again():
    assert TABLES[Dispatch]["unknown"] == {"sent", "failed"}


def test_only_an_approved_mailing_leads_to_sending():
    assert [status for status, to in TABLES[Mailing].items() if "sending" in to] == ["approved"]


def test_a_move_changes_the_row_and_the_instance():
    letter = make_letter(make_mailing())
    lifecycle.move(letter, Letter.Status.VOID, status_reason="Left out.")
    assert (letter.status, letter.status_reason) == ("void", "Left out.")
    letter.refresh_from_db()
    assert (letter.status, letter.status_reason) == ("void", "Left out.")


def test_a_move_outside_the_table_is_refused_in_words():
    letter = make_letter(make_mailing())
    with pytest.raises(IllegalMove, match=r"is draft and cannot become sealed\."):
        lifecycle.move(letter, Letter.Status.SEALED)


def test_of_two_people_who_make_one_move_the_second_is_told():
    mailing = make_mailing()
    first, second = Mailing.objects.get(pk=mailing.pk), Mailing.objects.get(pk=mailing.pk)
    lifecycle.move(first, Mailing.Status.CANCELLED)
    with pytest.raises(MovedMeanwhile, match="changed by somebody else"):
        lifecycle.move(second, Mailing.Status.RENDERING)
    mailing.refresh_from_db()
    assert mailing.status == "cancelled"


@pytest.mark.parametrize("model", [Mailing, Letter, Dispatch])
def test_the_database_holds_each_table_whoever_writes(model):
    (guard,) = [one for one in guards.guards() if one.table == model._meta.db_table]
    assert (guard.column, guard.moves) == ("status", TABLES[model])


def test_an_update_past_every_action_moves_by_the_table_only():
    letter = make_letter(make_mailing())
    rows = Letter.objects.filter(pk=letter.pk)
    for to in ("sealed", "nonsense"):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(status=to)
    assert rows.update(status="void", status_reason="x") == 1
    with pytest.raises(IntegrityError, match="letters_letter_status_moves"), transaction.atomic():
        rows.update(status="draft", status_reason="")
    mailing = Mailing.objects.filter(pk=letter.mailing_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        mailing.update(status="ready")
    assert mailing.update(status="rendering") == 1


def test_moving_many_moves_only_those_that_may():
    mailing = make_mailing()
    draft, left_out = make_letter(mailing), make_letter(mailing, status="void", status_reason="x")
    moved = lifecycle.move_all(mailing.letters.all(), Letter.Status.QUARANTINED, status_reason="y")
    assert moved == 1
    draft.refresh_from_db()
    left_out.refresh_from_db()
    assert (draft.status, left_out.status) == ("quarantined", "void")


def test_rows_are_moved_at_once_each_with_values_of_its_own(django_assert_num_queries):
    mailing = make_mailing()
    letters = [make_letter(mailing) for _ in range(4)]
    Letter.objects.filter(pk=letters[3].pk).update(status="void", status_reason="Left out.")
    each = {
        letter.pk: {
            "pdf_sha256": str(number) * 64,
            "page_count": number,
            "measures": {"lines": number} if number != 2 else None,
        }
        for number, letter in enumerate(letters, start=1)
    }
    with django_assert_num_queries(1):
        moved = lifecycle.move_each(mailing.letters.all(), "rendered", each, rendered_at=NOW)
    assert moved == 3
    found = mailing.letters.order_by("pk").values_list(
        "status", "pdf_sha256", "page_count", "measures", "rendered_at"
    )
    assert list(found) == [
        ("rendered", "1" * 64, 1, {"lines": 1}, NOW),
        ("rendered", "2" * 64, 2, None, NOW),
        ("rendered", "3" * 64, 3, {"lines": 3}, NOW),
        ("void", "", None, None, None),
    ]
    assert mailing.letters.filter(measures__isnull=True).count() == 2
    assert lifecycle.move_each(mailing.letters.all(), "rendered", {}) == 0
