"""A mailing whose rendering has just been started, in the database that the settings name.

    python -m tests.services.mailing COUNT

migrates, writes COUNT letters and wakes the workers. It prints the mailing's key.
"""

import sys


def start(count: int) -> int:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from letters.actions import render
    from tests.letters.stages import prepared

    stage = prepared(count)
    render.start(mailing=stage.mailing, by=stage.manager)
    return stage.mailing.pk


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(start(int(sys.argv[1])))  # noqa: T201
