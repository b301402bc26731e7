"""Documents that reach out or never end: each is refused with the reason, or bounded.

The channels are those by which WeasyPrint 70 fetches, the hungry documents those by which it
was seen to hang or to eat the machine's memory. Typed text cannot make any of them, as the last
part holds; the press holds them off all the same, because one wall is not enough.
"""

import contextlib
import socket
import threading
import time

import pytest

from letters.merge import language, pages
from letters.merge.document import Document
from letters.merge.press import Press, RenderCrashed, RenderRefused, RenderTimedOut


@pytest.fixture(scope="module")
def small_press():
    small = Press(most_pages=5, cpu_seconds=2, wall_seconds=5)
    yield small
    small.close()


@pytest.fixture(scope="module")
def callers():
    """A server on this machine, and the list of who has called it."""
    called = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            with contextlib.suppress(OSError):  # closed at the end
                while True:
                    caller, address = server.accept()
                    called.append(address)
                    caller.close()

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1], called


def page(body: str) -> Document:
    return Document(f"<html lang=en><title>t</title><body>{body}", {}, "noto-serif")


SVG = "<svg xmlns='http://www.w3.org/2000/svg' width=9 height=9><title>t</title>{}</svg>"
# Each asks for something, and is refused by its address.
ASKS = {
    "img": "<img alt=x src='{url}'>",
    "picture": "<picture><source srcset='{url}'><img alt=x src='{url}'></picture>",
    "object": "<object data='{url}'>x</object>",
    "embed": "<embed src='{url}'>",
    "stylesheet": "<link rel=stylesheet href='{url}'>x",
    "attachment": "<link rel=attachment href='{url}'>x",
    "attachment of a link": "<a rel=attachment href='{url}'>x</a>",
    "@import": "<style>@import '{url}';</style>x",
    "escaped @import": "<style>@\\69mport '{url}';</style>x",
    "@import of data": "<style>@import url(data:text/css,x);</style>x",
    "chain of data": '<link rel=stylesheet href="data:text/css,@import url({url})">x',
    "background": "<p style='background: url({url})'>x</p>",
    "escaped url": "<p style='background: u\\72l({url})'>x</p>",
    "variable": "<style>:root {{ --u: url({url}) }} p {{ background: var(--u) }}</style><p>x",
    "list-style": "<ul style='list-style: url({url})'><li>x</ul>",
    "border-image": "<p style='border-image: url({url}) 1; border: 1px solid'>x</p>",
    "content": "<style>p::before {{ content: url({url}) }}</style><p>x",
    "margin box": "<style>@page {{ @top-left {{ content: url({url}) }} }}</style>x",
    "page background": "<style>@page {{ background: url({url}) }}</style>x",
    "@font-face": "<style>@font-face {{ font-family: f; src: url({url}) }}</style><p>x",
    "@color-profile": "<style>@color-profile --x {{ src: url({url}) }}</style><p>x",
    "base": "<base href='{url}'><img alt=x src='y.png'>",
    "SVG as data": "<img alt=x src=\"data:image/svg+xml,%3Csvg%3E%3Cimage href='{url}'/%3E\">",
}
# Each is refused by another sentence, before anything is asked for.
COMPLAINS = {
    "local font": "<style>@font-face {{ font-family: f; src: local('DejaVu Sans') }}</style><p>x",
    "SVG image": SVG.format("<image href='{url}' width=9 height=9 />"),
    "SVG style": SVG.format("<style>@import '{url}';</style><rect width=5 height=5 />"),
    "mask": "<p style='mask: url({url})'>x",
    "image-set": "<p style='background: image-set(\"{url}\" 1x)'>x",
}
# Each is nothing to WeasyPrint, and may stay nothing.
IGNORED = {
    "content of an element": "<p style='content: url({url})'>x</p>",
    "SVG use": SVG.format("<use href='{url}#a' />"),
    "input": "<input type=image src='{url}'>",
    "video": "<video poster='{url}' src='{url}'></video>",
    "iframe": "<iframe src='{url}'></iframe>",
    "cursor": "<p style='cursor: url({url})'>x",
    "presentational hint": "<table background='{url}'><tr><td>x</table>",
    "refresh": "<meta http-equiv=refresh content='0;url={url}'>x",
}
SCHEMES = ["http://127.0.0.1:{port}/x.png", "file://{canary}", "ftp://127.0.0.1:{port}/x"]


def address(scheme, callers, tmp_path):
    canary = tmp_path / "secret.txt"
    canary.write_text("CANARY")
    return scheme.format(port=callers[0], canary=canary)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("channel", ASKS)
def test_what_asks_for_something_is_refused_and_says_for_what(
    channel, scheme, callers, tmp_path, small_press
):
    asking = ASKS[channel].format(url=address(scheme, callers, tmp_path))
    with pytest.raises(RenderRefused, match="The letter asked for"):
        small_press.render(page(asking))
    assert callers[1] == []


@pytest.mark.parametrize("channel", COMPLAINS)
def test_what_weasyprint_only_warns_of_is_refused_too(channel, callers, tmp_path, small_press):
    asking = COMPLAINS[channel].format(url=address(SCHEMES[1], callers, tmp_path))
    with pytest.raises(RenderRefused, match=r"\w+ \w+"):
        small_press.render(page(asking))
    assert callers[1] == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("channel", IGNORED)
def test_what_is_nothing_reads_nothing(channel, scheme, callers, tmp_path, small_press):
    asking = IGNORED[channel].format(url=address(scheme, callers, tmp_path))
    pdf = small_press.render(page(f"{asking}<p>end")).pdf
    assert b"CANARY" not in pdf
    assert "CANARY" not in pages.text(pdf)
    assert callers[1] == []


def test_a_refused_letter_does_not_keep_the_next_from_being_set(callers, tmp_path, small_press):
    for channel in (*ASKS.values(), *COMPLAINS.values()):
        with pytest.raises(RenderRefused):
            small_press.render(page(channel.format(url=address(SCHEMES[0], callers, tmp_path))))
        assert "next" in pages.text(small_press.render(page("<p>next")).pdf)


_TREE = "".join(
    f"<g id='a{n}'>{f'<use href=#a{n - 1} />' * 10}</g>".replace("=#", "='#").replace(" />", "' />")
    for n in range(1, 12)
)
HUNGRY = {
    "wide cell": "<table><tr><td colspan=1000000>x</table>",
    "tall cell": "<table><tr><td rowspan=100000000>x</table>",
    "nested flex": "<div style='display:flex'>" * 12 + "x",
    "variables": "<style>:root {{ --a: {} {} }} p {{ margin: var(--z9) }}</style><p>x",
    "SVG use tree": SVG.format(
        f"<defs><g id='a0'><rect width='1' height='1'/></g>{_TREE}</defs><use href='#a11'/>"
    ),
    "columns": "<p style='columns:1000000000'>x",
    "grid": "<div style='display:grid;grid-template-columns:repeat(100000000,1px)'>x</div>",
    "font size": "<p style='font-size:1e9px'>x",
    "line height": "<p style='line-height:1e-30'>x",
    "tab size": "<pre style='tab-size:1000000000'>\tx</pre>",
    "indent": "<p style='text-indent:1e30px'>x",
    "letter spacing": "<p style='letter-spacing:1e20px'>xx",
    "linear gradient": "<p style='background:repeating-linear-gradient(red,blue 0.0000001px)'>x",
    "radial gradient": "<p style='background:repeating-radial-gradient(red,blue 1e-9px)'>x",
    "page size": "<style>@page {{ size: 1e9px 1e9px }}</style>x",
    "start of a list": "<ol start=999999999999999999999><li>x</ol>",
    "Roman numbers": "<ol style='list-style:upper-roman' start=3999999><li>x</ol>",
    "long table": "<table>" + "<tr><td>x" * 60_000 + "</table>",
    "line breaks": "<p>" + "<br>" * 400_000,
    "depth": "<div>" * 30_000 + "x",
}
HUNGRY["variables"] = HUNGRY["variables"].format(
    "x x x x x x x x x x;",
    "".join(f"--z{n}: {f'var(--z{n - 1}) ' * 10 if n else 'var(--a) '};" for n in range(10)),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", HUNGRY)
def test_a_hungry_document_is_bounded_and_the_next_letter_is_set(name, small_press):
    began = time.monotonic()
    with contextlib.suppress(RenderRefused, RenderTimedOut, RenderCrashed):
        small_press.render(page(HUNGRY[name]))
    assert time.monotonic() - began < 15
    assert "next" in pages.text(small_press.render(page("<p>next")).pdf)


# --- As typed text ---------------------------------------------------------------------


@pytest.mark.parametrize("typed", [*ASKS.values(), *COMPLAINS.values(), *IGNORED.values()])
def test_typed_into_a_letter_no_channel_is_more_than_a_refused_text(typed):
    text = typed.format(url="http://127.0.0.1:9/x.png")
    problems = language.check(f"A paragraph.\n\n{text}")
    assert problems, text
    assert problems[0].line == 3
    assert "HTML is not used in letters" in problems[0].message


@pytest.mark.parametrize("name", HUNGRY)
def test_typed_into_a_letter_no_hungry_document_is_read_for_long(name):
    began = time.monotonic()
    assert language.check(HUNGRY[name][:60_000])
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "scheme", ["file:///etc/passwd", "javascript:alert(1)", "data:,x", "//h/x"]
)
@pytest.mark.parametrize("link", ["[x]({})", "<{}>", "[x]\n\n[x]: {}", "![x]({})"])
def test_a_link_that_no_fetcher_sees_is_refused_or_is_text(link, scheme):
    source = link.format(scheme)
    if language.check(source):
        return
    assert "href" not in language.parse(source).merge({})


# What Django's and Liquid's own templates would do, and a letter never does.
@pytest.mark.parametrize(
    "tag",
    [
        "{{ demands.pop }}",
        "{{ demands | first }}",
        "{{ recipient.campaign.created_by.password }}",
        "{{ settings.SECRET_KEY }}",
        "{{ 'x' | append: 'y' }}",
        "{{ institution_name.__class__ }}",
        "{{ forloop.parentloop }}",
        "{% load x %}",
        "{% debug %}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{% extends 'x' %}",
        "{% assign x = 1 %}",
        "{% capture x %}",
        "{% raw %}",
        "{% comment %}",
        "{% liquid echo 1 %}",
        "{% cycle 'a', 'b' %}",
        "{% increment x %}",
        "{% tablerow x in demands %}",
        "{% for x in (1..1000000000) %}",
        "{% for demand in demands limit:1 %}",
        "{% if demands contains 'x' %}",
    ],
)
def test_no_tag_but_ours_is_one(tag):
    assert language.check(f"{tag}\n\nx")


NAMES = [
    "Foo _College_",
    "Foo\n# Void",
    "Foo\n\n1. Void",
    "![x](http://127.0.0.1/x.png)",
    "[a](http://127.0.0.1)",
    "</p><h1>Void</h1>",
    "<style>body{display:none}</style>",
    "<img src=file:///etc/passwd>",
    "{{ list.pop }}{% debug %}",
    "**bold** `code` ~~gone~~",
    "--- \n===",
    "> said",
    "&copy; &#x41;",
    "url(http://127.0.0.1)",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_like_that_is_printed_as_it_stands(name, small_press):
    body = language.parse("To {{ institution_name }}, yours.").merge({"institution_name": name})
    assert body.count("<") == 2  # the paragraph, and nothing that the name made
    printed = " ".join(pages.text(small_press.render(page(body)).pdf).split())
    expected = f"To {' '.join(name.split())}, yours."
    assert printed.replace(" ", "").startswith(expected.replace(" ", ""))
