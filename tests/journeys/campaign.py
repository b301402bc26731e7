"""A small campaign that is ready to be written, made in the database that the settings name.

    python -m tests.journeys.campaign

Five recipients: one with the longest of names, and one whose street nobody knows. It prints the
address of the campaign's letters.
"""

import os

LONGEST = "The Consolidated University of Northern and Southern Springfield at Capital City"
WITHOUT_A_STREET = "Tufts College"
NAMES = (LONGEST, WITHOUT_A_STREET, "Alpha University", "Beta College", "Gamma Institute")


def make() -> str:
    from django.urls import reverse

    from tests.factories import make_campaign, make_institution, make_recipient

    campaign = make_campaign(title="Request to confirm")
    for name in NAMES:
        street = {"street": ""} if name == WITHOUT_A_STREET else {}
        make_recipient(campaign, make_institution(name, **street))
    return reverse("letters:templates", args=[campaign.pk])


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(make())  # noqa: T201
