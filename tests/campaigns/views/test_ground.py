"""Grounds: the catalogue, one ground, editing and verifying."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from campaigns.models import Ground
from tests.factories import make_ground, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def counsel(client):
    client.force_login(make_user("counsel"))
    return client


def get(client, name, /, *args, **query):
    return client.get(reverse(f"campaigns:{name}", args=args), query)


def post(client, name, /, *args, **data):
    return client.post(reverse(f"campaigns:{name}", args=args), data, follow=True)


def shown(response):
    return [ground.key for ground, _, _ in response.context["grounds"]]


def test_an_empty_catalogue_says_what_to_do(counsel):
    assert b"No grounds yet" in get(counsel, "grounds").content


def test_the_catalogue_is_searched_and_shows_what_is_due(counsel):
    call_command("seed_grounds")
    page = get(counsel, "grounds")
    assert len(shown(page)) == 25
    assert page.content.count(b"Unverified") == 25
    assert shown(get(counsel, "grounds", q="disability eeoc")) == []
    assert shown(get(counsel, "grounds", q="age 40")) == ["adea"]
    assert len(shown(get(counsel, "grounds", show="due"))) == 25
    assert b"Voluntary standard" in get(counsel, "grounds", q="cope").content


def test_the_list_takes_the_same_queries_for_1_and_25(
    counsel, django_assert_num_queries, django_assert_max_num_queries
):
    make_ground()
    with django_assert_max_num_queries(12) as captured:
        get(counsel, "grounds")
    call_command("seed_grounds")
    with django_assert_num_queries(len(captured)):
        get(counsel, "grounds")


def test_a_ground_shows_all_that_it_says(counsel):
    call_command("seed_grounds")
    page = get(counsel, "ground", Ground.objects.get(key="title_vi").pk).content.decode()
    for said in (
        "42 U.S.C. § 2000d et seq.",
        "34 C.F.R. pt. 100 (ED)",
        "Receives federal financial assistance",
        "race, color, national origin",
        "180 days",
        "SFFA v. Harvard, 600 U.S. 181 (2023)",
        "does not cover sex, religion, age, disability",
        "Unverified: nobody here has checked it",
    ):
        assert said in page


def test_counsel_verifies_a_ground_and_a_change_undoes_it(counsel):
    ground = make_ground()
    refused = post(counsel, "ground_verify", ground.pk, verified_on="2026-01-02")
    assert b"Give both dates" in refused.content
    done = post(
        counsel, "ground_verify", ground.pk, verified_on="2026-01-02", review_by="2100-07-01"
    )
    assert b"Verified on January 2, 2026" in done.content
    form = get(counsel, "ground_edit", ground.pk).context["form"]
    post(counsel, "ground_edit", ground.pk, **_data(form))
    ground.refresh_from_db()
    assert ground.verified_on is not None
    post(counsel, "ground_edit", ground.pk, **{**_data(form), "citation": "Other"})
    ground.refresh_from_db()
    assert ground.verified_on is None


def _data(form):
    return {name: value for name, value in form.initial.items() if value not in (None, "", False)}


@pytest.mark.parametrize("key", ["title_ix", "ada_ii", "state_records", "cope", "title_vii"])
def test_an_edit_without_a_change_leaves_a_seeded_ground_as_it_is(counsel, key):
    call_command("seed_grounds")
    ground = Ground.objects.get(key=key)
    before = Ground.objects.filter(pk=ground.pk).values().get()
    form = get(counsel, "ground_edit", ground.pk).context["form"]
    post(counsel, "ground_edit", ground.pk, **_data(form))
    assert Ground.objects.filter(pk=ground.pk).values().get() == before


def test_a_ground_is_added_by_hand(counsel):
    response = post(
        counsel,
        "ground_new",
        name="State law",
        citation="Cal. Const. art. I, § 31",
        statutory="on",
        state="CA",
        control="public",
        bases="race\nsex\n",
    )
    ground = Ground.objects.get()
    assert ground.needs == ["public", "state:CA"]
    assert ground.bases == ["race", "sex"]
    assert b"State law was saved" in response.content


def test_unsafe_text_is_refused_beside_its_field(counsel):
    response = post(counsel, "ground_new", name="A\u202e", citation="B")
    assert "direction" in response.context["form"].errors["name"][0]


def test_a_ground_is_archived_and_restored(counsel):
    ground = make_ground()
    post(counsel, "ground_archive", ground.pk)
    assert shown(get(counsel, "grounds", show="archived")) == [ground.key]
    post(counsel, "ground_restore", ground.pk)
    assert shown(get(counsel, "grounds")) == [ground.key]


def test_only_counsel_verifies(client):
    client.force_login(make_user("manager"))
    ground = make_ground()
    assert b"I checked it" not in get(client, "ground", ground.pk).content
    assert post(client, "ground_verify", ground.pk).status_code == 403
