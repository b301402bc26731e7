"""Exhibits and the response form: what goes out behind every letter of a text."""

import io

import pikepdf
import pytest
from django.db import connection
from PIL import Image

from campaigns import filestore
from campaigns.actions import Refused
from campaigns.actions.campaign import archive as archive_campaign
from campaigns.models import AuditEvent, Campaign
from letters.actions import annex, approve, draft, freshness
from letters.actions.draft import Text
from letters.merge import context, pages, press
from letters.models import Exhibit, LetterTemplate, Mailing
from tests.factories import make_campaign, make_pdf, make_user, make_version
from tests.letters import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafter():
    return make_user("drafter")


@pytest.fixture
def template():
    return make_version(make_campaign()).template


def added(template: LetterTemplate, by, **given) -> Exhibit:
    return annex.add_exhibit(
        template=template,
        by=by,
        **{"title": "Program", "name": "program.pdf", "content": make_pdf(pages=2), **given},
    )


def drawn(*, width: float = 612, height: float = 792) -> bytes:
    """A page with a black square in its lower left corner."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(width, height))
    pdf.pages[0].Contents = pdf.make_stream(b"0 0 200 200 re f")
    kept = io.BytesIO()
    pdf.save(kept)
    return kept.getvalue()


def test_a_copied_text_takes_what_goes_out_with_it_now(template, drafter):
    gone = added(template, drafter, title="Old program")
    annex.remove_exhibit(exhibit=gone, by=drafter)
    standing = added(template, drafter)
    annex.set_cover_sheet(template=template, wanted=True, by=drafter)
    annex.set_response_form(template=template, wanted=True, by=drafter)
    copy = draft.copy_template(
        template=template, campaign=make_campaign(), name="Copy", purpose="first", by=drafter
    )
    copy.refresh_from_db()
    exhibit = copy.exhibits.get()
    assert (exhibit.title, exhibit.sha256) == (standing.title, standing.sha256)
    assert exhibit.pages == standing.pages
    assert (copy.cover_sheet, copy.response_form) == (True, True)
    events = AuditEvent.objects.filter(campaign_id=copy.campaign_id)
    assert events.filter(sentence__contains="added the exhibit").count() == 1


def test_an_exhibit_is_kept_as_it_came_and_as_pictures_of_its_pages(template, drafter):
    content = drawn()
    exhibit = added(template, drafter, content=content)
    assert filestore.get(exhibit.sha256) == content
    (page,) = exhibit.pages
    picture = Image.open(io.BytesIO(filestore.get(page)))
    assert picture.mode == "L"
    assert picture.getpixel((5, picture.height - 5)) == 0
    assert picture.getpixel((picture.width - 5, 5)) == 255
    event = AuditEvent.objects.get()
    assert (event.verb, event.sentence) == (
        "exhibit.added",
        "added the exhibit “Program” to “First letter”.",
    )


def _filled_in() -> bytes:
    """A form with one field, whose value stands in no page and has no appearance yet."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(612, 792))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T="name",
            V="HHHHHHHHHH",
            DA="/Helv 40 Tf 0 g",
            Rect=[72, 600, 540, 660],
            F=4,
        )
    )
    pdf.pages[0].Annots = pikepdf.Array([field])
    pdf.Root.AcroForm = pikepdf.Dictionary(
        Fields=pikepdf.Array([field]),
        DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=font)),
        NeedAppearances=True,
    )
    kept = io.BytesIO()
    pdf.save(kept)
    return kept.getvalue()


def test_what_was_filled_into_a_form_is_printed(template, drafter):
    exhibit = added(template, drafter, content=_filled_in())
    picture = Image.open(io.BytesIO(filestore.get(exhibit.pages[0]))).convert("L")
    assert sum(picture.histogram()[:60]) > 2_000


@pytest.mark.parametrize(
    ("size", "pixels"),
    [((612, 792), (1252, 1620)), ((842, 595), (1280, 905)), ((144, 72), (400, 200))],
)
def test_a_page_is_made_to_fit_and_never_larger_than_it_is(template, drafter, size, pixels):
    exhibit = added(template, drafter, content=drawn(width=size[0], height=size[1]))
    picture = Image.open(io.BytesIO(filestore.get(exhibit.pages[0])))
    assert picture.size == pytest.approx(pixels, abs=2)


def _with_script() -> bytes:
    pdf = pikepdf.open(io.BytesIO(make_pdf()))
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    kept = io.BytesIO()
    pdf.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"hello", "is not a PDF"),
        (b"%PDF-1.7 nothing more", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "is not a PDF, and an exhibit is one"),
        (_with_script(), "a script"),
        (make_pdf(pages=annex.MOST_PAGES + 1), "41 pages and there is room for 40"),
        (drawn(width=14_000, height=14_000), "larger than a door"),
    ],
)
def test_a_file_that_cannot_go_out_is_refused_with_the_reason(template, drafter, content, says):
    with pytest.raises(annex.ExhibitRefused, match=says):
        added(template, drafter, content=content)
    assert not Exhibit.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("ends", ["raise SystemExit(3)", "import time; time.sleep(60)"])
def test_a_file_that_breaks_its_reader_or_never_ends_is_refused(
    template, drafter, tmp_path, monkeypatch, ends
):
    reader = tmp_path / "reader.py"
    reader.write_text(ends)
    monkeypatch.setattr(annex, "_PICTURES", reader)
    monkeypatch.setattr(annex, "_SECONDS", 1)
    with pytest.raises(annex.ExhibitRefused, match="could not be read safely"):
        added(template, drafter)
    assert not Exhibit.objects.exists()


def test_a_picture_is_no_exhibit(template, drafter):
    kept = io.BytesIO()
    Image.new("RGB", (50, 50)).save(kept, "PNG")
    with pytest.raises(annex.ExhibitRefused, match="Print it to a PDF and add that"):
        added(template, drafter, content=kept.getvalue())


def test_all_exhibits_together_have_so_many_pages(template, drafter):
    added(template, drafter, content=make_pdf(pages=39))
    with pytest.raises(annex.ExhibitRefused, match="2 pages and there is room for 1"):
        added(template, drafter)
    added(template, drafter, content=make_pdf())


def test_there_is_an_end_to_exhibits_and_to_their_size(template, drafter, monkeypatch):
    monkeypatch.setattr(annex, "MOST_EXHIBITS", 1)
    added(template, drafter)
    with pytest.raises(annex.TooManyExhibits, match="at most 1 exhibits"):
        added(template, drafter)
    monkeypatch.setattr(annex, "MOST_EXHIBITS", 2)
    monkeypatch.setattr(annex, "MOST_BYTES", 100)
    with pytest.raises(annex.TooManyExhibits, match="MB larger"):
        added(template, drafter)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_pages_are_made_into_pictures(monkeypatch):
    template, drafter = make_version(make_campaign()).template, make_user("drafter")
    slow = {name: getattr(annex, name) for name in ("_checked", "_pictures")}
    held = []
    for name, made in slow.items():

        def watched(*given, made=made):
            held.append(connection.in_atomic_block)
            return made(*given)

        monkeypatch.setattr(annex, name, watched)
    added(template, drafter)
    assert held == [False, False]


@pytest.mark.parametrize(
    ("most", "refusal", "says"),
    [
        ({"MOST_PAGES": 3}, annex.ExhibitRefused, "2 pages and there is room for 1"),
        ({"MOST_EXHIBITS": 1}, annex.TooManyExhibits, "at most 1 exhibits"),
        ({"MOST_BYTES": 15_000}, annex.TooManyExhibits, "MB larger"),
    ],
)
def test_what_was_added_while_pictures_were_made_counts(
    template, drafter, monkeypatch, most, refusal, says
):
    for name, value in most.items():
        monkeypatch.setattr(annex, name, value)
    make = annex._pictures

    def overtaken(*given):
        made = make(*given)
        monkeypatch.setattr(annex, "_pictures", make)
        added(template, drafter, title="Faster")
        return made

    monkeypatch.setattr(annex, "_pictures", overtaken)
    with pytest.raises(refusal, match=says):
        added(template, drafter, title="Slower")
    assert [one.title for one in Exhibit.objects.all()] == ["Faster"]
    assert AuditEvent.objects.count() == 1


def test_a_removed_exhibit_makes_room_and_is_removed_once(template, drafter):
    first, second = added(template, drafter), added(template, drafter, title="Notice")
    annex.remove_exhibit(exhibit=first, by=drafter)
    assert list(template.exhibits.standing()) == [second]
    with pytest.raises(annex.AlreadyRemoved):
        annex.remove_exhibit(exhibit=first, by=drafter)


def test_the_response_form_is_put_on_and_taken_off_with_one_event_each(template, drafter):
    for wanted in (True, True, False):
        annex.set_response_form(template=template, wanted=wanted, by=drafter)
        template.refresh_from_db()
        assert template.response_form is wanted
    assert [event.sentence for event in AuditEvent.objects.order_by("pk")] == [
        "put the response form behind the letters of “First letter”.",
        "took the response form off the letters of “First letter”.",
    ]


def test_a_letter_of_thanks_takes_no_response_form_and_loses_one_it_has(template, drafter):
    template.purpose = LetterTemplate.Purpose.THANKS
    template.save()
    with pytest.raises(annex.AsksForNothing):
        annex.set_response_form(template=template, wanted=True, by=drafter)
    LetterTemplate.objects.update(response_form=True)
    annex.set_response_form(template=template, wanted=False, by=drafter)
    template.refresh_from_db()
    assert not template.response_form


def test_the_cover_sheet_is_put_on_and_taken_off_with_one_event_each(template, drafter):
    for wanted in (True, True, False):
        annex.set_cover_sheet(template=template, wanted=wanted, by=drafter)
        template.refresh_from_db()
        assert template.cover_sheet is wanted
    assert [event.sentence for event in AuditEvent.objects.order_by("pk")] == [
        "put a cover sheet before the letters of “First letter”.",
        "took the cover sheet off the letters of “First letter”.",
    ]


def test_an_archived_campaign_keeps_its_letters_without_a_cover_sheet(template, drafter):
    archive_campaign(campaign=template.campaign, by=drafter)
    with pytest.raises(Refused):
        annex.set_cover_sheet(template=template, wanted=True, by=drafter)


def test_a_failing_audit_event_undoes_the_decision(template, drafter, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(annex.audit, "record", fail)
    for decide in (
        lambda: added(template, drafter),
        lambda: annex.set_response_form(template=template, wanted=True, by=drafter),
        lambda: annex.set_cover_sheet(template=template, wanted=True, by=drafter),
    ):
        with pytest.raises(RuntimeError):
            decide()
    assert not Exhibit.objects.exists()
    assert not LetterTemplate.objects.get(pk=template.pk).cover_sheet
    assert not LetterTemplate.objects.get(pk=template.pk).response_form


def test_a_letter_lists_and_carries_its_annexes(template, drafter):
    campaign = Campaign.objects.get()
    added(template, drafter, content=drawn())
    added(template, drafter, title="Notice")
    annex.set_response_form(template=template, wanted=True, by=drafter)
    template = LetterTemplate.objects.get(pk=template.pk)
    words = Text(subject="S", body="B", enclosures="Text of the rule")
    content = context.preview_content(words, campaign, on=stages.today(campaign), template=template)
    assert content.enclosures == (
        "Text of the rule",
        "Exhibit A: Program (1 page)",
        "Exhibit B: Notice (2 pages)",
        "Response form",
    )
    made = press.render(content)
    by_page = pages.text(made.pdf).split("\f")
    assert made.pages == len(by_page) == 7
    for number, says in (
        (1, "This page is left blank"),
        (2, "EXHIBIT A"),
        (4, "EXHIBIT B"),
        (6, "Response form"),
    ):
        assert says in by_page[number]
    assert "Please do" not in by_page[6]
    assert "1. Demand 1" in by_page[6]
    assert "EXHIBIT B\npage 2 of 2" in by_page[5]


def test_a_letter_behind_a_cover_sheet_begins_on_the_next_sheet(template, drafter):
    campaign = Campaign.objects.get()
    annex.set_cover_sheet(template=template, wanted=True, by=drafter)
    template = LetterTemplate.objects.get(pk=template.pk)
    words = Text(subject="S", body="B", enclosures="Text of the rule")
    content = context.preview_content(words, campaign, on=stages.today(campaign), template=template)
    made = press.render(content)
    cover, back, letter = pages.text(made.pdf).split("\f")
    assert "Text of the rule apart not numbered" in cover
    assert "This page is left blank" in back
    assert content.salutation in letter
    assert made.measures.unprinted == ()


@pytest.mark.parametrize(
    "change",
    [added, lambda template, by: annex.set_cover_sheet(template=template, wanted=True, by=by)],
)
def test_a_new_exhibit_or_cover_sheet_makes_a_rendered_mailing_stale(monkeypatch, drafter, change):
    stages.set_with(monkeypatch, stages.quick_pdf)
    stage = stages.opened(2)
    change(stage.mailing.version.template, drafter)
    assert len(freshness.stale(freshness.read_standing(Mailing.objects.get()))) == 2
    with pytest.raises(approve.ChangedSince):
        approve.approve(
            mailing=stage.mailing,
            digest=stage.mailing.digest,
            answers=approve.answers_digest(stage.mailing),
            by=stage.counsel,
        )


def test_an_archived_campaign_takes_no_exhibit(template, drafter):
    archive_campaign(campaign=template.campaign, by=drafter)
    with pytest.raises(Exception, match="archived"):
        added(template, drafter)
