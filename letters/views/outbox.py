"""The outbox: what the embedded e-mail wrote, for as long as no mail server is set up."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.generic import TemplateView, View

from campaigns.views.shell import StaffPage
from letters.actions import reading
from letters.channels import outbox
from letters.models import Letter
from letters.views.letter import open_first, private

ROWS = 50
EMBEDDED = "letters.channels.outbox.OutboxBackend"


class Outbox(StaffPage, TemplateView):
    permission_required = "letters.view_dispatch"
    template_name = "staff/outbox.html"
    title = "Outbox"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = self.request.GET.get("q", "")
        messages = outbox.listing(words)
        return super().get_context_data(
            page_obj=Paginator(messages, ROWS).get_page(self.request.GET.get("page")),
            words=words,
            is_embedded=settings.EMAIL_BACKEND == EMBEDDED,
            **kwargs,
        )


class OutboxMessage(StaffPage, TemplateView):
    permission_required = "letters.view_dispatch"
    template_name = "staff/outbox_message.html"

    def get_title(self) -> str:
        return self.stored.subject or "Message"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.stored, text, attachments = opened_or_404(self.kwargs["key"])
        return super().get_context_data(
            stored=self.stored, text=text, attachments=attachments, **kwargs
        )


class OutboxAttachment(StaffPage, View):
    """Never shown inside the shell: whatever it is, it is saved.

    What is attached to a letter's e-mail is the sealed letter, so that one is opened first.
    """

    permission_required = "letters.open_letter"

    def get(self, request: HttpRequest, key: str, number: int) -> HttpResponse:
        stored, _, attachments = opened_or_404(key)
        letter = letter_of(stored)
        if letter and not reading.is_open(letter=letter, by=self.person, now=timezone.now()):
            return open_first(request, letter)
        if not 1 <= number <= len(attachments):
            raise Http404("The message has no such attachment.")
        found = attachments[number - 1]
        response = HttpResponse(found.content, content_type="application/octet-stream")
        response["Content-Disposition"] = content_disposition_header(True, found.name)
        return private(response)


def letter_of(stored: outbox.Stored) -> Letter | None:
    """The letter that the message carries; none where it is a receipt."""
    if not stored.message_id:
        return None
    return Letter.objects.filter(dispatches__message_id=stored.message_id).first()


def opened_or_404(key: str) -> tuple[outbox.Stored, str, list[outbox.Attachment]]:
    try:
        return outbox.opened(key)
    except outbox.NoSuchMessage as error:
        raise Http404(str(error)) from error
