"""The people at one recipient to whom its letter goes, and withdrawing the recipient."""

from typing import Any

from django import forms
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from campaigns import audit
from campaigns.actions import addressee as actions
from campaigns.actions import recipient as recipient_actions
from campaigns.directory import values
from campaigns.models import Addressee, Campaign, Contact, Recipient
from campaigns.views.decisions import DecisionButton, DecisionForm, OfCampaign
from campaigns.views.fields import LineField

_OPTIONAL = {
    "name": 200,
    "title": 200,
    "unit": 200,
    "street": 200,
    "street2": 200,
    "city": 100,
    "state": 50,
    "postal_code": 20,
    "country": 2,
    "their_reference": 100,
}


class AddresseeForm(forms.ModelForm):
    class Meta:
        model = Addressee
        fields = ("kind", "contact", *_OPTIONAL, "email", "by_post", "by_email")
        field_classes = dict.fromkeys(_OPTIONAL, LineField)
        labels = {
            "postal_code": "ZIP or postal code",
            "country": "Country code",
            "email": "E-mail",
        }
        help_texts = {
            "name": "Empty: the contact's.",
            "title": "Empty: the contact's.",
            "email": "Empty: the contact's.",
            "their_reference": "Under which they file the matter. Printed as Your Ref.",
        }

    def __init__(self, *args: Any, recipient: Recipient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recipient = recipient
        institution = recipient.institution
        self.fields["contact"].queryset = Contact.objects.filter(  # type: ignore[attr-defined]
            Q(institution=institution) | Q(institution=institution.parent_id),
            archived_at=None,
            suppressed_at=None,
        ).order_by("institution", "role", "pk")
        self.fields["contact"].empty_label = "Nobody in the directory"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The parts of an own address as the directory keeps them, for a letter prints them."""
        cleaned = super().clean() or {}
        typed = cleaned.get("country")
        country = self._read("country", values.country(typed)) if typed else ""
        country = country or self.recipient.institution.country
        if cleaned.get("state"):
            self._read("state", values.state(cleaned["state"], country))
        if cleaned.get("postal_code"):
            state = cleaned.get("state") or ""
            self._read("postal_code", values.postal_code(cleaned["postal_code"], state, country))
        return cleaned

    def _read(self, name: str, found: values.Value) -> str:
        value, note = found
        if value:
            self.cleaned_data[name] = value
        else:
            self.add_error(name, f"{note}.")
        return value

    def address(self) -> actions.Address:
        return actions.Address(**self.cleaned_data)


class RecipientPage(OfCampaign):
    """A page of one recipient; the address takes the recipient's key."""

    permission_required = "campaigns.choose_recipients"
    tab = "campaigns:recipients"
    recipient: Recipient

    def find_campaign(self, pk: int) -> Campaign:
        recipients = Recipient.objects.select_related("campaign", "institution__parent")
        self.recipient = get_object_or_404(recipients, pk=pk)
        return self.recipient.campaign

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(recipient=self.recipient, **kwargs)

    def get_success_url(self) -> str:
        return reverse("campaigns:addressees", args=[self.recipient.pk])


class _AddresseePage(RecipientPage):
    """A page of one addressee; the address takes the addressee's key."""

    addressee: Addressee

    def find_campaign(self, pk: int) -> Campaign:
        addressees = Addressee.objects.select_related(
            "contact", "recipient__campaign", "recipient__institution__parent"
        )
        self.addressee = get_object_or_404(addressees, pk=pk, archived_at=None)
        self.recipient = self.addressee.recipient
        return self.recipient.campaign


class Addressees(RecipientPage, TemplateView):
    """To whom the letter of one recipient goes, and who is copied."""

    permission_required = "campaigns.view_recipient"
    template_name = "staff/recipient_addressees.html"

    def get_title(self) -> str:
        return self.recipient.institution.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        addressees = self.recipient.addressees.filter(archived_at=None).select_related("contact")
        return super().get_context_data(
            addressees=addressees, events=audit.history(self.recipient)[:20], **kwargs
        )


class AddresseeNew(RecipientPage, DecisionForm):
    template_name = "staff/addressee_form.html"
    submit = "Add the addressee"
    form_class = AddresseeForm

    def get_title(self) -> str:
        return f"Add an addressee at {self.recipient.institution.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "recipient": self.recipient}

    def get_initial(self) -> dict[str, Any]:
        return {"kind": Addressee.Kind.COPY}

    def decide(self, form: AddresseeForm) -> str:
        addressee = actions.add(recipient=self.recipient, address=form.address(), by=self.person)
        return f"{addressee} was added."


class AddresseeEdit(_AddresseePage, DecisionForm):
    template_name = "staff/addressee_form.html"
    form_class = AddresseeForm

    def get_title(self) -> str:
        return f"Addressee at {self.recipient.institution.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        edited = Addressee.objects.get(pk=self.addressee.pk)
        return {**super().get_form_kwargs(), "recipient": self.recipient, "instance": edited}

    def decide(self, form: AddresseeForm) -> str:
        addressee = actions.change(addressee=self.addressee, address=form.address(), by=self.person)
        return f"{addressee} was saved. Letters already made keep the words they were made from."


class AddresseeRemove(_AddresseePage, DecisionButton):
    def decide(self) -> str:
        actions.archive(addressee=self.addressee, by=self.person)
        return f"{self.addressee} was removed. Letters already made keep them."


class WithdrawForm(forms.Form):
    reason = LineField(max_length=500, help_text="Stays on record.")


class Withdraw(RecipientPage, DecisionForm):
    submit = "Withdraw the recipient"
    form_class = WithdrawForm
    template_name = "staff/recipient_withdraw.html"

    def get_title(self) -> str:
        return f"Withdraw {self.recipient.institution.name}"

    def decide(self, form: WithdrawForm) -> str:
        recipient_actions.withdraw(
            recipient=self.recipient, reason=form.cleaned_data["reason"], by=self.person
        )
        return f"{self.recipient} is withdrawn. What was sent and answered stays on record."


class TakeBack(RecipientPage, DecisionButton):
    def decide(self) -> str:
        recipient_actions.take_back(recipient=self.recipient, by=self.person)
        return f"{self.recipient} is asked again."
