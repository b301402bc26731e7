"""The plan of follow-ups as a pure function: who is due, who is held and why, and day by day."""

import datetime
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns import deadlines
from campaigns.deadlines import Rule
from letters.follow_ups import Ladder, Row, Step, Waiting, ahead, plan, simulate

DAY = datetime.timedelta(days=1)
MONDAY = datetime.date(2026, 6, 1)  # no holiday in this week
RULE = Rule("letter_date", 30, "calendar", True, datetime.time(17), "America/New_York")
REMINDER = Step(1, "1. Reminder", "nothing", "any", 3, "calendar", 11, True, "reminder")
FINAL = Step(2, "2. Final notice", "nothing", "any", 5, "business", 12, True, "final")
REST = Step(3, "3. Reminder", "some", "any", 7, "calendar", 13, True, "reminder")
KEPT = Step(4, "4. Reminder", "lapsed", "any", 2, "calendar", 14, False, "reminder")
REVIEW = Step(5, "5. Reminder", "pending", "any", 10, "calendar", 15, False, "reminder")
LADDER = Ladder((REMINDER, FINAL, REST, KEPT, REVIEW), 2, 10, 2, RULE)


def row(pk: int = 1, **fields) -> Row:
    """One that answered nothing and whose deadline was on Friday, three days before Monday."""
    return Row(
        **{
            "pk": pk,
            "name": f"University {pk:03}",
            "answers": "nothing",
            "promised_on": None,
            "due_on": MONDAY - 3 * DAY,
            "taken": frozenset(),
            "last_left_on": MONDAY - 40 * DAY,
            "waiting": None,
            "by_post": True,
            "domains": (),
            **fields,
        }
    )


def steps(rows, day=MONDAY, ladder=LADDER, emails=None):
    """Recipient to the step that it is due for."""
    return {one.row.pk: one.step for one in plan(ladder, rows, emails or {}, day).due}


def why(one: Row, day=MONDAY) -> str:
    (held,) = plan(LADDER, [one], {}, day).held
    return held.why


def test_a_step_is_due_on_its_day_and_on_every_day_after_until_it_is_taken():
    assert steps([row()], MONDAY - 4 * DAY) == {}
    assert steps([row()], MONDAY) == steps([row()], MONDAY + 30 * DAY) == {1: REMINDER}


def test_the_letter_is_dated_so_many_business_days_ahead():
    assert plan(LADDER, [], {}, MONDAY).letter_date == MONDAY + 2 * DAY
    friday = MONDAY + 4 * DAY
    assert plan(LADDER, [], {}, friday).letter_date == MONDAY + 8 * DAY
    assert ahead(MONDAY - DAY, 0) == MONDAY


def test_a_day_that_falls_on_a_weekend_or_holiday_moves_to_the_next_business_day():
    on_saturday = row(due_on=datetime.date(2026, 7, 1))  # three days later is Saturday, July 4
    friday, monday = datetime.date(2026, 7, 3), datetime.date(2026, 7, 6)
    assert steps([on_saturday], friday) == {}
    assert steps([on_saturday], monday) == {1: REMINDER}


@pytest.mark.parametrize(
    ("day", "closed"), [(MONDAY - DAY, "weekend"), (datetime.date(2026, 6, 19), "Juneteenth")]
)
def test_nobody_is_due_on_a_closed_day(day, closed):
    made = plan(LADDER, [row()], {}, day)
    assert (made.due, made.held) == ((), ())
    assert closed in made.closed


def test_who_has_a_letter_of_a_step_is_due_for_the_next_one_of_its_segment():
    reminded = row(taken=frozenset({11}))
    assert steps([reminded], MONDAY) == {}
    assert steps([reminded], MONDAY + 4 * DAY) == {1: FINAL}  # five business days after Friday
    assert steps([row(taken=frozenset({11, 12}))], MONDAY + 90 * DAY) == {}


def test_each_state_of_the_answers_has_steps_of_its_own():
    later = MONDAY + 14 * DAY
    rows = [
        row(1),
        row(2, answers="some"),
        row(3, answers="pending"),
        row(4, answers="", promised_on=MONDAY),
        row(5, answers="pending", promised_on=MONDAY),
        row(6, answers=""),
        row(7, answers="", promised_on=later),
        row(8, answers="some", promised_on=MONDAY),
    ]
    assert steps(rows, later) == {1: REMINDER, 2: REST, 3: REVIEW, 4: KEPT, 5: KEPT, 8: REST}


def test_a_promise_lapses_after_its_day_and_its_steps_run_from_then():
    promised = row(answers="", promised_on=MONDAY)
    assert steps([promised], MONDAY + DAY) == {}
    assert steps([promised], MONDAY + 2 * DAY) == {1: KEPT}


def test_without_a_deadline_nothing_is_due_but_a_letter_that_came_back_is_shown_as_held():
    assert plan(LADDER, [row(due_on=None)], {}, MONDAY).held == ()
    assert why(row(due_on=None, came_back=True, holds=("It came back.",))) == "It came back."


def test_who_is_held_is_named_with_the_first_reason():
    assert why(row(holds=("It asked for more time.", "Another."))) == "It asked for more time."
    assert steps([row(holds=("x",))]) == {}


def test_two_letters_are_never_on_their_way_to_one_institution():
    waiting = Waiting("First letter", MONDAY + DAY)
    assert why(row(waiting=waiting)) == "A letter of “First letter” waits to be sent to it."


def test_between_two_letters_to_one_institution_lie_the_days_that_the_ladder_says():
    """Counted to the letter date, two business days ahead."""
    left = row(last_left_on=MONDAY - 7 * DAY)
    assert why(left) == (
        "A letter left for the institution on May 25, 2026; 10 days lie between two letters."
    )
    assert steps([left], MONDAY + DAY) == {1: REMINDER}


def test_a_step_for_one_way_passes_over_those_who_are_written_to_by_another():
    by_email = replace(LADDER, steps=(replace(REMINDER, way="email"), FINAL))
    later = MONDAY + 14 * DAY
    rows = [row(1), row(2, domains=("a.invalid",))]
    assert steps(rows, later, by_email) == {1: FINAL, 2: by_email.steps[0]}
    by_post = replace(LADDER, steps=(replace(REMINDER, way="post"),))
    assert steps([row(by_post=False, domains=("a.invalid",))], later, by_post) == {}


class TestPassedOver:
    """A step by e-mail and a recipient without one: said, and never skipped in silence."""

    BY_EMAIL = replace(REMINDER, way="email")
    THEN_FINAL = replace(LADDER, steps=(BY_EMAIL, FINAL))

    def said(self, one: Row, ladder: Ladder, day=MONDAY) -> list[str]:
        return [each.why for each in plan(ladder, [one], {}, day).passed_over]

    def test_who_has_no_email_address_stays_with_the_clerk_from_the_day_of_the_step(self):
        said = "No e-mail address to write to, as “1. Reminder” needs one: it stays with the clerk."
        assert self.said(row(), self.THEN_FINAL, MONDAY - 4 * DAY) == []
        assert self.said(row(), self.THEN_FINAL) == [said]
        assert self.said(row(domains=("a.invalid",)), self.THEN_FINAL) == []

    def test_a_step_by_certified_mail_says_so_too(self):
        by_post = replace(LADDER, steps=(replace(REMINDER, way="post"),))
        (said,) = self.said(row(by_post=False, domains=("a.invalid",)), by_post)
        assert said.startswith("Nobody to write to by certified mail")

    def test_it_is_said_until_a_later_step_was_taken(self):
        later = MONDAY + 14 * DAY
        assert steps([row()], later, self.THEN_FINAL) == {1: FINAL}
        assert len(self.said(row(), self.THEN_FINAL, later)) == 1
        after = row(taken=frozenset({FINAL.template_pk}))
        assert self.said(after, self.THEN_FINAL, later) == []

    def test_nothing_is_said_where_the_same_step_goes_by_the_other_way(self):
        other = replace(REMINDER, pk=9, template_pk=19, way="post", title="2. Reminder")
        both = replace(LADDER, steps=(self.BY_EMAIL, other, FINAL))
        assert steps([row()], MONDAY, both) == {1: other}
        taken = row(taken=frozenset({other.template_pk}))
        assert self.said(row(), both) == self.said(taken, both) == []

    def test_nothing_is_said_of_one_that_is_held_anyway(self):
        assert self.said(row(holds=("It is not to be written to.",)), self.THEN_FINAL) == []

    def test_nothing_is_said_where_no_deadline_runs(self):
        assert self.said(row(due_on=None), self.THEN_FINAL) == []


class TestPacing:
    def test_so_many_emails_a_day_go_to_a_domain_and_who_waits_longest_comes_first(self):
        rows = [row(pk, domains=("a.invalid",), due_on=MONDAY - pk * 7 * DAY) for pk in (1, 2, 3)]
        rows.append(row(4, domains=("b.invalid",)))
        made = plan(LADDER, rows, {}, MONDAY)
        assert [one.row.pk for one in made.due] == [3, 2, 4]
        assert [one.why for one in made.held] == [
            "2 e-mails go to a.invalid that day; the others wait."
        ]

    def test_emails_of_any_mailing_of_that_day_count(self):
        one = row(domains=("a.invalid",))
        emails = {(MONDAY + 2 * DAY, "a.invalid"): 2}
        assert steps([one], MONDAY, emails=emails) == {}
        assert steps([one], MONDAY + DAY, emails=emails) == {1: REMINDER}

    def test_who_alone_is_more_than_a_day_takes_goes_by_itself(self):
        many = row(1, domains=("a.invalid",) * 3)
        other = row(2, domains=("a.invalid",))
        assert list(steps([many, other])) == [1]
        assert list(steps([replace(many, name="Z"), other])) == [2]


class TestSimulation:
    def run(self, rows, count=120, ladder=LADDER, **fields):
        days = [MONDAY + index * DAY for index in range(count)]
        return {made.day: made for made in simulate(ladder, rows, {}, days, **fields)}

    def due(self, rows, **fields):
        return [
            (day, one.row.pk, one.step.pk)
            for day, made in self.run(rows, **fields).items()
            for one in made.due
        ]

    def test_the_next_step_runs_from_the_deadline_that_the_letter_before_printed(self):
        printed = RULE.run(MONDAY + 2 * DAY).at.date()
        assert self.due([row()]) == [
            (MONDAY, 1, 1),
            (deadlines.compute(printed, 5, "business", True, RULE.at, "UTC").at.date(), 1, 2),
        ]

    def test_days_on_which_nobody_looked_lose_nothing(self):
        first = MONDAY + 3 * DAY
        found = self.due([row()], count=10, looked_at=lambda day: day >= first)
        assert (first, 1, 1) in found
        assert [day for day, *_ in found] == [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY, first]

    def test_a_letter_of_now_leaves_on_its_date_and_moves_the_deadline(self):
        """One whose date is past stays, as nobody knows when it will leave."""
        leaves = row(due_on=None, waiting=Waiting("First", MONDAY + DAY, MONDAY + 10 * DAY))
        assert self.due([leaves], count=20) == [(MONDAY + 14 * DAY, 1, 1)]
        late = row(waiting=Waiting("First", MONDAY - DAY, MONDAY + 10 * DAY))
        assert self.due([late]) == []

    def test_a_promise_of_now_lapses_on_the_way(self):
        promised = row(answers="", promised_on=MONDAY + 7 * DAY)
        assert self.due([promised]) == [(MONDAY + 9 * DAY, 1, 4)]

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.builds(
                row,
                pk=st.integers(1, 40),
                answers=st.sampled_from(["nothing", "some", "pending", ""]),
                due_on=st.one_of(st.none(), st.dates(MONDAY - 30 * DAY, MONDAY + 30 * DAY)),
                promised_on=st.one_of(st.none(), st.dates(MONDAY, MONDAY + 60 * DAY)),
                domains=st.sampled_from([(), ("a.invalid",), ("a.invalid", "b.invalid")]),
                last_left_on=st.dates(MONDAY - 30 * DAY, MONDAY - DAY),
            ),
            unique_by=lambda one: one.pk,
        ),
        st.integers(1, 20),
    )
    def test_what_a_ladder_never_does(self, rows, beat):
        """Whatever the rows and however rarely somebody looks."""
        last: dict[int, datetime.date] = {one.pk: one.last_left_on for one in rows}
        taken: set[tuple[int, int]] = set()
        for day, made in self.run(rows, looked_at=lambda day: day.day % beat == 0).items():
            assert {one.row.pk for one in made.due}.isdisjoint(one.row.pk for one in made.held)
            assert not made.due or not deadlines.why_not_a_business_day(day)
            for domain in ("a.invalid", "b.invalid"):
                assert sum(one.row.domains.count(domain) for one in made.due) <= 2
            if day.day % beat:
                continue
            for one in made.due:
                assert (one.row.pk, one.step.pk) not in taken
                taken.add((one.row.pk, one.step.pk))
                assert made.letter_date >= last[one.row.pk] + 10 * DAY
                last[one.row.pk] = made.letter_date
