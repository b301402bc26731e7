"""What goes out with every letter of a text: its cover sheet, its exhibits, the response form."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import View

from campaigns import filestore
from campaigns.views.decisions import DecisionButton, DecisionForm
from campaigns.views.fields import LineField
from letters.actions import annex as actions
from letters.models import Exhibit, LetterTemplate
from letters.views.letter import private
from letters.views.template import OfTemplate


class ExhibitForm(forms.Form):
    title = LineField(max_length=150, help_text="As the letter lists it among its enclosures.")
    document = forms.FileField(
        label="PDF",
        help_text=f"Printed as pictures of its pages, {actions.MOST_PAGES} in all at most.",
        widget=forms.FileInput(attrs={"accept": ".pdf"}),
    )


class Annexes(OfTemplate, DecisionForm):
    """The exhibits with their letters, a form to add one, and whether a response form follows."""

    template_name = "staff/annexes.html"
    submit = "Add the exhibit"
    form_class = ExhibitForm

    def has_permission(self) -> bool:
        deciding = self.request.method == "POST"
        return super().has_permission() and (
            not deciding or self.request.user.has_perm("letters.change_lettertemplate")
        )

    def get_title(self) -> str:
        return f"Annexes of {self.template.name}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = list(self.template.exhibits.standing().select_related("added_by"))
        return super().get_context_data(
            letter=self.template,
            exhibits=list(zip("ABCDEFGHIJ", standing, strict=False)),
            **kwargs,
        )

    def decide(self, form: ExhibitForm) -> str:
        document = form.cleaned_data["document"]
        exhibit = actions.add_exhibit(
            template=self.template,
            title=form.cleaned_data["title"],
            name=document.name,
            content=document.read(),
            by=self.person,
        )
        return f"“{exhibit}” goes out with every letter; mailings not yet approved take it in."

    def get_success_url(self) -> str:
        return reverse("letters:annexes", args=[self.template.pk])


class ResponseForm(OfTemplate, DecisionButton):
    """Put the response form behind the letters, or take it off."""

    permission_required = "letters.change_lettertemplate"

    def decide(self) -> str:
        wanted = self.request.POST.get("wanted") == "yes"
        actions.set_response_form(template=self.template, wanted=wanted, by=self.person)
        if wanted:
            return "A response form is the last page of every letter."
        return "Letters have no response form."

    def get_success_url(self) -> str:
        return reverse("letters:annexes", args=[self.template.pk])


class CoverSheet(OfTemplate, DecisionButton):
    """Put a cover sheet before the letters, or take it off."""

    permission_required = "letters.change_lettertemplate"

    def decide(self) -> str:
        wanted = self.request.POST.get("wanted") == "yes"
        actions.set_cover_sheet(template=self.template, wanted=wanted, by=self.person)
        if wanted:
            return "A cover sheet goes before every letter."
        return "Letters have no cover sheet."

    def get_success_url(self) -> str:
        return reverse("letters:annexes", args=[self.template.pk])


class OfExhibit(OfTemplate):
    """A page of one exhibit; its URL takes the exhibit's key."""

    exhibit: Exhibit

    def find_campaign(self, pk: int) -> Any:
        exhibits = Exhibit.objects.select_related("template__campaign")
        self.exhibit = get_object_or_404(exhibits, pk=pk)
        self.template: LetterTemplate = self.exhibit.template
        return self.template.campaign


class ExhibitRemove(OfExhibit, DecisionButton):
    permission_required = "letters.change_lettertemplate"

    def decide(self) -> str:
        actions.remove_exhibit(exhibit=self.exhibit, by=self.person)
        return f"“{self.exhibit}” goes out with no new letter."

    def get_success_url(self) -> str:
        return self.exhibit.get_absolute_url()


class ExhibitPage(OfExhibit, View):
    """The picture of the exhibit's first page, as it is printed."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        return private(HttpResponse(filestore.get(self.exhibit.pages[0]), content_type="image/png"))


class ExhibitFile(OfExhibit, View):
    """The file as it came, only to be downloaded."""

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        answer = HttpResponse(filestore.get(self.exhibit.sha256), content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="exhibit-{self.exhibit.pk}.pdf"'
        return private(answer)
