"""An address or a name is put right from the list, taken in, and checked again."""

from dataclasses import replace

import pytest

from campaigns import audit
from campaigns.actions.institution import NamesNobody
from campaigns.models import Addressee, Contact, Institution
from letters.actions import mailing, mend
from letters.actions.leave_out import TooLate
from letters.models import Letter, Mailing
from tests.factories import make_campaign, make_institution, make_recipient
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]
PLACE = mend.Place("1 New Street", "", "Springfield", "IL", "62701", "US", "Its own page")


@pytest.fixture
def stage() -> stages.Stage:
    campaign = make_campaign()
    make_recipient(campaign, make_institution("Aa Streetless", street=""))
    make_recipient(campaign, make_institution("Bb Streetless", street=""))
    return stages.prepared(1, campaign=campaign)


def red(stage: stages.Stage) -> list[tuple[int, str]]:
    found = stage.mailing.findings.filter(severity="red").order_by("letter__position")
    return list(found.values_list("letter__position", "code"))


def test_a_street_reaches_the_directory_the_letter_and_the_findings(stage):
    letter = stage.letters[0]
    assert red(stage) == [(1, "no-street"), (2, "no-street")]
    assert mend.place(letter=letter, place=PLACE, by=stage.manager) == 0
    assert Institution.objects.get(name="Aa Streetless").street == "1 New Street"
    assert "1 New Street" in stage.letters[0].merge_data["address_lines"]
    assert red(stage) == [(2, "no-street")]
    assert audit.history(stage.mailing).filter(verb="mailing.letters_refreshed").exists()


def test_what_is_still_missing_is_counted(stage):
    half = replace(PLACE, city="", postal_code="")
    assert mend.place(letter=stage.letters[0], place=half, by=stage.manager) == 2


def test_what_other_letters_were_found_to_have_stays(stage):
    other = stage.mailing.findings.filter(letter=stage.letters[1])
    before = set(other.values_list("pk", flat=True))
    mend.place(letter=stage.letters[0], place=PLACE, by=stage.manager)
    assert set(other.values_list("pk", flat=True)) == before


def test_a_rendered_letter_is_made_again_and_its_neighbours_are_kept():
    stage = stages.rendered(2)
    mend.place(letter=stage.letters[0], place=PLACE, by=stage.manager)
    assert [one.status for one in stage.letters] == [Letter.Status.DRAFT, Letter.Status.RENDERED]
    assert stage.again().status == Mailing.Status.PREPARING


def test_a_name_is_put_right_at_the_contact_it_comes_from():
    stage = stages.prepared(1)
    Contact.objects.update(name="TBD")
    mailing.refresh(mailing=stage.mailing, by=stage.manager)
    assert "names-nobody" in dict(map(reversed, red(stage)))
    mend.person(letter=stage.letters[0], name="Robin Dean", title="Dean", by=stage.manager)
    assert Contact.objects.get().name == "Robin Dean"
    assert stage.letters[0].merge_data["addressee_name"] == "Robin Dean"
    assert red(stage) == []


def test_an_addressee_that_is_nobody_gets_a_name_in_this_campaign_alone():
    stage = stages.prepared(1)
    Addressee.objects.update(contact=None)
    mailing.refresh(mailing=stage.mailing, by=stage.manager)
    mend.person(letter=stage.letters[0], name="Robin Dean", title="", by=stage.manager)
    assert Addressee.objects.get().name == "Robin Dean"
    assert red(stage) == []


def test_a_word_for_nobody_is_refused_and_changes_nothing():
    stage = stages.prepared(1)
    before = Contact.objects.get().name
    with pytest.raises(NamesNobody):
        mend.person(letter=stage.letters[0], name="TBD", title="", by=stage.manager)
    assert Contact.objects.get().name == before


def test_after_the_seal_neither_letter_nor_directory_changes():
    stage = stages.approved(1)
    before = Institution.objects.get().street
    with pytest.raises(TooLate):
        mend.place(letter=stage.letters[0], place=PLACE, by=stage.manager)
    assert Institution.objects.get().street == before


def test_nothing_is_kept_where_the_last_step_fails(stage, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(mailing.preflight, "run_for", fail)
    with pytest.raises(RuntimeError):
        mend.place(letter=stage.letters[0], place=PLACE, by=stage.manager)
    assert Institution.objects.get(name="Aa Streetless").street == ""
