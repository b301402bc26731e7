"""What the comparisons say of letters, run over a few."""

import io

import pytest
from django.core.management import CommandError, call_command

from letters.management.commands import bench_render, prove_press
from letters.merge import typefaces
from letters.merge.press import Press

# WeasyPrint, called in this process, leaves a file of its own open.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(autouse=True)
def fonts(monkeypatch):
    """So that what the obvious way sets for this process is taken back."""
    monkeypatch.setenv("FONTCONFIG_FILE", str(typefaces.FOLDER / "fonts.conf"))


def said(command, **options) -> str:
    out = io.StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


def test_letters_are_the_same_files_and_the_same_pictures_as_the_obvious_way():
    told = said(prove_press.Command(), letters=3, odd=1, pixels=True)
    assert "3  the same pictures and text as by WeasyPrint called the obvious way" in told
    assert "shares a layout, and is the same file as by itself" in told


def test_another_file_is_an_error(monkeypatch):
    plain = Press.render

    def other(self, made, *, by_class=False):
        way = plain(self, made, by_class=by_class)
        return way if by_class else type(way)(way.pdf + b" ", way.pages)

    monkeypatch.setattr(Press, "render", other)
    with pytest.raises(CommandError, match="is another file by itself"):
        said(prove_press.Command(), letters=3, odd=1)


def test_another_picture_is_an_error(monkeypatch):
    seen = iter(range(1000))
    monkeypatch.setattr(prove_press.pages, "rasters", lambda pdf, dpi: [next(seen)])
    with pytest.raises(CommandError, match="is another picture"):
        said(prove_press.Command(), letters=1, odd=1, pixels=True)


def test_a_benchmark_tells_both_ways_and_the_ratio(tmp_path):
    figures = tmp_path / "figures.json"
    told = said(bench_render.Command(), letters=3, plain=1, json=figures)
    assert "WeasyPrint, once for each letter" in told
    assert '"ratio"' in figures.read_text()
