"""What is asked for and is no answer: checked, on record once, with a receipt, told to a person."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import audit, deadlines, filestore
from campaigns.actions import extension as extensions
from campaigns.models import AuditEvent, Extension, Recipient, Task
from letters.actions import request as requests
from letters.merge import codes
from letters.models import Request, Response
from tests.factories import make_sealed_letter, make_user

pytestmark = pytest.mark.django_db
WHO = {"who-name": "Dana Dean", "who-title": "General Counsel", "who-email": ""}
WISHES = {
    "more-time": {"wanted_until": "2999-03-01", "words": "The board meets in February."},
    "counsel": {"name": "Robin Roe", "organisation": "Roe & Partners", "email": "r@roe.invalid"},
    "wrong-addressee": {"name": "Office of the Provost", "address": "1 Main Street\nSpringfield"},
    "correction": {"statement": "That we take federal funds.", "words": "We took none in 2025."},
}
KINDS = pytest.mark.parametrize("kind", WISHES)


def hidden(page) -> str:
    return re.search(r'name="draft" value="([^"]+)"', page.content.decode())[1]


def check(visitor: Client, kind: str, **changes):
    fields = {"step": "check", **WHO, **WISHES[kind], **changes}
    return visitor.post(f"/respond/ask/{kind}/", fields)


def submit(visitor: Client, kind: str, **changes):
    draft = hidden(check(visitor, kind, **changes))
    return visitor.post(f"/respond/ask/{kind}/", {"step": "submit", "draft": draft})


@KINDS
def test_each_is_offered_typed_checked_and_put_on_record(visitor, letter, kind):
    assert f"/respond/ask/{kind}/" in visitor.get("/respond/letter/").content.decode()
    assert visitor.get(f"/respond/ask/{kind}/").status_code == 200
    checked = check(visitor, kind).content.decode()
    assert "It has not been sent yet." in checked
    assert not Response.objects.exists()
    done = submit(visitor, kind)
    response = Response.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/respond/receipt/{response.receipt}/")
    assert (response.kind, response.channel, response.letter) == ("request", "portal", letter)
    page = visitor.get(done["Location"]).content.decode()
    text = filestore.get(response.receipt_sha256).decode()
    for words in WISHES[kind].values():
        if words != "2999-03-01":
            assert words.split("\n")[0].replace("&", "&amp;") in page
            assert words in text
    assert "Your request is on record" in page
    assert "Request; it answers no demand" in text
    assert audit.verify().holds


@KINDS
def test_none_of_them_answers_anything_or_moves_the_deadline(visitor, letter, kind):
    before = letter.recipient.due_at
    submit(visitor, kind)
    letter.recipient.refresh_from_db()
    assert letter.recipient.due_at == before
    assert not letter.recipient.answers.exclude(outcome="unanswered").exists()


@pytest.mark.parametrize(
    ("kind", "task", "about"),
    [
        ("more-time", "extension", "asked for more time until Friday, March 1, 2999"),
        ("counsel", "counsel", "names counsel: Robin Roe, Roe & Partners"),
        ("wrong-addressee", "wrong_addressee", "asks to write to Office of the Provost instead"),
        ("correction", "correction", "says a fact is wrong"),
    ],
)
def test_each_waits_for_a_person_as_one_task(visitor, letter, kind, task, about):
    submit(visitor, kind)
    opened = Task.objects.get()
    assert (opened.recipient, opened.kind, opened.opened_by) == (letter.recipient, task, None)
    assert about in opened.about


def test_pressing_twice_asks_once(visitor):
    draft = hidden(check(visitor, "more-time"))
    fields = {"step": "submit", "draft": draft}
    first, again = (visitor.post("/respond/ask/more-time/", fields) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert Response.objects.count() == Extension.objects.count() == Task.objects.count() == 1


def test_more_time_is_a_wish_that_shows_what_became_of_it(visitor, letter):
    submit(visitor, "more-time")
    wish = Extension.objects.get()
    assert (wish.asked_by, wish.reason) == (
        "Dana Dean, General Counsel",
        "The board meets in February.",
    )
    page = "/respond/letter/"
    assert "Not decided yet" in visitor.get(page).content.decode()
    manager, now = make_user("manager"), timezone.now()
    extensions.refuse(extension=wish, decision="There was time.", now=now, by=manager)
    shown = visitor.get(page).content.decode()
    assert "Refused: the deadline stands" in shown
    assert "There was time." not in shown


def test_time_that_was_given_is_shown_with_its_day(visitor, letter):
    now = timezone.now()
    Recipient.objects.update(reach="reached", due_at=now + datetime.timedelta(days=10))
    until = deadlines.next_business_day(now.date() + datetime.timedelta(days=40))
    submit(visitor, "more-time")
    extensions.grant(
        extension=Extension.objects.get(),
        until=until,
        decision="The board meets.",
        now=now,
        by=make_user("manager"),
    )
    page = visitor.get("/respond/letter/").content.decode()
    assert f"Granted until {deadlines.written(until)}" in page


def test_a_withdrawn_institution_needs_no_time_and_is_told(visitor, letter):
    Recipient.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="Merged.")
    told = submit(visitor, "more-time")
    assert told.status_code == 422
    assert "There is a problem" in told.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("more-time", {"wanted_until": ""}, "Give the day until which"),
        ("more-time", {"wanted_until": "2020-01-01"}, "Give a day after"),
        ("more-time", {"wanted_until": "soon"}, "Enter a valid date"),
        ("more-time", {"words": " "}, "Say why you need more time."),
        ("counsel", {"name": ""}, "Give the name of your counsel."),
        ("counsel", {"email": ""}, "Give an e-mail address or a postal address"),
        ("counsel", {"email": "no address"}, "valid email"),
        ("wrong-addressee", {"name": ""}, "Name the person or office"),
        ("correction", {"statement": ""}, "Say which statement is wrong."),
        ("correction", {"words": ""}, "Say what is right."),
        ("correction", {"words": "a\u202eb"}, "changes the direction"),
        ("correction", {"words": "\x00"}, "control character"),
        ("correction", {"who-name": ""}, "Enter your name."),
        ("correction", {"who-title": ""}, "Enter your title or office."),
        ("correction", {"who-email": "a@x.org\nBcc: b@x.org"}, "valid email"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(visitor, kind, changes, message):
    told = check(visitor, kind, **changes)
    page = told.content.decode()
    assert told.status_code == 422
    summary = page[page.index("There is a problem") : page.index("<h1>")]
    assert message in summary
    for anchor in re.findall(r'href="#([^"]+)"', summary):
        assert f'id="{anchor}"' in page
    if "who-name" not in changes:
        assert 'value="Dana Dean"' in page
    assert not Response.objects.exists()


def test_changing_something_brings_back_everything_typed(visitor):
    draft = hidden(check(visitor, "counsel"))
    page = visitor.post("/respond/ask/counsel/", {"step": "change", "draft": draft})
    assert 'value="Robin Roe"' in page.content.decode()
    assert "There is a problem" not in page.content.decode()


@pytest.mark.parametrize("draft", ["", "nonsense", "a:b:c"])
def test_a_draft_that_was_changed_records_nothing(visitor, draft):
    page = visitor.post("/respond/ask/counsel/", {"step": "submit", "draft": draft})
    assert "The form was open for too long" in page.content.decode()
    assert not Response.objects.exists()


def test_a_draft_of_another_letter_or_another_kind_records_nothing(visitor):
    draft = hidden(check(visitor, "counsel"))
    other = make_sealed_letter()
    stranger = Client()
    stranger.get(f"/respond/c/{codes.derive(other.reference).code}/")
    stranger.post("/respond/ask/counsel/", {"step": "submit", "draft": draft})
    visitor.post("/respond/ask/correction/", {"step": "submit", "draft": draft})
    assert not Response.objects.exists()


def test_nothing_else_can_be_asked_for(visitor):
    assert visitor.get("/respond/ask/money/").status_code == 404


def test_without_the_letter_open_nothing_is_asked(client, letter):
    assert client.get("/respond/ask/counsel/").status_code == 404
    assert client.post("/respond/ask/counsel/", {"step": "check"}).status_code == 404


@KINDS
def test_staff_read_it_on_the_page_of_the_response(visitor, client, kind):
    submit(visitor, kind)
    client.force_login(make_user("clerk"))
    response = Response.objects.get()
    page = client.get(response.get_absolute_url()).content.decode()
    assert Request.objects.get().get_kind_display() in page
    assert "It answers no demand." in page
    assert "Dana Dean" in page
    board = client.get(reverse("letters:board_list", args=[response.recipient.campaign_id]))
    assert "Request received" in board.content.decode()


def test_who_may_decide_on_more_time_is_led_there(visitor, client):
    submit(visitor, "more-time")
    wish, page = Extension.objects.get(), Response.objects.get().get_absolute_url()
    give = reverse("campaigns:extension_give", args=[wish.pk])
    client.force_login(make_user("viewer"))
    assert give not in client.get(page).content.decode()
    client.force_login(make_user("manager"))
    assert give in client.get(page).content.decode()
    extensions.refuse(extension=wish, decision="No.", now=timezone.now(), by=make_user("manager"))
    assert give not in client.get(page).content.decode()


def test_the_receipt_goes_out_by_e_mail_and_says_that_it_is_a_request(visitor, mailoutbox):
    from letters.tasks import send_receipts

    submit(visitor, "correction", **{"who-email": "dana@dean.invalid"})
    send_receipts()
    (sent,) = mailoutbox
    assert "your request was received" in sent.subject
    assert "has received the request below" in sent.body


@KINDS
def test_what_fails_on_the_way_leaves_nothing(visitor, monkeypatch, kind):
    def fail(*args, **kwargs):
        raise RuntimeError

    draft = hidden(check(visitor, kind))
    events = AuditEvent.objects.count()
    monkeypatch.setattr(requests.respond.receipt, "text", fail)
    with pytest.raises(RuntimeError):
        visitor.post(f"/respond/ask/{kind}/", {"step": "submit", "draft": draft})
    assert not Response.objects.exists()
    assert not Task.objects.exists()
    assert not extensions.Extension.objects.exists()
    assert AuditEvent.objects.count() == events
