"""Files kept under their own SHA-256: letters, scans, logos, imported directories.

The name is the content, so a file never changes, is stored once, and is checked each time
it is read: a flipped bit is an error here and never a page in somebody's post.
"""

import hashlib
from collections.abc import Iterator
from typing import IO, Any

from django.core.files.base import ContentFile, File
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
    return _keep(sha256_of(content), ContentFile(content))


def put_file(opened: IO[bytes]) -> str:
    """`put` for what is too large to be held in memory: an open file, from its beginning."""
    return _keep(_sha256_of_file(opened), File(opened))


def _keep(sha256: str, content: "File[Any]") -> str:
    for name in _names(sha256):
        if default_storage.exists(name):
            if _is_whole(sha256):
                return sha256
            default_storage.delete(name)
    name = _names(sha256)[0]
    kept = default_storage.save(name, content)
    if kept != name:  # somebody stored the same bytes in the meantime
        default_storage.delete(kept)
    return sha256


def get(sha256: str) -> bytes:
    """The bytes with this SHA-256. Raises FileDamaged, or FileNotFoundError."""
    with _open(sha256) as stored:
        content = stored.read()
    if sha256_of(content) != sha256:
        raise _damaged(sha256)
    return content


def opened(sha256: str) -> "File[Any]":
    """The file with this SHA-256, to be read piece by piece, and closed. Raises what `get` does."""
    stored = _open(sha256)
    try:
        if _sha256_of_file(stored) != sha256:
            raise _damaged(sha256)
        stored.seek(0)
    except BaseException:
        stored.close()
        raise
    return stored


def in_pieces(sha256: str) -> Iterator[bytes]:
    """The bytes, one piece in memory at a time. Raises what `get` does, before the first.

    The file is open only while pieces are taken, so nothing is left open where nobody takes any.
    """
    opened(sha256).close()
    return _pieces(sha256)


def _pieces(sha256: str) -> Iterator[bytes]:
    with _open(sha256) as stored:
        yield from stored.chunks()


def _is_whole(sha256: str) -> bool:
    try:
        opened(sha256).close()
    except (FileDamaged, FileNotFoundError):
        return False
    return True


def _sha256_of_file(opened: "IO[bytes] | File[Any]") -> str:
    opened.seek(0)
    return hashlib.file_digest(opened, "sha256").hexdigest()  # type: ignore[arg-type]


def _damaged(sha256: str) -> FileDamaged:
    return FileDamaged(f"The file {sha256} is damaged in storage. Restore it from a backup.")


def _open(sha256: str) -> "File[Any]":
    name, earlier = _names(sha256)
    try:
        return default_storage.open(name)
    except FileNotFoundError:
        if not default_storage.exists(earlier):
            raise
        return default_storage.open(earlier)


def _names(sha256: str) -> tuple[str, str]:
    """Where it is kept, and where files were kept before.

    By two characters of its hash: in 256 folders a million letters are four thousand in each. By
    four nearly every letter had to have a folder of its own made first, and waited for.
    """
    return f"{sha256[:2]}/{sha256}", f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
