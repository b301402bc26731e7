"""Whose an item is: by what cannot be guessed first, by its sender never for certain."""

from email import message_from_bytes
from pathlib import Path

import pytest

from campaigns.models import Contact
from letters.actions import dispatch
from letters.inbound import match as matching
from letters.inbound.match import match, references
from letters.merge import codes
from letters.models import Dispatch
from tests.factories import make_letter, make_mailing, make_sealed_letter, make_user
from tests.letters import stages

pytestmark = pytest.mark.django_db


def found(*, to=(), answers=(), texts=(), sender=""):
    return match(to=to, answers=answers, texts=texts, sender=sender)[0]


@pytest.fixture
def letter():
    return make_sealed_letter()


def test_the_reply_address_of_a_letter_names_it_and_cannot_be_made_from_its_reference(letter):
    address = codes.reply_address(letter.reference, "replies@ours.example")
    assert address.endswith("@ours.example")
    assert found(to=[address]).letter == letter
    guessed = f"replies+{letter.reference.lower()}.aaaaaaaaaaaaaaaa@ours.example"
    assert found(to=[guessed, "replies+é.x@ours.example"]).letter is None


def test_each_letter_goes_out_with_a_reply_address_of_its_own(monkeypatch, settings):
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"
    settings.REPLY_ADDRESS = "replies@ours.example"
    stages.set_with(monkeypatch, stages.quick_pdf)
    stage = stages.approved(2, channels={"by_post": False, "by_email": True})
    dispatch.queue_emails(mailing=stage.mailing, count=2, by=stage.clerk)
    dispatch.work(mailing_pk=stage.mailing.pk, seconds=30)
    sent = [message_from_bytes(one.read_bytes()) for one in Path(settings.OUTBOX_DIR).iterdir()]
    answered = {found(to=[message["Reply-To"]]).letter for message in sent}
    assert answered == set(stage.letters)


def test_an_answer_to_our_message_is_of_its_letter(letter):
    sent = Dispatch.objects.create(
        letter=letter, channel="email", message_id="<x.1@ours>", queued_by=make_user()
    )
    matched, answered = match(to=(), answers=["<x.1@ours>"], texts=(), sender="")
    assert (matched.recipient, answered) == (letter.recipient, sent)
    assert "It answers our e-mail" in matched.because


def test_a_reference_in_the_text_is_enough_however_it_was_typed(letter):
    loose = letter.reference.lower().replace("-", " – ")
    assert found(texts=[f"Your ref {loose}."]).letter == letter


def test_a_reference_whose_check_character_is_wrong_counts_for_nothing(letter):
    wrong = letter.reference[:-1] + ("A" if letter.reference[-1] != "A" else "B")
    assert references(f"ref {wrong}") == []
    assert found(texts=[wrong]).recipient is None


def test_a_draft_s_reference_counts_for_nothing():
    draft = make_letter(make_mailing())
    assert found(texts=[draft.reference]).recipient is None


def test_two_letters_of_one_recipient_leave_no_doubt_and_of_two_do(letter):
    again = make_sealed_letter(recipient=letter.recipient, mailing=make_mailing())
    both = f"{letter.reference} and {again.reference}"
    assert found(texts=[both]).recipient == letter.recipient
    other = make_sealed_letter()
    doubtful = found(texts=[f"{letter.reference} {other.reference}"])
    assert doubtful.recipient is None
    assert {each for each, _ in doubtful.candidates} == {letter.recipient, other.recipient}


def test_the_sender_is_only_ever_a_suggestion(letter):
    institution = letter.recipient.institution
    Contact.objects.create(institution=institution, name="Pat", email="pat@law.school.example")
    by_address = found(sender="PAT@law.school.example")
    assert by_address.recipient is None
    assert by_address.candidates == ((letter.recipient, "PAT@law.school.example is known there."),)
    assert found(sender="other@law.school.example").candidates[0][0] == letter.recipient
    institution.website = "https://www.college.example/about"
    institution.save()
    assert found(sender="x@college.example").candidates[0][0] == letter.recipient
    assert matching.is_known("x@college.example", letter.recipient)
    assert found(sender="x@lege.example").candidates == ()


def test_mail_that_everybody_has_says_nothing_of_the_institution(letter):
    Contact.objects.create(
        institution=letter.recipient.institution, name="Pat", email="pat@gmail.com"
    )
    assert found(sender="somebody@gmail.com").candidates == ()
    assert found(sender="pat@gmail.com").candidates
