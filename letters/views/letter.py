"""One letter: its real pages, what it is made of, what was found, and what became of it."""

import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.generic import TemplateView, View

from campaigns import audit, deadlines, filestore
from campaigns.models import Campaign
from campaigns.views.fields import whole_number
from campaigns.views.shell import StaffPage
from letters.actions import approve, dispatch, leave_out, reading
from letters.channels.post import sheets
from letters.merge import pages
from letters.models import Letter, LetterComment, Mailing, Opening
from letters.views import mailing_forms as forms
from letters.views.acts import DispatchAct, LetterAct

WIDTHS = range(200, 1801)
PICTURE_WIDTH = 900
_Response = TypeVar("_Response", bound=HttpResponseBase)


def find_letter(pk: int) -> Letter:
    return get_object_or_404(
        Letter.objects.select_related(
            "mailing__campaign",
            "mailing__version__template",
            "mailing__approved_by",
            "recipient__institution",
            "addressee__contact",
        ),
        pk=pk,
    )


class LetterPage(StaffPage, TemplateView):
    """Opening a letter for approval is a decision, so it is a button here and not this GET.

    To a person who could approve the mailing, the pages are shown once that button was
    pressed: what is recorded as opened was seen, and what was seen is recorded.
    """

    permission_required = "letters.view_letter"
    template_name = "staff/letter.html"
    tab = "letters:mailings"
    campaign: Campaign
    letter: Letter

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.letter = find_letter(kwargs["pk"])
        self.campaign = self.letter.mailing.campaign

    def get_title(self) -> str:
        return self.letter.reference

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        letter, mailing = self.letter, self.letter.mailing
        reviewing = mailing.status == Mailing.Status.READY and self.person.has_perm(
            "letters.approve_mailing"
        )
        now = timezone.now()
        opened = Opening.objects.filter(letter=letter, sha256=letter.pdf_sha256)
        is_opened = opened.filter(by=self.person).exists()
        around = mailing.letters.standing()
        return super().get_context_data(
            **{
                "letter": letter,
                "mailing": mailing,
                "sheets": sheets(letter.page_count) if letter.page_count else None,
                "page_numbers": range(1, (letter.page_count or 0) + 1),
                "show_pages": letter.pdf_sha256
                and (is_opened or not reviewing)
                and reading.is_open(letter=letter, by=self.person, now=now),
                "must_read": letter.pdf_sha256
                and not (reviewing and letter.status == Letter.Status.RENDERED)
                and not reading.is_open(letter=letter, by=self.person, now=now),
                "must_open": reviewing and not is_opened and letter.status == "rendered",
                "to_open": approve.to_open(mailing, self.person) if reviewing else None,
                "openings": opened.select_related("by"),
                "findings": letter.findings.select_related("override__by"),
                "comments": LetterComment.objects.filter(letter=letter).select_related(
                    "by", "letter"
                ),
                "dispatches": letter.dispatches.select_related("queued_by", "pack"),
                "resend_by": _resend_by(letter),
                "previous": around.filter(position__lt=letter.position).order_by("-position")[:1],
                "next": around.filter(position__gt=letter.position).order_by("position")[:1],
                "deadline": deadlines.printed(letter.printed_deadline, mailing.campaign.timezone),
                "events": audit.history(letter),
                **kwargs,
            }
        )


def _resend_by(letter: Letter) -> list[tuple[str, str]]:
    """The channels by which the letter came to nothing, so that it may go again."""
    rows = list(letter.dispatches.all())
    alive = {row.channel for row in rows if row.status in row.LIVE}
    ended = {row.channel: row.get_channel_display() for row in rows if row.status in row.ENDED}
    return [(channel, label) for channel, label in ended.items() if channel not in alive]


class LetterPdf(StaffPage, View):
    """The stored bytes, hashed again as they are read. The letter is opened first, by a button."""

    permission_required = "letters.open_letter"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = find_letter(pk)
        if letter.pdf_sha256 and not reading.is_open(
            letter=letter, by=self.person, now=timezone.now()
        ):
            return open_first(request, letter)
        response = HttpResponse(stored_pdf(request, letter), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{letter.reference}.pdf"'
        return private(response)


class LetterPicture(StaffPage, View):
    """One page of the letter as it is, as a PNG. The letter is opened first, by a button."""

    permission_required = "letters.open_letter"

    def get(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        letter = find_letter(pk)
        if letter.pdf_sha256 and not reading.is_open(
            letter=letter, by=self.person, now=timezone.now()
        ):
            return open_first(request, letter)
        if letter.page_count is None or not 1 <= number <= letter.page_count:
            raise Http404("The letter has no such page.")
        width = whole_number(request.GET.get("width", "")) or PICTURE_WIDTH
        chosen = width if width in WIDTHS else PICTURE_WIDTH
        png = pages.page_png(stored_pdf(request, letter), number, chosen)
        return private(HttpResponse(png, content_type="image/png"))


def open_first(request: HttpRequest, letter: Letter) -> HttpResponse:
    """To the letter's page, where a button opens it: a GET puts nothing on record."""
    messages.info(request, f"Open letter {letter} first; that is put on record.")
    return redirect(letter)


def stored_pdf(request: HttpRequest, letter: Letter) -> bytes:
    if not letter.pdf_sha256:
        raise Http404("The letter is not rendered yet.")
    try:
        return filestore.get(letter.pdf_sha256)
    except (filestore.FileDamaged, FileNotFoundError) as error:
        messages.error(request, f"The stored file of letter {letter} is missing or damaged.")
        raise Http404("The stored file is missing or damaged.") from error


def private(response: _Response) -> _Response:
    """Kept by this person's browser for a while, and by nothing in between."""
    patch_cache_control(response, private=True, max_age=300)
    response["X-Content-Type-Options"] = "nosniff"
    return response


# --- Decisions ---------------------------------------------------------------------


class OpenLetter(LetterAct):
    permission_required = "letters.approve_mailing"

    def decide(self, **given: Any) -> str:
        approve.record_opening(letter=self.letter, by=self.person)
        return f"You opened {self.letter}, which is on record."


class ReadLetter(LetterAct):
    permission_required = "letters.open_letter"

    def decide(self, **given: Any) -> str:
        reading.open_pages(letter=self.letter, by=self.person, now=timezone.now())
        return f"You opened {self.letter}, which is on record. It stays open to you for an hour."

    def back(self) -> str:
        return self.return_to or super().back()


class CommentOnLetter(LetterAct):
    permission_required = "letters.approve_mailing"
    form_class = forms.Comment

    def decide(self, *, text: str) -> str:
        approve.comment(letter=self.letter, text=text, by=self.person)
        return "Kept with the letter. Return the mailing when you have said what is to be changed."


class LeaveOut(LetterAct):
    permission_required = "letters.prepare_mailing"
    form_class = forms.Reason

    def decide(self, *, reason: str) -> str:
        leave_out.leave_out(letter=self.letter, reason=reason, by=self.person)
        return f"Letter {self.letter} is left out."

    def back(self) -> str:
        return self.mailing.get_absolute_url()


class Void(LetterAct):
    permission_required = "letters.prepare_mailing"
    form_class = forms.Reason

    def decide(self, *, reason: str) -> str:
        leave_out.void(letter=self.letter, reason=reason, by=self.person)
        return f"Letter {self.letter} is void and will not be sent."


class ResendLetter(LetterAct):
    permission_required = "letters.dispatch_mailing"
    form_class = forms.Resend

    def decide(self, *, channel: str, reason: str) -> str:
        again = dispatch.resend(letter=self.letter, channel=channel, reason=reason, by=self.person)
        waits = "the next pack" if channel == "post" else "a worker"
        return f"Attempt {again.attempt} is queued and waits for {waits}."


class Settle(DispatchAct):
    """A person looked up what nobody answered for."""

    permission_required = "letters.dispatch_mailing"
    form_class = forms.Evidence

    def decide(self, *, left: str, evidence: str) -> str:
        settle = dispatch.confirm_sent if left == "yes" else dispatch.confirm_not_sent
        settle(dispatch=self.dispatch_row, evidence=evidence, by=self.person)
        return "On record: it left." if left == "yes" else "On record: it did not leave."


class Bounced(DispatchAct):
    """A bounce that came to no mailbox which the program reads."""

    permission_required = "letters.dispatch_mailing"
    form_class = forms.Bounced

    def decide(self, *, on: datetime.date, detail: str) -> str:
        dispatch.bounced_by_hand(dispatch=self.dispatch_row, detail=detail, on=on, by=self.person)
        return "On record: it bounced. A task to find another way is open."


class Release(DispatchAct):
    permission_required = "letters.dispatch_mailing"

    def decide(self, **given: Any) -> str:
        dispatch.release(dispatch=self.dispatch_row, by=self.person)
        return "The message is queued again."
