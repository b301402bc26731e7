"""One person for each role, with a password drawn at random and written to one file."""

import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Group

from campaigns import roles
from campaigns.models import User

LOGINS = Path(settings.DATA_DIR) / "demo-logins.txt"
NAMES = {
    roles.MANAGER: ("Morgan", "Manager"),
    roles.DRAFTER: ("Drew", "Drafter"),
    roles.COUNSEL: ("Casey", "Counsel"),
    roles.CLERK: ("Chris", "Clerk"),
    roles.VIEWER: ("Vic", "Viewer"),
}


def people() -> dict[str, User]:
    """The demo's people by role; those who are missing are made, with new passwords."""
    found = {role: User.objects.filter(username=role).first() for role in NAMES}
    passwords = {role: secrets.token_urlsafe(12) for role in NAMES if found[role] is None}
    made = {role: _person(role, password) for role, password in passwords.items()}
    if passwords:
        _write_down(passwords)
    return {role: user for role, user in (found | made).items() if user}


def _person(role: str, password: str) -> User:
    first, last = NAMES[role]
    user = User.objects.create_user(
        username=role, password=password, first_name=first, last_name=last, is_staff=True
    )
    user.groups.add(Group.objects.get(name=role))
    return user


def _write_down(passwords: dict[str, str]) -> None:
    """Keep the passwords where only this user reads them; `./run` prints the file."""
    LOGINS.parent.mkdir(parents=True, exist_ok=True)
    LOGINS.touch(mode=0o600)
    with LOGINS.open("a") as logins:
        logins.writelines(f"{role:<8} {password}\n" for role, password in passwords.items())
