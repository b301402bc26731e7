"""Answers that may come from the sender's own people.

Whoever sees a sealed letter sees its code, and could answer for the institution. That cannot be
prevented, so it is made visible: opening a letter is on record (`letters.actions.reading`), and
what is submitted from the address, the mail domain or the browser of staff is flagged. It is put
on record all the same, because the flag may be wrong.
"""

import datetime

from django.core.exceptions import ObjectDoesNotExist

from campaigns.actions import task
from campaigns.models import Campaign, Task, User
from letters.models import Response

# Where anybody has an address, that staff have one there says nothing of others.
_ANYBODYS = frozenset(
    {
        "aol.com",
        "comcast.net",
        "gmail.com",
        "gmx.com",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "yahoo.com",
        "zoho.com",
    }
)


def why(email: str, campaign: Campaign, signed_in: User | None) -> str:
    """Why it may come from inside, in words; empty where nothing says so."""
    if signed_in:
        return f"it was submitted in a browser in which {signed_in} is signed in"
    address = email.casefold()
    domain = address.rpartition("@")[2]
    if not domain:
        return ""
    ours = {
        one.casefold() for one in User.objects.exclude(email="").values_list("email", flat=True)
    }
    if address in ours:
        return f"its receipt goes to {email}, the address of a member of staff"
    domains = {one.rpartition("@")[2] for one in ours | _of_the_sender(campaign)} - _ANYBODYS
    if any(domain == one or domain.endswith(f".{one}") for one in domains):
        return f"its receipt goes to {email}, and members of staff have addresses there"
    return ""


def tell(response: Response, *, now: datetime.datetime) -> None:
    """Open a task where something says that it came from inside."""
    if not response.from_inside:
        return
    task.open_task(
        recipient=response.recipient,
        kind=Task.Kind.OTHER,
        about=f"Find out who gave {response.receipt}: {response.from_inside}.",
        key=f"inside:{response.pk}",
        now=now,
    )


def _of_the_sender(campaign: Campaign) -> set[str]:
    try:
        email: str = campaign.sender.letterhead.email
    except ObjectDoesNotExist:
        return set()
    return {email.casefold()} if email else set()
