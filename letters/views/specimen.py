"""What a letterhead and its signer look like on paper: page 1 of a letter that says nothing."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import View

from letters.merge import context, pages, press
from letters.merge.content import LetterContent, ResponseContent, SignerContent
from letters.merge.document import RenderRefused
from letters.models import Letterhead, Signer
from letters.views.letterhead import OfLetterhead
from letters.views.signer import OfSigner

_BODY = (
    "<p>This is a specimen. It shows how a letter looks on this letterhead; the words of a "
    "letter are written in the campaign that sends it.</p>"
)
_ADDRESS = ("Dr. Robin Example", "President", "Example University", "Springfield, IL 62701")


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
    try:
        pdf = press.render(_specimen(letterhead, signer)).pdf
    except (RenderRefused, press.RenderTimedOut, press.RenderCrashed) as reason:
        return HttpResponse(str(reason), content_type="text/plain; charset=utf-8", status=422)
    return HttpResponse(
        pages.page_png(pdf, 1),
        content_type="image/png",
        headers={"Cache-Control": "no-store"},
    )


def _specimen(letterhead: Letterhead, signer: Signer | None) -> LetterContent:
    return LetterContent(
        reference="SPECIMEN",
        letter_date=timezone.localdate(),
        letterhead=context.letterhead_content(letterhead),
        signer=(
            context.signer_content(signer) if signer else SignerContent("Nobody yet", "Signer")
        ),
        response=ResponseContent("https://specimen.invalid/", "SPECI-MEN00", "specimen.invalid"),
        address_lines=_ADDRESS,
        addressee=_ADDRESS[0],
        salutation="Dear Dr. Example:",
        subject="Specimen",
        body=_BODY,
        deadline="",
        typeface=letterhead.typeface,
    )
