"""The press: what it bounds, what it refuses, and that it always gives the same bytes."""

import contextlib
import io
import os
import re
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from letters.management.bench import adversary
from letters.merge import child, document, pages, press, typefaces
from letters.merge.document import Document
from letters.merge.press import Press, RenderCrashed, RenderRefused, RenderTimedOut
from tests.letters.merge import specimens


@pytest.fixture(scope="module")
def small_press():
    """A press with limits that a test can wait for."""
    small = Press(most_pages=5, cpu_seconds=3, wall_seconds=6)
    yield small
    small.close()


def page(body: str, **assets: bytes) -> Document:
    return Document(f"<html lang=en><title>t</title><body>{body}", assets, "noto-serif")


# --- Same input, same bytes ------------------------------------------------------------


def test_the_bytes_do_not_depend_on_what_was_rendered_before():
    first = press.render(specimens.with_images())
    for content in specimens.specimens().values():
        press.render(content)
    assert press.render(specimens.with_images()).pdf == first.pdf


def test_the_bytes_do_not_depend_on_the_process():
    made = document.make(specimens.with_images())
    mine, other = press._press.render(made), Press()
    try:
        assert other.render(made).pdf == mine.pdf
    finally:
        other.close()


def test_a_press_is_renewed_without_being_noticed():
    renewed = Press(letters_per_child=1)
    made = document.make(specimens.letter())
    try:
        assert renewed.render(made).pdf == renewed.render(made).pdf
    finally:
        renewed.close()


def test_threads_share_a_press():
    made = [document.make(specimens.ending_at(lines)) for lines in range(4)]
    expected = [press._press.render(one).pdf for one in made]
    found: dict[int, bytes] = {}

    def work(index: int) -> None:
        found[index] = press._press.render(made[index]).pdf

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[index] for index in range(4)] == expected


def test_the_input_hash_covers_text_data_images_and_typeface():
    plain = specimens.letter()
    changed = [
        plain,
        replace(plain, body=plain.body + "<p>x</p>"),
        replace(plain, reference="CNF-2026-0138-9"),
        replace(plain, typeface="liberation-serif"),
        replace(plain, signer=replace(plain.signer, signature_sha256="a" * 64)),
        replace(plain, response=replace(plain.response, short_code="00000-00000")),
        replace(plain, copies=("A",)),
    ]
    assert len({press.input_sha256(content) for content in changed}) == len(changed)
    assert press.input_sha256(plain) == press.input_sha256(specimens.letter())


# --- What a letter is, as a file -------------------------------------------------------


def test_a_letter_is_tagged_titled_and_in_its_language():
    with pikepdf.open(io.BytesIO(press.render(specimens.with_images()).pdf)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-US"
        assert pdf.docinfo["/Title"] == "Letter CNF-2026-0137-B to Dr. Robin Q. Example"
        assert pdf.docinfo["/Author"] == "Sample Organisation for Open Programs"
        assert b"pdfuaid" in pdf.Root.Metadata.read_bytes()
        assert [float(side) for side in pdf.pages[0].mediabox] == [0, 0, 612, 792]


@pytest.mark.parametrize("typeface", typefaces.TYPEFACES)
def test_a_letter_holds_only_its_own_typeface(typeface):
    letter = replace(specimens.letter(), typeface=typeface)
    with pikepdf.open(io.BytesIO(press.render(letter).pdf)) as pdf:
        fonts = {
            str(font.BaseFont).split("+")[1]
            for pdf_page in pdf.pages
            for font in pdf_page.Resources.Font.values()
        }
    stem = typefaces.TYPEFACES[typeface].family.replace(" ", "-")
    assert fonts == {f"{stem}", f"{stem}-Bold"}


# --- What it refuses -------------------------------------------------------------------


def test_a_name_that_would_run_into_the_second_pages_text_is_refused():
    with pytest.raises(RenderRefused, match="Shorten it to 150 characters"):
        press.render(replace(specimens.letter(), addressee="Dean of the Faculty " * 8))


def test_a_character_without_a_glyph_is_refused_by_name():
    letter = replace(specimens.letter(), addressee="漢字")
    with pytest.raises(RenderRefused, match=r"Noto Serif has no 漢 \(U\+6F22\), 字 \(U\+5B57\)"):
        press.render(letter)


def test_a_lost_image_is_refused():
    plain = specimens.letter()
    lost = replace(plain, signer=replace(plain.signer, signature_sha256="0" * 64))
    with pytest.raises(RenderRefused, match="signature of Alex Sample is missing"):
        press.render(lost)


def test_an_image_that_cannot_be_read_is_refused(small_press):
    with pytest.raises(RenderRefused, match="image"):
        small_press.render(page("<img alt=x src='asset:aa'>", aa=b"not an image"))


def test_too_many_pages_are_refused(small_press):
    long = page("<p style='break-after: page'>x</p>" * 9)
    with pytest.raises(RenderRefused, match="at most 5"):
        small_press.render(long)


@pytest.fixture
def canary(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY")
    return secret


FETCHES = [
    "<img alt=x src='{url}'>",
    "<p style='background: url({url})'>x</p>",
    "<p style='background: u\\72l({url})'>x</p>",
    "<ul style='list-style: url({url})'><li>x</ul>",
    "<p style='content: url({url})'>x</p>",
    "<p style='border-image: url({url}) 1; border: 1px solid'>x</p>",
    "<style>@import '{url}';</style>x",
    "<style>@import url(data:text/css,x);</style>x",
    "<style>@font-face {{ font-family: f; src: url({url}) }}</style>x",
    "<style>@page {{ @top-left {{ content: url({url}) }} }}</style>x",
    "<style>p::before {{ content: url({url}) }}</style><p>x",
    "<style>:root {{ --u: url({url}) }} p {{ background: var(--u) }}</style><p>x",
    "<link rel=stylesheet href='{url}'>x",
    "<link rel=attachment href='{url}'>x",
    "<a rel=attachment href='{url}'>x</a>",
    "<object data='{url}'>x</object>",
    "<embed src='{url}'>",
    "<svg xmlns='http://www.w3.org/2000/svg' width=9 height=9><title>t</title>"
    "<image href='{url}' width=9 height=9 /></svg>",
]


@pytest.mark.parametrize("where", FETCHES)
@pytest.mark.parametrize("scheme", ["file", "http", "data", "asset", "relative"])
def test_nothing_but_the_letters_own_images_is_read(where, scheme, canary, small_press):
    url = {
        "file": canary.as_uri(),
        "http": "http://127.0.0.1:9/x.png",
        "data": "data:image/png;base64,AAAA",
        "asset": "asset:" + "0" * 64,
        "relative": str(canary),
    }[scheme]
    try:
        pdf = small_press.render(page(where.format(url=url))).pdf
    except RenderRefused:
        return
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert b"CANARY" not in pdf
        assert not opened.attachments
        assert "CANARY" not in pages.text(pdf)


# --- What it bounds --------------------------------------------------------------------


HUNGRY = [
    "<table><tr><td colspan=1000000>x</table>",
    "<div style='display:flex'>" * 14 + "x",
    "<p style='width:{}'>x".format("calc(" * 5000),
    "<table>" + "<tr><td>x" * 60_000 + "</table>",
    "<p>" + "<br>" * 400_000,
    "<p style='padding-left: 1e30px'>x",
    "<div>" * 30_000 + "x",
]


def greedy() -> Document:
    steps = "".join(f"--v{n}: var(--v{n - 1}) var(--v{n - 1});" for n in range(1, 40))
    return page(f"<p style='--v0: xxxxxxxx; {steps} font-family: var(--v39)'>x")


@pytest.mark.slow
@pytest.mark.parametrize("body", HUNGRY)
def test_a_hungry_document_is_stopped_and_the_next_letter_is_set(body, small_press):
    started = time.monotonic()
    with contextlib.suppress(RenderRefused, RenderTimedOut, RenderCrashed):
        small_press.render(page(body))
    assert time.monotonic() - started < 12
    assert small_press.render(page("<p>next")).pages == 1


@pytest.mark.slow
def test_a_document_that_eats_memory_is_stopped(small_press):
    with pytest.raises((RenderTimedOut, RenderCrashed)):
        small_press.render(greedy())
    assert small_press.render(page("<p>next")).pages == 1


def test_a_killed_child_is_replaced(small_press):
    small_press.render(page("<p>x"))
    os.kill(small_press._child._process.pid, signal.SIGKILL)
    with pytest.raises(RenderCrashed):
        small_press.render(page("<p>x"))
    assert small_press.render(page("<p>x")).pages == 1


def test_a_child_whose_end_was_interrupted_is_asked_no_more(small_press, monkeypatch):
    fine = alike(2)
    expected = [small_press.render(one).pdf for one in fine]
    old = small_press._child
    monkeypatch.setattr(old, "close", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        small_press.close()
    monkeypatch.undo()
    assert [one.pdf for one in small_press.render_many(fine)] == expected
    old.close()


def test_an_answer_to_another_letter_is_no_answer(small_press):
    small_press.render(page("<p>x"))
    made = small_press._request(page("<p>first"), by_class=False)
    small_press._child._send(*made)
    (outcome,) = small_press.render_many([page("<p>second")])
    assert isinstance(outcome, RenderCrashed)
    assert "second" in pages.text(small_press.render(page("<p>second")).pdf)


@pytest.mark.parametrize("missing", [1, 20, 999, 1000, 1001])
def test_an_answer_that_breaks_off_is_none(missing):
    whole = io.BytesIO()
    child.send(whole, {"pages": 1}, b"x" * 1000)
    assert child.receive(io.BytesIO(whole.getvalue()[:-missing])) is None


def test_the_child_has_none_of_our_secrets(small_press):
    small_press.render(page("<p>x"))
    kept = Path(f"/proc/{small_press._child._process.pid}/environ").read_text()
    names = {entry.partition("=")[0] for entry in kept.split("\0") if entry}
    assert names <= {
        "PYTHONPATH",
        "PATH",
        "LANG",
        "HOME",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "FONTCONFIG_FILE",
        "LC_CTYPE",
    }


def test_a_child_whose_parent_was_killed_ends_and_leaves_nothing():
    orphan = Press()
    orphan.render(page("<p>x"))
    kept = orphan._child
    kept._process.stdin.close()  # which is what the parent's death does
    kept._process.wait(timeout=10)
    assert not Path(kept._folder).exists()
    kept._process.stdout.close()


def test_many_letters_go_on_past_one_that_fails():
    bad = replace(specimens.letter(), addressee="漢")
    outcomes = press.render_many([specimens.letter(), bad, specimens.letter()])
    assert [isinstance(outcome, RenderRefused) for outcome in outcomes] == [False, True, False]


def alike(count: int) -> list[Document]:
    """Letters that share a layout."""
    letters = [specimens.letter(salutation=f"Dear Dean {number:02}:") for number in range(count)]
    characters = adversary.characters_of(letters)
    return [document.make(replace(letter, characters=characters)) for letter in letters]


@pytest.mark.slow
def test_of_letters_that_are_sent_ahead_one_that_ends_the_process_costs_no_other(small_press):
    fine = alike(24)
    expected = [small_press.render(one).pdf for one in fine]
    outcomes = small_press.render_many([*fine[:12], greedy(), *fine[12:]], by_class=True)
    assert isinstance(outcomes.pop(12), RenderCrashed | RenderTimedOut)
    assert [outcome.pdf for outcome in outcomes] == expected
    assert sum(bool(outcome.set_by) for outcome in outcomes) == 22  # not the first of each process


def test_pictures_are_sent_with_the_first_letter_that_has_others(small_press):
    plain, pictured = document.make(specimens.letter()), document.make(specimens.with_images())
    order = [plain, pictured, pictured, plain, plain, pictured]
    expected = [small_press.render(one).pdf for one in order]
    for by_class in (False, True):
        outcomes = small_press.render_many(order, by_class=by_class)
        assert [outcome.pdf for outcome in outcomes] == expected


@pytest.mark.parametrize("size", [4096, 2**40])
def test_letters_are_set_through_whatever_pipe_the_system_gives(monkeypatch, size):
    monkeypatch.setattr(press, "_PIPE", size)
    narrow, letters = Press(), alike(30)
    try:
        outcomes = narrow.render_many(letters, by_class=True)
        assert sum(bool(outcome.set_by) for outcome in outcomes) == 29
    finally:
        narrow.close()


def test_once_the_time_is_over_no_further_letter_is_begun(small_press):
    letters = alike(6)
    assert len(small_press.render_many(letters, until=time.monotonic() - 1)) == 1
    assert len(small_press.render_many(letters)) == 6


def test_a_press_is_renewed_between_letters_that_came_together():
    renewed = Press(letters_per_child=2)
    letters = alike(5)
    try:
        pids = {renewed.pid}
        first = [outcome.pdf for outcome in renewed.render_many(letters)]
        pids.add(renewed.pid)
        assert first == [renewed.render(one).pdf for one in letters]
        assert len(pids) == 2
    finally:
        renewed.close()


def test_what_nobody_foresaw_of_one_letter_stops_no_other(monkeypatch):
    letters = [specimens.letter(salutation=f"Dear Dean {number}:") for number in range(4)]
    plain = press.measure

    def measured(pdf, content):
        return 1 / 0 if content is letters[2] else plain(pdf, content)

    monkeypatch.setattr(press, "measure", measured)
    outcomes = press.render_many(letters)
    assert [type(outcome).__name__ for outcome in outcomes] == [
        *("Rendered", "Rendered", "ZeroDivisionError", "Rendered")
    ]
    with pytest.raises(ZeroDivisionError):
        press.render(letters[2])


def test_the_response_panel_stands_once_and_only_where_it_was_asked_for():
    inside = pages.text(press.render(specimens.letter()).pdf)
    assert inside.count("How to respond") == 1
    assert inside.index("How to respond") < inside.index("Until the matter")
    at_end = specimens.letter(body=specimens.body(source="Only this."))
    assert re.search(r"Only this\.\s+How to respond", pages.text(press.render(at_end).pdf))


def test_a_letter_that_asks_for_no_answer_has_no_response_panel():
    thanks = specimens.letter(body=specimens.body(source="Thank you.\n\n{% no_response %}"))
    text = pages.text(press.render(thanks).pdf)
    assert "Thank you." in text
    assert "How to respond" not in text


def test_words_that_run_off_the_page_are_refused_by_name():
    body = f'<ol class="facts"><li>“{"x" * 5000}” (https://a.example/)</li></ol>'
    with pytest.raises(press.RenderRefused, match=r"““?x{30}.*runs off the page"):
        press.render(specimens.letter(body=body))
    assert press.render(specimens.letter(body=f"<p>{'x' * 5000}</p>")).pages == 3
