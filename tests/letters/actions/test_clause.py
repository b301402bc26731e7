"""The clause library: what may be kept, and that the program's own never overwrite anybody's."""

import json

import pytest

from campaigns.models import AuditEvent
from letters.actions import clause as actions
from letters.actions.clause import Wording
from letters.models import Clause
from letters.starters import ClauseText, clauses
from tests.factories import make_ground, make_user

pytestmark = pytest.mark.django_db

WORDING = Wording(
    "Preservation", "Before a dispute.", "Please keep what {{ institution_name }} has."
)


@pytest.fixture
def drafter():
    return make_user("drafter")


@pytest.fixture
def clause(drafter):
    return actions.add(wording=WORDING, by=drafter)


def changed(**words):
    return Wording(**{**vars(WORDING), **words})


def test_a_clause_is_added_with_its_event(clause, drafter):
    assert (clause.name, clause.text, clause.changed_by) == (
        "Preservation",
        WORDING.text,
        drafter,
    )
    event = AuditEvent.objects.get()
    assert (event.verb, event.sentence) == ("clause.added", "added the clause “Preservation”.")


def test_two_clauses_never_bear_one_name(clause, drafter):
    with pytest.raises(actions.NameIsTaken, match="PRESERVATION"):
        actions.add(wording=changed(name="PRESERVATION"), by=drafter)
    other = actions.add(wording=changed(name="Other"), by=drafter)
    with pytest.raises(actions.NameIsTaken):
        actions.change(clause=other, wording=changed(name="preservation"), by=drafter)


def test_a_text_that_could_stand_in_no_letter_is_refused_with_its_place(drafter):
    with pytest.raises(actions.ClauseRefused, match="Line 2, column 4: There is no field nobody"):
        actions.add(wording=changed(text="A\nof {{ nobody }} {{ nowhere }}"), by=drafter)
    assert not Clause.objects.exists()


def test_a_clause_may_ask_about_any_ground(drafter):
    text = "{% if cites_title_vi %}\nx\n{% endif %}"
    with pytest.raises(actions.ClauseRefused):
        actions.add(wording=changed(text=text), by=drafter)
    make_ground(key="title_vi")
    assert actions.add(wording=changed(text=text), by=drafter).text == text


def test_a_change_keeps_before_and_after(clause, drafter):
    other = make_user("manager")
    actions.change(clause=clause, wording=changed(text="Keep all."), by=other)
    clause.refresh_from_db()
    assert (clause.text, clause.changed_by) == ("Keep all.", other)
    kept = json.loads(AuditEvent.objects.get(verb="clause.changed").payload)
    assert kept["data"]["changes"] == {"text": [WORDING.text, "Keep all."]}


def test_nothing_changed_is_no_event(clause, drafter):
    actions.change(clause=clause, wording=WORDING, by=drafter)
    assert AuditEvent.objects.count() == 1


def test_an_archived_clause_is_restored_before_it_is_changed(clause, drafter):
    actions.archive(clause=clause, by=drafter)
    with pytest.raises(actions.ClauseIsArchived, match="Restore it first"):
        actions.change(clause=clause, wording=changed(text="x"), by=drafter)
    actions.restore(clause=clause, by=drafter)
    assert actions.change(clause=clause, wording=changed(text="x"), by=drafter).text == "x"


def test_a_failing_audit_event_undoes_the_clause(drafter, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions.audit, "record", fail)
    with pytest.raises(RuntimeError):
        actions.add(wording=WORDING, by=drafter)
    assert not Clause.objects.exists()


def test_the_programs_clauses_are_taken_in_once(drafter):
    assert len(actions.seed(texts=clauses(), by=drafter)) == len(clauses())
    assert actions.seed(texts=clauses(), by=drafter) == []


def test_a_clause_that_was_changed_or_renamed_is_never_touched(drafter):
    text = ClauseText("preservation", "Preservation of records", "", "Theirs.")
    (kept,) = actions.seed(texts=[text])
    actions.change(clause=kept, wording=Wording("Our own", "", "Ours."), by=drafter)
    actions.add(wording=Wording("Reservation of rights", "", "Ours too."), by=drafter)
    actions.seed(texts=[text, ClauseText("reservation", "reservation of RIGHTS", "", "Theirs.")])
    assert sorted(Clause.objects.values_list("text", flat=True)) == ["Ours too.", "Ours."]
