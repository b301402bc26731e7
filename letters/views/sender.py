"""In whose name the letters of a campaign go out."""

from typing import Any

from django import forms
from django.urls import reverse

from campaigns.views.decisions import DecisionForm, OfCampaign
from letters.actions import letterhead as actions
from letters.models import Sender, Signer


class SignerChoice(forms.ModelChoiceField):
    def label_from_instance(self, signer: Signer) -> str:
        return f"{signer.letterhead.name}: {signer}"


_BESIDE = ("second", "third", "fourth")


def _beside(label: str) -> SignerChoice:
    return SignerChoice(
        label=label,
        required=False,
        queryset=Signer.objects.filter(archived_at=None, letterhead__archived_at=None)
        .select_related("letterhead")
        .order_by("letterhead__name", "name"),
        empty_label="Nobody",
    )


class SenderForm(forms.Form):
    signer = SignerChoice(
        label="Letterhead and signer",
        queryset=Signer.objects.filter(archived_at=None, letterhead__archived_at=None)
        .select_related("letterhead")
        .order_by("letterhead__name", "name"),
        empty_label="Choose one",
    )
    second = _beside("Second signer")
    third = _beside("Third signer")
    fourth = _beside("Fourth signer")

    def co_signers(self) -> list[Signer]:
        chosen = [self.cleaned_data[name] for name in _BESIDE]
        return [signer for signer in chosen if signer]


class SenderTab(OfCampaign, DecisionForm):
    """Choose letterhead and signer, and see the first page they make."""

    permission_required = "letters.view_letterhead"
    template_name = "staff/sender.html"
    tab = "letters:sender"
    title = "Sender"
    submit = "Set the sender"
    form_class = SenderForm

    def has_permission(self) -> bool:
        deciding = self.request.method == "POST"
        return super().has_permission() and (
            not deciding or self.request.user.has_perm("letters.change_letterhead")
        )

    def get_initial(self) -> dict[str, Any]:
        sender = self._sender()
        if not sender:
            return {}
        beside = dict(zip(_BESIDE, sender.co_signers, strict=False))
        return {"signer": sender.signer_id, **beside}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(sender=self._sender(), **kwargs)
        context["has_signers"] = context["form"].fields["signer"].queryset.exists()
        return context

    def decide(self, form: SenderForm) -> str:
        signer = form.cleaned_data["signer"]
        sender = actions.set_sender(
            campaign=self.campaign,
            letterhead=signer.letterhead,
            signer=signer,
            co_signers=form.co_signers(),
            by=self.person,
        )
        return f"The letters go out on {sender}."

    def get_success_url(self) -> str:
        return reverse("letters:sender", args=[self.campaign.pk])

    def _sender(self) -> Sender | None:
        senders = Sender.objects.select_related("letterhead", "signer")
        return senders.filter(campaign=self.campaign).first()
