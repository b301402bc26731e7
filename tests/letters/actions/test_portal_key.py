"""The codes of a letter: who gets in, who does not, and that nobody can tell why."""

import datetime
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns import audit
from letters.actions import portal_key
from letters.actions.portal_key import CodeNotValid, TooManyTries
from letters.merge import codes
from letters.models import Letter, PortalKey, ShortCodeAttempt
from tests.factories import make_letter, make_mailing, make_sealed_letter, make_user

pytestmark = pytest.mark.django_db
LATER = datetime.timedelta(days=200)


@pytest.fixture
def letter():
    return make_sealed_letter()


def by_code(letter: Letter, *, issue: int = 1, now=None) -> Letter:
    code = codes.derive(letter.reference, issue).code
    return portal_key.find_by_code(code, now or timezone.now()).letter


def by_short_code(letter: Letter, short_code: str = "", *, reference: str = "") -> Letter:
    short_code = short_code or codes.derive(letter.reference).short_code
    return portal_key.find_by_reference_and_short_code(
        reference or letter.reference, short_code, timezone.now()
    ).letter


def test_the_codes_of_a_sealed_letter_open_it(letter):
    assert by_code(letter) == letter
    assert by_short_code(letter) == letter


def test_a_reference_and_code_typed_carelessly_still_open_it(letter):
    typed = codes.derive(letter.reference).short_code.lower().replace("-", " ").replace("0", "o")
    assert by_short_code(letter, typed, reference=f" {letter.reference.lower()} ") == letter


def test_rows_hold_no_code(letter):
    issued = codes.derive(letter.reference)
    row = str(PortalKey.objects.values().get())
    assert issued.code not in row
    assert issued.short_code not in row


def test_an_unknown_an_expired_and_a_revoked_code_are_refused_in_the_same_words(letter):
    refusals = []
    with pytest.raises(CodeNotValid) as unknown:
        portal_key.find_by_code("a" * 26, timezone.now())
    refusals.append(str(unknown.value))
    with pytest.raises(CodeNotValid) as expired:
        by_code(letter, now=timezone.now() + LATER + datetime.timedelta(days=1))
    refusals.append(str(expired.value))
    portal_key.revoke(letter=letter, reason="Lost.", by=make_user("manager"))
    with pytest.raises(CodeNotValid) as revoked:
        by_code(letter)
    refusals.append(str(revoked.value))
    assert len(set(refusals)) == 1


@pytest.mark.parametrize("status", ["draft", "void", "quarantined"])
def test_a_letter_that_is_not_sealed_does_not_open(status):
    letter = make_letter(make_mailing(), status=status, status_reason="Left out.")
    portal_key.issue_many([letter], timezone.now() + LATER)
    with pytest.raises(CodeNotValid):
        by_code(letter)
    with pytest.raises(CodeNotValid):
        by_short_code(letter)


def test_new_codes_end_the_old_ones_at_once(letter):
    manager = make_user("manager")
    issued = portal_key.reissue(letter=letter, expires_at=timezone.now() + LATER, by=manager)
    with pytest.raises(CodeNotValid):
        by_code(letter)
    assert by_code(letter, issue=2) == letter
    assert issued == codes.derive(letter.reference, 2)
    event = audit.history(letter).get()
    assert event.actor == manager
    assert "no longer work" in event.sentence
    assert issued.code not in event.payload


def test_new_codes_for_a_draft_are_refused():
    letter = make_letter(make_mailing())
    with pytest.raises(portal_key.OnlySealedLettersOpen):
        portal_key.reissue(letter=letter, expires_at=timezone.now() + LATER, by=make_user())


def test_revoking_twice_is_refused(letter):
    by = make_user("manager")
    portal_key.revoke(letter=letter, reason="Sent to the wrong office.", by=by)
    with pytest.raises(portal_key.NothingToRevoke):
        portal_key.revoke(letter=letter, reason="Again.", by=by)
    assert audit.history(letter).count() == 1


def test_a_reissue_that_is_rolled_back_leaves_the_old_codes(letter):
    with pytest.raises(RuntimeError), transaction.atomic():
        portal_key.reissue(letter=letter, expires_at=timezone.now() + LATER, by=make_user())
        raise RuntimeError
    assert by_code(letter) == letter
    assert not audit.history(letter).exists()


def test_an_open_page_closes_when_its_code_is_revoked(letter):
    key = letter.portal_keys.get()
    assert portal_key.find_again(key.pk, timezone.now()) == key
    portal_key.revoke(letter=letter, reason="Lost.", by=make_user())
    with pytest.raises(CodeNotValid):
        portal_key.find_again(key.pk, timezone.now())


def test_the_short_code_of_another_letter_does_not_open_this_one(letter):
    other = make_sealed_letter()
    with pytest.raises(CodeNotValid):
        by_short_code(letter, codes.derive(other.reference).short_code)


def guess(letter: Letter) -> None:
    with pytest.raises(CodeNotValid):
        by_short_code(letter, "00000-00000")


def test_five_wrong_codes_lock_the_reference_for_an_hour(letter, time_machine):
    time_machine.move_to("2026-12-01T12:00:00Z", tick=False)
    for _ in range(5):
        guess(letter)
    with pytest.raises(TooManyTries):
        by_short_code(letter)
    assert by_code(letter) == letter  # the long code opens it all the same
    time_machine.move_to("2026-12-01T13:00:01Z", tick=False)
    assert by_short_code(letter) == letter


def test_knocking_at_a_locked_reference_does_not_keep_it_locked(letter, time_machine):
    time_machine.move_to("2026-12-01T12:00:00Z", tick=False)
    for _ in range(5):
        guess(letter)
    time_machine.move_to("2026-12-01T12:59:00Z", tick=False)
    with pytest.raises(TooManyTries):
        by_short_code(letter)
    time_machine.move_to("2026-12-01T13:00:01Z", tick=False)
    assert by_short_code(letter) == letter


def test_a_right_code_is_not_counted_as_a_try(letter):
    for _ in range(7):
        by_short_code(letter)
    assert not ShortCodeAttempt.objects.exists()


def test_a_reference_that_cannot_exist_is_refused_without_a_row(letter):
    with pytest.raises(CodeNotValid):
        by_short_code(letter, reference="CNF-2026-0001-?")
    assert not ShortCodeAttempt.objects.exists()


@pytest.mark.services  # threads need a database that is not in the memory of one of them
@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_only_five_are_looked_at(letter):
    judged: list[type] = []

    def guess_four_times() -> None:
        for _ in range(4):
            try:
                by_short_code(letter, "00000-00000")
            except (CodeNotValid, TooManyTries) as refusal:
                judged.append(type(refusal))
        connection.close()

    threads = [threading.Thread(target=guess_four_times) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(judged) == 12
    assert judged.count(CodeNotValid) <= 5
