import re

from letters.merge import codes


def test_codes_are_the_same_each_time_and_differ_by_letter_and_issue():
    first = codes.derive("CNF-2026-0137-B")
    assert first == codes.derive("CNF-2026-0137-B", issue=1)
    others = [codes.derive("CNF-2026-0138-9"), codes.derive("CNF-2026-0137-B", issue=2)]
    assert len({first.code, *(other.code for other in others)}) == 3
    assert len({first.short_code, *(other.short_code for other in others)}) == 3


def test_codes_depend_on_the_portal_key(settings):
    first = codes.derive("CNF-2026-0137-B")
    stored = codes.sha256_code(first.code)
    settings.PORTAL_KEY = "another key"
    assert codes.derive("CNF-2026-0137-B") != first
    assert codes.sha256_code(first.code) != stored


def test_a_code_is_long_and_a_short_code_has_no_ambiguous_letters(settings):
    settings.SITE_URL = "https://letters.example"
    for number in range(500):
        made = codes.derive(f"CNF-2026-{number:04d}")
        assert re.fullmatch(r"[a-z2-7]{26}", made.code)
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", made.short_code)
    assert made.url == f"https://letters.example/respond/c/{made.code}/"


def test_a_short_code_is_read_as_people_type_it():
    assert codes.normalise_short_code(" 1o2li abcde ") == "10211-ABCDE"
    made = codes.derive("CNF-2026-0137-B").short_code
    assert codes.normalise_short_code(made.lower().replace("-", " ")) == made


def test_hashes_are_hex_of_sha256_length():
    assert re.fullmatch(r"[0-9a-f]{64}", codes.sha256_code("7QX4M-K2R9T"))
