"""The grid of preflight, as those who prepare and those who look on meet it."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Contact, Institution
from letters.models import Override
from tests.factories import make_campaign, make_ground, make_institution, make_recipient, make_user
from tests.letters import stages
from tests.letters.views.test_mailing import as_, get, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


@pytest.fixture
def stage() -> stages.Stage:
    """One letter that is in order, one without a street, one whose ground may not cover it."""
    campaign = make_campaign()
    campaign.grounds.add(make_ground())
    make_recipient(campaign, make_institution("Aa Streetless", street=""))
    make_recipient(campaign, make_institution("Bb Unfunded", ffa=""))
    return stages.prepared(1, campaign=campaign)


def row(page: str, institution: str) -> str:
    """The words of one row of the grid."""
    (found,) = [part for part in re.split("</?tr>", page) if f"{institution}<br>" in part]
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_each_cell_answers_in_words(stage):
    page = get(stage.manager, "mailing", stage.mailing.pk)
    assert "No street" in row(page, "Aa Streetless")
    assert "Ground may not cover it" in row(page, "Bb Unfunded")
    calm = row(page, stage.letters[-1].recipient.institution.name)
    for words in ("may be", "complete", "once", "all there", "Old evidence", "not rendered yet"):
        assert words in calm


def test_the_columns_count_over_all_pages(stage):
    page = get(stage.manager, "mailing", stage.mailing.pk)
    assert "1 red" in page and "1 amber" in page


def test_a_family_is_shown_check_by_check(stage):
    page = get(stage.manager, "mailing", stage.mailing.pk, step="check", by="address")
    assert "Address too wide" in page and "Letter and envelope bear one address." in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"severity": "red"}, ["Aa"]),
        ({"severity": "amber"}, ["Bb"]),
        ({"code": "no-street"}, ["Aa"]),
        ({"severity": "amber", "by": "address"}, []),
        ({"severity": "red", "by": "address"}, ["Aa"]),
        ({"q": "unfunded"}, ["Bb"]),
        ({"severity": "nonsense", "by": "nonsense"}, ["Aa", "Bb"]),
    ],
)
def test_it_filters(stage, query, shown):
    page = get(stage.manager, "mailing", stage.mailing.pk, step="check", **query)
    body = page[page.index("<tbody>") :]
    names = {"Aa": "Aa Streetless<br>", "Bb": "Bb Unfunded<br>"}
    assert [key for key, name in names.items() if name in body] == shown


@pytest.mark.parametrize(
    ("query", "opened"),
    [({"severity": "red"}, 1), ({"code": "ground-unknown"}, 1), ({"q": "unfunded"}, 0)],
)
def test_what_was_asked_for_is_shown_open_and_nothing_else(stage, query, opened):
    page = get(stage.manager, "mailing", stage.mailing.pk, step="check", **query)
    assert page[page.index("<tbody>") :].count("<details open>") == opened


def test_what_is_fixed_leads_back_to_the_grid(stage):
    asked = {"step": "check", "severity": "red"}
    page = get(stage.manager, "mailing", stage.mailing.pk, **asked)
    institution = Institution.objects.get(name="Aa Streetless")
    edit = reverse("campaigns:institution_edit", args=[institution.pk])
    link = re.search(rf'href="({edit}\?next=[^"]+)"', page).group(1)
    form = as_(stage.manager).get(link)
    back = f"{stage.mailing.get_absolute_url()}?step=check&severity=red"
    assert f'href="{back.replace("&", "&amp;")}"' in form.content.decode()
    typed = {name: form.context["form"][name].value() or "" for name in form.context["form"].fields}
    saved = as_(stage.manager).post(
        link, {**typed, "street": "1 New Street", "address_source": "Its page"}
    )
    assert (saved.status_code, saved["Location"]) == (302, back)
    page = get(stage.manager, "mailing", stage.mailing.pk, **asked)
    assert "1 change to the directory, the campaign or the letter was recorded" in page


def test_a_way_back_to_another_host_is_not_taken(stage):
    institution = Institution.objects.get(name="Aa Streetless")
    link = reverse("campaigns:institution_edit", args=[institution.pk])
    page = as_(stage.manager).get(f"{link}?next=https://elsewhere.invalid/").content.decode()
    assert "elsewhere.invalid" not in page


def test_who_may_not_fix_is_told_who_may(stage):
    page = get(make_user("viewer"), "mailing", stage.mailing.pk)
    assert "Put right by a manager, drafter or clerk." in page
    assert "Needs no change" not in page


def test_amber_is_answered_in_place_and_the_answer_is_shown(stage):
    letter = stage.mailing.letters.get(recipient__institution__name="Bb Unfunded")
    back = f"{stage.mailing.get_absolute_url()}?step=check&severity=amber"
    answer = {"code": "ground-unknown", "letter": letter.pk, "reason": "Award 12.", "next": back}
    response = as_(stage.manager).post(
        reverse("letters:mailing_answer", args=[stage.mailing.pk]), answer
    )
    assert response["Location"] == back
    page = get(stage.manager, "mailing", stage.mailing.pk)
    assert "Ground may not cover it, answered" in row(page, "Bb Unfunded")
    assert "Award 12." in page and "Answered in writing" in page


def test_an_answer_for_all_is_offered_where_one_finding_is_chosen(stage):
    page = get(stage.manager, "mailing", stage.mailing.pk, step="check", code="ground-unknown")
    assert "Answer all that are amber" in page
    page = post(
        stage.manager,
        "mailing_answer",
        stage.mailing.pk,
        code="ground-unknown",
        reason="Award list.",
    )
    assert "Counsel reads your reason" in page and "1 finding" in page


def test_an_answer_to_red_is_refused_in_words(stage):
    page = post(
        stage.manager, "mailing_answer", stage.mailing.pk, code="no-street", reason="So what."
    )
    assert "must be fixed, or the letter left out" in page
    assert not Override.objects.exists()


def test_a_letter_of_another_mailing_is_not_answered_for(stage):
    other = stages.prepared(1)
    response = as_(stage.manager).post(
        reverse("letters:mailing_answer", args=[stage.mailing.pk]),
        {"code": "ground-unknown", "letter": other.letters[0].pk, "reason": "x"},
    )
    assert response.status_code == 404


def test_an_answer_is_taken_back(stage):
    post(stage.manager, "mailing_answer", stage.mailing.pk, code="ground-unknown", reason="Award.")
    answer = Override.objects.get()
    assert "is open again" in post(stage.manager, "override_withdraw", answer.pk)
    answer.refresh_from_db()
    assert answer.withdrawn_by == stage.manager


def test_counsel_reads_the_answers_and_does_not_write_them():
    campaign = make_campaign()
    campaign.grounds.add(make_ground())
    make_recipient(campaign, make_institution("Bb Unfunded", ffa=""))
    stage = stages.rendered(1, campaign=campaign)
    post(stage.manager, "mailing_answer", stage.mailing.pk, code="ground-unknown", reason="Award 9")
    assert "Award 9" in get(stage.counsel, "mailing", stage.mailing.pk, step="approve")
    refused = as_(stage.counsel).post(
        reverse("letters:mailing_answer", args=[stage.mailing.pk]), {"code": "x", "reason": "x"}
    )
    assert refused.status_code == 403


def test_counsel_who_appeared_is_taken_in_with_a_press_on_check_again(stage):
    letter = stage.letters[-1]
    lawyer = Contact.objects.create(
        institution=letter.recipient.institution, role="outside-counsel", name="Pat Lawyer"
    )
    as_(stage.clerk).post(
        reverse("campaigns:counsel_appeared", args=[letter.recipient_id]),
        {"counsel": lawyer.pk, "on": timezone.localdate()},
    )
    assert "Check again" in get(stage.manager, "mailing", stage.mailing.pk)
    page = post(stage.manager, "mailing_check", stage.mailing.pk)
    words = row(page, letter.recipient.institution.name)
    assert "Pat Lawyer" in words and "may be" in words
    assert "turned letter" in get(stage.manager, "letter", letter.pk)


def test_a_street_is_supplied_in_the_row_and_the_person_is_back_in_it(stage):
    letter = stage.mailing.letters.get(recipient__institution__name="Aa Streetless")
    asked = {"step": "check", "by": "address"}
    page = get(stage.manager, "mailing", stage.mailing.pk, **asked)
    address = reverse("letters:letter_place", args=[letter.pk])
    link = re.search(rf'action="({address}[^"]+)"', page).group(1)
    back = f"{stage.mailing.get_absolute_url()}?step=check&by=address#letter-{letter.pk}"
    assert f'id="letter-{letter.pk}"' in page
    needed = re.findall(r'name="(\w+)"[^>]* required', page[page.index(link) :].split("</form>")[0])
    assert needed == ["street", "country", "address_source"]
    typed = {
        "street": "1 New Street",
        "city": "Springfield",
        "state": "Illinois",
        "postal_code": "62701",
        "country": "US",
        "address_source": "Its own page",
    }
    client = as_(stage.manager)
    saved = client.post(link, typed)
    assert (saved.status_code, saved["Location"]) == (302, back)
    page = client.get(back).content.decode()
    assert "was checked again: nothing red is left." in page
    assert address not in page


def test_what_cannot_be_saved_is_shown_as_typed_with_the_way_back(stage):
    letter = stage.mailing.letters.get(recipient__institution__name="Aa Streetless")
    address = reverse("letters:letter_place", args=[letter.pk])
    typed = {"street": "1 New Street", "country": "US", "postal_code": "nonsense"}
    page = as_(stage.manager).post(f"{address}?next=/staff/", typed).content.decode()
    assert "Say where this street was published." in page and 'value="nonsense"' in page
    assert 'href="/staff/"' in page


def test_who_may_not_prepare_gets_no_form_in_the_row(stage):
    assert "Fix here" in get(stage.manager, "mailing", stage.mailing.pk)
    assert "Fix here" not in get(stage.counsel, "mailing", stage.mailing.pk)
    letter = stage.letters[0]
    address = reverse("letters:letter_place", args=[letter.pk])
    assert as_(stage.counsel).post(address, {"country": "US"}).status_code == 403


def test_a_name_is_supplied_in_the_row(stage):
    letter = stage.letters[-1]
    Contact.objects.filter(pk=letter.addressee.contact_id).update(name="TBD")
    post(stage.manager, "mailing_check", stage.mailing.pk)
    response = as_(stage.manager).post(
        reverse("letters:letter_person", args=[letter.pk]),
        {"name": "Robin Dean", "title": "Dean"},
        follow=True,
    )
    page = response.content.decode()
    assert "nothing red is left" in page
    assert "Robin Dean" in row(page, letter.recipient.institution.name)
