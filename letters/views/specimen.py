"""What a letterhead and its signer look like on paper: page 1 of a letter that says nothing."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import View

from letters.actions.draft import Text
from letters.merge import context, pages, press, proof, windows
from letters.merge.envelope import PROFILES, Profile
from letters.models import Letterhead, Signer
from letters.views.letterhead import OfLetterhead
from letters.views.signer import OfSigner

_TEXT = Text(
    subject="A specimen of this letterhead",
    body="This is a specimen. It shows how a letter looks on this letterhead; the words of a "
    "letter are written in the campaign that sends it.",
)


class LetterheadSpecimen(OfLetterhead, View):
    """A specimen on this letterhead, signed by its first signer."""

    permission_required = "letters.view_letterhead"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return _answer(lambda: pages.page_png(_specimen(self.letterhead), 1))


class WindowSpecimen(OfLetterhead, View):
    """What the windows of its envelope show of that specimen, in every position."""

    permission_required = "letters.view_letterhead"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        profile = _profile(self.letterhead)
        if not profile.windows:
            raise Http404("The envelope has no window.")
        return _answer(lambda: windows.overlay(_specimen(self.letterhead), profile))


class CalibrationSheet(OfLetterhead, View):
    """A page to print, fold and put into the envelope before a mailing is printed."""

    permission_required = "letters.view_letterhead"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        sheet = press.calibration_sheet(_profile(self.letterhead))
        name = f"calibration-{self.letterhead.envelope}.pdf"
        return HttpResponse(
            sheet.pdf,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class SignerSpecimen(OfSigner, View):
    """A specimen signed by this signer."""

    permission_required = "letters.view_letterhead"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return _answer(lambda: pages.page_png(_specimen(self.letterhead, self.signer), 1))


def _profile(letterhead: Letterhead) -> Profile:
    return PROFILES[letterhead.envelope]


def _specimen(letterhead: Letterhead, signer: Signer | None = None) -> bytes:
    """The specimen as a PDF, also where a window would show too much of it: that is looked at."""
    signer = signer or letterhead.signers.filter(archived_at=None).first()
    content = context.specimen_content(_TEXT, letterhead, signer, on=timezone.localdate())
    return proof.make(content).pdf


def _answer(picture: Callable[[], bytes]) -> HttpResponse:
    try:
        png = picture()
    except (proof.Busy, press.RenderRefused, press.RenderTimedOut, press.RenderCrashed) as reason:
        return HttpResponse(str(reason), content_type="text/plain; charset=utf-8", status=422)
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "no-store"})
