"""The scanner's protocol, against a server that speaks it."""

from collections.abc import Iterator

import pytest

from letters.channels import clamd
from letters.channels.clamd import NotScanned, ScannerDown
from tests.letters.channels.scanner import EICAR, Scanner, UnixScanner, listening


@pytest.fixture
def scanner() -> Iterator[Scanner]:
    with listening(Scanner()) as server:
        yield server


@pytest.mark.parametrize("content", [b"", b"x", b"x" * 64 * 1024, b"xy" * 100_000])
def test_a_file_reaches_the_scanner_whole_and_is_passed(scanner, content):
    assert clamd.scan(content, scanner.address) == ""
    assert scanner.scanned == [content]


def test_a_virus_is_named(scanner):
    assert clamd.scan(b"%PDF-" + EICAR, scanner.address) == "Eicar-Test-Signature"


def test_a_scanner_behind_a_socket_file_is_asked_in_the_same_way(tmp_path):
    with listening(UnixScanner(tmp_path / "clamd.ctl")) as server:
        assert clamd.scan(EICAR, server.address) == "Eicar-Test-Signature"


@pytest.mark.parametrize(
    "said", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: lstat() failed ERROR\0", b"\0"]
)
def test_what_is_neither_passed_nor_found_is_no_judgement(scanner, said):
    scanner.answer = said
    with pytest.raises(NotScanned):
        clamd.scan(b"x", scanner.address)


def test_a_line_that_breaks_is_no_judgement(scanner):
    scanner.answer = None
    with pytest.raises((NotScanned, ScannerDown)):
        clamd.scan(b"x", scanner.address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl"])
def test_a_scanner_that_is_not_there_is_down(address):
    with pytest.raises(ScannerDown, match="does not answer"):
        clamd.scan(b"x", address)
