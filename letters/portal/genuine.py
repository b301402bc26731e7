"""Is this letter genuine? Asked by anyone: by its reference, by its PDF, or by both."""

import hashlib
from io import BytesIO
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from campaigns.views.fields import LineField
from campaigns.views.sign_in import address_of
from letters.actions import genuine
from letters.merge import reference
from letters.portal.door import public
from letters.portal.forms import AS_PRINTED, in_one_piece


class Hashed(UploadedFile):
    """A file of which nothing was kept but its name, its length and its SHA-256 (hex)."""

    def __init__(self, name: str, size: int, sha256: str) -> None:
        super().__init__(BytesIO(), name=name, size=size)
        self.sha256 = sha256


class HashOnly(FileUploadHandler):
    """Hashes what comes in piece by piece: no file on disk, and never the whole in memory."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> Hashed:
        return Hashed(self.file_name or "file", file_size, self.digest.hexdigest())


class GenuineForm(forms.Form):
    """A reference, a file, or both."""

    reference = LineField(
        label="Reference",
        required=False,
        help_text=in_one_piece("It stands on the first page, for example {}", "CNF-2026-0137-B"),
        max_length=60,
        widget=forms.TextInput(attrs=AS_PRINTED),
    )
    pdf = forms.FileField(
        label="The letter as PDF",
        required=False,
        allow_empty_file=True,
        help_text="The file is compared and not kept",
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("reference") and not given.get("pdf"):
            self.add_error("reference", "Type the reference, or choose the PDF of the letter.")
        return given

    def typed_reference(self) -> str:
        """What was typed, or else what the file is called: our own downloads are named so."""
        typed, pdf = self.cleaned_data["reference"], self.cleaned_data["pdf"]
        if typed or not pdf:
            return typed
        return reference.normalise((pdf.name or "").rpartition(".")[0])


@csrf_exempt  # only until the handler is in its place: `_genuine` is protected
@public
def check(request: HttpRequest) -> HttpResponse:
    """The form's token is read with the files, so how they are taken is settled before."""
    request.upload_handlers.insert(0, HashOnly(request))
    return _genuine(request)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _genuine(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _show(request, GenuineForm())
    form = GenuineForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    pdf = form.cleaned_data["pdf"]
    try:
        verdict = genuine.check(
            typed_reference=form.typed_reference(),
            pdf_sha256=pdf.sha256 if pdf else "",
            address=address_of(request),
            now=timezone.now(),
        )
    except genuine.TooManyQuestions as locked:
        return _show(request, form, status=429, refusal=str(locked))
    return _show(request, form, verdict=verdict, pdf=pdf)


def _show(request: HttpRequest, form: GenuineForm, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "portal/genuine.html", {"form": form, **more}, status=status)
