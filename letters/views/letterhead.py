"""Letterheads: the list, one with its real look, and its pictures."""

from typing import Any

from django import forms
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import ListView, TemplateView, View

from campaigns import audit, filestore
from campaigns.views.decisions import DecisionButton, DecisionForm
from campaigns.views.fields import BlockField, LineField
from campaigns.views.shell import StaffPage
from letters.actions import letterhead as actions
from letters.merge.envelope import PROFILES
from letters.models import CoSigning, Letterhead, Signer


class LetterheadForm(forms.ModelForm):
    side_column = BlockField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Counsel or board, one per line, beside the address.",
    )

    class Meta:
        model = Letterhead
        fields = (
            "name",
            "organisation",
            "street",
            "street2",
            "city",
            "state",
            "postal_code",
            "phone",
            "email",
            "website",
            "side_column",
            "typeface",
            "block_style",
            "envelope",
        )
        field_classes = dict.fromkeys(
            (
                "name",
                "organisation",
                "street",
                "street2",
                "city",
                "state",
                "postal_code",
                "phone",
                "website",
            ),
            LineField,
        )
        labels = {"email": "E-mail", "website": "Web address"}

    def details(self) -> actions.Details:
        return actions.Details(**self.cleaned_data)


class PictureForm(forms.Form):
    picture = forms.FileField(
        help_text="PNG or JPEG. It is printed on white; transparency becomes paper."
    )

    def content(self) -> bytes:
        return self.cleaned_data["picture"].read()


class LetterheadList(StaffPage, ListView):
    permission_required = "letters.view_letterhead"
    template_name = "staff/letterhead_list.html"
    title = "Letterheads"
    paginate_by = 50
    context_object_name = "letterheads"

    def get_queryset(self) -> QuerySet[Letterhead]:
        signing = Signer.objects.filter(archived_at=None)
        running = Count("senders", filter=Q(senders__campaign__archived_at=None))
        letterheads = (
            Letterhead.objects.annotate(campaign_count=running)
            .prefetch_related(Prefetch("signers", queryset=signing))
            .order_by("name")
        )
        if self.request.GET.get("archived"):
            return letterheads.exclude(archived_at=None)
        return letterheads.filter(archived_at=None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(archived=self.request.GET.get("archived"), **kwargs)


class OfLetterhead(StaffPage):
    """A page of one letterhead; its URL takes the letterhead's key."""

    permission_required = "letters.change_letterhead"
    letterhead: Letterhead

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.letterhead = self.find_letterhead(kwargs["pk"])

    def find_letterhead(self, pk: int) -> Letterhead:
        return get_object_or_404(Letterhead, pk=pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(letterhead=self.letterhead, **kwargs)

    def get_success_url(self) -> str:
        return reverse("letters:letterhead", args=[self.letterhead.pk])


class LetterheadPage(OfLetterhead, TemplateView):
    """One letterhead as it prints, its signers, its pictures, its history."""

    permission_required = "letters.view_letterhead"
    template_name = "staff/letterhead.html"

    def get_title(self) -> str:
        return self.letterhead.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            signers=self.letterhead.signers.filter(archived_at=None),
            senders=self.letterhead.senders.select_related("campaign", "signer").prefetch_related(
                Prefetch(
                    "co_signings",
                    CoSigning.objects.select_related("signer").order_by("position"),
                )
            ),
            picture_form=PictureForm(),
            has_window=bool(PROFILES[self.letterhead.envelope].windows),
            events=audit.history(self.letterhead)[:20],
            **kwargs,
        )


class LetterheadNew(DecisionForm):
    permission_required = "letters.add_letterhead"
    template_name = "staff/letterhead_form.html"
    title = "New letterhead"
    submit = "Add the letterhead"
    form_class = LetterheadForm
    added: Letterhead

    def decide(self, form: LetterheadForm) -> str:
        self.added = actions.add(details=form.details(), by=self.person)
        return f"“{self.added.name}” was added. Next: its logo, and who signs on it."

    def get_success_url(self) -> str:
        return reverse("letters:letterhead", args=[self.added.pk])

    def get_back_url(self) -> str:
        return reverse("letters:letterheads")


class LetterheadEdit(OfLetterhead, DecisionForm):
    template_name = "staff/letterhead_form.html"
    form_class = LetterheadForm

    def get_title(self) -> str:
        return f"Edit {self.letterhead.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        edited = Letterhead.objects.get(pk=self.letterhead.pk)
        return {**super().get_form_kwargs(), "instance": edited}

    def decide(self, form: LetterheadForm) -> str:
        actions.change(letterhead=self.letterhead, details=form.details(), by=self.person)
        return "The letterhead was saved. Letters already made keep the one they were made with."


class LetterheadArchive(OfLetterhead, DecisionButton):
    def decide(self) -> str:
        actions.archive(letterhead=self.letterhead, by=self.person)
        return f"“{self.letterhead.name}” is archived."


class LogoUpload(OfLetterhead, DecisionForm):
    title = "Logo"
    submit = "Upload"
    form_class = PictureForm

    def decide(self, form: PictureForm) -> str:
        actions.set_logo(letterhead=self.letterhead, content=form.content(), by=self.person)
        return "The logo was checked, brought to print size and saved."


class LogoRemove(OfLetterhead, DecisionButton):
    def decide(self) -> str:
        actions.remove_logo(letterhead=self.letterhead, by=self.person)
        return "The logo was removed."


class LogoPicture(OfLetterhead, View):
    """The logo as it is kept."""

    permission_required = "letters.view_letterhead"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return kept_picture(self.letterhead.logo_sha256)


def kept_picture(sha256: str) -> HttpResponse:
    if not sha256:
        raise Http404("There is no picture.")
    return HttpResponse(filestore.get(sha256), content_type="image/png")
