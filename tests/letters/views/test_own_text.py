"""The pages of own texts, and where a mailing shows them."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from letters.actions import own_text
from tests.campaigns.views.test_recipients import fill
from tests.factories import make_campaign, make_institution, make_recipient, make_user, make_version
from tests.letters import stages

pytestmark = pytest.mark.django_db

TYPED = {"text": "For you alone.", "reason": "They asked."}


@pytest.fixture(autouse=True)
def drafter(client):
    user = make_user("drafter")
    client.force_login(user)
    return user


@pytest.fixture
def version():
    return make_version(make_campaign(), body="All.\n\n{% own_text %}")


@pytest.fixture
def alpha(version):
    return make_recipient(version.template.campaign, make_institution("Alpha University"))


def edit(version, recipient):
    return reverse("letters:own_text", args=[version.template_id, recipient.pk])


def test_an_own_text_is_written_and_listed_first(client, version, alpha):
    make_recipient(version.template.campaign, make_institution("A College"))
    page = client.post(edit(version, alpha), TYPED, follow=True)
    assertContains(page, "The own text was saved.")
    assertContains(page, "They asked.")
    assert page.context["recipients"][0] == alpha
    assertContains(client.get(edit(version, alpha)), "For you alone.")
    assertContains(client.get(version.template.get_absolute_url()), "Own texts (1)")


def test_a_refused_own_text_is_kept_in_the_form(client, version, alpha):
    page = client.post(edit(version, alpha), {**TYPED, "text": "{{ nobody }}"})
    assertContains(page, "There is no field nobody.")
    assertContains(page, "{{ nobody }}")
    assertContains(client.post(edit(version, alpha), {"text": "x"}), "This field is required.")


def test_an_own_text_is_taken_away(client, version, alpha):
    client.post(edit(version, alpha), TYPED)
    page = client.post(edit(version, alpha), {"text": "", "reason": "Settled."}, follow=True)
    assertContains(page, "The own text was taken away.")


def test_a_letter_without_a_place_for_it_says_so(client, alpha, version):
    plain = make_version(version.template.campaign, body="All.")
    assertContains(client.get(edit(plain, alpha)), "The letter has no place for it yet")


def test_a_recipient_of_another_campaign_is_not_found(client, version):
    assert client.get(edit(version, make_recipient(make_campaign()))).status_code == 404


def test_counsel_sees_who_deviates_and_does_not_write(client, version, alpha):
    client.force_login(make_user("counsel"))
    listed = client.get(reverse("letters:own_texts", args=[version.template_id]))
    assertNotContains(listed, edit(version, alpha))
    assert client.post(edit(version, alpha), TYPED).status_code == 403


def test_the_preview_prints_the_own_text(client, version, alpha):
    client.post(edit(version, alpha), {**TYPED, "text": "word " * 1500})
    answer = client.post(
        reverse("letters:template_preview", args=[version.template_id]),
        {"subject": "x", "body": version.body, "closing": "y", "recipient": alpha.pk},
        headers={"HX-Request": "true"},
    )
    assert answer.content.count(b"data:image/png") > 2


@pytest.mark.usefixtures("quick_press")
@pytest.mark.parametrize(
    ("step", "heading"),
    [("check", "Letters with a text of their own"), ("approve", "A text of its own")],
)
def test_the_mailing_shows_the_letters_that_deviate(client, version, alpha, drafter, step, heading):
    own_text.write(
        template=version.template, recipient=alpha, text="For **you**.", reason="x", by=drafter
    )
    stage = stages.rendered(2, campaign=version.template.campaign, version=version)
    client.force_login(stage.counsel)
    page = client.get(stage.mailing.get_absolute_url(), {"step": step})
    assertContains(page, heading)
    assertContains(page, "For **you**.")


def test_the_list_opens_in_as_many_queries_for_3_as_for_90(client, version, query_count):
    address = reverse("letters:own_texts", args=[version.template_id])
    fill(version.template.campaign, 3)
    few = query_count(client, address)
    fill(version.template.campaign, 87)
    assert query_count(client, address) == few
