"""The pages of follow-ups: who is due, the ladder, and what would come if nobody answered."""

import pytest
from django.test import Client
from django.urls import reverse

from letters.management.demo import clock
from letters.models import Ladder, LadderStep, Mailing
from tests.factories import make_campaign, make_user
from tests.letters.ladders import DAY, WEDNESDAY, more, silent, text

pytestmark = pytest.mark.django_db
PAGES = ["follow_ups", "follow_up_simulation", "ladder"]


@pytest.fixture(autouse=True)
def a_wednesday():
    with clock.on(WEDNESDAY):
        yield


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(user, name: str, campaign, **query) -> str:
    response = as_(user).get(reverse(f"letters:{name}", args=[campaign.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def post(user, name: str, campaign, **data) -> str:
    address = reverse(f"letters:{name}", args=[campaign.pk])
    return as_(user).post(address, data, follow=True).content.decode()


def rows(*steps: dict, **pace) -> dict:
    """What the form of the ladder posts for these steps."""
    data = {"lead_days": 2, "apart_days": 10, "emails_a_day": 20, **pace}
    data |= {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0}
    ready = {"kind": "reminder", "segment": "nothing", "unit": "calendar", "way": "any"}
    for number, step in enumerate(steps):
        for name, value in (ready | step).items():
            data[f"steps-{number}-{name}"] = value
    return data


@pytest.mark.parametrize("name", PAGES)
def test_a_campaign_without_anything_is_told_what_to_do_first(name):
    html = get(make_user("manager"), name, make_campaign())
    assert "No ladder yet" in html or "There is no text to follow up with yet" in html


def test_a_viewer_is_told_who_sets_up_the_ladder():
    html = get(make_user("viewer"), "follow_ups", make_campaign())
    assert "A manager sets it up." in html
    assert "Set up the ladder" not in html


def test_the_page_shows_who_is_due_for_which_step_and_prepares_it():
    campaign, ladder, manager = silent(3)
    html = get(manager, "follow_ups", campaign)
    assert "Due on Wednesday, June 3, 2026" in html
    assert html.count("Prepare this mailing") == 1
    assert "bears Friday, June 5, 2026, 2 business days ahead" in html
    step = ladder.steps.get(position=1)
    said = post(manager, "follow_up_prepare", campaign, step=step.pk, count=3)
    assert "“Reminder, June 5, 2026” with 3 letters is prepared and checked." in said
    held = get(manager, "follow_ups", campaign)
    assert "waits to be sent to it" in held
    assert "Prepare this mailing" not in held


def test_who_may_not_prepare_sees_no_button():
    campaign, *_ = silent(1)
    assert "Prepare this mailing" not in get(make_user("counsel"), "follow_ups", campaign)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"count": "2"}, "2 were shown as due, and 3 are now"),
        ({"count": "x"}, "0 were shown as due"),
        ({"step": "999999", "count": "3"}, "The ladder was changed meanwhile"),
        ({"step": "x", "count": "3"}, "The ladder was changed meanwhile"),
    ],
)
def test_a_page_that_is_behind_prepares_nothing_and_says_why(fields, said):
    campaign, ladder, manager = silent(3)
    data = {"step": ladder.steps.get(position=1).pk, **fields}
    assert said in post(manager, "follow_up_prepare", campaign, **data)
    assert Mailing.objects.count() == 1


def test_on_a_closed_day_the_page_shows_the_next_business_day_without_a_button():
    campaign, _, manager = silent(1)
    with clock.on(WEDNESDAY + 3 * DAY):
        html = get(manager, "follow_ups", campaign)
    assert "Today is no business day (weekend)" in html
    assert "Due on Monday, June 8, 2026" in html
    assert 'cs-nowrap">Who</summary>' in html
    assert "Prepare this mailing" not in html


def test_the_simulation_shows_each_day_on_which_somebody_is_due():
    campaign, _, manager = silent(3)
    html = get(manager, "follow_up_simulation", campaign, days=183)
    assert "Wed, Jun 3, 2026" in html and "Fri, Jun 5, 2026" in html
    assert "Mon, Jul 13, 2026" in html  # five days after what the reminder prints, July 6
    assert html.count(">Who</summary>") == 2
    assert Mailing.objects.count() == 1
    assert "Until September 2, 2026" in get(manager, "follow_up_simulation", campaign, days="9")


def test_who_is_passed_over_by_a_step_by_email_is_said_and_stays_with_the_clerk():
    campaign, _, manager = silent(2)
    LadderStep.objects.filter(position=1).update(way="email")
    emailed = campaign.recipients.first().addressees.get()
    emailed.by_email, emailed.email = True, "dean@school.example"
    emailed.save()
    nameless = campaign.recipients.last()
    nameless.addressees.update(by_email=True, email="")  # an e-mail to nowhere
    said = "No e-mail address to write to, as “1. Reminder” needs one: it stays with the clerk."
    for name in ("follow_ups", "follow_up_simulation"):
        html = get(manager, name, campaign)
        assert html.count(said) == 1
        assert "Passed over by a step" in html
        assert str(nameless) in html[html.index(said) :].split("</tr>")[0]


def test_the_ladder_is_saved_in_the_order_of_its_numbers_and_passes_over_empty_rows():
    manager, campaign = make_user("manager"), make_campaign()
    first, last = text(campaign), text(campaign, "Final notice", "final")
    said = post(
        manager,
        "ladder",
        campaign,
        **rows(
            {"kind": "final", "days": 9, "template": last.pk, "ORDER": 2},
            {"days": 3, "template": first.pk, "ORDER": 1, "unit": "business"},
            {},
            apart_days=14,
        ),
    )
    assert "The ladder is saved: 2 steps." in said
    assert [(one.kind, one.days) for one in LadderStep.objects.all()] == [
        ("reminder", 3),
        ("final", 9),
    ]
    assert Ladder.objects.get().apart_days == 14
    assert 'value="9"' in get(manager, "ladder", campaign)


def test_a_step_that_is_ticked_is_taken_out():
    campaign, ladder, manager = silent(1)
    one, two = ladder.steps.all()
    post(
        manager,
        "ladder",
        campaign,
        **rows(
            {"days": 3, "template": one.template_id, "ORDER": 1, "DELETE": "on"},
            {"kind": "final", "days": 5, "template": two.template_id, "ORDER": 2},
        ),
    )
    assert [step.template for step in LadderStep.objects.all()] == [two.template]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"days": 0}, "Days after the deadline: Ensure this value is greater than"),
        ({"days": ""}, "Days after the deadline: This field is required."),
        ({"segment": "x"}, "Select a valid choice"),
        ({"template": ""}, "Text: This field is required."),
    ],
)
def test_a_ladder_that_is_not_whole_is_not_saved_and_says_where(step, said):
    manager, campaign = make_user("manager"), make_campaign()
    whole = {"days": 3, "template": text(campaign).pk, "ORDER": 1}
    html = post(manager, "ladder", campaign, **rows(whole | step))
    assert said in html
    assert "Nothing was saved" in html
    assert not Ladder.objects.exists()


def test_a_refusal_of_the_ladder_is_shown_with_what_was_typed():
    manager, campaign = make_user("manager"), make_campaign()
    one = {"days": 77, "template": text(campaign).pk}
    html = post(manager, "ladder", campaign, **rows(one | {"ORDER": 1}, one | {"ORDER": 2}))
    assert "Steps 1 and 2 both send “Reminder”" in html
    assert 'value="77"' in html


def test_home_says_that_a_step_is_due():
    campaign, _, manager = silent(3)
    html = as_(manager).get(reverse("letters:home")).content.decode()
    assert "Prepare the follow-up that is due: 1. Reminder" in html
    assert reverse("letters:follow_ups", args=[campaign.pk]) in html


@pytest.mark.parametrize("name", ["follow_ups", "follow_up_simulation", "home"])
def test_a_page_asks_as_many_questions_for_many_recipients_as_for_few(name, query_count):
    campaign, _, manager = silent(3)
    client = as_(manager)
    address = reverse(f"letters:{name}", args=[] if name == "home" else [campaign.pk])
    query_count(client, address)
    few = query_count(client, address)
    more(campaign.mailings.get(), 30)
    silent(2)
    assert query_count(client, address) == few
