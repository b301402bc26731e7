"""Approval: by another person, of what was seen, and of nothing that changed since."""

import dataclasses
import datetime
import tempfile
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from campaigns import audit, filestore
from campaigns.actions import demand as demands
from campaigns.actions import institution as institutions
from campaigns.models import Fact, Institution, User
from letters.actions import (
    annex,
    approve,
    changed,
    clause,
    draft,
    freshness,
    mailing,
    override,
    own_text,
    render,
)
from letters.actions.dispatch import NotApproved
from letters.merge import document, press
from letters.models import Finding, Letterhead, LetterVersion, Opening
from tests.factories import (
    make_campaign,
    make_institution,
    make_pdf,
    make_recipient,
    make_user,
    make_version,
)
from tests.letters import stages
from tests.letters.actions.dispatch import steps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_press")]


def say_yes(stage: stages.Stage, **fields) -> None:
    mailing = stage.again()
    approve.approve(
        **{
            "mailing": mailing,
            "digest": mailing.digest,
            "answers": approve.answers_digest(mailing),
            "by": stage.counsel,
            **fields,
        }
    )


def test_an_approved_mailing_is_sealed_by_the_digest_that_was_shown():
    stage = stages.opened(4)
    say_yes(stage)
    stage.again()
    assert stage.mailing.status == "approved"
    assert stage.mailing.approved_by == stage.counsel
    assert all(letter.status == "sealed" and letter.sealed_at for letter in stage.letters)
    event = audit.history(stage.mailing)[0]
    assert (event.verb, event.actor) == ("mailing.approved", stage.counsel)
    assert stage.mailing.digest in event.payload


def test_a_second_approval_is_refused():
    stage = stages.approved(3)
    with pytest.raises(approve.NotReady, match="only once"):
        say_yes(stage)


def test_one_without_the_right_does_not_approve():
    stage = stages.opened(3)
    with pytest.raises(approve.MayNotApprove):
        say_yes(stage, by=make_user("clerk"))


@pytest.mark.parametrize("role", ["author", "preparer", "one who dated it"])
def test_nobody_approves_their_own_batch(role):
    person = make_user("counsel", "drafter", "manager")
    campaign = make_campaign()
    version = make_version(campaign, author=person) if role == "author" else None
    fields = {"by": person} if role == "preparer" else {}
    stage = stages.prepared(3, campaign=campaign, version=version, **fields)
    if role == "one who dated it":
        later = stage.mailing.letter_date + datetime.timedelta(days=1)
        mailing.change_letter_date(mailing=stage.mailing, letter_date=later, by=person)
    render.start(mailing=stage.mailing, by=stage.manager)
    render.work(mailing_pk=stage.mailing.pk, seconds=60)
    for letter in stage.letters:
        approve.record_opening(letter=letter, by=person)
    with pytest.raises(approve.OwnBatch, match="Another person approves it"):
        say_yes(stage, by=person)
    assert stage.again().status == "ready"


def rewritten(campaign, first: User, then: User) -> LetterVersion:
    """Two versions of one letter, each by another person; the later one."""
    version = make_version(campaign, author=first)
    text = dataclasses.replace(draft.Text.of(version), subject="Request to confirm in writing")
    return draft.save_version(template=version.template, text=text, by=then)


def test_who_wrote_an_earlier_version_of_the_text_does_not_approve_a_later_one():
    first, then = make_user("counsel", "drafter"), make_user("drafter")
    campaign = make_campaign()
    stage = stages.rendered(1, campaign=campaign, version=rewritten(campaign, first, then))
    with pytest.raises(
        approve.OwnBatch, match="You wrote part of this text, in First letter, version 1"
    ):
        say_yes(stage, by=first)
    assert approve.why_not(stage.mailing, stage.counsel) == ""


def test_who_wrote_words_that_another_copied_does_not_approve_the_copy():
    first, then = make_user("counsel", "drafter"), make_user("drafter")
    version = rewritten(make_campaign(), first, make_user("drafter"))
    campaign = make_campaign()
    copy = draft.copy_template(
        template=version.template, campaign=campaign, name="Again", purpose="first", by=then
    )
    stage = stages.rendered(1, campaign=campaign, version=copy.versions.get())
    with pytest.raises(
        approve.OwnBatch, match="You wrote part of this text, in First letter, version 1"
    ):
        say_yes(stage, by=first)


def test_who_wrote_words_that_were_approved_since_may_approve_what_followed():
    first, then = make_user("counsel", "drafter"), make_user("drafter")
    campaign = make_campaign()
    version = make_version(campaign, author=first)
    stages.approved(1, campaign=campaign, version=version)
    text = dataclasses.replace(draft.Text.of(version), subject="Request to confirm in writing")
    later = draft.save_version(template=version.template, text=text, by=then)
    stage = stages.rendered(1, campaign=campaign, version=later)
    assert approve.why_not(stage.mailing, first) == ""
    assert "You wrote this text" in approve.why_not(stage.mailing, give_counsel(then))
    copy = draft.copy_template(
        template=version.template, campaign=make_campaign(), name="Again", purpose="first", by=then
    )
    assert [one.author for one in copy.versions.get().unapproved_line()] == [then, then]


def give_counsel(person: User) -> User:
    person.groups.add(Group.objects.get(name="counsel"))
    return User.objects.get(pk=person.pk)


def test_three_letters_have_to_be_opened():
    stage = stages.rendered(5)
    for letter in stage.letters[:2]:
        approve.record_opening(letter=letter, by=stage.counsel)
    with pytest.raises(approve.NotOpened, match="1 more of any kind"):
        say_yes(stage)
    approve.record_opening(letter=stage.letters[2], by=stage.counsel)
    say_yes(stage)


def test_what_is_marked_counts_among_the_three():
    stage = stages.rendered(5)
    for letter in stage.letters[:2]:
        Finding.objects.create(
            mailing=stage.mailing, letter=letter, code="x", severity="amber", message="Look."
        )
    with pytest.raises(approve.NotOpened, match="2 letters that preflight marked and 1 more"):
        say_yes(stage)


def test_every_letter_of_a_small_mailing_has_to_be_opened():
    stage = stages.rendered(2)
    approve.record_opening(letter=stage.letters[0], by=stage.counsel)
    with pytest.raises(approve.NotOpened):
        say_yes(stage)
    approve.record_opening(letter=stage.letters[1], by=stage.counsel)
    say_yes(stage)


def test_every_letter_that_preflight_marked_has_to_be_opened():
    campaign = make_campaign()
    from tests.factories import make_ground

    campaign.grounds.add(make_ground())
    unfunded = make_recipient(campaign, make_institution("Zz Unfunded", ffa=""))
    stage = stages.prepared(4, campaign=campaign)
    render.start(mailing=stage.mailing, by=stage.manager)
    render.work(mailing_pk=stage.mailing.pk, seconds=60)
    marked = stage.mailing.letters.get(recipient=unfunded)
    for letter in stage.letters[:4]:
        approve.record_opening(letter=letter, by=stage.counsel)
    assert approve.to_open(stage.mailing, stage.counsel).marked_left == {marked.pk}
    with pytest.raises(approve.NotOpened, match="1 letter that preflight marked"):
        say_yes(stage)
    approve.record_opening(letter=marked, by=stage.counsel)
    say_yes(stage)


def test_what_another_person_opened_does_not_count():
    stage = stages.rendered(3)
    other = make_user("counsel")
    for letter in stage.letters:
        approve.record_opening(letter=letter, by=other)
    with pytest.raises(approve.NotOpened):
        say_yes(stage)


def test_an_opening_counts_once_and_only_for_the_bytes_that_were_shown():
    stage = stages.rendered(3)
    letter = stage.letters[0]
    approve.record_opening(letter=letter, by=stage.counsel)
    approve.record_opening(letter=letter, by=stage.counsel)
    assert Opening.objects.count() == 1
    assert audit.history(letter).filter(verb="letter.opened").count() == 1
    Opening.objects.update(sha256="0" * 64)
    assert approve.to_open(stage.mailing, stage.counsel).opened == frozenset()


def test_an_opening_by_one_who_cannot_approve_is_not_counted():
    stage = stages.rendered(3)
    with pytest.raises(approve.MayNotApprove):
        approve.record_opening(letter=stage.letters[0], by=stage.clerk)
    assert not Opening.objects.exists()


def test_another_digest_than_the_one_shown_is_refused():
    stage = stages.opened(3)
    with pytest.raises(approve.ChangedSince, match="after this page was opened"):
        say_yes(stage, digest="0" * 64)
    assert {letter.status for letter in stage.letters} == {"rendered"}


def test_a_letter_that_is_set_aside_stands_in_the_way(monkeypatch):
    stage = stages.prepared(4)
    render.start(mailing=stage.mailing, by=stage.manager)
    bad = stage.letters[0].reference

    def render_or_raise(content, by_class):
        if content.reference == bad:
            raise press.RenderRefused("No.")
        return stages.quick_pdf(content)

    stages.set_with(monkeypatch, render_or_raise)
    render.work(mailing_pk=stage.mailing.pk, seconds=60)
    for letter in stage.letters[1:]:
        approve.record_opening(letter=letter, by=stage.counsel)
    with pytest.raises(approve.SetAside, match="Set aside: 1 letter"):
        say_yes(stage)


# --- What changed in between -------------------------------------------------------


def test_a_changed_address_is_refused_and_named():
    stage = stages.opened(3)
    institution = stage.letters[1].recipient.institution
    institution.street = "9 New Street"
    institution.save()
    with pytest.raises(
        approve.ChangedSince, match=rf"{stage.letters[1].reference}: its data \(the address\)"
    ):
        say_yes(stage)


def test_a_changed_letterhead_is_refused():
    stage = stages.opened(3)
    letterhead = stage.campaign.sender.letterhead
    letterhead.organisation = "Another Organisation"
    letterhead.save()
    with pytest.raises(approve.ChangedSince, match="3 letters would be made differently"):
        say_yes(stage)


def test_a_changed_demand_is_refused():
    stage = stages.opened(3)
    stage.campaign.demands.filter(number=1).update(text="Please do another thing.")
    with pytest.raises(approve.ChangedSince):
        say_yes(stage)


def another_engine(monkeypatch, library="weasyprint"):
    real = document.version
    monkeypatch.setattr(document, "version", lambda name: "99.0" if name == library else real(name))


def another_pillow(monkeypatch):
    another_engine(monkeypatch, "pillow")


def another_font(monkeypatch):
    monkeypatch.setattr(document.typefaces, "sha256", lambda key: "0" * 64)


def another_layout(monkeypatch):
    sheet = document.STYLESHEET.read_text()
    other = Path(tempfile.mkdtemp()) / "letter.css"
    other.write_text(sheet + "p { color: black }")
    monkeypatch.setattr(document, "STYLESHEET", other)


@pytest.mark.parametrize("change", [another_engine, another_pillow, another_font, another_layout])
def test_another_engine_font_or_layout_is_refused(monkeypatch, change):
    stage = stages.opened(3)
    change(monkeypatch)
    document._setting.cache_clear()
    try:
        with pytest.raises(approve.ChangedSince, match="layout, fonts or engine"):
            say_yes(stage)
    finally:
        document._setting.cache_clear()
    assert {letter.status for letter in stage.letters} == {"rendered"}


def test_another_version_of_the_text_makes_the_letters_drafts_again():
    stage = stages.opened(3)
    version = make_version(stage.campaign, body="Other words for {{ institution_name }}.")
    mailing.use_version(mailing=stage.mailing, version=version, by=stage.manager)
    with pytest.raises(approve.NotReady):
        say_yes(stage)
    assert {letter.status for letter in stage.letters} == {"draft"}


def test_an_institution_that_may_no_longer_be_written_to_is_refused():
    stage = stages.opened(3)
    institution = stage.letters[0].recipient.institution
    institution.suppressed_at, institution.suppressed_reason = stage.mailing.prepared_at, "Asked."
    institution.save()
    with pytest.raises(approve.ChangedSince, match="is not to be written to: Asked"):
        say_yes(stage)


def test_a_fact_that_speaks_against_a_ground_is_refused():
    from tests.factories import make_ground

    campaign = make_campaign()
    campaign.grounds.add(make_ground())
    stage = stages.opened(3, campaign=campaign)
    Fact.objects.filter(institution=stage.letters[0].recipient.institution).update(value="no")
    with pytest.raises(approve.ChangedSince, match="recorded as not"):
        say_yes(stage)


def test_a_flipped_byte_in_one_stored_file_is_refused():
    stage = stages.opened(3)
    sha256 = stage.letters[2].pdf_sha256
    name = f"{sha256[:2]}/{sha256}"
    with default_storage.open(name, "rb") as stored:
        content = bytearray(stored.read())
    content[100] ^= 1
    default_storage.delete(name)
    from django.core.files.base import ContentFile

    default_storage.save(name, ContentFile(bytes(content)))
    with pytest.raises(approve.ChangedSince, match="missing or damaged"):
        say_yes(stage)
    assert {letter.status for letter in stage.letters} == {"rendered"}


def test_a_stored_file_that_is_gone_is_refused():
    stage = stages.opened(3)
    sha256 = stage.letters[1].pdf_sha256
    default_storage.delete(f"{sha256[:2]}/{sha256}")
    with pytest.raises(approve.ChangedSince, match=f"{stage.letters[1]} is missing or damaged"):
        say_yes(stage)
    assert {letter.status for letter in stage.letters} == {"rendered"}


def _watch_reading(monkeypatch, seen: list[int]) -> None:
    """How many transactions were open at each reading of a stored file."""
    get = filestore.get

    def watched(sha256):
        seen.append(len(connection.atomic_blocks))
        return get(sha256)

    monkeypatch.setattr(approve.filestore, "get", watched)


def test_stored_files_are_read_before_anything_is_held(monkeypatch):
    stage, read, sealing = stages.opened(3), [], []
    _watch_reading(monkeypatch, read)
    seal = approve._seal
    monkeypatch.setattr(
        approve,
        "_seal",
        lambda *given: sealing.append(len(connection.atomic_blocks)) or seal(*given),
    )
    outside = len(connection.atomic_blocks)
    say_yes(stage)
    assert set(read) == {outside} and len(read) >= len({one.pdf_sha256 for one in stage.letters})
    assert sealing and sealing[0] > outside


def test_nothing_is_sealed_that_was_not_read(monkeypatch):
    """A letter that comes into the place of one that was read is not one that was read."""
    stage = stages.opened(3)
    missed = stage.letters[2].pdf_sha256
    read = approve._whole
    monkeypatch.setattr(approve, "_whole", lambda mailing: read(mailing) - {missed})
    with pytest.raises(approve.ChangedSince, match="missing or damaged"):
        say_yes(stage)
    assert {letter.status for letter in stage.letters} == {"rendered"}


def test_a_letter_made_anew_while_files_were_read_is_refused(monkeypatch):
    stage = stages.opened(3)
    read = approve._whole

    def meanwhile(mailing):
        whole = read(mailing)
        other = filestore.put(b"%PDF-1.7 another letter")
        mailing.letters.filter(pk=stage.letters[0].pk).update(pdf_sha256=other)
        return whole

    monkeypatch.setattr(approve, "_whole", meanwhile)
    with pytest.raises(approve.ChangedSince, match="changed after this page was opened"):
        say_yes(stage)
    assert {letter.status for letter in stage.letters} == {"rendered"}


def test_for_who_may_not_approve_no_file_is_read(monkeypatch):
    stage, read = stages.opened(3), []
    _watch_reading(monkeypatch, read)
    with pytest.raises(approve.MayNotApprove):
        say_yes(stage, by=stage.manager)
    assert read == []


def test_nothing_is_sealed_where_the_last_step_fails(monkeypatch):
    stage = stages.opened(3)
    monkeypatch.setattr(approve.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        say_yes(stage)
    assert stage.again().status == "ready"
    assert {letter.status for letter in stage.letters} == {"rendered"}


# --- Giving back, and the gap ------------------------------------------------------


def test_a_mailing_given_back_says_why_and_is_prepared_again():
    stage = stages.rendered(3)
    approve.give_back(mailing=stage.mailing, comments="Soften demand 2.", by=stage.counsel)
    assert (stage.again().status, stage.mailing.comments) == ("returned", "Soften demand 2.")
    mailing.refresh(mailing=stage.mailing, by=stage.manager)
    assert stage.again().status == "preparing"


def test_a_mailing_is_not_given_back_without_words_or_right():
    stage = stages.rendered(3)
    with pytest.raises(approve.CommentsMissing):
        approve.give_back(mailing=stage.mailing, comments=" ", by=stage.counsel)
    with pytest.raises(approve.MayNotApprove):
        approve.give_back(mailing=stage.mailing, comments="x", by=stage.clerk)


def test_a_gap_is_accepted_by_counsel_in_writing_after_approval():
    stage = stages.approved(3)
    until = stage.mailing.letter_date + datetime.timedelta(days=2)
    gap = {"mailing": stage.mailing, "until": until, "reason": "The post office was closed."}
    with pytest.raises(approve.MayNotApprove):
        approve.accept_gap(**gap, by=stage.clerk)
    with pytest.raises(approve.GapNotAccepted):
        approve.accept_gap(**{**gap, "reason": ""}, by=stage.counsel)
    with pytest.raises(approve.GapNotAccepted):
        approve.accept_gap(**{**gap, "until": stage.mailing.letter_date}, by=stage.counsel)
    approve.accept_gap(**gap, by=stage.counsel)
    assert stage.again().gap_accepted_by == stage.counsel


def test_there_is_no_gap_before_approval():
    stage = stages.rendered(3)
    with pytest.raises(NotApproved):
        approve.accept_gap(
            mailing=stage.mailing, until=datetime.date(2099, 1, 1), reason="x", by=stage.counsel
        )


def test_the_demands_stand_from_the_first_seal_on_and_not_before():
    stage = stages.opened(3)
    demand = stage.campaign.demands.get(number=1)
    wording = demands.Wording("Confirm", "Please confirm in other words.")
    demands.change(demand=demand, wording=wording, by=stage.manager)
    with pytest.raises(approve.ChangedSince):
        say_yes(stage)
    other = stages.approved(3)
    with pytest.raises(demands.DemandIsPrinted):
        demands.change(
            demand=other.campaign.demands.get(number=1), wording=wording, by=other.manager
        )


def test_who_worded_a_demand_does_not_approve_the_letters_that_print_it():
    stage = stages.rendered(1)
    both = make_user("manager", "counsel")
    wording = demands.Wording(title="Confirm", text="Please confirm in writing.")
    demands.change(demand=stage.campaign.demands.first(), wording=wording, by=both)
    with pytest.raises(approve.OwnBatch, match="worded a demand"):
        approve.approve(
            mailing=stage.mailing,
            digest=stage.mailing.digest,
            answers=approve.answers_digest(stage.mailing),
            by=both,
        )
    assert approve.why_not(stage.mailing, stage.counsel) == ""


def test_who_wrote_a_text_of_its_own_does_not_approve_the_letters():
    stage = stages.rendered(3)
    own_text.write(
        template=stage.mailing.version.template,
        recipient=stage.letters[0].recipient,
        text="To you alone.",
        reason="They asked.",
        by=stage.counsel,
    )
    with pytest.raises(approve.OwnBatch, match="own text"):
        say_yes(stage)


def test_who_answered_a_finding_does_not_approve_the_letters():
    stage = stages.rendered(3)
    both = make_user("drafter", "counsel")
    Finding.objects.create(
        mailing=stage.mailing, letter=stage.letters[0], code="salutation", severity="amber"
    )
    override.override(mailing=stage.mailing, code="salutation", reason="It is fine.", by=both)
    assert "answered what the checks found" in approve.why_not(stage.mailing, both)


def test_who_added_an_exhibit_does_not_approve_the_letters():
    stage = stages.rendered(3)
    annex.add_exhibit(
        template=stage.mailing.version.template,
        title="A program",
        name="program.pdf",
        content=make_pdf(),
        by=stage.counsel,
    )
    assert "added an exhibit" in approve.why_not(stage.mailing, stage.counsel)


def test_an_answer_written_after_the_page_was_opened_is_read_first():
    stage = stages.rendered(1)
    Finding.objects.create(
        mailing=stage.mailing, letter=stage.letters[0], code="salutation", severity="amber"
    )
    read = approve.answers_digest(stage.mailing)
    override.override(
        mailing=stage.mailing, code="salutation", reason="It is fine.", by=stage.manager
    )
    with pytest.raises(approve.ChangedSince, match="written answer"):
        say_yes(stage, answers=read)


def test_who_added_an_exhibit_does_not_approve_the_copy_that_another_made_of_it():
    person = make_user("counsel", "drafter")
    campaign = make_campaign()
    source = make_version(campaign).template
    annex.add_exhibit(template=source, title="A paper", name="a.pdf", content=make_pdf(), by=person)
    made = draft.copy_template(
        template=source, campaign=campaign, name="Copy", purpose="first", by=make_user("drafter")
    )
    stage = stages.rendered(1, campaign=campaign, version=made.versions.get())
    assert approve.why_not(stage.mailing, person).startswith("You added an exhibit.")
    assert approve.why_not(stage.mailing, stage.counsel) == ""


def test_who_worded_a_clause_does_not_approve_the_text_that_another_put_it_into():
    person = make_user("counsel", "drafter")
    words = clause.Wording(name="Records", use="", text="Please keep your records.")
    clause.add(wording=words, by=person)
    campaign = make_campaign()
    version = make_version(campaign, body=f"We write.\n\n{words.text}")
    stage = stages.rendered(1, campaign=campaign, version=version)
    assert "You worded the clause “Records”" in approve.why_not(stage.mailing, person)
    stages.seal_all(stages.open_all(stage))
    later = make_version(
        campaign, template=version.template, number=2, body=f"We write again.\n\n{words.text}"
    )
    again = stages.rendered(1, campaign=campaign, version=later)
    assert approve.why_not(again.mailing, person) == ""


def test_another_block_style_on_the_letterhead_makes_other_letters():
    stage = stages.opened(1)
    Letterhead.objects.update(block_style="modified")
    with pytest.raises(approve.ChangedSince, match="the letterhead"):
        say_yes(stage)


def renamed(stage: stages.Stage) -> Institution:
    one = stage.letters[0].recipient.institution
    details = dataclasses.replace(institutions.details_of(one), name="Renamed University")
    return institutions.change(institution=one, details=details, by=stage.manager)


def while_compared(monkeypatch, happens) -> list[int]:
    """Let something happen when the letters were just compared; returns a row for each time."""
    compared: list[int] = []

    def comparing(letters):
        found = freshness.stale(letters)
        compared.append(len(found))
        if len(compared) == 1:
            happens()
        return found

    monkeypatch.setattr(approve, "stale", comparing)
    return compared


def test_what_is_decided_while_the_letters_are_compared_is_compared_again(monkeypatch):
    stage = stages.opened(3)
    compared = while_compared(monkeypatch, lambda: renamed(stage))
    with pytest.raises(approve.ChangedSince, match="1 letter would be made differently now"):
        say_yes(stage)
    assert compared == [0, 1]


def test_letters_are_compared_once_where_nothing_of_theirs_was_decided_meanwhile(monkeypatch):
    stage, other = stages.opened(3), make_campaign()
    compared = while_compared(
        monkeypatch,
        lambda: demands.add(
            campaign=other, wording=demands.Wording("Say", "Say so."), by=stage.manager
        ),
    )
    say_yes(stage)
    assert compared == [0]
    assert stage.again().status == "approved"


@steps.several_writers
@pytest.mark.django_db(transaction=True)
def test_nothing_is_sealed_that_another_changed_while_it_was_compared(monkeypatch):
    stage = stages.opened(3)
    outcome = steps.in_the_middle(monkeypatch, approve, "_refuse_damaged", lambda: renamed(stage))
    with pytest.raises(approve.ChangedSince, match="would be made differently now"):
        say_yes(stage)
    assert outcome().name == "Renamed University"
    assert stage.again().status == "ready"


@steps.several_writers
@pytest.mark.django_db(transaction=True)
def test_a_change_that_comes_while_letters_are_sealed_waits_and_is_flagged(monkeypatch):
    stage = stages.opened(3)
    outcome = steps.in_the_middle(monkeypatch, approve, "_seal", lambda: renamed(stage))
    say_yes(stage)
    assert outcome().name == "Renamed University"
    assert changed.look_where_told(now=timezone.now()) == 1
    assert "the institution’s name" in changed.flagged(stage.again()).get().changed_since
