"""Who signs on a letterhead: forms, and the picture of the signature."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from campaigns.views.decisions import DecisionButton, DecisionForm
from campaigns.views.fields import LineField
from letters.actions import signer as actions
from letters.models import Letterhead, Signer
from letters.views.letterhead import OfLetterhead, PictureForm, kept_picture


class SignerForm(forms.ModelForm):
    class Meta:
        model = Signer
        fields = ("name", "title", "organisation", "bar_number")
        field_classes = dict.fromkeys(fields, LineField)
        help_texts = {
            "organisation": "Printed under the title where it differs from the letterhead's.",
            "bar_number": "As it is to be printed, for a lawyer.",
        }

    def details(self) -> actions.Details:
        return actions.Details(**self.cleaned_data)


class OfSigner(OfLetterhead):
    """A page of one signer; its URL takes the signer's key."""

    signer: Signer

    def find_letterhead(self, pk: int) -> Letterhead:
        signers = Signer.objects.select_related("letterhead")
        self.signer = get_object_or_404(signers, pk=pk, archived_at=None)
        return self.signer.letterhead

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(signer=self.signer, **kwargs)


class SignerNew(OfLetterhead, DecisionForm):
    title = "Add a signer"
    submit = "Add the signer"
    form_class = SignerForm

    def decide(self, form: SignerForm) -> str:
        signer = actions.add(letterhead=self.letterhead, details=form.details(), by=self.person)
        return f"{signer.name} was added. Upload the signature, or leave space to sign by hand."


class SignerEdit(OfSigner, DecisionForm):
    template_name = "staff/signer_form.html"
    form_class = SignerForm

    def get_title(self) -> str:
        return f"Edit {self.signer.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        edited = Signer.objects.get(pk=self.signer.pk)
        return {**super().get_form_kwargs(), "instance": edited}

    def decide(self, form: SignerForm) -> str:
        actions.change(signer=self.signer, details=form.details(), by=self.person)
        return "The signer was saved. Letters already made keep what they were made with."


class SignerArchive(OfSigner, DecisionButton):
    def decide(self) -> str:
        actions.archive(signer=self.signer, by=self.person)
        return f"{self.signer.name} signs no new letters."


class SignatureUpload(OfSigner, DecisionForm):
    submit = "Upload"
    form_class = PictureForm

    def get_title(self) -> str:
        return f"Signature of {self.signer.name}"

    def decide(self, form: PictureForm) -> str:
        actions.set_signature(signer=self.signer, content=form.content(), by=self.person)
        return "The signature was checked, brought to print size and saved."


class SignatureRemove(OfSigner, DecisionButton):
    def decide(self) -> str:
        actions.remove_signature(signer=self.signer, by=self.person)
        return "The signature was removed; letters leave space to sign by hand."


class SignaturePicture(OfSigner, View):
    """The signature as it is kept."""

    permission_required = "letters.view_letterhead"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return kept_picture(self.signer.signature_sha256)
