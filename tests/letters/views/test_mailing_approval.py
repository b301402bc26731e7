"""What counsel reads on the page of approval, and says of single letters."""

import re

import pytest

from campaigns import audit
from letters.actions import annex, approve, mailing, override, own_text
from letters.models import LetterComment
from tests.factories import (
    make_campaign,
    make_institution,
    make_pdf,
    make_recipient,
    make_user,
    make_version,
)
from tests.letters import stages
from tests.letters.views.test_mailing import as_, get, post, queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]
BODY = """\
We write to {{ institution_name }}.

{% if is_public %}
You are public.
{% endif %}

The end.
"""


def mixed(make=stages.rendered, private: int = 3) -> stages.Stage:
    """A mailing in which one public institution gets a paragraph more."""
    campaign = make_campaign()
    make_recipient(campaign, make_institution("Zz Public University", control="public"))
    return make(private, campaign=campaign, version=make_version(campaign, body=BODY))


def approval(stage: stages.Stage) -> str:
    return get(stage.counsel, "mailing", stage.mailing.pk, step="approve")


def test_letters_that_read_otherwise_are_named():
    stage = mixed()
    page = approval(stage)
    assert "1 letter</a> of 4." in page
    assert "A condition in the text" in page
    assert "Zz Public University" in page[page.index("Letters that read otherwise") :]
    wording = get(stage.counsel, "mailing_wording", stage.mailing.pk, way=2)
    assert "<ins>You are public." in wording


def test_after_a_change_of_the_letterhead_the_button_is_closed_and_the_page_says_why():
    stage = stages.opened(3)
    closed = re.compile(r"disabled[^>]*>Approve and seal")
    assert not closed.search(approval(stage))
    letterhead = stage.campaign.sender.letterhead
    letterhead.organisation = "Another Organisation"
    letterhead.save()
    page = approval(stage)
    assert closed.search(page)
    assert "its data (the letterhead)" in page


def test_letters_that_read_alike_are_said_to():
    assert "All 3 letters read alike" in approval(stages.rendered(3))


def test_where_every_letter_reads_in_its_own_way_all_are_counted():
    stage = stages.rendered(25)
    for letter in stage.letters:
        stage.mailing.letters.filter(pk=letter.pk).update(wording_sha256=f"{letter.pk:064}")
    assert "24 letters</a> of 25." in approval(stage)
    page = get(stage.counsel, "mailing_wording", stage.mailing.pk)
    assert "The twenty most common are listed." in page and "1–24 of 24" in page


def test_a_way_that_is_not_there_shows_all_that_deviate():
    stage = mixed()
    for way in ("1", "9", "x"):
        page = get(stage.counsel, "mailing_wording", stage.mailing.pk, way=way)
        assert "Letters that read otherwise than most" in page


def test_a_mailing_that_is_not_rendered_has_nothing_to_compare():
    stage = mixed(stages.prepared)
    assert "Nothing to compare yet" in get(stage.counsel, "mailing_wording", stage.mailing.pk)


def test_the_first_text_of_a_campaign_is_new():
    assert "No text for this kind of letter was approved" in approval(stages.rendered(1))


def test_the_text_is_compared_with_the_one_that_was_approved_last():
    stage = stages.approved(1)
    same = stages.rendered(0, campaign=stage.campaign, version=stage.mailing.version)
    assert "Word for word the text approved" in approval(same)
    other = make_version(stage.campaign, body="We write again to {{ institution_name }}.")
    page = approval(stages.rendered(0, campaign=stage.campaign, version=other))
    assert re.search(r"<ins>[^<]*again", page) and stage.mailing.title in page


def test_what_goes_out_with_the_text_is_named_beside_what_went_out_before():
    stage = stages.approved(1)
    template = stage.mailing.version.template
    same = stages.rendered(0, campaign=stage.campaign, version=stage.mailing.version)
    page = approval(same)
    assert "With every letter" not in page and "With those of" not in page
    annex.set_cover_sheet(template=template, wanted=True, by=stage.manager)
    annex.add_exhibit(
        template=template,
        title="Notice",
        name="notice.pdf",
        content=make_pdf(),
        by=make_user("drafter"),
    )
    annex.set_response_form(template=template, wanted=True, by=stage.manager)
    page = approval(stages.rendered(0, campaign=stage.campaign, version=stage.mailing.version))
    assert "With every letter: a cover sheet; Exhibit A, “Notice”; a response form." in page
    assert f"With those of {stage.mailing}: the text alone." in page


def test_letters_sheets_and_postage_are_counted():
    page = approval(stages.rendered(3))
    assert "<b>3</b><span>sheets" in page
    assert "$31.44" in page and "July 13, 2025" in page


def test_counsel_comments_on_a_letter_and_returns_the_mailing_with_it():
    stage = stages.rendered(2)
    letter = stage.letters[0]
    post(stage.counsel, "letter_comment", letter.pk, text="Call her Dean, not Doctor.")
    said = LetterComment.objects.get()
    assert (said.by, said.is_of_now) == (stage.counsel, True)
    assert audit.history(letter)[0].verb == "letter.commented"
    assert "Call her Dean" in approval(stage)
    post(stage.counsel, "mailing_give_back", stage.mailing.pk, comments="")
    page = get(stage.manager, "mailing", stage.mailing.pk)
    assert stage.again().comments == "See the comments on 1 letter."
    assert letter.reference in page and "Call her Dean" in page


def test_without_any_comment_a_mailing_is_not_returned():
    stage = stages.rendered(1)
    page = post(stage.counsel, "mailing_give_back", stage.mailing.pk, comments="")
    assert "Say what should be changed." in page
    assert stage.again().status == "ready"


def test_a_comment_on_an_earlier_rendering_is_kept_and_no_longer_counts():
    stage = stages.rendered(1)
    letter = stage.letters[0]
    approve.comment(letter=letter, text="Another street.", by=stage.counsel)
    approve.give_back(mailing=stage.mailing, comments="", by=stage.counsel)
    institution = letter.recipient.institution
    institution.street = "9 New Street"
    institution.save()
    mailing.refresh(mailing=stage.again(), by=stage.manager)
    stages.render.start(mailing=stage.again(), by=stage.manager)
    stages.render.work(mailing_pk=stage.mailing.pk, seconds=60)
    assert approve.comments_of_now(stage.again()) == []
    assert "of an earlier rendering" in get(stage.counsel, "letter", letter.pk)


@pytest.mark.parametrize(
    ("make", "text", "refusal"),
    [
        (stages.prepared, "x", "does not wait for approval"),
        (stages.approved, "x", "does not wait for approval"),
        (stages.rendered, "", "This field is required"),
    ],
)
def test_a_comment_is_refused_in_words(make, text, refusal):
    stage = make(1)
    assert refusal in post(stage.counsel, "letter_comment", stage.letters[0].pk, text=text)
    assert not LetterComment.objects.exists()


def test_a_letter_left_out_is_not_commented_on():
    stage = stages.rendered(2)
    letter = stage.letters[0]
    stages.mailing.lifecycle.move(letter, "void", status_reason="Merged.")
    with pytest.raises(approve.NotReady, match="left out"):
        approve.comment(letter=letter, text="x", by=stage.counsel)


def test_only_counsel_comments():
    stage = stages.rendered(1)
    answer = as_(stage.manager).post(
        f"/staff/letters/{stage.letters[0].pk}/comment/", {"text": "x"}
    )
    assert answer.status_code == 403
    with pytest.raises(approve.MayNotApprove):
        approve.comment(letter=stage.letters[0], text="x", by=stage.manager)


def test_nothing_is_kept_of_a_comment_where_the_record_fails(monkeypatch):
    stage = stages.rendered(1)
    monkeypatch.setattr(approve.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        approve.comment(letter=stage.letters[0], text="x", by=stage.counsel)
    assert not LetterComment.objects.exists()


def test_how_letters_read_takes_the_same_queries_for_few_and_many():
    counts = []
    for count in (3, 30):
        stage = mixed(private=count)
        for letter in stage.letters[::2]:
            stage.mailing.letters.filter(pk=letter.pk).update(wording_sha256=f"{letter.pk:064}")
        counts.append(queries(make_user("counsel"), f"/staff/mailings/{stage.mailing.pk}/wording/"))
    assert counts[0] == counts[1]


def button(page: str) -> str:
    (found,) = re.findall(r"<button[^>]*>Approve and seal", page)
    return found


@pytest.fixture
def threatening() -> stages.Stage:
    """Everything was opened; a threat in the text stands unanswered."""
    campaign = make_campaign()
    make_recipient(campaign)
    body = "We write to {{ institution_name }}. We will have you prosecuted."
    return stages.opened(0, campaign=campaign, version=make_version(campaign, body=body))


def test_what_must_be_answered_first_stands_beside_the_button(threatening):
    page = approval(threatening)
    assert "disabled" in button(page)
    assert "must be mended or answered in writing by a manager or drafter" in page
    assert "?step=check#whole" in page
    assert 'id="whole"' in get(threatening.counsel, "mailing", threatening.mailing.pk, step="check")


def test_once_it_is_answered_the_button_can_be_pressed(threatening):
    (finding,) = threatening.mailing.findings.filter(code="threat")
    override.override(
        mailing=threatening.mailing,
        code=finding.code,
        reason="Quoted from the statute.",
        by=threatening.manager,
    )
    assert "disabled" not in button(approval(threatening))


def test_a_threat_in_one_letters_own_text_leads_to_its_row():
    campaign = make_campaign()
    recipient = make_recipient(campaign)
    version = make_version(campaign, body="To you.\n\n{% own_text %}\n\nThe end.")
    own_text.write(
        template=version.template,
        recipient=recipient,
        text="We will have you prosecuted.",
        reason="They asked.",
        by=make_user("drafter"),
    )
    stage = stages.opened(0, campaign=campaign, version=version)
    page = approval(stage)
    assert "disabled" in button(page) and "?step=check&amp;code=own-words" in page


def test_a_letter_with_a_text_of_its_own_is_listed_once_with_the_reason():
    campaign = make_campaign()
    recipient = make_recipient(campaign, make_institution("Aa College"))
    version = make_version(campaign, body="To you.\n\n{% own_text %}\n\nThe end.")
    own_text.write(
        template=version.template,
        recipient=recipient,
        text="To you alone.",
        reason="They asked.",
        by=make_user("drafter"),
    )
    page = approval(stages.rendered(2, campaign=campaign, version=version))
    listed = page[page.index("Letters that read otherwise") : page.index("What has to be opened")]
    assert listed.count("Aa College") == 1
    assert "A text of its own" in listed and "To you alone." in listed
    assert "Letters with a text of their own" not in page


def test_a_returned_mailing_says_at_the_approval_who_returned_it():
    stage = stages.rendered(1)
    approve.give_back(mailing=stage.mailing, comments="Shorter.", by=stage.counsel)
    page = approval(stage)
    assert f"Returned by {stage.counsel}" in page and "It comes back here once" in page
