"""Answering amber with a reason: who reads it, what it covers, what it never covers."""

import pytest

from campaigns import audit
from campaigns.models import Fact
from letters.actions import approve, mailing, override, preflight
from letters.actions.leave_out import ReasonMissing, TooLate
from letters.models import Finding
from tests.factories import (
    make_campaign,
    make_ground,
    make_institution,
    make_recipient,
    make_version,
)
from tests.letters import stages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]
CODE = "ground-unknown"
WHY = "The award list of this year names it."


def unfunded(make=stages.prepared, *, of: int = 2, count: int = 3) -> stages.Stage:
    """A mailing of which `of` letters have an amber ground."""
    campaign = make_campaign()
    campaign.grounds.add(make_ground())
    for number in range(of):
        make_recipient(campaign, make_institution(f"Zz Unfunded {number}", ffa=""))
    return make(count - of, campaign=campaign)


def of_code(stage: stages.Stage) -> list[Finding]:
    return list(stage.mailing.findings.filter(code=CODE).order_by("letter__position"))


def test_one_reason_covers_every_letter_that_has_the_finding():
    stage = unfunded()
    answered = override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    assert [one.override for one in of_code(stage)] == [answered, answered]
    event = audit.history(stage.mailing)[0]
    assert (event.verb, event.actor) == ("finding.overridden", stage.manager)
    assert "2 findings" in event.sentence and WHY in event.sentence


def test_a_reason_for_one_letter_covers_that_letter_alone():
    stage = unfunded()
    letter = of_code(stage)[1].letter
    override.override(mailing=stage.mailing, code=CODE, letter=letter, reason=WHY, by=stage.manager)
    assert [bool(one.override) for one in of_code(stage)] == [False, True]
    assert letter.reference in audit.history(stage.mailing)[0].sentence


def test_an_answered_letter_need_not_be_opened():
    stage = unfunded(stages.rendered, of=4, count=5)
    assert len(approve.to_open(stage.mailing, stage.counsel).marked) == 4
    override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    left = approve.to_open(stage.mailing, stage.counsel)
    assert (len(left.marked), left.few) == (0, 3)


def test_the_approval_names_the_answers_it_rests_on():
    stage = unfunded(stages.rendered)
    answered = override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    for letter in stage.letters:
        approve.record_opening(letter=letter, by=stage.counsel)
    approve.approve(
        mailing=stage.mailing,
        digest=stage.mailing.digest,
        answers=approve.answers_digest(stage.mailing),
        by=stage.counsel,
    )
    event = audit.history(stage.mailing).get(verb="mailing.approved")
    assert f'"overrides":[{answered.pk}]' in event.payload


def test_an_answer_holds_at_the_next_check_for_what_reads_the_same():
    stage = unfunded()
    override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    mailing.refresh(mailing=stage.again(), by=stage.manager)
    assert all(one.override for one in of_code(stage))


def test_an_answer_never_covers_what_comes_later():
    stage = unfunded(of=1)
    override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    Fact.objects.filter(institution=stage.letters[0].recipient.institution).delete()
    mailing.refresh(mailing=stage.again(), by=stage.manager)
    assert sorted(bool(one.override) for one in of_code(stage)) == [False, True]


def test_an_answer_never_covers_a_finding_that_reads_otherwise_now():
    stage = unfunded(of=1)
    override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    stage.campaign.grounds.update(name="Another Act")
    mailing.refresh(mailing=stage.again(), by=stage.manager)
    assert [one.override for one in of_code(stage)] == [None]


def test_a_red_finding_is_never_answered():
    stage = unfunded()
    make = stage.letters[0].recipient.institution
    make.street = ""
    make.save()
    preflight.run(stage.again())
    with pytest.raises(override.RedStands, match="must be fixed"):
        override.override(mailing=stage.mailing, code="no-street", reason=WHY, by=stage.manager)


def test_without_a_reason_nothing_is_answered():
    stage = unfunded()
    with pytest.raises(ReasonMissing):
        override.override(mailing=stage.mailing, code=CODE, reason=" ", by=stage.manager)


def test_what_is_not_there_is_not_answered():
    stage = unfunded()
    with pytest.raises(override.NothingToOverride):
        override.override(mailing=stage.mailing, code="no-name", reason=WHY, by=stage.manager)
    override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    with pytest.raises(override.NothingToOverride):
        override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)


def test_after_approval_nothing_is_answered_or_taken_back():
    stage = unfunded(stages.rendered)
    answered = override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    for letter in stage.letters:
        approve.record_opening(letter=letter, by=stage.counsel)
    approve.approve(
        mailing=stage.mailing,
        digest=stage.mailing.digest,
        answers=approve.answers_digest(stage.mailing),
        by=stage.counsel,
    )
    stage.again()
    with pytest.raises(TooLate):
        override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    with pytest.raises(TooLate):
        override.withdraw(override=answered, by=stage.manager)


def test_an_answer_taken_back_leaves_the_finding_open_and_stays_on_record():
    stage = unfunded()
    answered = override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    override.withdraw(override=answered, by=stage.counsel)
    answered.refresh_from_db()
    assert answered.withdrawn_by == stage.counsel
    assert [one.override for one in of_code(stage)] == [None, None]
    assert not stage.mailing.overrides.covering().exists()
    with pytest.raises(override.AlreadyWithdrawn):
        override.withdraw(override=answered, by=stage.counsel)


def test_nothing_is_kept_where_the_record_fails(monkeypatch):
    stage = unfunded()
    monkeypatch.setattr(override.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        override.override(mailing=stage.mailing, code=CODE, reason=WHY, by=stage.manager)
    assert [one.override for one in of_code(stage)] == [None, None]
    assert not stage.mailing.overrides.exists()


def test_amber_that_nobody_could_see_stands_in_the_way_of_approval():
    campaign = make_campaign()
    campaign.grounds.add(make_ground())
    stage = stages.opened(3, campaign=campaign)
    Fact.objects.filter(institution=stage.letters[0].recipient.institution).delete()
    with pytest.raises(approve.ChangedSince, match="1 thing to look at that nobody has seen"):
        approve.approve(
            mailing=stage.again(),
            digest=stage.mailing.digest,
            answers=approve.answers_digest(stage.mailing),
            by=stage.counsel,
        )


def test_words_that_read_like_a_threat_are_answered_in_writing_before_approval():
    campaign = make_campaign()
    version = make_version(campaign, body="If not, there will be criminal charges.")
    stage = stages.opened(3, campaign=campaign, version=version)
    with pytest.raises(approve.NotAnswered, match="line 1, column 23: “criminal charges”"):
        approve.approve(
            mailing=stage.mailing,
            digest=stage.mailing.digest,
            answers=approve.answers_digest(stage.mailing),
            by=stage.counsel,
        )
    override.override(
        mailing=stage.again(), code="threat", reason="Quotes their own letter.", by=stage.manager
    )
    approve.approve(
        mailing=stage.again(),
        digest=stage.mailing.digest,
        answers=approve.answers_digest(stage.mailing),
        by=stage.counsel,
    )
    assert stage.again().status == "approved"


def test_what_counsel_has_to_read_is_not_answered_away():
    stage = stages.rendered(1)
    Finding.objects.create(
        mailing=stage.mailing, letter=stage.letters[0], code="own-text", severity="amber"
    )
    with pytest.raises(override.CounselReads, match="counsel opens each"):
        override.override(
            mailing=stage.mailing, code="own-text", reason="Harmless.", by=stage.manager
        )
