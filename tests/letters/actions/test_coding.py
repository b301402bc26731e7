"""Several people read one letter blind; a person decides which reading is recorded."""

import pytest
from django.utils import timezone

from campaigns import audit
from campaigns.actions.answer import Respondent
from campaigns.models import AnswerEntry
from letters.actions import coding as actions
from letters.actions import incoming as incoming_actions
from letters.actions.respond import AnswersNothing, NothingAnswered
from letters.models import Coding, CodingItem
from letters.models.incoming import CodingIsFinal
from letters.reports import agreement
from tests.factories import make_sealed_letter, make_user
from tests.letters.actions.test_respond import item
from tests.letters.inbound.mails import mail, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def came():
    return taken(mail(make_sealed_letter().reference))


@pytest.fixture
def people():
    return [make_user("clerk", first_name=name) for name in ("Ann", "Ben")]


def code(came, by, outcome="declined", number=1, **changes):
    items = [item(came.recipient, number, outcome, quotation="We say", page="1")]
    return actions.code(
        **{
            "incoming": came,
            "kind": "answer",
            "items": items,
            "now": timezone.now(),
            "by": by,
            **changes,
        }
    )


def decide(coding, by):
    now = timezone.now()
    return actions.decide(
        coding=coding, respondent=Respondent("Dana Dean"), now=now, on=now.date(), by=by
    )


def test_a_coding_is_no_answer(came, people):
    code(came, people[0])
    assert not AnswerEntry.objects.exists()
    came.refresh_from_db()
    assert came.is_waiting
    assert audit.history(came).first().verb == "incoming.coded"


def test_who_has_coded_sees_the_others_and_nobody_else_does(came, people):
    code(came, people[0])
    assert actions.may_see(came, people[0])
    assert not actions.may_see(came, people[1])


def test_one_codes_once(came, people):
    code(came, people[0])
    with pytest.raises(actions.AlreadyCoded):
        code(came, people[0], "complied")
    assert Coding.objects.count() == 1


def test_who_has_looked_cannot_code_any_more(came, people):
    code(came, people[0])
    actions.look(incoming=came, by=people[1])
    assert actions.may_see(came, people[1])
    with pytest.raises(actions.NoLongerBlind):
        code(came, people[1])


def test_there_is_nothing_to_look_at_before_somebody_has_coded(came, people):
    with pytest.raises(actions.NothingToCompare):
        actions.look(incoming=came, by=people[0])


def test_a_coding_fits_what_it_says_it_is(came, people):
    with pytest.raises(NothingAnswered):
        code(came, people[0], items=[])
    with pytest.raises(AnswersNothing):
        code(came, people[0], kind="acknowledgement")
    code(came, people[0], kind="acknowledgement", items=[])


def test_what_is_of_nobody_known_or_decided_is_not_coded(people):
    held = taken(mail(From="x@nowhere.example"))
    with pytest.raises(incoming_actions.RecipientUnknown):
        actions.code(incoming=held, kind="answer", items=[], now=timezone.now(), by=people[0])
    now = timezone.now()
    incoming_actions.set_aside(incoming=held, reason="Stray", now=now, by=people[0])
    with pytest.raises(incoming_actions.NotWaiting):
        actions.code(incoming=held, kind="answer", items=[], now=now, by=people[0])


def test_one_becomes_the_recorded_answer_by_a_decision(came, people):
    code(came, people[0], "complied")
    chosen = code(came, people[1], "declined")
    response = decide(chosen, people[0])
    said = response.items.get()
    assert (said.entry.outcome, said.quotation, said.page) == ("declined", "We say", "1")
    assert response.note == "As coded by Ben, chosen by Ann from 2 codings."
    assert audit.history(came).first().verb == "coding.chosen"
    with pytest.raises(incoming_actions.NotWaiting):
        decide(chosen, people[0])


def test_nobody_decides_without_having_read_or_looked(came, people):
    coding = code(came, people[0])
    with pytest.raises(actions.MayNotSee):
        decide(coding, people[1])
    assert not AnswerEntry.objects.exists()


def test_a_coding_never_changes(came, people):
    coding = code(came, people[0])
    with pytest.raises(CodingIsFinal):
        coding.save()
    with pytest.raises(CodingIsFinal):
        CodingItem.objects.get().save()


def test_the_report_of_a_campaign_compares_letters_that_two_have_read(
    came, people, django_assert_num_queries
):
    code(came, people[0], "declined")
    code(came, people[1], "complied")
    alone = taken(mail(came.letter.reference, Message_ID="<2@x>", Subject="again"))
    code(alone, people[0])
    with django_assert_num_queries(4):
        made = agreement.of_campaign(came.recipient.campaign)
    assert [(pk, one.percent) for pk, _, one in made.letters] == [(came.pk, 50)]
    (pair,) = made.pairs
    assert {pair.one, pair.other} == set(people)
    assert (pair.letters, pair.agreement.same, pair.agreement.of) == (1, 1, 2)
    assert [one.agreement.percent for one in made.demands] == [0, 100]
    assert made.whole.of == 2
