"""What the simulation says is what is then done, day by day, whatever goes wrong meanwhile."""

import datetime
import random

import pytest

from tests.letters.quarter import DAY, DAYS, FIRST, Quarter, at, decided

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


@pytest.mark.parametrize(("seed", "anchor"), [(1, "letter_date"), (2, "sent"), (3, "delivered")])
def test_what_was_simulated_is_what_is_done(seed: int, anchor: str):
    """Each morning is compared with what was foretold since the last thing that happened."""
    chance = random.Random(seed)
    quarter = Quarter(chance, anchor)
    with at(quarter, FIRST, 8):
        quarter.begin(recipients=6)
    days = [FIRST + index * DAY for index in range(1, DAYS)]
    beats = {day for day in days if chance.random() < 0.7}
    foretold: dict[datetime.date, object] = {}
    due = held = 0
    for day in days:
        with at(quarter, day, 7):
            if (chance.random() < 0.2 and quarter.something()) or not foretold:
                foretold = dict(quarter.simulated(beats))
        with at(quarter, day, chance.choice([8, 12, 23])):
            plan = quarter.plan()
            assert decided(plan) == foretold[day], (day, quarter.happened)
            due, held = due + len(plan.due), held + len(plan.held)
            if day in beats:
                written = quarter.prepare(plan)
                assert written == {(one.row.pk, one.step.pk) for one in plan.due}
                quarter.nothing_more(plan)
        if day in beats and chance.random() < 0.2:
            with at(quarter, day - DAY, 22):  # the clock steps back, over midnight
                quarter.nothing_more(plan)
        with at(quarter, day, 23):
            quarter.post_what_is_dated_today()
    assert quarter.prepared > 3
    assert due > quarter.prepared  # some days were missed
    assert held > 0
    assert len(set(quarter.happened)) > 5
