"""What a letterhead and its signer look like on paper: page 1 of a letter that says nothing."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import View

from letters.actions.draft import Text
from letters.merge import context, pages, press, proof
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
        signer = self.letterhead.signers.filter(archived_at=None).first()
        return _picture(self.letterhead, signer)


class SignerSpecimen(OfSigner, View):
    """A specimen signed by this signer."""

    permission_required = "letters.view_letterhead"

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return _picture(self.letterhead, self.signer)


def _picture(letterhead: Letterhead, signer: Signer | None) -> HttpResponse:
    today = timezone.localdate()
    try:
        pdf = proof.make(context.specimen_content(_TEXT, letterhead, signer, on=today)).pdf
    except (proof.Busy, press.RenderRefused, press.RenderTimedOut, press.RenderCrashed) as reason:
        return HttpResponse(str(reason), content_type="text/plain; charset=utf-8", status=422)
    return HttpResponse(
        pages.page_png(pdf, 1), content_type="image/png", headers={"Cache-Control": "no-store"}
    )
