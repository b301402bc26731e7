"""A stored file is whole or absent, whatever happens while it is written."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from campaigns import filestore
from config.storage import AtomicFileSystemStorage


@pytest.fixture
def storage(tmp_path: Path) -> AtomicFileSystemStorage:
    return AtomicFileSystemStorage(location=tmp_path / "kept", file_permissions_mode=0o600)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_with_its_bytes_and_its_mode(storage):
    name = storage.save("ab/cd/abcd", ContentFile(b"bytes"))
    path = Path(storage.path(name))
    assert (name, path.read_bytes()) == ("ab/cd/abcd", b"bytes")
    assert path.stat().st_mode & 0o777 == 0o600
    assert files_in(Path(storage.location)) == [path]


def test_a_second_file_of_the_same_name_replaces_nothing(storage):
    first, second = (storage.save("letter", ContentFile(text)) for text in (b"one", b"two"))
    assert first != second
    assert Path(storage.path(first)).read_bytes() == b"one"
    assert Path(storage.path(second)).read_bytes() == b"two"


def test_a_name_taken_while_the_bytes_were_written_is_not_overwritten(storage, monkeypatch):
    real_fsync = os.fsync

    def fsync_while_another_takes_the_name(descriptor: int) -> None:
        Path(storage.path("letter")).write_bytes(b"theirs")
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync_while_another_takes_the_name)
    name = storage.save("letter", ContentFile(b"ours"))
    assert Path(storage.path("letter")).read_bytes() == b"theirs"
    assert Path(storage.path(name)).read_bytes() == b"ours"


@pytest.mark.parametrize("broken", ["fsync", "link"])
def test_a_full_disk_leaves_no_file_under_the_name(storage, monkeypatch, broken):
    Path(storage.location).mkdir()

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, broken, full)
    with pytest.raises(OSError, match="No space left"):
        storage.save("letter", ContentFile(b"bytes"))
    assert files_in(Path(storage.location)) == []


def test_a_process_killed_while_writing_leaves_no_file_under_the_name(tmp_path):
    script = f"""
import os, signal
from django.conf import settings
settings.configure()
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from config.storage import AtomicFileSystemStorage
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
AtomicFileSystemStorage(location={str(tmp_path)!r}).save("letter", ContentFile(b"bytes"))
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -9
    assert not (tmp_path / "letter").exists()
    again = AtomicFileSystemStorage(location=tmp_path).save("letter", ContentFile(b"bytes"))
    assert again == "letter"


def test_the_filestore_keeps_its_files_here():
    sha256 = filestore.put(b"a letter")
    assert filestore.put(b"a letter") == sha256
    assert filestore.get(sha256) == b"a letter"


def test_a_damaged_file_is_mended_by_storing_it_again():
    sha256 = filestore.put(b"a letter")
    path = Path(default_storage.path(f"{sha256[:2]}/{sha256}"))
    path.write_bytes(b"a lett")
    with pytest.raises(filestore.FileDamaged):
        filestore.get(sha256)
    assert filestore.put(b"a letter") == sha256
    assert filestore.get(sha256) == b"a letter"


def test_a_file_of_earlier_times_is_found_in_its_own_place_and_kept_once():
    content = b"a letter of an earlier time"
    sha256 = filestore.sha256_of(content)
    earlier = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    default_storage.save(earlier, ContentFile(content))
    assert filestore.get(sha256) == content
    assert b"".join(filestore.in_pieces(sha256)) == content
    assert filestore.put(content) == sha256
    assert not default_storage.exists(f"{sha256[:2]}/{sha256}")
    Path(default_storage.path(earlier)).write_bytes(b"a lett")
    assert filestore.put(content) == sha256
    assert filestore.get(sha256) == content
    assert not default_storage.exists(earlier)


def test_a_large_file_is_kept_and_read_without_holding_it(tmp_path):
    large = tmp_path / "large"
    large.write_bytes(b"a pack" * 100_000)
    with large.open("rb") as stream:
        stream.seek(7)  # wherever it stands
        sha256 = filestore.put_file(stream)
        assert filestore.put_file(stream) == sha256
    assert sha256 == filestore.sha256_of(large.read_bytes())
    with filestore.opened(sha256) as stored:
        assert stored.read(6) == b"a pack"
    assert b"".join(filestore.in_pieces(sha256)) == large.read_bytes()


def test_a_damaged_or_missing_file_is_not_opened():
    sha256 = filestore.put(b"a letter")
    path = Path(default_storage.path(f"{sha256[:2]}/{sha256}"))
    path.write_bytes(b"a lett")
    with pytest.raises(filestore.FileDamaged, match="Restore it from a backup"):
        filestore.opened(sha256)
    with pytest.raises(FileNotFoundError):
        filestore.in_pieces("0" * 64)
