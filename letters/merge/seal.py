"""The digest by which a whole mailing is approved."""

import hashlib
from collections.abc import Iterable


def batch_digest(letters: Iterable[tuple[str, str]]) -> str:
    """One SHA-256 (hex) over (reference, SHA-256 of the PDF) of every letter, in any order.

    References are unique and hold no tab or line break, so no two batches share a listing.
    """
    lines = sorted(f"{reference}\t{pdf_sha256}\n" for reference, pdf_sha256 in letters)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
