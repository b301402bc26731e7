"""Adding and changing institutions, contacts and facts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.generic import FormView

from campaigns.actions import Refused
from campaigns.actions import institution as actions
from campaigns.models import Contact, Fact, Institution
from campaigns.views.decisions import DecisionButton
from campaigns.views.fields import cleaned_notes, the_line, whole_number
from campaigns.views.institution_forms import ContactForm, FactForm, InstitutionForm
from campaigns.views.shell import StaffPage


class _Editing(StaffPage, FormView):
    """A form whose action may refuse; then the form is shown again with the sentence."""

    template_name = "staff/institution_form.html"

    def act(self, form: Any) -> Institution:
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            institution = self.act(form)
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        for note in cleaned_notes(form):
            messages.info(self.request, note)
        messages.success(self.request, f"{institution.name} was saved.")
        return redirect(self.return_to or institution)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(institution=getattr(self, "institution", None), **kwargs)


class AddInstitution(_Editing):
    """A new institution, or with `?parent=` a unit of one."""

    permission_required = "campaigns.add_institution"
    form_class = InstitutionForm
    institution: Institution | None = None
    title = "Add an institution"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        pk = whole_number(request.GET.get("parent", ""))
        if pk is not None:
            self.institution = get_object_or_404(Institution.objects.active(), pk=pk)
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"Add a unit of {self.institution}" if self.institution else self.title

    def get_initial(self) -> dict[str, Any]:
        if not self.institution:
            return {"country": "US", "control": Institution.Control.UNKNOWN}
        above = InstitutionForm.initial_of(self.institution)
        kept = ("control", "street", "street2", "city", "state", "postal_code", "country")
        kind = _UNIT_KINDS.get(Institution.Kind(self.institution.kind), Institution.Kind.OTHER)
        return {
            **{name: above[name] for name in kept},
            "parent": self.institution.name,
            "kind": kind,
            "address_source": above["address_source"],
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if self.institution:
            # What is typed under "Belongs to" is this one, even where two share its name.
            kwargs["institution"] = Institution(
                parent=self.institution, street=self.institution.street
            )
        return kwargs

    def act(self, form: InstitutionForm) -> Institution:
        return actions.add(details=form.details(), by=self.person)


_UNIT_KINDS = {
    Institution.Kind.UNIVERSITY: Institution.Kind.SCHOOL,
    Institution.Kind.SCHOOL: Institution.Kind.CAMPUS,
    Institution.Kind.PUBLISHER: Institution.Kind.JOURNAL,
    Institution.Kind.SOCIETY: Institution.Kind.JOURNAL,
    Institution.Kind.HOSPITAL: Institution.Kind.HOSPITAL,
}


class _OfInstitution:
    """A page or button of the institution in the address."""

    kwargs: dict[str, Any]
    institution: Institution

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.institution = get_object_or_404(
            Institution.objects.select_related("parent"), pk=kwargs["pk"]
        )

    def get_success_url(self) -> str:
        return self.institution.get_absolute_url()


class ChangeInstitution(_OfInstitution, _Editing):
    permission_required = "campaigns.change_institution"
    form_class = InstitutionForm

    def get_title(self) -> str:
        return f"Change {self.institution}"

    def get_initial(self) -> dict[str, Any]:
        return InstitutionForm.initial_of(self.institution)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "institution": self.institution}

    def act(self, form: InstitutionForm) -> Institution:
        return actions.change(institution=self.institution, details=form.details(), by=self.person)


class AddContact(_OfInstitution, _Editing):
    permission_required = "campaigns.change_institution"
    form_class = ContactForm

    def get_title(self) -> str:
        return f"Add a contact at {self.institution}"

    def get_initial(self) -> dict[str, Any]:
        is_school = self.institution.kind == Institution.Kind.SCHOOL
        return {"role": Contact.Role.DEAN if is_school else Contact.Role.CHIEF}

    def act(self, form: ContactForm) -> Institution:
        actions.add_contact(institution=self.institution, details=form.details(), by=self.person)
        return self.institution


class ChangeContact(_Editing):
    permission_required = "campaigns.change_institution"
    form_class = ContactForm

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.contact = get_object_or_404(
            Contact.objects.select_related("institution"), pk=kwargs["pk"]
        )
        self.institution = self.contact.institution

    def get_title(self) -> str:
        return f"Change {self.contact}"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.contact, name) for name in ContactForm.base_fields}

    def act(self, form: ContactForm) -> Institution:
        actions.change_contact(contact=self.contact, details=form.details(), by=self.person)
        return self.contact.institution


class SetFact(_OfInstitution, _Editing):
    permission_required = "campaigns.change_institution"
    form_class = FactForm

    def get_title(self) -> str:
        return f"Record a fact about {self.institution}"

    def get_initial(self) -> dict[str, Any]:
        key = self.request.GET.get("key", "")
        return {"key": key} if key in Fact.Key.values else {}

    def act(self, form: FactForm) -> Institution:
        actions.set_fact(institution=self.institution, by=self.person, **form.cleaned_data)
        return self.institution


# --- Buttons -----------------------------------------------------------------------


class ArchiveContact(DecisionButton):
    permission_required = "campaigns.change_institution"

    def decide(self) -> str:
        actions.archive_contact(contact=self.contact, by=self.person)
        return f"{self.contact} was archived."

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.contact = get_object_or_404(
            Contact.objects.select_related("institution"), pk=kwargs["pk"]
        )

    def get_success_url(self) -> str:
        return self.contact.institution.get_absolute_url()


class SuppressContact(ArchiveContact):
    def decide(self) -> str:
        reason = the_line(self.request.POST.get("reason", ""))
        actions.suppress_contact(contact=self.contact, reason=reason, by=self.person)
        return f"{self.contact} is suppressed: no letter goes there."


class UnsuppressContact(ArchiveContact):
    def decide(self) -> str:
        reason = the_line(self.request.POST.get("reason", ""))
        actions.unsuppress_contact(contact=self.contact, reason=reason, by=self.person)
        return f"{self.contact} may be written to again."


class SuppressInstitution(_OfInstitution, DecisionButton):
    permission_required = "campaigns.change_institution"

    def decide(self) -> str:
        reason = the_line(self.request.POST.get("reason", ""))
        actions.suppress(institution=self.institution, reason=reason, by=self.person)
        return f"{self.institution} is suppressed: no campaign can choose it."


class UnsuppressInstitution(_OfInstitution, DecisionButton):
    permission_required = "campaigns.change_institution"

    def decide(self) -> str:
        reason = the_line(self.request.POST.get("reason", ""))
        actions.unsuppress(institution=self.institution, reason=reason, by=self.person)
        return f"{self.institution} may be written to again."


class ArchiveInstitution(_OfInstitution, DecisionButton):
    permission_required = "campaigns.change_institution"

    def decide(self) -> str:
        actions.archive(institution=self.institution, by=self.person)
        return f"{self.institution} was archived. Its history stays."


class RestoreInstitution(_OfInstitution, DecisionButton):
    permission_required = "campaigns.change_institution"

    def decide(self) -> str:
        actions.restore(institution=self.institution, by=self.person)
        return f"{self.institution} is in use again."
