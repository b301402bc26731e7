"""How often a password may be guessed, and by whom it is still accepted."""

import datetime
import threading

import pytest
from django.db import connections
from django.utils import timezone

from campaigns.actions import sign_in
from campaigns.models import AuditEvent, SignInTry
from tests.factories import make_user

pytestmark = pytest.mark.django_db
HERE, THERE = "203.0.113.7", "198.51.100.9"
NOW = timezone.now()


def guess(name: str = "kim", address: str = HERE, now: datetime.datetime = NOW) -> None:
    sign_in.fail(sign_in.begin(name=name, address=address, now=now), name=name)


def lock(name: str = "kim", address: str = HERE) -> None:
    for _ in range(sign_in.TRIES):
        guess(name, address)


def test_the_sixth_guess_at_a_name_from_one_address_is_not_looked_at():
    lock()
    with pytest.raises(sign_in.TooManySignIns, match="Wait 15 minutes"):
        guess()


def test_who_sits_elsewhere_and_who_has_another_name_signs_in():
    lock()
    sign_in.succeed(sign_in.begin(name="kim", address=THERE, now=NOW))
    sign_in.succeed(sign_in.begin(name="lee", address=HERE, now=NOW))
    with pytest.raises(sign_in.TooManySignIns):
        guess()


def test_the_door_opens_again_though_somebody_kept_knocking():
    lock()
    for minute in range(15):
        with pytest.raises(sign_in.TooManySignIns):
            guess(now=NOW + datetime.timedelta(minutes=minute))
    guess(now=NOW + sign_in.WINDOW + datetime.timedelta(seconds=1))
    assert SignInTry.objects.count() == 1


def test_the_right_password_lets_a_name_begin_again():
    for _ in range(sign_in.TRIES - 1):
        guess()
    sign_in.succeed(sign_in.begin(name="kim", address=HERE, now=NOW))
    lock()


def test_guesses_at_many_names_lock_the_address_for_every_name():
    for number in range(sign_in.TRIES_OF_AN_ADDRESS):
        guess(f"name{number}")
    with pytest.raises(sign_in.TooManySignIns):
        guess("another")
    guess("another", THERE)
    assert "with any name from 203.0.113.7" in AuditEvent.objects.get().sentence


def test_a_lock_is_put_on_record_once():
    kim = make_user(username="kim")
    lock()
    for _ in range(3):
        with pytest.raises(sign_in.TooManySignIns):
            guess()
    event = AuditEvent.objects.get()
    assert (event.verb, event.subject_id, event.actor) == ("sign_in.locked", kim.pk, None)
    assert event.sentence == (
        "Signing in as kim from 203.0.113.7 is locked for 15 minutes after 5 wrong passwords."
    )


def test_what_was_typed_as_a_name_that_nobody_has_is_kept_nowhere():
    lock("correct horse battery")
    event = AuditEvent.objects.get()
    assert "with a name that nobody has" in event.sentence
    assert "horse" not in event.payload
    assert not SignInTry.objects.filter(name_sha256__contains="horse").exists()


@pytest.mark.parametrize(
    ("typed", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:" + "x" * 99, "unix:" + "x" * 45),
    ],
)
def test_an_address_is_counted_as_what_one_person_has(typed, counted):
    assert sign_in.network(typed) == counted


@pytest.mark.django_db(transaction=True)
def test_of_twenty_guesses_at_one_moment_no_more_than_five_are_looked_at():
    looked_at, start = [], threading.Barrier(20)

    def one() -> None:
        try:
            start.wait()
            looked_at.append(sign_in.begin(name="kim", address=HERE, now=NOW))
        except sign_in.TooManySignIns:
            return
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) <= sign_in.TRIES
