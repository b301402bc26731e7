"""The letters of a campaign: the list, a new one, and what changed between versions."""

import dataclasses

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from letters.actions import draft
from letters.models import LetterTemplate
from letters.starters import starters
from tests.factories import make_campaign, make_ground, make_user, make_version

pytestmark = pytest.mark.django_db

TEXT = draft.Text(subject="Request", body="Please confirm by letter.")


@pytest.fixture(autouse=True)
def drafter(client):
    user = make_user("drafter")
    client.force_login(user)
    return user


@pytest.fixture
def campaign():
    return make_campaign()


def begin(client, campaign, **typed):
    address = reverse("letters:template_new", args=[campaign.pk])
    return client.post(address, {"name": "First letter", "purpose": "first", **typed})


def test_an_empty_letter_is_begun_and_the_composer_opens(client, campaign):
    response = begin(client, campaign)
    template = LetterTemplate.objects.get()
    assertRedirects(response, template.get_absolute_url())
    assert not template.versions.exists()


def test_a_letter_starts_from_a_text_that_comes_with_the_program(client, campaign):
    begin(client, campaign, start="text:first-letter")
    version = LetterTemplate.objects.get().versions.get()
    assert version.body == starters()["first-letter"].body
    assert version.reason == "Started from “A request to confirm non-discrimination (Title VI)”."


def test_a_letter_starts_from_one_of_another_campaign(client, campaign):
    original = make_version(make_campaign(), body="Words from elsewhere.")
    begin(client, campaign, start=f"copy:{original.template.pk}")
    assert campaign.templates.get().versions.get().body == "Words from elsewhere."


def test_a_copy_that_names_a_missing_ground_is_refused_in_the_form(client, campaign):
    other = make_campaign()
    other.grounds.add(make_ground(key="title_vi"))
    original = make_version(other, body="{% if cites_title_vi %}\nIt applies.\n{% endif %}")
    page = begin(client, campaign, start=f"copy:{original.template.pk}")
    assertContains(page, "cites_title_vi")
    assert not campaign.templates.exists()


def test_a_name_that_is_taken_is_refused_in_the_form(client, campaign):
    begin(client, campaign)
    assertContains(begin(client, campaign), "Choose another name.")


def test_the_list_names_who_saved_it_last_by_full_name(client, campaign, drafter):
    drafter.first_name, drafter.last_name = "Drew", "Writer"
    drafter.save()
    template = draft.create_template(campaign=campaign, name="A", purpose="first", by=drafter)
    draft.save_version(template=template, text=TEXT, by=drafter)
    page = client.get(reverse("letters:templates", args=[campaign.pk]))
    assertContains(page, "<td>Drew Writer</td>")


def test_the_list_shows_the_latest_version_of_each(client, campaign, drafter):
    template = draft.create_template(
        campaign=campaign, name="First letter", purpose="first", by=drafter
    )
    address = reverse("letters:templates", args=[campaign.pk])
    assertContains(client.get(address), "No text yet")
    draft.freeze(version=draft.save_version(template=template, text=TEXT, by=drafter))
    assertContains(client.get(address), "Used in a mailing")


def test_the_list_opens_in_as_many_queries_for_3_as_for_30(client, campaign, query_count):
    address = reverse("letters:templates", args=[campaign.pk])

    def add(count):
        for _ in range(count):
            number = LetterTemplate.objects.count()
            LetterTemplate.objects.create(campaign=campaign, name=f"Letter {number}")

    add(3)
    few = query_count(client, address)
    add(27)
    assert query_count(client, address) == few


def test_what_changed_is_shown_word_by_word(client, campaign, drafter):
    template = draft.create_template(campaign=campaign, name="A", purpose="first", by=drafter)
    draft.save_version(template=template, text=TEXT, by=drafter)
    changed = dataclasses.replace(TEXT, body="Please confirm by R&D.")
    draft.save_version(template=template, text=changed, reason="Quicker.", by=drafter)
    page = client.get(reverse("letters:template_compare", args=[template.pk]))
    assertContains(page, "<del>letter</del><ins>R&amp;D</ins>")
    assertContains(page, "Quicker.")


def test_versions_that_are_not_there_are_not_found(client, campaign, drafter):
    template = draft.create_template(campaign=campaign, name="A", purpose="first", by=drafter)
    address = reverse("letters:template_compare", args=[template.pk])
    assert client.get(address).status_code == 404
    draft.save_version(template=template, text=TEXT, by=drafter)
    assert client.get(address).status_code == 200
    assert client.get(address, {"old": "7"}).status_code == 404


def test_a_letter_is_copied_to_another_campaign_from_its_page(client, campaign):
    original = make_version(campaign, body="Words to keep.")
    other = make_campaign()
    assertContains(client.get(original.template.get_absolute_url()), ">Copy</a>")
    address = reverse("letters:template_copy", args=[original.template.pk])
    assert client.get(address).context["form"].initial["campaign"] == other
    response = client.post(address, {"campaign": other.pk, "name": "Theirs"})
    copy = other.templates.get()
    assertRedirects(response, copy.get_absolute_url())
    assert (copy.name, copy.purpose) == ("Theirs", original.template.purpose)
    assert copy.versions.get().body == "Words to keep."


def test_a_copy_that_is_refused_says_why_in_the_form(client, campaign, drafter):
    empty = draft.create_template(campaign=campaign, name="A", purpose="first", by=drafter)
    address = reverse("letters:template_copy", args=[empty.pk])
    page = client.post(address, {"campaign": campaign.pk, "name": "B"})
    assertContains(page, "has no saved text yet")
    original = make_version(make_campaign())
    taken = reverse("letters:template_copy", args=[original.template.pk])
    page = client.post(taken, {"campaign": campaign.pk, "name": "a"})
    assertContains(page, "Choose another name.")
    assert campaign.templates.count() == 1


def test_counsel_copies_no_letter(client, campaign):
    client.force_login(make_user("counsel"))
    original = make_version(campaign)
    assert (
        client.get(reverse("letters:template_copy", args=[original.template.pk])).status_code == 403
    )
