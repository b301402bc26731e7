"""The pages of mailings, as each role meets them."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import ground as actions
from campaigns.actions import task
from campaigns.models import Recipient
from letters.actions import approve, dispatch, render
from letters.models import Dispatch, Letter, LetterTemplate, Mailing, Opening, PrintPack
from tests.factories import (
    make_answer,
    make_campaign,
    make_ground,
    make_institution,
    make_recipient,
    make_user,
    make_version,
)
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


@pytest.fixture(autouse=True)
def outbox_backend(settings) -> None:
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(user, name: str, *args, **query) -> str:
    response = as_(user).get(reverse(f"letters:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(user, name: str, *args, **data) -> str:
    """What the page says after the button was pressed."""
    response = as_(user).post(reverse(f"letters:{name}", args=args), data, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_a_campaign_without_a_mailing_says_what_to_do():
    assert "Prepare a mailing" in get(make_user("manager"), "mailings", make_campaign().pk)


def test_mailings_are_listed_with_their_counts():
    stage = stages.approved(3)
    page = get(stage.manager, "mailings", stage.campaign.pk)
    assert stage.mailing.title in page and "Approved" in page


def test_a_mailing_is_prepared_from_a_form():
    campaign = make_campaign()
    for _ in range(3):
        make_recipient(campaign)
    version, manager = make_version(campaign), make_user("manager")
    assert "How many that would be" in get(manager, "mailing_new", campaign.pk)
    page = post(
        manager,
        "mailing_new",
        campaign.pk,
        version=version.pk,
        title="First letter",
        letter_date=stages.today(campaign).isoformat(),
        recipients="all",
    )
    assert "Written and checked: 3 letters." in page
    assert Mailing.objects.get().prepared_by == manager


def test_a_mailing_goes_only_to_those_who_match():
    campaign = make_campaign()
    make_recipient(campaign, make_institution("Auburn University", state="AL"))
    make_recipient(campaign, make_institution("Alabama College", state="AL"))
    make_recipient(campaign, make_institution("Auburn Society", state="AL", kind="society"))
    make_recipient(campaign, make_institution("Auburn of the West", state="CA"))
    post(
        make_user("manager"),
        "mailing_new",
        campaign.pk,
        version=make_version(campaign).pk,
        title="First letter",
        letter_date=stages.today(campaign).isoformat(),
        recipients="all",
        words="auburn",
        state="AL",
        kind="university",
    )
    letter = Mailing.objects.get().letters.get()
    assert letter.recipient.institution.name == "Auburn University"


def answering(campaign, first: str, second: str = ""):
    recipient = make_recipient(campaign)
    make_answer(recipient, first, number=1)
    if second:
        make_answer(recipient, second, number=2)
    return recipient


def test_a_mailing_goes_to_those_who_confirmed_in_full_and_to_no_other():
    campaign = make_campaign()
    complied = answering(campaign, "complied", "will_comply")
    answering(campaign, "complied")
    answering(campaign, "complied", "declined")
    withdrawn = answering(campaign, "complied", "complied")
    Recipient.objects.filter(pk=withdrawn.pk).update(
        withdrawn_at=timezone.now(), withdrawn_reason="By mistake."
    )
    make_recipient(campaign)
    manager, version = make_user("manager"), make_version(campaign)
    assert "<dt>Confirmed in full</dt><dd>1</dd>" in get(manager, "mailing_new", campaign.pk)
    post(
        manager,
        "mailing_new",
        campaign.pk,
        version=version.pk,
        title="Thanks",
        letter_date=stages.today(campaign).isoformat(),
        recipients="confirmed",
    )
    assert [one.recipient for one in Mailing.objects.get().letters.all()] == [complied]


def test_a_mailing_to_those_who_confirmed_is_refused_where_nobody_did():
    campaign = make_campaign()
    answering(campaign, "complied")
    page = post(
        make_user("manager"),
        "mailing_new",
        campaign.pk,
        version=make_version(campaign).pk,
        title="Thanks",
        letter_date=stages.today(campaign).isoformat(),
        recipients="confirmed",
    )
    assert "Nobody was chosen" in page
    assert not Mailing.objects.exists()


def test_the_form_takes_the_same_queries_for_3_and_30_who_confirmed():
    campaign, manager, counts = make_campaign(), make_user("manager"), []
    make_version(campaign)
    for more in (3, 27):
        for _ in range(more):
            answering(campaign, "complied", "complied")
        counts.append(queries(manager, reverse("letters:mailing_new", args=[campaign.pk])))
    assert counts[0] == counts[1]


def test_a_refusal_stays_on_the_form():
    campaign = make_campaign()
    make_recipient(campaign)
    page = post(
        make_user("manager"),
        "mailing_new",
        campaign.pk,
        version=make_version(campaign).pk,
        title="First letter",
        letter_date="2020-01-01",
        recipients="all",
    )
    assert "has passed" in page
    assert not Mailing.objects.exists()


@pytest.mark.parametrize("role", ["clerk", "counsel", "viewer"])
def test_only_those_who_prepare_mailings_prepare_one(role):
    campaign = make_campaign()
    url = reverse("letters:mailing_new", args=[campaign.pk])
    assert as_(make_user(role)).get(url).status_code == 403


def test_the_checks_name_each_letter_and_filter_by_what_was_found():
    campaign = make_campaign()
    make_recipient(campaign, make_institution("Auburn University", street=""))
    stage = stages.prepared(2, campaign=campaign)
    page = get(stage.manager, "mailing", stage.mailing.pk)
    assert "Auburn University has no street." in page
    assert "Something has to be fixed" in page
    red = get(stage.manager, "mailing", stage.mailing.pk, step="check", severity="red")
    assert red.count('name="letters"') == 1
    assert get(
        stage.manager, "mailing", stage.mailing.pk, step="check", code="no-street"
    ).count('name="letters"') == 1  # fmt: skip
    none = get(stage.manager, "mailing", stage.mailing.pk, step="check", q="no such place")
    assert "No letter matches" in none


def test_chosen_letters_are_left_out_with_an_answer_for_each():
    stage = stages.prepared(3)
    chosen = [letter.pk for letter in stage.letters[:2]]
    page = post(
        stage.manager, "mailing_leave_out", stage.mailing.pk, letters=chosen, reason="Closed."
    )
    assert "2 done" in page
    assert [letter.status for letter in stage.letters] == ["void", "void", "draft"]


def test_leaving_out_without_a_choice_or_reason_says_so():
    stage = stages.prepared(1)
    assert "Choose at least one letter" in post(
        stage.manager, "mailing_leave_out", stage.mailing.pk, reason="Closed."
    )


def test_a_press_that_looks_at_every_letter_says_what_happens_meanwhile():
    stage = stages.rendered(2)
    check, approving = (
        get(person, "mailing", stage.mailing.pk, step=step)
        for person, step in ((stage.manager, "check"), (stage.counsel, "approve"))
    )
    assert "Every letter is checked; of thousands this takes some seconds." in check
    assert "Every stored file is read again" in approving


def test_the_whole_way_by_buttons():
    stage = stages.prepared(3)
    pk = stage.mailing.pk
    assert "Rendering has started" in post(stage.manager, "mailing_start", pk)
    assert "hx-get" in get(stage.manager, "mailing", pk)
    render.work(mailing_pk=pk, seconds=60)
    assert "Waiting for counsel" in get(stage.manager, "mailing", pk)
    for _ in range(3):
        assert "which is on record" in post(stage.counsel, "mailing_open_next", pk)
    digest = Mailing.objects.get().digest
    assert "Approved. Every letter is sealed" in post(
        stage.counsel,
        "mailing_approve",
        pk,
        digest=digest,
        answers=approve.answers_digest(stage.mailing),
    )
    assert "Nothing is posted until" in post(stage.clerk, "mailing_pack", pk)
    pack = PrintPack.objects.get()
    page = post(
        stage.clerk,
        "pack_posted",
        pack.pk,
        posted_on=stage.mailing.letter_date.isoformat(),
        count=3,
        missing="",
    )
    assert "Marked as posted on" in page
    assert "Every letter has left by each of its ways." in page
    assert stage.again().status == "sent"


def test_the_preparer_sees_why_they_cannot_approve():
    stage = stages.rendered(3)
    stage.manager.groups.add(*make_user("counsel").groups.all())
    page = get(stage.manager, "mailing", stage.mailing.pk)
    assert "You prepared this mailing. Another person approves it." in page
    said = post(
        stage.manager,
        "mailing_approve",
        stage.mailing.pk,
        digest=stage.mailing.digest,
        answers=approve.answers_digest(stage.mailing),
    )
    assert "You prepared this mailing" in said
    assert stage.again().status == "ready"


def test_a_drafter_has_no_button_to_approve():
    stage = stages.rendered(3)
    url = reverse("letters:mailing_approve", args=[stage.mailing.pk])
    assert as_(make_user("drafter")).post(url, {"digest": "0" * 64}).status_code == 403


def test_a_stale_mailing_is_refused_and_rendered_again_by_one_press():
    stage = stages.opened(3)
    institution = stage.letters[1].recipient.institution
    institution.street = "9 New Street"
    institution.save()
    said = post(
        stage.counsel,
        "mailing_approve",
        stage.mailing.pk,
        digest=stage.mailing.digest,
        answers=approve.answers_digest(stage.mailing),
    )
    assert stage.letters[1].reference in said and "Nothing was approved" in said
    said = post(stage.manager, "mailing_again", stage.mailing.pk)
    assert "Changed, and rendered again: 1 letter." in said
    render.work(mailing_pk=stage.mailing.pk, seconds=60)
    assert stage.again().status == "ready"


def test_a_returned_mailing_shows_the_comments_and_is_taken_up_again():
    stage = stages.rendered(3)
    post(stage.counsel, "mailing_give_back", stage.mailing.pk, comments="Soften demand 2.")
    assert "Soften demand 2." in get(stage.manager, "mailing", stage.mailing.pk)
    post(stage.manager, "mailing_check", stage.mailing.pk)
    assert stage.again().status == "preparing"


def test_progress_is_polled_while_rendering_and_sends_the_page_on_when_it_is_over():
    stage = stages.prepared(3)
    render.start(mailing=stage.mailing, by=stage.manager)
    url = reverse("letters:mailing_progress", args=[stage.mailing.pk])
    response = as_(stage.manager).get(url)
    assert "HX-Redirect" not in response and b"every 1s" in response.content
    render.work(mailing_pk=stage.mailing.pk, seconds=60)
    response = as_(stage.manager).get(url)
    assert response["HX-Redirect"] == stage.mailing.get_absolute_url()


def test_e_mails_need_the_typed_count_and_appear_in_the_outbox():
    stage = stages.approved(2, channels={"by_post": False, "by_email": True})
    pk = stage.mailing.pk
    assert "2 letters would go by e-mail" in post(stage.clerk, "mailing_emails", pk, count=5)
    assert "Queued: 2 messages." in post(stage.clerk, "mailing_emails", pk, count=2)
    dispatch.work(mailing_pk=pk, seconds=60)
    page = get(stage.clerk, "outbox")
    assert page.count("our reference") == 2
    assert "No mail server is set up" in page


def test_another_posting_day_is_refused_until_counsel_accepts_it():
    stage = stages.approved(3)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    today = stage.mailing.letter_date
    Mailing.objects.update(letter_date=today - datetime.timedelta(days=2))
    posted = {"posted_on": today.isoformat(), "count": 3, "missing": ""}
    refused = as_(stage.clerk).post(reverse("letters:pack_posted", args=[pack.pk]), posted)
    assert "Counsel can accept the gap" in refused.content.decode()
    assert "Accept the gap in writing" in get(stage.counsel, "mailing", stage.mailing.pk)
    post(stage.counsel, "mailing_gap", stage.mailing.pk, until=today.isoformat(), reason="Printer.")
    assert "Marked as posted on" in post(stage.clerk, "pack_posted", pack.pk, **posted)


def test_pack_and_manifest_are_downloads_and_who_took_them_is_on_record():
    stage = stages.approved(3)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    for form, kind in (("pdf", "application/pdf"), ("manifest", "text/csv; charset=utf-8")):
        response = as_(stage.clerk).post(reverse("letters:pack_file", args=[pack.pk, form]))
        assert response["Content-Type"] == kind
        assert response["Content-Disposition"].startswith("attachment")
        sha256 = pack.pdf_sha256 if form == "pdf" else pack.manifest_sha256
        assert filestore.sha256_of(response.getvalue()) == sha256
    taken = audit.history(stage.mailing).filter(verb="pack.taken_out")
    assert {event.actor for event in taken} == {stage.clerk}
    assert [one for one in taken if pack.pdf_sha256 in one.payload]
    assert [one for one in taken if pack.manifest_sha256 in one.payload]
    url = reverse("letters:pack_file", args=[pack.pk, "pdf"])
    assert as_(stage.clerk).get(url).status_code == 405
    assert as_(stage.clerk).post(url.replace("pdf", "docx")).status_code == 404
    assert as_(make_user("viewer")).post(url).status_code == 403
    assert taken.count() == 2


def test_a_pack_whose_file_is_damaged_is_named_and_not_handed_out(monkeypatch):
    stage = stages.approved(1)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)

    def damaged(sha256: str) -> bytes:
        raise filestore.FileDamaged(sha256)

    monkeypatch.setattr(filestore, "opened", damaged)
    assert "missing or damaged" in post(stage.clerk, "pack_file", pack.pk, "pdf")
    assert not audit.history(stage.mailing).filter(verb="pack.taken_out").exists()


def test_pasted_tracking_numbers_and_news_are_answered_row_by_row():
    stage = stages.approved(2)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    dispatch.mark_posted(pack=pack, posted_on=stage.mailing.letter_date, count=2, by=stage.clerk)
    one, two = (letter.reference for letter in stage.letters)
    page = post(
        stage.clerk,
        "mailing_tracking",
        stage.mailing.pk,
        pasted=f"{one} 9407111105520000000002\nXYZ-2026-0001-1 9407111105520000000002",
    )
    assert "1 done, 1 refused" in page
    page = post(
        stage.clerk,
        "mailing_delivery",
        stage.mailing.pk,
        status="delivered",
        on=stage.mailing.letter_date.isoformat(),
        references=f"{one}\n{two}",
    )
    assert "2 done" in page
    assert "Delivered" in get(stage.clerk, "mailing", stage.mailing.pk, status="delivered")


def test_one_press_on_the_board_prepares_a_reminder():
    stage = stages.approved(3)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    dispatch.mark_posted(pack=pack, posted_on=stage.mailing.letter_date, count=3, by=stage.clerk)
    Recipient.objects.update(due_at=timezone.now() - datetime.timedelta(days=1))
    template = LetterTemplate.objects.create(
        campaign=stage.campaign, name="Reminder", purpose="reminder"
    )
    make_version(stage.campaign, template=template)
    assert "A reminder with 3 letters is prepared" in post(
        stage.manager, "remind", stage.campaign.pk
    )
    assert Mailing.objects.order_by("-pk")[0].follows == stage.mailing


def test_one_press_says_who_is_held_back_because_something_waits_to_be_read():
    stage = stages.approved(2)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    dispatch.mark_posted(pack=pack, posted_on=stage.mailing.letter_date, count=2, by=stage.clerk)
    Recipient.objects.update(due_at=timezone.now() - datetime.timedelta(days=1))
    template = LetterTemplate.objects.create(
        campaign=stage.campaign, name="Reminder", purpose="reminder"
    )
    make_version(stage.campaign, template=template)
    task.open_task(
        recipient=stage.letters[0].recipient,
        kind="correction",
        about="Check it.",
        key="x:1",
        now=timezone.now(),
    )
    page = post(stage.manager, "remind", stage.campaign.pk)
    assert "A reminder with 1 letter is prepared" in page
    assert "1 recipient is overdue and not reminded" in page


def test_one_press_says_how_many_reminders_it_prepared_where_first_letters_differ():
    stage = stages.approved(2)
    other = stages.approved(0, campaign=stage.campaign, recipients=[make_recipient(stage.campaign)])
    for each in (stage, other):
        pack = dispatch.make_pack(mailing=each.mailing, by=each.clerk)
        day, count = each.mailing.letter_date, pack.letter_count
        dispatch.mark_posted(pack=pack, posted_on=day, count=count, by=each.clerk)
    Recipient.objects.update(due_at=timezone.now() - datetime.timedelta(days=1))
    template = LetterTemplate.objects.create(
        campaign=stage.campaign, name="Reminder", purpose="reminder"
    )
    make_version(stage.campaign, template=template)
    page = post(stage.manager, "remind", stage.campaign.pk)
    assert "so 2 reminders are prepared and checked, one after each" in page
    made = Mailing.objects.exclude(follows=None)
    assert {mailing.follows for mailing in made} == {stage.mailing, other.mailing}
    title = f"Reminder 1, {made[0].letter_date:%B %-d, %Y}, after"
    assert all(mailing.title.startswith(title) for mailing in made)


# --- One letter --------------------------------------------------------------------


def test_a_letter_is_shown_to_an_approver_only_after_it_was_opened_on_record():
    stage = stages.rendered(3)
    letter = stage.letters[0]
    picture = reverse("letters:letter_page", args=[letter.pk, 1])
    before = get(stage.counsel, "letter", letter.pk)
    assert "Open this letter" in before and picture not in before
    assert not Opening.objects.exists()
    after = post(stage.counsel, "letter_open", letter.pk)
    assert picture in after
    assert Opening.objects.get().by == stage.counsel
    assert picture not in get(stage.manager, "letter", letter.pk)
    assert picture in post(stage.manager, "letter_read", letter.pk)


def test_the_stored_bytes_are_served_as_they_are():
    stage = stages.rendered(1)
    letter = stage.letters[0]
    post(stage.manager, "letter_read", letter.pk)
    response = as_(stage.manager).get(reverse("letters:letter_pdf", args=[letter.pk]))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{letter.reference}.pdf"'
    assert "private" in response["Cache-Control"]
    picture = as_(stage.manager).get(reverse("letters:letter_page", args=[letter.pk, 2]))
    assert picture.content.startswith(b"\x89PNG")
    none = as_(stage.manager).get(reverse("letters:letter_page", args=[letter.pk, 3]))
    assert none.status_code == 404


def test_a_draft_has_no_pdf():
    stage = stages.prepared(1)
    url = reverse("letters:letter_pdf", args=[stage.letters[0].pk])
    assert as_(stage.manager).get(url).status_code == 404
    assert "Not rendered yet" in get(stage.manager, "letter", stage.letters[0].pk)


def test_what_nobody_answered_for_is_settled_on_the_letters_page():
    stage = stages.approved(1, channels={"by_post": False, "by_email": True})
    dispatch.queue_emails(mailing=stage.mailing, count=1, by=stage.clerk)
    Dispatch.objects.update(status="claimed", claimed_at=timezone.now())
    Dispatch.objects.update(status="unknown")
    row = Dispatch.objects.get()
    assert "never sent again by itself" in get(stage.clerk, "letter", row.letter_id)
    said = post(stage.clerk, "dispatch_settle", row.pk, left="no", evidence="Not in the log.")
    assert "it did not leave" in said and "Send again" in said
    said = post(
        stage.clerk, "letter_resend", row.letter_id, channel="email", reason="It never left."
    )
    assert "Attempt 2 is queued" in said


def test_a_letter_is_left_out_and_a_sealed_one_voided_from_its_page():
    stage = stages.approved(3)
    letter = stage.letters[0]
    assert "is void and will not be sent" in post(
        stage.manager, "letter_void", letter.pk, reason="Wrong person."
    )
    assert Letter.objects.get(pk=letter.pk).status == "void"


# --- The same number of queries ----------------------------------------------------


def test_the_approver_sees_the_grounds_as_they_are_and_not_as_they_were_when_checked():
    campaign, ground = make_campaign(), make_ground()
    campaign.grounds.add(ground)
    stage = stages.rendered(3, campaign=campaign)
    unverified = f"Nobody has verified {ground} yet."
    assert unverified in get(stage.counsel, "mailing", stage.mailing.pk)
    today = timezone.localdate()
    later = today + datetime.timedelta(days=180)
    actions.verify(ground=ground, verified_on=today, review_by=later, by=stage.counsel)
    assert stage.mailing.findings.filter(message=unverified).exists()  # of the last check
    assert unverified not in get(stage.counsel, "mailing", stage.mailing.pk)


def test_a_refused_count_keeps_what_was_typed_and_shows_it_again():
    stage = stages.approved(3)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    day = stage.mailing.letter_date.isoformat()
    typed = {"posted_on": day, "count": "7", "missing": stage.letters[0].reference}
    response = as_(stage.clerk).post(reverse("letters:pack_posted", args=[pack.pk]), typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert "You counted 7" in page
    assert 'autocomplete="off" value="7" required' in page
    assert f'rows="2">{stage.letters[0].reference}</textarea>' in page
    assert "What you typed is kept." in page
    pack.refresh_from_db()
    assert pack.posted_on is None


def test_a_day_that_is_none_keeps_the_count_too():
    stage = stages.approved(2)
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    typed = {"posted_on": "soon", "count": "2", "missing": ""}
    response = as_(stage.clerk).post(reverse("letters:pack_posted", args=[pack.pk]), typed)
    assert response.status_code == 422
    assert 'autocomplete="off" value="2" required' in response.content.decode()


def test_comments_say_who_returned_the_mailing_and_stay_once_it_is_taken_up():
    stage = stages.rendered(3)
    approve.give_back(mailing=stage.mailing, comments="Name the statute.", by=stage.counsel)
    page = get(stage.manager, "mailing", stage.mailing.pk)
    assert f"Returned with comments</b> by {stage.counsel}" in page
    page = post(stage.manager, "mailing_check", stage.mailing.pk)
    assert "Taken up again: every letter was checked again" in page
    assert f"Returned by {stage.counsel}" in page and "Name the statute." in page


def test_what_marked_a_letter_does_not_repeat_the_institution_beside_it():
    campaign = make_campaign()
    campaign.grounds.add(make_ground())
    make_recipient(campaign, make_institution("Unfunded University", ffa=""))
    stage = stages.rendered(0, campaign=campaign)
    page = get(stage.counsel, "mailing", stage.mailing.pk)
    assert "<p>Title VI, Civil Rights Act of 1964 covers an institution that" in page
    assert "Unfunded University: " not in page


def queries(user, url: str) -> int:
    client = as_(user)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("step", ["check", "render", "approve", "send"])
@pytest.mark.parametrize("make", [stages.prepared, stages.rendered, stages.approved])
def test_a_mailing_takes_the_same_queries_for_3_and_30_letters(step, make):
    counts = []
    for count in (3, 30):
        campaign = make_campaign()
        campaign.grounds.add(make_ground())
        stage = make(count, campaign=campaign)
        user = stage.counsel
        approve.to_open(stage.mailing, user)
        counts.append(queries(user, f"{stage.mailing.get_absolute_url()}?step={step}"))
    assert counts[0] == counts[1]


@pytest.mark.slow
def test_a_mailing_takes_the_same_queries_for_30_and_3000_letters():
    def measured(count: int) -> int:
        stage = stages.prepared(0, campaign=_campaign_of(count))
        return queries(stage.counsel, stage.mailing.get_absolute_url())

    assert measured(30) == measured(3000)


def _campaign_of(count: int):
    campaign = make_campaign()
    for _ in range(count):
        make_recipient(campaign, make_institution(ffa="" if count % 50 else "yes"))
    return campaign


def test_the_list_of_mailings_takes_the_same_queries_for_3_and_30():
    manager, counts = make_user("manager"), []
    for count in (3, 30):
        campaign = make_campaign()
        make_recipient(campaign)
        version = make_version(campaign)
        for number in range(count):
            stages.prepared(0, campaign=campaign, version=version, title=f"Mailing {number}")
        counts.append(queries(manager, reverse("letters:mailings", args=[campaign.pk])))
    assert counts[0] == counts[1]
