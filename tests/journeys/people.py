"""The people of the journey, made in the database that the settings name.

    python -m tests.journeys.people

Dana drafts and could approve as well: that she wrote the text is the only thing that keeps
her from approving it.
"""

import os

MANAGER, DRAFTER, COUNSEL, CLERK, VIEWER = "morgan", "dana", "casey", "chris", "vic"
ROLES = {
    MANAGER: ("manager",),
    DRAFTER: ("drafter", "counsel"),
    COUNSEL: ("counsel",),
    CLERK: ("clerk",),
    VIEWER: ("viewer",),
}
PASSWORD = "correct horse battery staple"


def make() -> None:
    from tests.factories import make_user

    for name, roles in ROLES.items():
        person = make_user(
            *roles, username=name, first_name=name.title(), last_name=roles[0].title()
        )
        person.set_password(PASSWORD)
        person.save()


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    make()
