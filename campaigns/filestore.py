"""Files kept under their own SHA-256: letters, scans, logos, imported directories.

The name is the content, so a file never changes, is stored once, and is checked each time
it is read: a flipped bit is an error here and never a page in somebody's post.
"""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


class FileDamaged(Exception):
    """The stored bytes are not the ones that were put in."""


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(content: bytes) -> str:
    """Keep the bytes; returns their SHA-256 in hex. Storing twice keeps one file.

    A file that was damaged in storage is replaced, so that rendering or uploading it again
    mends it.
    """
    sha256 = sha256_of(content)
    name = _name(sha256)
    if default_storage.exists(name) and not _is_whole(sha256):
        default_storage.delete(name)
    if not default_storage.exists(name):
        kept = default_storage.save(name, ContentFile(content))
        if kept != name:  # somebody stored the same bytes in the meantime
            default_storage.delete(kept)
    return sha256


def get(sha256: str) -> bytes:
    """The bytes with this SHA-256. Raises FileDamaged, or FileNotFoundError."""
    with default_storage.open(_name(sha256)) as stored:
        content = stored.read()
    if sha256_of(content) != sha256:
        raise FileDamaged(f"The file {sha256} is damaged in storage. Restore it from a backup.")
    return content


def _is_whole(sha256: str) -> bool:
    try:
        get(sha256)
    except (FileDamaged, FileNotFoundError):
        return False
    return True


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
