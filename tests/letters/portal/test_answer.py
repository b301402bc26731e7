"""The answer: typed, checked, submitted once, with nothing typed ever lost."""

import hashlib
import re

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.models import AnswerEntry, AuditEvent, Task
from letters.actions.saved_answer import InProgress
from letters.merge import codes
from letters.models import Response
from letters.portal.forms import Draft
from tests.factories import make_pdf, make_sealed_letter, make_user

pytestmark = pytest.mark.django_db
WHO = {"name": "Dana Dean", "title": "Dean", "authority": "I am the dean", "email": ""}
ANSWERS = {
    "demand-1-outcome": "complied",
    "demand-1-text": "Done on Monday.",
    "demand-2-outcome": "will_comply",
    "demand-2-promised_on": "2999-03-01",
}


def hidden(page) -> str:
    return re.search(r'name="draft" value="([^"]+)"', page.content.decode())[1]


def check(visitor: Client, **changes):
    return visitor.post("/respond/answer/", {"step": "check", **WHO, **ANSWERS, **changes})


def submit(visitor: Client, draft: str, **changes):
    signed = {"confirmed": "yes", "signature": "Dana Dean"}
    fields = {"step": "submit", "draft": draft, **signed, **changes}
    return visitor.post("/respond/answer/", fields)


def upload(name: str = "signed.pdf", content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or make_pdf(), "text/html")


def test_an_answer_is_typed_checked_and_submitted(visitor, letter):
    assert visitor.get("/respond/answer/").status_code == 200
    checked = check(visitor)
    assert "We have done this" in checked.content.decode()
    assert "On record as “Complied”" in checked.content.decode()
    assert not Response.objects.exists()
    done = submit(visitor, hidden(checked))
    response = Response.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/respond/receipt/{response.receipt}/")
    outcomes = letter.recipient.answers.values_list("demand__number", "outcome")
    assert dict(outcomes) == {1: "complied", 2: "will_comply"}
    page = visitor.get(done["Location"]).content.decode()
    assert response.receipt in page
    assert response.receipt_sha256 in page
    assert "Done on Monday." in page


def test_the_receipt_file_has_the_hash_that_is_shown(visitor):
    done = submit(visitor, hidden(check(visitor)))
    response = Response.objects.get()
    text = visitor.get(f"{done['Location']}receipt.txt")
    assert hashlib.sha256(text.content).hexdigest() == response.receipt_sha256
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert "attachment" in text["Content-Disposition"]


def test_submitting_twice_records_once(visitor):
    draft = hidden(check(visitor))
    first, again = submit(visitor, draft), submit(visitor, draft)
    assert first["Location"] == again["Location"]
    assert Response.objects.count() == 1
    assert AnswerEntry.objects.count() == 2


def test_going_back_and_answering_otherwise_is_a_new_answer(visitor, letter):
    draft = hidden(check(visitor))
    submit(visitor, draft)
    submit(visitor, hidden(check(visitor, draft=draft, **{"demand-1-outcome": "declined"})))
    answer = letter.recipient.answers.get(demand__number=1)
    assert [entry.outcome for entry in answer.entries.all()] == ["complied", "declined"]


def test_one_demand_can_be_answered_and_the_other_left(visitor, letter):
    open_second = {"demand-2-outcome": "", "demand-2-promised_on": ""}
    checked = check(visitor, **open_second)
    assert "No answer given now" in checked.content.decode()
    submit(visitor, hidden(checked))
    assert letter.recipient.answers.get(demand__number=2).outcome == "unanswered"


def test_what_is_on_record_and_what_is_open_is_said_wherever_an_answer_is_given(visitor, letter):
    open_second = {"demand-2-outcome": "", "demand-2-promised_on": ""}
    checked = check(visitor, **open_second)
    assert "It stays unanswered." in checked.content.decode()
    receipt = visitor.get(submit(visitor, hidden(checked))["Location"]).content.decode()
    second = letter.recipient.campaign.demands.get(number=2)
    for page in (receipt, visitor.get("/respond/letter/").content.decode()):
        assert f"Still without an answer: 2. {second.title}." in page
    again = visitor.get("/respond/answer/").content.decode()
    assert again.count("On record: Complied (Dana Dean") == 1
    assert (
        "What is on record stays."
        in check(visitor, **{"demand-1-outcome": "", "demand-1-text": ""}).content.decode()
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Enter your name."),
        ({"title": " "}, "Enter your title or office."),
        ({"authority": ""}, "Say on what authority"),
        ({"email": "no address"}, "valid email"),
        ({"email": "a@x.org\nBcc: b@x.org"}, "valid email"),
        ({"email": "a@x.org,b@x.org"}, "valid email"),
        ({"name": "Dana\u202e Dean"}, "changes the direction"),
        ({"name": "Dana\x00"}, "control character"),
        ({"demand-1-text": "\x00"}, "Demand 1: Character 1"),
        ({"demand-1-outcome": "unanswered"}, "Select a valid choice"),
        ({"demand-1-outcome": ""}, "Demand 1: Choose an answer"),
        ({"demand-1-outcome": "partial", "demand-1-text": ""}, "Say which part."),
        ({"demand-1-promised_on": "2999-01-01"}, "Demand 1: Remove the date"),
        ({"demand-2-promised_on": ""}, "Demand 2: Give the date"),
        ({"demand-2-promised_on": "2020-01-01"}, "This date has passed"),
        ({"demand-2-promised_on": "soon"}, "Enter a valid date"),
        ({"demand-1-text": "x" * 10_001}, "10,001 characters"),
        (dict.fromkeys(ANSWERS, ""), "Answer at least one demand."),
        ({**dict.fromkeys(ANSWERS, ""), **dict.fromkeys(WHO, "")}, ">Answer at least one demand."),
    ],
)
def test_what_is_missing_is_said_at_the_top_and_nothing_typed_is_lost(visitor, changes, message):
    kept = {"authority": "Typed & kept", "demand-2-text": "Also <kept>."}
    response = check(visitor, **{**kept, "demand-2-outcome": "will_comply", **changes})
    page = response.content.decode()
    if "demand-2-outcome" in changes:
        response = check(visitor, **changes)
        page = response.content.decode()
    assert response.status_code == 422
    summary = page[page.index("There is a problem") : page.index("<h1>")]
    assert message in summary
    for anchor in re.findall(r'href="#([^"]+)"', summary):
        assert f'id="{anchor}"' in page
    if "authority" not in changes and "demand-2-outcome" not in changes:
        assert "Typed &amp; kept" in page
        assert "Also &lt;kept&gt;." in page
    assert not Response.objects.exists()


def test_changing_something_brings_back_everything_typed(visitor):
    draft = hidden(check(visitor, documents=[upload()]))
    page = visitor.post("/respond/answer/", {"step": "change", "draft": draft})
    html = page.content.decode()
    assert page.status_code == 200
    assert "Done on Monday." in html
    assert 'value="2999-03-01"' in html
    assert "signed.pdf" in html
    assert "There is a problem" not in html


def test_an_answer_without_the_confirmation_is_not_recorded(visitor):
    response = submit(visitor, hidden(check(visitor)), confirmed="")
    assert response.status_code == 422
    assert "Confirm that you may give these answers" in response.content.decode()
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        ("", "Sign with your full name."),
        ("D. Dean", "Sign with the name you gave above: Dana Dean"),
    ],
)
def test_an_answer_is_signed_with_the_name_of_who_gives_it(visitor, signature, message):
    told = submit(visitor, hidden(check(visitor)), signature=signature)
    assert told.status_code == 422
    summary = told.content.decode().split("<h1>")[0]
    assert message in summary
    assert 'href="#id_signature"' in summary
    assert not Response.objects.exists()


def test_the_signature_and_what_it_signs_stand_in_the_receipt(visitor, letter):
    done = submit(visitor, hidden(check(visitor)), signature=" dana  DEAN ")
    response = Response.objects.get()
    assert response.signed_as == "dana DEAN"
    text = visitor.get(f"{done['Location']}receipt.txt").content.decode()
    assert "Signed:       dana DEAN" in text
    assert f"“I may give these answers for {letter.recipient.institution.name}, and" in text
    assert "Signed: dana DEAN" in visitor.get(done["Location"]).content.decode()


def test_earlier_answers_are_shown_with_their_dates_and_receipts(visitor):
    submit(visitor, hidden(check(visitor)))
    page = visitor.get("/respond/letter/").content.decode()
    assert "Earlier answers" not in page
    submit(visitor, hidden(check(visitor, **{"demand-1-outcome": "declined"})))
    page = visitor.get("/respond/letter/").content.decode()
    current, earlier = page.split("Earlier answers to demand 1", 1)
    assert "Declined" in current
    assert "Complied (Dana Dean" in earlier.split("</ul>")[0]
    for response in Response.objects.all():
        assert f"/respond/receipt/{response.receipt}/" in page


def test_the_letters_page_takes_the_same_queries_for_one_and_ten_answers(visitor, query_count):
    submit(visitor, hidden(check(visitor)))
    one = query_count(visitor, "/respond/letter/")
    for number in range(9):
        submit(visitor, hidden(check(visitor, **{"demand-1-text": str(number)})))
    assert query_count(visitor, "/respond/letter/") == one


def test_an_answer_given_where_staff_are_signed_in_is_flagged(visitor):
    checked = hidden(check(visitor))
    visitor.force_login(make_user("clerk", first_name="Chris", last_name="Clerk"))
    submit(visitor, checked)
    response = Response.objects.get()
    assert "in which Chris Clerk is signed in" in response.from_inside
    assert Task.objects.filter(key=f"inside:{response.pk}").exists()


@pytest.mark.parametrize("draft", ["", "nonsense", "a:b:c"])
def test_a_draft_that_was_changed_records_nothing(visitor, draft):
    assert submit(visitor, draft).status_code in (200, 422)
    assert not Response.objects.exists()


def test_a_draft_of_another_letter_records_nothing(visitor):
    other = make_sealed_letter()
    stranger = Client()
    stranger.get(f"/respond/c/{codes.derive(other.reference).code}/")
    page = submit(stranger, hidden(check(visitor)))
    assert "open for too long" in page.content.decode()
    assert not Response.objects.exists()


def test_a_draft_is_good_for_a_day(visitor, letter, time_machine):
    time_machine.move_to("2026-12-01T12:00:00Z", tick=False)
    key = letter.portal_keys.get()
    draft = Draft(InProgress({"name": "Dana"})).sealed(key)
    assert Draft.unsealed(draft, key).typed.fields == {"name": "Dana"}
    time_machine.shift(25 * 3600)
    with pytest.raises(signing.SignatureExpired):
        Draft.unsealed(draft, key)


def test_what_was_typed_outlives_the_draft_it_came_with(visitor):
    page = check(visitor, draft="too old", authority="Typed & kept")
    assert page.status_code == 200
    assert "Typed &amp; kept" in page.content.decode()


def test_documents_are_kept_with_the_answer(visitor):
    draft = hidden(check(visitor, documents=[upload("a.pdf"), upload("b.pdf", make_pdf(pages=2))]))
    submit(visitor, draft)
    documents = Response.objects.get().documents
    assert [document.file_name for document in documents.all()] == ["a.pdf", "b.pdf"]
    assert {document.media_type for document in documents.all()} == {"application/pdf"}


def test_a_good_document_is_kept_while_a_bad_one_and_other_errors_are_mended(visitor):
    wrong = check(visitor, name="", documents=[upload(), upload("page.svg", b"<svg/>")])
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "page.svg is not a PDF" in page
    assert "Remove signed.pdf" in page
    submit(visitor, hidden(check(visitor, draft=hidden(wrong))))
    assert Response.objects.get().documents.get().file_name == "signed.pdf"


def test_a_document_can_be_taken_out_again(visitor):
    draft = hidden(check(visitor, documents=[upload()]))
    sha256 = hashlib.sha256(make_pdf()).hexdigest()
    submit(visitor, hidden(check(visitor, draft=draft, drop=sha256)))
    assert not Response.objects.get().documents.exists()


def test_more_than_ten_documents_are_refused(visitor):
    eleven = [upload(f"{n}.pdf") for n in range(11)]
    response = check(visitor, documents=eleven)
    assert response.status_code == 422
    assert "At most 10 files" in response.content.decode()


def test_typed_markup_is_shown_as_text_everywhere(visitor):
    nasty = "<script>alert(1)</script>\"'{{ settings.SECRET_KEY }}"
    checked = check(visitor, name=nasty, title=nasty, **{"demand-1-text": nasty})
    done = submit(visitor, hidden(checked), signature=nasty)
    for page in (checked, visitor.get(done["Location"]), visitor.get("/respond/letter/")):
        assert "<script" not in page.content.decode()
        assert "&lt;script&gt;" in page.content.decode()


def test_fields_that_were_not_asked_for_change_nothing(visitor):
    smuggled = {"channel": "post", "recorded_by": "1", "demand-3-outcome": "complied"}
    submit(visitor, hidden(check(visitor, **smuggled)), **smuggled)
    response = Response.objects.get()
    assert (response.channel, response.recorded_by) == ("portal", None)
    assert AnswerEntry.objects.count() == 2


def test_a_receipt_of_another_letter_is_not_shown(visitor):
    done = submit(visitor, hidden(check(visitor)))
    other = make_sealed_letter()
    stranger = Client()
    stranger.get(f"/respond/c/{codes.derive(other.reference).code}/")
    assert stranger.get(done["Location"]).status_code == 404


def test_the_record_names_the_person_and_no_code(visitor, issued):
    submit(visitor, hidden(check(visitor)))
    written = " ".join(AuditEvent.objects.values_list("payload", flat=True))
    assert "Dana Dean" in written
    assert issued.code not in written


def test_the_letter_can_be_read_beside_the_form_and_nothing_typed_is_lost(visitor):
    page = visitor.get("/respond/answer/").content.decode()
    assert '<a href="/respond/letter/" target="_blank" rel="noopener">' in page
