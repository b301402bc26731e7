"""Many replies that say the same are recorded at once, and each row is answered for."""

import pytest
from django.utils import timezone

from campaigns.actions.answer import Respondent
from letters.actions import incoming as incoming_actions
from letters.actions import record_alike as actions
from letters.models import Incoming, Response
from tests.factories import make_campaign, make_mailing, make_sealed_letter, make_user, make_version
from tests.letters.actions.test_respond import item
from tests.letters.inbound.mails import mail, taken

pytestmark = pytest.mark.django_db
TEXT = (
    "We write for our client. It disputes the premise of your letter {0} and respectfully declines "
    "to provide what demand 1 asks for, and it reserves every one of its rights."
)


@pytest.fixture
def clerk():
    return make_user("clerk")


@pytest.fixture
def mailing():
    return make_mailing(make_version(make_campaign()))


def reply(letter, text=TEXT, **headers) -> Incoming:
    headers = {"Message_ID": f"<{letter.pk}-{len(text)}@x>", **headers}
    return taken(mail(text.format(letter.reference), **headers))


def record(rows, clerk, **changes):
    first = rows[0]
    campaign = changes.pop("campaign", None) or first.recipient.campaign
    given = {
        "first": first,
        "incoming": rows,
        "compared": (),
        "campaign": campaign,
        "kind": "answer",
        "items": [
            item(first.recipient, 1, "declined", quotation="respectfully declines to provide")
        ],
        "respondent": Respondent("", "Counsel"),
        "count": len(rows),
        "now": timezone.now(),
        "on": timezone.localdate(),
        "by": clerk,
        **changes,
    }
    return actions.record_alike(**given)


def test_identical_replies_are_recorded_each_with_its_own_sender_and_page(mailing, clerk):
    rows = [
        reply(make_sealed_letter(mailing), From="Ann <a@x.example>"),
        reply(make_sealed_letter(mailing), From="Ben <b@x.example>"),
    ]
    assert rows[1].alike == rows[0]
    outcomes = record(rows, clerk)
    assert [one.what for one in outcomes] == ["done", "done"]
    names = Response.objects.order_by("pk").values_list("respondent_name", "respondent_title")
    assert list(names) == [("Ann", "Counsel"), ("Ben", "Counsel")]
    assert {said.page for response in Response.objects.all() for said in response.items.all()} == {
        "1"
    }
    for row in rows:
        assert row.recipient.answers.get(demand__number=1).outcome == "declined"


def test_each_row_that_does_not_fit_is_refused_with_its_reason(mailing, clerk):
    good = reply(make_sealed_letter(mailing))
    near = reply(make_sealed_letter(mailing), TEXT + " Thank you.")
    other_campaign = reply(make_sealed_letter())
    nobody = taken(mail(TEXT.format(""), From="x@nowhere.example", Message_ID="<9@x>"))
    busy = reply(make_sealed_letter(mailing))
    incoming_actions.take_on(incoming=busy, by=make_user("clerk", first_name="Zoe"))
    done = reply(make_sealed_letter(mailing))
    incoming_actions.set_aside(incoming=done, reason="Copy", now=timezone.now(), by=clerk)
    rows = [good, near, other_campaign, nobody, *Incoming.objects.filter(pk__in=[busy.pk, done.pk])]
    outcomes = {one.what: one for one in record(rows, clerk)}
    reasons = " ".join(one.reason for one in record(rows, clerk))
    assert outcomes["done"].reason.startswith("Recorded as R-")
    assert Response.objects.count() == 1
    for words in (
        "Some of its words differ",
        "answers another campaign",
        "not known whose it is",
        "Zoe works on it",
        "already",
    ):
        assert words in reasons


def test_one_that_differs_is_recorded_once_it_was_compared(mailing, clerk):
    first = reply(make_sealed_letter(mailing))
    near = reply(make_sealed_letter(mailing), TEXT + " Thank you.")
    outcomes = record([first, near], clerk, compared=[near.pk])
    assert [one.what for one in outcomes] == ["done", "done"]


def test_words_that_do_not_stand_in_a_letter_are_not_quoted_from_it(mailing, clerk):
    row = reply(make_sealed_letter(mailing))
    invented = [item(row.recipient, 1, "declined", quotation="We never said this")]
    (one,) = record([row], clerk, items=invented)
    assert one.what == "refused"
    assert "do not stand in it" in one.reason


def test_a_promise_is_not_recorded_in_bulk(mailing, clerk):
    row = reply(make_sealed_letter(mailing))
    promise = [item(row.recipient, 1, "will_comply", promised_on=timezone.localdate())]
    with pytest.raises(actions.PromiseInBulk):
        record([row], clerk, items=promise)


def test_the_count_is_asked_for(mailing, clerk):
    row = reply(make_sealed_letter(mailing))
    with pytest.raises(actions.CountDiffers, match="You typed 7; 1 are chosen"):
        record([row], clerk, count=7)
    assert not Response.objects.exists()


def test_a_row_without_a_name_is_refused_and_keeps_no_other(mailing, clerk):
    named = reply(make_sealed_letter(mailing))
    unnamed = reply(make_sealed_letter(mailing), From="office@x.example")
    outcomes = record([unnamed, named], clerk)
    assert [one.what for one in outcomes] == ["refused", "done"]
    assert "name" in outcomes[0].reason
