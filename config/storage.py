"""Files on disk that are whole or absent.

Django's own storage writes under the final name, so a crash or a full disk leaves a short
file where a row says that a letter is. Here the bytes are written under another name,
forced to the disk, and only then given theirs. An object store already works this way, so
`STORAGES` can name one instead without any other change.
"""

import os
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class AtomicFileSystemStorage(FileSystemStorage):
    """`FileSystemStorage` whose `save` either keeps the whole file or nothing."""

    def _save(self, name: str, content: "File[Any]") -> str:
        final = Path(self.path(name))
        partial = final.with_name(f".{final.name[:100]}.{uuid.uuid4().hex}.partial")
        if not final.parent.is_dir():
            self._make_folder(final.parent)
        try:
            _write(partial, content.chunks(), self.file_permissions_mode)
            final = self._give_name(partial, final)
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(final.parent)
        return final.relative_to(self.location).as_posix()

    def _give_name(self, partial: Path, final: Path) -> Path:
        """Link rather than rename: a rename would replace a file of the same name."""
        while True:
            try:
                os.link(partial, final)
            except FileExistsError:
                name = final.relative_to(self.location).as_posix()
                final = Path(self.path(self.get_available_name(name)))
            else:
                return final

    def _make_folder(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True, mode=self.directory_permissions_mode or 0o777)
        for path in reversed(missing):
            _sync_folder(path.parent)


def _write(path: Path, chunks: Iterable[bytes | str], mode: int | None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as stream:
        if mode is not None:
            os.fchmod(descriptor, mode)
        for chunk in chunks:
            _write_chunk(stream, chunk)
        stream.flush()
        os.fsync(stream.fileno())


def _write_chunk(stream: IO[bytes], chunk: bytes | str) -> None:
    stream.write(chunk.encode() if isinstance(chunk, str) else chunk)


def _sync_folder(folder: Path) -> None:
    """Force a new name to the disk; without it the file can vanish with the power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
