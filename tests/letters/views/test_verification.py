"""Whether answers are so: one answer, many at once, and that it never looks like the answer."""

import csv
import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Answer, Recipient, VerificationEntry
from tests.factories import make_answer, make_campaign, make_institution, make_recipient, make_user
from tests.letters.actions.test_respond import by_post

pytestmark = pytest.mark.django_db
LATER = (timezone.localdate() + datetime.timedelta(days=90)).isoformat()


@pytest.fixture
def counsel(client):
    client.force_login(make_user("counsel"))
    return client


@pytest.fixture
def recipient() -> Recipient:
    recipient = make_recipient(make_campaign(demands=1), make_institution("Alpha University"))
    make_answer(recipient, "complied", respondent_authority="By resolution of the board")
    return recipient


def answer_of(recipient: Recipient) -> Answer:
    return recipient.answers.get(demand__number=1)


def page_of(recipient: Recipient) -> str:
    return reverse("letters:verification", args=[answer_of(recipient).pk])


def found(client, recipient: Recipient, status: str = "evidence_received", **typed):
    return client.post(
        page_of(recipient),
        {
            "entry": answer_of(recipient).current_entry_id,
            "status": status,
            "reason": "The policy says so.",
            "evidence": "Policy 4.2, December 1",
            "recheck_on": LATER,
            **typed,
        },
    )


def test_the_recipients_page_counts_what_was_found_untrue_beside_what_was_verified(
    counsel, recipient
):
    found(counsel, recipient)
    found(counsel, recipient, "contradicted")
    page = counsel.get(reverse("letters:recipient", args=[recipient.pk])).content.decode()
    assert '0 of 1 answer verified, <span class="cs-bad">1 contradicted</span>' in page


def test_counsel_puts_on_record_what_was_found(counsel, recipient):
    assert found(counsel, recipient).url == f"/staff/recipients/{recipient.pk}/#h-answers"
    html = counsel.get(page_of(recipient)).content.decode()
    assert "Policy 4.2, December 1" in html and "The policy says so." in html
    found(counsel, recipient, "verified")
    assert answer_of(recipient).verification == "verified"


def test_only_the_moves_of_the_table_are_offered(counsel, recipient):
    form = counsel.get(page_of(recipient)).context["form"]
    offered = {value for value, _ in form.fields["status"].choices}
    assert offered == {"", "evidence_received", "contradicted", "lapsed"}
    assert "Select a valid choice" in found(counsel, recipient, "verified").content.decode()


def test_a_refusal_is_read_where_it_was_typed(counsel, recipient):
    html = found(counsel, recipient, evidence="").content.decode()
    assert "Name the evidence" in html
    assert answer_of(recipient).verification == "unverified"


def test_a_decision_on_an_answer_that_was_given_anew_is_refused(counsel, recipient):
    shown = answer_of(recipient).current_entry_id
    make_answer(recipient, "declined")
    assert "Read the later answer" in found(counsel, recipient, entry=shown).content.decode()


def test_what_was_found_of_an_earlier_answer_stays_readable(counsel, recipient):
    found(counsel, recipient)
    make_answer(recipient, "declined")
    html = counsel.get(page_of(recipient)).content.decode()
    assert "Found of earlier answers" in html and "The policy says so." in html
    assert "Nobody has looked yet" in html


def test_an_unanswered_demand_has_nothing_to_decide(counsel):
    recipient = make_recipient(make_campaign(demands=1))
    html = counsel.get(page_of(recipient)).content.decode()
    assert "nothing to verify" in html and "Put on record" not in html


@pytest.mark.parametrize("role", ["clerk", "viewer"])
def test_others_read_and_decide_nothing(client, recipient, role):
    client.force_login(make_user(role))
    assert "Put on record" not in client.get(page_of(recipient)).content.decode()
    assert found(client, recipient).status_code == 403
    assert not VerificationEntry.objects.exists()


def test_confirmed_in_writing_and_verified_never_look_alike(counsel, recipient):
    found(counsel, recipient)
    found(counsel, recipient, "verified")
    answers = reverse("letters:answers", args=[recipient.campaign_id])
    for page in (recipient.get_absolute_url(), page_of(recipient), answers):
        html = counsel.get(page).content.decode()
        assert '<span class="cs-pill cs-pill--ok">Complied</span>' in html
        assert (
            '<span class="cs-check cs-check--ok"><span aria-hidden="true">✓</span> Verified' in html
        )
        assert '">Verified</span>' not in html  # never as a pill


def test_authority_stated_and_not_stated_are_told_apart(counsel, recipient):
    other = make_recipient(recipient.campaign)
    make_answer(other, "complied")
    stated = counsel.get(recipient.get_absolute_url()).content.decode()
    silent = counsel.get(other.get_absolute_url()).content.decode()
    assert "Authority stated" in stated and "By resolution of the board" in stated
    assert "Authority not stated" in silent and "Authority stated" not in silent


def listed(client, campaign, **asked) -> list[str]:
    page = client.get(reverse("letters:answers", args=[campaign.pk]), asked)
    return [answer.recipient.institution.name for answer in page.context["page_obj"]]


def test_the_list_narrows_by_every_filter(counsel, recipient):
    campaign = recipient.campaign
    promised = make_recipient(campaign, make_institution("Beta College"))
    make_answer(promised, "will_comply")
    make_recipient(campaign, make_institution("Silent College"))
    found(counsel, recipient)
    assert listed(counsel, campaign) == ["Alpha University", "Beta College"]
    assert listed(counsel, campaign, outcome="will_comply") == ["Beta College"]
    assert listed(counsel, campaign, verification="evidence_received") == ["Alpha University"]
    assert listed(counsel, campaign, q="beta") == ["Beta College"]
    assert listed(counsel, campaign, show="recheck") == []
    assert listed(counsel, campaign, show="late") == []
    html = counsel.get(reverse("letters:answers", args=[campaign.pk]), {"demand": "x"})
    assert "passed over" in html.content.decode()


def test_many_are_decided_at_once_with_an_answer_for_each(counsel, recipient):
    campaign = recipient.campaign
    other = make_recipient(campaign, make_institution("Beta College"))
    make_answer(other, "complied")
    found(counsel, recipient)
    address = reverse("letters:answers_decide", args=[campaign.pk])
    entries = [answer_of(each).current_entry_id for each in (recipient, other)]
    typed = {"entries": entries, "many-status": "verified", "many-reason": "Compared."}
    html = counsel.post(address, typed).content.decode()
    assert "1 done, 1 refused" in html
    assert "Beta College, demand 1" in html and "cannot become verified" in html
    assert answer_of(recipient).verification == "verified"


def test_nothing_ticked_or_no_reason_changes_nothing(counsel, recipient):
    address = reverse("letters:answers_decide", args=[recipient.campaign_id])
    entries = [answer_of(recipient).current_entry_id]
    for typed, said in (
        ({"many-status": "lapsed", "many-reason": "x"}, "Tick the answers"),
        ({"entries": entries, "many-status": "lapsed"}, "Why it is so, or why not"),
        ({"entries": ["x", "9" * 40], "many-status": "lapsed", "many-reason": "x"}, "Tick"),
    ):
        assert said in counsel.post(address, typed, follow=True).content.decode()
    assert not VerificationEntry.objects.exists()


def test_the_answers_of_another_campaign_are_out_of_reach(counsel, recipient):
    address = reverse("letters:answers_decide", args=[make_campaign().pk])
    entries = [answer_of(recipient).current_entry_id]
    typed = {"entries": entries, "many-status": "lapsed", "many-reason": "x"}
    assert "Tick the answers" in counsel.post(address, typed, follow=True).content.decode()


def test_both_pages_cost_the_same_for_few_and_many(counsel, recipient, query_count):
    campaign, counts = recipient.campaign, []
    address = reverse("letters:answers", args=[campaign.pk])
    for number in (3, 30):
        for _ in range(number):
            make_answer(make_recipient(campaign), "complied")
        counts.append(query_count(counsel, address))
    assert counts[0] == counts[1]


def test_the_page_names_the_response_and_where_it_says_so(counsel, recipient):
    response = by_post(recipient)
    html = counsel.get(page_of(recipient)).content.decode()
    assert response.receipt in html


def test_the_board_and_its_export_say_what_was_found_beside_what_was_said(counsel, recipient):
    make_recipient(recipient.campaign, make_institution("Silent College"))
    found(counsel, recipient)
    campaign = recipient.campaign
    html = counsel.get(reverse("letters:board_list", args=[campaign.pk])).content.decode()
    assert '<span class="cs-pill cs-pill--ok">Complied</span>' in html
    assert html.count('class="cs-check') == 1 and "Evidence received</span>" in html
    export = counsel.post(reverse("letters:board_export", args=[campaign.pk, "csv"]))
    table = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()
    named, answered, silent = csv.reader(table)
    assert named[-1] == "1. is it so"
    assert (answered[-1], silent[-1]) == ("Evidence received", "")
