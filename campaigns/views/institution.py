"""The directory: the list of institutions, and the page of one."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch
from django.db.models.functions import Lower
from django.views.generic import DetailView, ListView

from campaigns import audit
from campaigns.models import Contact, Fact, Institution, User
from campaigns.models.institution import InstitutionQuerySet
from campaigns.views.institution_forms import DirectoryFilter, FactForm
from campaigns.views.shell import StaffPage

SORTS = {
    "name": (Lower("name"), "pk"),
    "-name": (Lower("name").desc(), "-pk"),
    "state": ("state", Lower("name"), "pk"),
    "city": (Lower("city"), Lower("name"), "pk"),
    "control": ("control", Lower("name"), "pk"),
    "kind": ("kind", Lower("name"), "pk"),
}
_CONTACTS = Prefetch("contacts", Contact.objects.filter(archived_at=None).order_by("role", "pk"))


class InstitutionList(StaffPage, ListView):
    permission_required = "campaigns.view_institution"
    template_name = "staff/institution_list.html"
    context_object_name = "institutions"
    paginate_by = 50
    title = "Institutions"

    def get_queryset(self) -> InstitutionQuerySet:
        self.filter = DirectoryFilter(self.request.GET)
        found = self.filter.shown().select_related("parent")
        found = found.prefetch_related(_CONTACTS, "facts", "parent__facts")
        return found.order_by(*SORTS[self.sort])

    @property
    def sort(self) -> str:
        asked = self.request.GET.get("sort", "")
        return asked if asked in SORTS else "name"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            filter=self.filter,
            is_filtered=self.filter.is_narrowed,
            is_empty=not Institution.objects.exists(),
            sort=self.sort,
            next_name_sort="-name" if self.sort == "name" else "name",
            **kwargs,
        )


class InstitutionPage(StaffPage, DetailView):
    permission_required = "campaigns.view_institution"
    template_name = "staff/institution_page.html"
    context_object_name = "institution"
    queryset = Institution.objects.select_related("parent").prefetch_related(
        "identifiers", "contacts", "facts", "parent__facts"
    )

    def get_title(self) -> str:
        return str(self.object.name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        institution: Institution = self.object
        contacts = list(institution.contacts.all())
        return super().get_context_data(
            contacts=[one for one in contacts if not one.archived_at],
            former_contacts=[one for one in contacts if one.archived_at],
            units=institution.units.order_by("archived_at", "name"),
            recipients=institution.recipients.select_related("campaign").order_by("-pk"),
            inherited=_inherited(institution),
            imports=institution.import_rows.filter(directory_import__status="applied")
            .exclude(verdict="same")
            .select_related("directory_import")
            .order_by("-directory_import_id"),
            history=audit.history(institution),
            fact_form=FactForm(),
            may_change=_may(self.request.user, "change_institution"),
            may_add=_may(self.request.user, "add_institution"),
            **kwargs,
        )


def _inherited(institution: Institution) -> list[Fact]:
    """Facts of the university that count for its school, where the school has none itself."""
    if not institution.parent:
        return []
    known = institution.known_facts()
    own = {fact.key for fact in institution.facts.all() if fact.value != Fact.Value.UNKNOWN}
    return [
        fact for fact in institution.parent.facts.all() if fact.key in known and fact.key not in own
    ]


def _may(user: User | AnonymousUser, codename: str) -> bool:
    return user.has_perm(f"campaigns.{codename}")
