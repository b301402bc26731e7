"""Accounts, roles and the log as plain records, for superusers."""

import pytest
from django.urls import reverse

from campaigns.models import AuditEvent, User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
USERS = "admin:campaigns_user_changelist"


@pytest.fixture
def superuser(client):
    client.force_login(User.objects.create_superuser("root", password=PASSWORD))
    return client


def test_adding_a_person_with_a_role_is_on_record(superuser):
    role = make_user("counsel").groups.get()
    response = superuser.post(
        reverse("admin:campaigns_user_add"),
        {
            "username": "dana",
            "groups": [role.pk],
            "is_staff": "on",
            "password1": "a long enough passphrase",
            "password2": "a long enough passphrase",
            "usable_password": "true",
        },
    )
    assert response.status_code == 302
    assert User.objects.get(username="dana").roles == ["counsel"]
    event = AuditEvent.objects.get(verb="user.added")
    assert event.sentence == "added the account dana: counsel"
    assert "passphrase" not in event.payload


def test_a_changed_role_is_on_record(superuser):
    person = make_user("viewer", username="vera")
    role = make_user("clerk").groups.get()
    superuser.post(
        reverse("admin:campaigns_user_change", args=[person.pk]),
        {"username": "vera", "groups": [role.pk], "is_staff": "on", "is_active": "on"},
    )
    assert person.groups.get() == role
    assert AuditEvent.objects.get().sentence == "changed the account vera: clerk"


def test_a_password_set_by_another_is_on_record(superuser):
    person = make_user("counsel", username="cora")
    address = reverse("admin:auth_user_password_change", args=[person.pk])
    phrase = "a long enough passphrase"
    given = {"password1": phrase, "password2": phrase, "usable_password": "true"}
    superuser.post(address, {**given, "password2": "another"})
    assert not AuditEvent.objects.filter(verb="user.password_set").exists()
    assert superuser.post(address, given).status_code == 302
    event = AuditEvent.objects.get(verb="user.password_set")
    assert (event.sentence, event.actor.username) == (
        "set the password of the account cora",
        "root",
    )
    assert phrase not in event.payload


def test_an_account_is_closed_and_never_deleted(superuser):
    person = make_user("viewer")
    address = reverse("admin:campaigns_user_delete", args=[person.pk])
    assert superuser.post(address, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


def test_a_manager_does_not_reach_the_accounts(client):
    client.force_login(make_user("manager"))
    assert client.get(reverse(USERS)).status_code == 403


def test_the_log_and_the_roles_are_read_only(superuser):
    make_user("viewer")
    for name in ("campaigns_auditevent", "auth_group", "campaigns_user"):
        assert superuser.get(reverse(f"admin:{name}_changelist")).status_code == 200
    for name in ("campaigns_auditevent", "auth_group"):
        assert superuser.get(reverse(f"admin:{name}_add")).status_code == 403
