"""The composer: saving keeps the text whatever happens, and the preview is the real PDF."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from campaigns.models import AuditEvent
from letters.actions import annex, clause, draft, own_text
from letters.merge import pages, proof
from letters.models import Clause, LetterVersion, Sender
from letters.views.preview import brief, content
from tests.campaigns.views.test_recipients import fill
from tests.factories import (
    make_campaign,
    make_ground,
    make_institution,
    make_pdf,
    make_recipient,
    make_user,
)

pytestmark = pytest.mark.django_db

TYPED = {
    "subject": "Request to {{ institution_name }}",
    "body": "We write to {{ institution_name }}.\n\n{% demands %}",
    "closing": "Sincerely,",
    "label": "",
    "enclosures": "",
    "reason": "First draft.",
}


@pytest.fixture(autouse=True)
def drafter(client):
    user = make_user("drafter")
    client.force_login(user)
    return user


@pytest.fixture
def campaign():
    campaign = make_campaign()
    for name in ("Alpha University", "Beta College", "Gamma Institute"):
        make_recipient(campaign, make_institution(name))
    return campaign


@pytest.fixture
def template(campaign, drafter):
    return draft.create_template(campaign=campaign, name="First", purpose="first", by=drafter)


def preview(client, template, **typed):
    address = reverse("letters:template_preview", args=[template.pk])
    return client.post(address, {**TYPED, **typed}, headers={"HX-Request": "true"})


# --- Saving ----------------------------------------------------------------------------


def test_a_text_is_saved_as_the_next_version(client, template, drafter):
    response = client.post(template.get_absolute_url(), TYPED)
    assertRedirects(response, template.get_absolute_url())
    version = template.versions.get()
    assert (version.number, version.author, version.reason) == (1, drafter, "First draft.")
    assertContains(client.get(template.get_absolute_url()), "Save as the next version")


def test_the_flag_of_a_ground_is_listed_with_the_grounds_name(client, template):
    template.campaign.grounds.add(make_ground(key="title_vi", name="Title VI"))
    page = client.get(template.get_absolute_url())
    assertContains(page, "The letter cites Title VI")
    assertNotContains(page, "The letter cites title_vi")


def test_an_unknown_field_is_shown_at_its_place_and_the_text_is_kept(client, template):
    body = "Good.\n\nDear {{ institution_nmae }}."
    page = client.post(template.get_absolute_url(), {**TYPED, "body": body})
    assertContains(page, "Text, line 3, column 6:")
    assertContains(page, "institution_name")
    assertContains(page, "Dear {{ institution_nmae }}.\n     ^")
    assertContains(page, "First draft.")
    assert not LetterVersion.objects.exists()


def test_lines_and_columns_are_those_of_the_text_that_is_shown(client, template):
    body = "\r\n\r\n\tGood.\r\n\r\n{{ nonsense }}"
    page = client.post(template.get_absolute_url(), {**TYPED, "body": body})
    assertContains(page, "Text, line 3, column 1:")
    assert page.context["form"].initial["body"].split("\n")[2] == "{{ nonsense }}"


def test_an_unsafe_character_is_refused_beside_its_field(client, template):
    page = client.post(template.get_absolute_url(), {**TYPED, "subject": "Dean \u202eeoR"})
    assertContains(page, "changes the direction of the text")


def test_the_same_text_saved_again_is_the_same_version(client, template):
    for _ in range(2):
        client.post(template.get_absolute_url(), TYPED)
    assert template.versions.count() == 1


def test_an_older_version_opens_in_the_composer(client, template):
    for body in ("One.", "Two."):
        client.post(template.get_absolute_url(), {**TYPED, "body": body})
    page = client.get(template.get_absolute_url(), {"version": "1"})
    assert page.context["form"].initial["body"] == "One."
    assert client.get(template.get_absolute_url(), {"version": "9"}).status_code == 404


def test_a_frozen_version_says_so(client, template):
    client.post(template.get_absolute_url(), TYPED)
    draft.freeze(version=template.versions.get())
    assertContains(client.get(template.get_absolute_url()), "Version 1 is frozen")


def test_the_registry_is_listed_with_labels_and_samples(client, template):
    page = client.get(template.get_absolute_url())
    assertContains(page, "{{ institution_name }}")
    assertContains(page, "Name of the institution")
    assertContains(page, "Example University")
    assertContains(page, "{% demands %}")


def test_counsel_reads_but_does_not_save(client, template):
    client.force_login(make_user("counsel"))
    assertNotContains(client.get(template.get_absolute_url()), "Save as")
    assert client.post(template.get_absolute_url(), TYPED).status_code == 403
    assert preview(client, template).status_code == 200
    assert not LetterVersion.objects.exists()


def test_what_may_be_put_in_stands_beside_the_text(client, template):
    page = client.get(template.get_absolute_url())
    assertContains(page, '<option value="{{ institution_name }}">Name of the institution</option>')
    assertContains(page, '<option value="{% demands %}">')
    assertContains(page, '<option value="{% if is_public %}&#10;&#10;‸&#10;&#10;{% endif %}">')


def test_the_clauses_in_use_are_offered_with_their_text(client, template, drafter):
    for name in ("Preservation", "Old"):
        clause.add(wording=clause.Wording(name, "Early.", f"Text of {name}"), by=drafter)
    clause.archive(clause=Clause.objects.get(name="Old"), by=drafter)
    page = client.get(template.get_absolute_url())
    assertContains(
        page, '<option value="Text of Preservation" title="Early.">Preservation</option>'
    )
    assertNotContains(page, "Text of Old")


def test_a_problem_carries_its_place_for_the_marks_in_the_source(client, template):
    body = "Good.\n\nDear {{ institution_nmae }}, or {{ x"
    page = client.post(template.get_absolute_url(), {**TYPED, "body": body})
    assertContains(
        page, 'data-field="body" data-line="3" data-column="6" data-length="22"', count=1
    )
    assertContains(page, 'data-line="3" data-column="33" data-length="1"', count=1)


# --- The preview -----------------------------------------------------------------------


def test_the_preview_is_the_real_pages_of_the_first_recipient(client, template):
    page = preview(client, template)
    assertContains(page, "Alpha University")
    assertContains(page, "1 of 3")
    assertContains(page, 'src="data:image/png;base64,')
    assertNotContains(page, "<html")


def test_the_preview_names_words_that_the_checks_will_ask_about(client, template):
    assertNotContains(preview(client, template), "will ask about these words")
    body = f"{TYPED['body']}\n\nOtherwise we will have you prosecuted."
    page = preview(client, template, body=body, subject="Official notice")
    assertContains(page, "The checks of a mailing will ask about these words:")
    assertContains(page, "RE line, line 1, column 1: “Official notice”")
    assertContains(page, "Text, line 5, column 28: “prosecuted” threatens with criminal")
    assertContains(page, 'src="data:image/png;base64,')


def test_the_preview_shows_the_first_page_of_an_exhibit_and_the_pdf_all(client, template, drafter):
    whole = preview(client, template)
    assertNotContains(whole, "only the first page")
    annex.add_exhibit(
        template=template, title="Program", name="p.pdf", content=make_pdf(pages=5), by=drafter
    )
    page = preview(client, template)
    assertContains(page, "Of each exhibit only the first page is shown, and counted, here")
    more = len(page.context["preview"].pages) - len(whole.context["preview"].pages)
    assert 1 <= more <= 2  # a blank back may stand before the exhibit
    pdf = client.post(reverse("letters:template_pdf", args=[template.pk]), TYPED).content
    assert pages.page_count(pdf) == len(page.context["preview"].pages) + 4
    assert "Exhibit A: Program (5 pages)" in pages.text(pdf)


def test_a_preview_lists_all_pages_of_an_exhibit_among_its_enclosures(template, drafter):
    annex.add_exhibit(
        template=template, title="Program", name="p.pdf", content=make_pdf(pages=5), by=drafter
    )
    text = draft.Text(**{key: TYPED[key] for key in TYPED if key != "reason"})
    shown = brief(content(text, template=template, recipient=None))
    assert [len(one.pages) for one in shown.exhibits] == [1]
    assert shown.enclosures == ("Exhibit A: Program (5 pages)",)


def test_a_preview_saves_nothing(client, template):
    before = AuditEvent.objects.count()
    preview(client, template)
    assert not LetterVersion.objects.exists()
    assert AuditEvent.objects.count() == before


def test_the_next_and_the_searched_recipient_are_shown(client, template, campaign):
    beta = campaign.recipients.get(institution__name="Beta College")
    page = preview(client, template, recipient=beta.pk)
    assertContains(page, "2 of 3")
    picked = page.context["preview"].picked
    names = {recipient.pk: recipient.institution.name for recipient in campaign.recipients.all()}
    assert names[picked.previous_pk] == "Alpha University"
    assert names[picked.next_pk] == "Gamma Institute"
    assertContains(preview(client, template, find="gam"), "Gamma Institute")


def test_institutions_of_one_name_are_all_reached(client, template, campaign):
    twin = make_recipient(campaign, make_institution("Beta College"))
    beta = campaign.recipients.filter(institution__name="Beta College").first()
    picked = preview(client, template, recipient=beta.pk).context["preview"].picked
    assert picked.next_pk == twin.pk
    assert preview(client, template, recipient=twin.pk).context["preview"].picked.position == 3


def test_the_preview_names_what_is_wrong_instead_of_a_letter(client, template):
    page = preview(client, template, body="Dear {{ salutatoin }}")
    assertContains(page, "No letter can be made of this text yet.")
    assertContains(page, "Text, line 1, column 6:")
    assertNotContains(page, "data:image")
    assertContains(preview(client, template, subject=""), "once these are written: RE line.")


def test_a_lacking_character_in_a_fact_or_an_own_text_is_named_by_its_place(
    client, template, campaign, drafter
):
    recipient = campaign.recipients.order_by("institution__name").first()
    recipient.sourced_facts.create(
        programme="Ϣ", quotation="Only for some.", source="Its page", seen_on=timezone.localdate()
    )
    own_text.write(
        template=template, recipient=recipient, text="Ϣ.", reason="They asked.", by=drafter
    )
    page = preview(client, template, body="To you.\n\n{% facts %}\n\n{% own_text %}")
    assertContains(page, "It stands in the fact “Ϣ” and in the recipient’s own text.")


def test_a_new_empty_letter_says_what_is_to_be_written_and_is_no_error(client, template):
    page = preview(client, template, subject="", body="")
    assertContains(page, "once these are written: RE line and Text.")
    assertNotContains(page, "This field is required")
    assertNotContains(page, "cs-note--bad")


def test_what_is_wrong_besides_what_is_empty_is_still_an_error(client, template):
    page = preview(client, template, subject="", label="x" * 200)
    assertContains(page, "cs-note--bad")


def test_without_a_recipient_the_samples_are_printed(client, template, campaign):
    for recipient in campaign.recipients.all():
        recipient.withdrawn_at, recipient.withdrawn_reason = recipient.chosen_at, "Closed."
        recipient.save()
    page = preview(client, template)
    assertContains(page, "the samples of the field list are printed")
    assertContains(page, "data:image")


def test_without_a_sender_the_preview_says_what_to_do(client, template):
    Sender.objects.all().delete()
    page = preview(client, template)
    assertContains(page, "The campaign has no sender yet")
    assertNotContains(page, "data:image")


def test_without_javascript_the_button_shows_the_whole_page(client, template):
    address = reverse("letters:template_preview", args=[template.pk])
    page = client.post(address, TYPED)
    assertContains(page, "<html")
    assertContains(page, "data:image")
    assertContains(page, "We write to {{ institution_name }}.")


def test_the_pdf_itself_opens(client, template):
    response = client.post(reverse("letters:template_pdf", args=[template.pk]), TYPED)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


def test_a_text_with_problems_has_no_pdf(client, template):
    response = client.post(
        reverse("letters:template_pdf", args=[template.pk]), {**TYPED, "body": "{{ nonsense }}"}
    )
    assert response.status_code == 422


def test_a_get_of_the_preview_is_refused(client, template):
    address = reverse("letters:template_preview", args=[template.pk])
    assert client.get(address).status_code == 405


def test_the_preview_asks_as_much_for_3000_recipients_as_for_30(client, template, campaign):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert preview(client, template).status_code == 200
        return len(queries)

    fill(campaign, 27)
    few = asked()
    fill(campaign, 2970)
    assert asked() == few


@pytest.mark.parametrize("kind", ["name", "address", "missing", "pages"])
def test_the_worst_is_shown_and_why(client, template, campaign, kind):
    missing = {"street": ""} if kind == "missing" else {}
    make_recipient(campaign, make_institution("Z" * 90, street2="Suite 2", **missing))
    page = preview(client, template, worst=kind)
    assert page.context["preview"].picked.recipient.institution.name == "Z" * 90
    assertContains(page, 'role="status"')
    assertContains(page, "data:image")


def test_where_nobody_is_worst_the_recipient_stays(client, template, campaign):
    beta = campaign.recipients.get(institution__name="Beta College")
    page = preview(client, template, worst="missing", recipient=beta.pk)
    assert page.context["preview"].picked.recipient == beta
    assertContains(page, "No recipient lacks a value")


def test_the_worst_is_sought_among_those_that_were_searched_for(client, template, campaign):
    make_recipient(campaign, make_institution("Z" * 90))
    picked = preview(client, template, worst="name", find="gam").context["preview"].picked
    assert picked.recipient.institution.name == "Gamma Institute"


def test_a_worst_of_no_kind_is_the_first_recipient(client, template):
    picked = preview(client, template, worst="nonsense").context["preview"].picked
    assert picked.position == 1


def test_an_answer_that_was_overtaken_changes_nothing_on_the_page(client, template, monkeypatch):
    def overtaken(*args, **kwargs):
        raise proof.Superseded

    monkeypatch.setattr(proof, "make", overtaken)
    assert preview(client, template, page="0" * 32).status_code == 204


def test_a_press_that_has_no_time_says_so(client, template, monkeypatch):
    def busy(*args, **kwargs):
        raise proof.Busy("Try again in a moment.")

    monkeypatch.setattr(proof, "make", busy)
    assertContains(preview(client, template), "Try again in a moment.")


def test_an_opened_composer_warms_the_press(client, template, monkeypatch):
    warmed = []
    monkeypatch.setattr(proof, "warm", lambda: warmed.append(True))
    client.get(template.get_absolute_url())
    assert warmed
