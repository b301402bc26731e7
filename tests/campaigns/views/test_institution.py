"""The directory's pages: found, looked at, added to, changed."""

import pytest
from django.urls import reverse

from campaigns.models import Contact, Fact, Identifier, Institution
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    user = make_user("manager")
    client.force_login(user)
    return client


def names(response):
    return [one.name for one in response.context["institutions"]]


def get(client, name, /, *args, **query):
    return client.get(reverse(f"campaigns:{name}", args=args), query)


def post(client, name, /, *args, **data):
    return client.post(reverse(f"campaigns:{name}", args=args), data, follow=True)


def test_an_empty_directory_says_what_to_do_next(manager):
    assert b"The directory is empty" in get(manager, "institutions").content


def test_institutions_are_found_by_name_alias_city_and_number(manager):
    yale = make_institution("Yale University", aliases=["Eli"], city="New Haven", state="CT")
    Identifier.objects.create(institution=yale, scheme="unitid", value="130794")
    yale.index_for_search(["130794"])
    yale.save()
    make_institution("Other")
    for words in ("yale", "ELI", "new haven", "130794", "university yale"):
        assert names(get(manager, "institutions", q=words)) == ["Yale University"]
    assert b"No institution fits" in get(manager, "institutions", q="zzz").content


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["A", "B", "S"]),
        ({"kind": "journal"}, ["B"]),
        ({"state": "TX"}, ["B"]),
        ({"control": "public"}, ["B"]),
        ({"fact": "ffa"}, ["A"]),
        ({"fact": "ffa", "value": "unknown"}, ["B", "S"]),
        ({"fact": "medical_degree", "value": "unknown"}, ["A", "B", "S"]),
        ({"show": "suppressed"}, ["S"]),
        ({"show": "archived"}, ["Z"]),
        ({"show": "no-address"}, ["B"]),
        ({"show": "no-contact"}, ["S"]),
        ({"sort": "-name"}, ["S", "B", "A"]),
        ({"sort": "x'; --"}, ["A", "B", "S"]),
        ({"kind": "nonsense"}, []),
    ],
)
def test_filters_and_sorts(manager, query, found):
    make_institution("A")
    make_institution("B", kind="journal", state="TX", control="public", ffa="unknown", street="")
    suppressed = make_institution("S", ffa="")
    suppressed.contacts.all().delete()
    Institution.objects.filter(name="S").update(
        suppressed_at="2026-01-01T00:00Z", suppressed_reason="x"
    )
    make_institution("Z")
    Institution.objects.filter(name="Z").update(archived_at="2026-01-01T00:00Z")
    assert names(get(manager, "institutions", **query)) == found


def test_the_list_takes_the_same_queries_for_30_and_3000(manager, django_assert_max_num_queries):
    counts = []
    for number in (30, 2970):
        institutions = [Institution(name=f"U {index}", search_key="u") for index in range(number)]
        Institution.objects.bulk_create(institutions)
        Contact.objects.bulk_create(
            Contact(institution=one, name="Dr. A", title="President") for one in institutions
        )
        Fact.objects.bulk_create(
            Fact(institution=one, key="ffa", value="yes", source="x", as_of="2023-10-01")
            for one in institutions
        )
        with django_assert_max_num_queries(20) as captured:
            response = get(manager, "institutions", q="u")
        counts.append(len(captured))
        assert len(response.context["institutions"]) == min(number, 50)
    assert counts[0] == counts[1]


def test_the_page_of_an_institution_shows_what_is_known_and_from_where(manager):
    university = make_institution("Yale University")
    school = make_institution("School of Medicine", parent=university, kind="school", ffa="")
    recipient = make_recipient(make_campaign(title="The matter"), school)
    page = get(manager, "institution", school.pk).content.decode()
    assert "Dr. Robin Example" in page
    assert "Known of Yale University: IPEDS HD 2023, OPEFLAG" in page
    assert "The matter" in page
    assert recipient.get_absolute_url() in page
    assert "School of Medicine" in get(manager, "institution", university.pk).content.decode()


def test_a_street_of_a_new_institution_is_taken_with_its_source_only(manager):
    data = {"name": "New College", "kind": "university", "control": "unknown", "country": "US",
            "street": "1 Main Street"}  # fmt: skip
    refused = post(manager, "institution_new", **data)
    assert b"Say where this street was published." in refused.content
    assert not Institution.objects.filter(name="New College").exists()
    post(manager, "institution_new", **data, address_source="https://new.example.edu/contact")
    assert Institution.objects.get(name="New College").address_source.startswith("https://new")


def test_an_institution_without_a_street_says_so_and_takes_it_with_its_source(manager):
    institution = make_institution("Auburn University", street="")
    assert b"No letter can be posted to it" in get(manager, "institution", institution.pk).content
    form = get(manager, "institution_edit", institution.pk).context["form"]
    data = {**form.initial, "street": "107 Samford Hall"}
    refused = post(manager, "institution_edit", institution.pk, **data)
    assert b"Say where this street was published." in refused.content
    data["address_source"] = "https://www.auburn.edu/"
    post(manager, "institution_edit", institution.pk, **data)
    institution.refresh_from_db()
    assert institution.street == "107 Samford Hall"
    assert institution.address_source == "https://www.auburn.edu/"
    assert b"changed street, address source of" in (
        get(manager, "institution", institution.pk).content
    )


def test_a_school_is_added_under_its_university_with_its_address(manager):
    university = make_institution("Yale University")
    make_institution("Yale University")  # two of one name: the address says which is meant
    url = reverse("campaigns:institution_new") + f"?parent={university.pk}"
    form = manager.get(url).context["form"]
    assert form.initial["street"] == university.street
    assert form.initial["kind"] == "school"
    response = manager.post(url, {**form.initial, "name": "School of\nMedicine"}, follow=True)
    school = Institution.objects.get(name="School of Medicine")
    assert school.parent == university
    assert b"line breaks became spaces" in response.content


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("name", "Foo\u202eBar", "changes the direction"),
        ("parent", "Nobody", "No institution on record"),
        ("state", "Mars", "The state is not one"),
        ("postal_code", "12", "The ZIP code is not one"),
        ("website", "javascript:alert(1)", "The web address is not one"),
        ("number_unitid", "12", "The UNITID is not one"),
        ("number_issn", "0028-0837", "The ISSN is not one"),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_field(manager, field, value, error):
    data = {"name": "A", "kind": "university", "control": "public", "country": "US", field: value}
    response = post(manager, "institution_new", **data)
    assert error in response.context["form"].errors[field][0]
    assert not Institution.objects.exists()


def test_a_refusal_of_the_action_is_shown_on_the_form(manager):
    make_institution("A", city="X", state="IL")
    data = {
        "name": "A",
        "kind": "university",
        "control": "public",
        "country": "US",
        "city": "X",
        "state": "IL",
    }
    response = post(manager, "institution_new", **data)
    assert b"A in X is on record already" in response.content


def test_contacts_are_added_changed_and_archived(manager):
    institution = make_institution(ffa="")
    institution.contacts.all().delete()
    assert b"Nobody is known here" in get(manager, "institution", institution.pk).content
    refused = post(manager, "contact_new", institution.pk, role="dean")
    assert b"Give a name, or the title of an office." in refused.content
    post(manager, "contact_new", institution.pk, role="dean", name="Pat", title="Dean")
    contact = Contact.objects.get()
    post(manager, "contact_edit", contact.pk, role="dean", name="Pat B", title="Dean", source="x")
    post(manager, "contact_archive", contact.pk)
    contact.refresh_from_db()
    assert contact.name == "Pat B"
    assert contact.archived_at


def test_a_fact_is_recorded_with_source_and_date(manager):
    institution = make_institution(ffa="")
    fact = {"key": "ffa", "value": "yes", "source": "Award 1", "as_of": "2026-01-02"}
    post(manager, "fact_set", institution.pk, **fact)
    assert institution.facts.get().source == "Award 1"
    refused = post(manager, "fact_set", institution.pk, **{**fact, "as_of": "2999-01-01"})
    assert b"lies in the future" in refused.content


def test_it_is_suppressed_with_a_reason_and_archived_and_comes_back(manager):
    institution = make_institution()
    assert b"Say why" in post(manager, "institution_suppress", institution.pk).content
    post(manager, "institution_suppress", institution.pk, reason="Asked")
    assert b"no campaign can choose it: Asked" in (
        get(manager, "institution", institution.pk).content
    )
    post(manager, "institution_unsuppress", institution.pk, reason="Agreed")
    post(manager, "institution_archive", institution.pk)
    assert not Institution.objects.active().exists()
    post(manager, "institution_restore", institution.pk)
    assert Institution.objects.mailable().exists()


def test_unsafe_text_in_a_reason_is_refused(manager):
    institution = make_institution()
    response = post(manager, "institution_suppress", institution.pk, reason="a\u202eb")
    assert b"changes the direction" in response.content


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_get_of_a_button_decides_nothing(manager, method):
    institution = make_institution()
    for name in ("suppress", "archive"):
        url = reverse(f"campaigns:institution_{name}", args=[institution.pk])
        assert getattr(manager, method)(url).status_code == 405


def test_a_viewer_looks_and_does_not_touch(client):
    client.force_login(make_user("viewer"))
    institution = make_institution()
    page = get(client, "institution", institution.pk)
    assert page.status_code == 200
    assert b"Suppress" not in page.content
    for name, args in (
        ("institution_new", ()),
        ("institution_edit", (institution.pk,)),
        ("contact_new", (institution.pk,)),
        ("imports", ()),
    ):
        assert get(client, name, *args).status_code == 403
    assert post(client, "institution_archive", institution.pk).status_code == 403


def test_a_visitor_is_asked_to_log_in(client):
    assert get(client, "institutions").status_code == 302
