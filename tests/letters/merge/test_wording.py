"""Which letters of a mailing read alike."""

from letters.merge.wording import sha256, wording
from tests.letters.merge import specimens


def said(name: str, *, city: str = "", **changes: object) -> str:
    content = specimens.letter(
        body=specimens.body(name, source="To {{ institution_name }}, we write.\n\nThe end."),
        subject=f"Request to {name}",
        **changes,
    )
    return wording(content, {"institution_name": name, "institution_city": city})


def test_letters_that_differ_by_their_names_read_alike():
    assert said("Auburn University") == said("Bard College")
    assert said("Auburn University") == (
        "Request to ‹institution_name›\nTo ‹institution_name›, we write.\nThe end."
    )


def test_a_letter_with_a_paragraph_more_reads_otherwise():
    content = specimens.letter(body="<p>We write.</p><p>One thing more.</p>")
    shorter = specimens.letter(body="<p>We write.</p>")
    assert sha256(wording(content, {})) != sha256(wording(shorter, {}))


def test_a_name_inside_another_word_stays():
    assert "‹" not in wording(
        specimens.letter(subject="Request", body="<p>Bardic verse.</p>"),
        {"institution_name": "Bard"},
    )
