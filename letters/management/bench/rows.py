"""The invented mailing of `mailing`, in the rows of a database, as people would have made it."""

import datetime
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from campaigns import deadlines
from campaigns.models import Contact, Fact, Institution, User
from letters.actions import mailing as mailings
from letters.management.bench import mailing
from letters.management.demo import campaign as story
from letters.models import Mailing

_BATCH = 500
_PUBLIC = Institution.Control.PUBLIC
_SEEN_ON = datetime.date(2023, 10, 1)


def mailing_of(count: int, directory: Path, *, by: User) -> Mailing:
    """A mailing with so many letters, in preparation."""
    call_command("seed_grounds", verbosity=0)
    campaign = story.campaign(by)
    story.sender(campaign, by)
    institutions = _institutions(count, directory)
    story.recipients.choose(campaign=campaign, institutions=institutions, by=by)
    version, _reminder = story.texts(campaign, by)
    return mailings.create(
        version=version,
        title=f"{count:,} letters",
        letter_date=_next_day_of_business(timezone.localdate()),
        recipients=campaign.recipients.all(),
        by=by,
    )


def _institutions(count: int, directory: Path) -> list[Institution]:
    made: list[Institution] = []
    contacts: list[Contact] = []
    named = set[str]()  # who heads two institutions would be written to twice, which is refused
    for draft in mailing.drafts(count, directory):
        data = draft.data
        institution = Institution(
            name=data["institution_name"],
            street=data["postal_lines"][-2],
            city=data["institution_city"],
            state=data["institution_state"],
            postal_code=data["postal_lines"][-1].rpartition(" ")[2],
            control=_PUBLIC if data["is_public"] else Institution.Control.UNKNOWN,
        )
        institution.index_for_search()
        made.append(institution)
        name, title = data["addressee_name"], data["addressee_title"] or "President"
        name = "" if name in named else name
        named.add(name)
        contacts.append(Contact(institution=institution, name=name, title=title, source="bench"))
    Institution.objects.bulk_create(made, batch_size=_BATCH)
    Contact.objects.bulk_create(contacts, batch_size=_BATCH)
    Fact.objects.bulk_create(
        [
            Fact(institution=one, key=Fact.Key.FFA, value="yes", source="bench", as_of=_SEEN_ON)
            for one in made
        ],
        batch_size=_BATCH,
    )
    return made


def _next_day_of_business(day: datetime.date) -> datetime.date:
    while deadlines.why_not_a_business_day(day):
        day += datetime.timedelta(days=1)
    return day
