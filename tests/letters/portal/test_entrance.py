"""The way in: who opens the letter, who does not, and that looking changes nothing."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from letters.actions import portal_key
from letters.merge import codes
from letters.models import (
    AttachedFile,
    Letter,
    PortalKey,
    Response,
    SavedAnswer,
    ShortCodeAttempt,
)
from letters.portal.door import COOKIE
from letters.portal.wishes import FORMS
from tests.factories import (
    make_campaign,
    make_letter,
    make_mailing,
    make_pdf,
    make_sealed_letter,
    make_user,
    make_version,
)
from tests.rows import everything_stored

pytestmark = pytest.mark.django_db

WRONG = "a" * 26


def test_the_code_is_exchanged_for_a_cookie_at_once(client, letter, issued):
    response = client.get(f"/respond/c/{issued.code}/")
    assert (response.status_code, response["Location"]) == (303, "/respond/letter/")
    cookie = response.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/respond/")
    assert issued.code not in cookie.value
    assert client.get("/respond/letter/").status_code == 200


def test_reference_and_short_code_open_the_letter(client, letter, issued):
    typed = {"reference": letter.reference.lower(), "short_code": issued.short_code.lower()}
    response = client.post("/respond/", typed)
    assert (response.status_code, response["Location"]) == (303, "/respond/letter/")
    assert client.get("/respond/letter/").status_code == 200


def close(letter, how: str) -> None:
    if how == "revoked":
        portal_key.revoke(letter=letter, reason="Lost.", by=make_user("manager"))
    elif how == "expired":
        PortalKey.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    elif how == "void":
        type(letter).objects.update(status="void", status_reason="Left out.")


@pytest.mark.parametrize("how", ["revoked", "expired", "void"])
def test_a_closed_code_looks_exactly_like_an_unknown_one(client, letter, issued, how):
    unknown = client.get(f"/respond/c/{WRONG}/")
    close(letter, how)
    closed = client.get(f"/respond/c/{issued.code}/")
    assert unknown.status_code == closed.status_code == 404
    assert unknown.content == closed.content
    assert COOKIE not in closed.cookies
    assert b"Type the reference and the short code" in closed.content


@pytest.mark.parametrize("how", ["revoked", "expired", "void"])
def test_an_open_letter_closes_when_its_code_does(visitor, letter, how):
    close(letter, how)
    for page in ("letter/", "letter/page/1.png", "letter/letter.pdf", "answer/"):
        assert visitor.get(f"/respond/{page}").status_code == 404
    assert visitor.post("/respond/answer/", {"step": "check"}).status_code == 404


def test_a_draft_does_not_open(client):
    letter = make_letter(make_sealed_letter().mailing)
    portal_key.issue_many([letter], timezone.now() + datetime.timedelta(days=9))
    code = codes.derive(letter.reference).code
    assert client.get(f"/respond/c/{code}/").status_code == 404


def test_a_letter_without_a_code_is_closed(client, letter):
    for page in ("letter/", "letter/page/1.png", "letter/letter.pdf", "answer/", "receipt/R-1/"):
        assert client.get(f"/respond/{page}").status_code == 404


def test_a_cookie_that_was_changed_opens_nothing(visitor, letter):
    other = make_sealed_letter()
    value = visitor.cookies[COOKIE].value
    visitor.cookies[COOKIE] = value.replace("1", str(other.portal_keys.get().pk), 1) + "x"
    assert visitor.get("/respond/letter/").status_code == 404


def test_a_wrong_short_code_is_refused_and_what_was_typed_is_kept(client, letter):
    typed = {"reference": letter.reference, "short_code": "00000-00000"}
    response = client.post("/respond/", typed)
    assert response.status_code == 404
    assert letter.reference in response.content.decode()
    assert "No letter opens" in response.content.decode()


def test_five_wrong_short_codes_lock_the_reference(client, letter, issued):
    for _ in range(5):
        client.post("/respond/", {"reference": letter.reference, "short_code": "00000-00000"})
    response = client.post(
        "/respond/", {"reference": letter.reference, "short_code": issued.short_code}
    )
    assert response.status_code == 429
    assert "Wait an hour" in response.content.decode()


# As a browser never sends them: NUL, half a surrogate, bytes that are no text at all.
@pytest.mark.parametrize("raw", ["", "%00", "%ED%A0%80", "%FF%FE", "%E2%80%AE", "%3Cscript%3E"])
def test_anything_typed_gets_a_page_and_never_an_error(client, letter, raw):
    form = f"reference={raw}&short_code={raw}"
    response = client.post("/respond/", form, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (404, 422)
    assert b"<script>" not in response.content


def test_closing_the_letter_takes_the_cookie_away(visitor):
    assert visitor.get("/respond/leave/").status_code == 405
    assert visitor.post("/respond/leave/").status_code == 303
    assert visitor.get("/respond/letter/").status_code == 404


def test_looking_changes_nothing_whoever_looks(visitor, issued):
    before = everything_stored()
    paths = ["", f"c/{issued.code}/", f"c/{WRONG}/", "letter/", "letter/page/1.png"]
    paths += ["letter/letter.pdf", "answer/", "receipt/R-1/", "leave/", "saved/", "genuine/"]
    paths += ["ask/more-time/", "ask/counsel/"]
    for path in paths:
        for method in ("get", "head", "options"):
            getattr(visitor, method)(f"/respond/{path}", headers={"sec-purpose": "prefetch"})
    assert everything_stored() == before


def test_every_page_is_private_and_leaves_nothing_behind(visitor, issued):
    for path in (
        *("", f"c/{issued.code}/", f"c/{WRONG}/", "letter/", "letter/page/1.png", "answer/"),
        *("genuine/", "ask/more-time/", "saved/"),
    ):
        headers = visitor.get(f"/respond/{path}").headers
        assert headers["Cache-Control"] == "no-store"
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy


def test_the_address_with_the_code_is_never_a_referrer(client, issued):
    for code in (issued.code, WRONG):
        assert client.get(f"/respond/c/{code}/")["Referrer-Policy"] == "no-referrer"


def test_no_code_reaches_the_log(client, issued, caplog):
    caplog.set_level(0)
    client.get(f"/respond/c/{WRONG}/")
    client.get(f"/respond/c/{issued.code}/")
    assert WRONG not in caplog.text
    assert issued.code not in caplog.text


def test_no_page_loads_a_script_or_anything_from_elsewhere(visitor):
    for path in ("", "letter/", "answer/"):
        page = visitor.get(f"/respond/{path}").content.decode()
        assert "<script" not in page
        assert "http" not in page.replace("http-equiv", "")
        assert " style=" not in page


def test_a_form_from_another_site_is_refused(letter, issued):
    strict = Client(enforce_csrf_checks=True)
    strict.get(f"/respond/c/{issued.code}/")
    assert strict.post("/respond/answer/", {"step": "check"}).status_code == 403
    typed = {"reference": letter.reference, "short_code": "00000-00000"}
    assert strict.post("/respond/", typed).status_code == 403
    assert not ShortCodeAttempt.objects.exists()


def open_another(visitor: Client) -> Letter:
    """The same browser opens the letter of another institution, in another window."""
    campaign = make_campaign(demands=2)
    other = make_sealed_letter(make_mailing(make_version(campaign)))
    visitor.get(f"/respond/c/{codes.derive(other.reference).code}/")
    return other


@pytest.mark.parametrize("step", ["check", "save", "submit", "keep", "change"])
def test_what_was_filled_in_for_one_letter_is_not_taken_for_another(visitor, letter, step):
    form = visitor.get("/respond/answer/").content.decode()
    assert f'name="letter" value="{letter.reference}"' in form
    other = open_another(visitor)
    told = visitor.post(
        "/respond/answer/",
        {
            "step": step,
            "letter": letter.reference,
            "demand-1-outcome": "declined",
            "demand-1-text": "Meant for another",
            "documents": SimpleUploadedFile("ours.pdf", make_pdf()),
        },
    )
    page = told.content.decode()
    assert told.status_code == 409
    assert "Another letter is open in this browser" in page
    assert letter.reference in page
    assert other.reference in page
    assert "Meant for another" not in page
    assert not SavedAnswer.objects.exists()
    assert not AttachedFile.objects.exists()
    assert not Response.objects.exists()


def test_once_the_letter_is_open_again_the_same_form_is_taken(visitor, letter, issued):
    open_another(visitor)
    form = {"step": "save", "letter": letter.reference, "demand-1-text": "Half"}
    assert visitor.post("/respond/answer/", form).status_code == 409
    visitor.get(f"/respond/c/{issued.code}/")
    assert visitor.post("/respond/answer/", form).status_code == 303
    assert SavedAnswer.objects.get().letter == letter


@pytest.mark.parametrize("kind", FORMS)
def test_what_one_institution_asks_for_is_not_asked_for_another(visitor, letter, kind):
    page = visitor.get(f"/respond/ask/{kind}/").content.decode()
    assert f'name="letter" value="{letter.reference}"' in page
    open_another(visitor)
    asked = {"step": "check", "letter": letter.reference, "who-name": "Dana Dean"}
    told = visitor.post(f"/respond/ask/{kind}/", asked)
    assert told.status_code == 409
    assert "Dana Dean" not in told.content.decode()


def test_erasing_what_is_saved_of_one_letter_leaves_that_of_another(visitor, letter):
    visitor.post("/respond/answer/", {"step": "save", "demand-1-text": "Mine"})
    assert letter.reference in visitor.get("/respond/saved/").content.decode()
    other = open_another(visitor)
    visitor.post("/respond/answer/", {"step": "save", "demand-1-text": "Theirs"})
    assert visitor.post("/respond/saved/", {"letter": letter.reference}).status_code == 409
    assert SavedAnswer.objects.filter(letter=other).exists()
