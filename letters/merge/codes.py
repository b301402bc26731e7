"""The codes that open a letter's response page.

They are derived from the server's portal key, the letter's reference and the issue number:
a draft that is rendered again prints the same codes, and no row has to hold them. Rows hold
only their hashes, keyed with the same server key, because a short code is short enough to
be found by trial from a plain hash.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from django.conf import settings

# Crockford's base 32: no I, L, O or U, so that what is read from paper is typed right.
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class Codes:
    """`code` stands in the web address and the QR code, `short_code` is for typing."""

    code: str
    short_code: str

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}/respond/c/{self.code}/"


def derive(reference: str, issue: int = 1) -> Codes:
    """The codes of one issue: 128 bits in lower-case base 32, and 50 bits as XXXXX-XXXXX."""
    long = _keyed(f"code|{reference}|{issue}")[:16]
    short = int.from_bytes(_keyed(f"short|{reference}|{issue}")[:8], "big")
    letters = "".join(_CROCKFORD[short >> shift & 31] for shift in range(0, 50, 5))
    return Codes(
        code=base64.b32encode(long).decode().rstrip("=").lower(),
        short_code=f"{letters[:5]}-{letters[5:]}",
    )


def reply_address(reference: str, address: str) -> str:
    """The address to which one letter is answered: replies+cnf-2026-0137-b.MAC@example.org.

    Nobody can make it from a reference, and none has to be stored to be known again.
    """
    name, _, domain = address.rpartition("@")
    return f"{name}+{reference.lower()}.{_reply_mac(reference)}@{domain}"


def answered(address: str) -> str:
    """The reference in a reply address of ours, or nothing where it is none or was made up."""
    token = address.partition("@")[0].rpartition("+")[2]
    reference, _, mac = token.upper().partition(".")
    is_ours = hmac.compare_digest(_reply_mac(reference).encode(), mac.lower().encode())
    return reference if reference and is_ours else ""


def _reply_mac(reference: str) -> str:
    return base64.b32encode(_keyed(f"reply|{reference}")[:10]).decode().lower()


def sha256_code(code: str) -> str:
    """The keyed SHA-256 (hex) under which a long or short code is looked up."""
    return _keyed(f"stored|{code}").hex()


def normalise_short_code(typed: str) -> str:
    """A short code as it was printed, from what a person typed."""
    compact = re.sub(r"[^0-9A-Z]", "", typed.upper()).translate(_READ_AS)
    return f"{compact[:5]}-{compact[5:]}"


def _keyed(message: str) -> bytes:
    return hmac.digest(settings.PORTAL_KEY.encode(), message.encode(), hashlib.sha256)
