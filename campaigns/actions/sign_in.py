"""How often a password may be guessed.

Five wrong ones for one name from one address lock that name for that address, and fifty from
one address lock the address, until the oldest of them is a quarter of an hour old. Who sits
elsewhere still signs in: a stranger who knows a name cannot keep its owner out.
"""

import datetime
import hashlib
import ipaddress

from django.db import transaction

from campaigns import audit
from campaigns.actions import Refused
from campaigns.models import SignInTry, User

TRIES = 5
TRIES_OF_AN_ADDRESS = 50  # an office shares one, and so do guesses at many names
WINDOW = datetime.timedelta(minutes=15)


class TooManySignIns(Refused):
    """This name, or every name, is locked for this address for a while."""

    def __init__(self) -> None:
        super().__init__(
            "There were too many wrong passwords from where you are. Wait 15 minutes, then try "
            "again. If you forgot your password, ask an administrator for a new one."
        )


def begin(*, name: str, address: str, now: datetime.datetime) -> SignInTry:
    """Count the try before it is judged: of a hundred at the same moment, five are looked at.

    One that comes while the door is shut is taken back, so that knocking does not keep it so.
    Raises TooManySignIns.
    """
    SignInTry.objects.filter(at__lt=now - WINDOW).delete()
    this_try = SignInTry.objects.create(name_sha256=_hash(name), address=network(address), at=now)
    of_the_name, of_the_address = _counts(this_try)
    if of_the_name > TRIES or of_the_address > TRIES_OF_AN_ADDRESS:
        this_try.delete()
        raise TooManySignIns
    return this_try


def succeed(this_try: SignInTry) -> None:
    """The password was right: this name begins again from this address."""
    SignInTry.objects.filter(name_sha256=this_try.name_sha256, address=this_try.address).delete()


@transaction.atomic
def fail(this_try: SignInTry, *, name: str) -> None:
    """The password was wrong. The try that shuts the door is put on record, once."""
    of_the_name, of_the_address = _counts(this_try)
    if of_the_name != TRIES and of_the_address != TRIES_OF_AN_ADDRESS:
        return
    person = User.objects.filter(username=name).first()
    # A name that nobody has is not repeated: it may be a password.
    whom = f"as {person.username}" if person else "with a name that nobody has"
    if of_the_name != TRIES:
        whom = "with any name"
    audit.record(
        "sign_in.locked",
        subject=person or this_try,
        by=None,
        sentence=(
            f"Signing in {whom} from {this_try.address} is locked for 15 minutes after "
            f"{of_the_address if of_the_name != TRIES else TRIES} wrong passwords."
        ),
        address=this_try.address,
    )


def network(address: str) -> str:
    """The address as it is counted. Whoever has one IPv6 address has the 64 bits below it too."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:50]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _counts(this_try: SignInTry) -> tuple[int, int]:
    """Tries within the window with this name from this address, and with any from it."""
    recent = SignInTry.objects.filter(address=this_try.address, at__gte=this_try.at - WINDOW)
    return recent.filter(name_sha256=this_try.name_sha256).count(), recent.count()


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
