"""The recipients of a campaign: the list, and choosing more from the directory."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import ListView, TemplateView

from campaigns.actions import Refused
from campaigns.actions import recipient as actions
from campaigns.models import Addressee, Campaign, Institution, Recipient
from campaigns.models.institution import InstitutionQuerySet
from campaigns.models.recipient import RecipientQuerySet
from campaigns.text import fold
from campaigns.views.decisions import OfCampaign
from campaigns.views.fields import LineField, whole_number
from campaigns.views.institution_filter import InstitutionFilter

PAGE = 50


class RecipientFilter(forms.Form):
    """What a list of a campaign's recipients is narrowed by; a list of its own has its own SHOW."""

    SHOW: tuple[tuple[str, str], ...] = (
        ("", "All who are written to"),
        ("no-address", "Address incomplete"),
        ("no-addressee", "Nobody named"),
        ("email", "By e-mail"),
        ("withdrawn", "Withdrawn"),
    )

    q = LineField(label="Search", required=False, max_length=200)
    state = forms.ChoiceField(label="State", required=False)
    show = forms.ChoiceField(label="Show", required=False)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = campaign.recipients.exclude(institution__state="").order_by("institution__state")
        known = states.values_list("institution__state", flat=True).distinct()
        self.fields["state"].choices = [("", "Any"), *((state, state) for state in known)]  # type: ignore[attr-defined]
        self.fields["show"].choices = self.SHOW  # type: ignore[attr-defined]

    def found(self, recipients: RecipientQuerySet) -> RecipientQuerySet:
        if not self.is_valid():
            return recipients.none()
        wanted = self.cleaned_data
        for word in fold(wanted["q"]).split():
            recipients = recipients.filter(institution__search_key__contains=word)
        if wanted["state"]:
            recipients = recipients.filter(institution__state=wanted["state"])
        return self.shown(recipients, wanted["show"])

    def shown(self, recipients: RecipientQuerySet, show: str) -> RecipientQuerySet:
        if show == "withdrawn":
            return recipients.exclude(withdrawn_at=None)
        return _shown(recipients.active(), show)


class RecipientList(OfCampaign, ListView):
    """Who is written to, at whom, and by which way."""

    permission_required = "campaigns.view_recipient"
    template_name = "staff/recipient_list.html"
    tab = "campaigns:recipients"
    title = "Recipients"
    paginate_by = PAGE
    context_object_name = "recipients"

    def get_queryset(self) -> RecipientQuerySet:
        addressees = Addressee.objects.filter(archived_at=None).select_related("contact")
        self.filter = RecipientFilter(self.request.GET, campaign=self.campaign)
        return self.filter.found(
            self.campaign.recipients.select_related("institution")
            .prefetch_related(Prefetch("addressees", queryset=addressees))
            .order_by("institution__name", "pk")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            filter=self.filter,
            total=self.campaign.recipients.active().count(),
            withdrawn=self.campaign.recipients.exclude(withdrawn_at=None).count(),
            **kwargs,
        )


class ChooseForm(forms.Form):
    """By which ways the letters of the chosen are to leave."""

    by_post = forms.BooleanField(label="By certified mail", required=False, initial=True)
    by_email = forms.BooleanField(
        label="By e-mail, where an address is known", required=False, initial=False
    )

    def clean(self) -> dict[str, Any]:
        ways = super().clean() or {}
        if not ways.get("by_post") and not ways.get("by_email"):
            raise forms.ValidationError("Choose certified mail, e-mail, or both.")
        return ways


class ChooseRecipients(OfCampaign, TemplateView):
    """Filter the directory, see how many match, and make them recipients.

    "All that match" sends back the number that was shown: where another number matches by
    now, nothing is added and the page says so.
    """

    permission_required = "campaigns.choose_recipients"
    template_name = "staff/recipient_choose.html"
    tab = "campaigns:recipients"
    title = "Choose recipients"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.filter = InstitutionFilter(request.GET)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        ways = ChooseForm(request.POST)
        if not ways.is_valid():
            return self._again(" ".join(map(str, ways.non_field_errors())))
        picked = self._picked()
        if "all" in request.POST and str(self._addable().count()) != request.POST["all"]:
            return self._again(
                f"{self._addable().count():,} institutions match by now, and the page showed "
                f"{request.POST['all']}. Nothing was added; look again."
            )
        if not picked.exists():
            return self._again("Tick at least one institution.")
        try:
            choice = actions.choose(
                campaign=self.campaign,
                institutions=picked,
                by=self.person,
                **ways.cleaned_data,
            )
        except Refused as refusal:
            return self._again(str(refusal))
        context = self.get_context_data(choice=choice, title="Recipients chosen")
        return render(request, "staff/recipient_chosen.html", context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self._found()
        present = Recipient.objects.filter(campaign=self.campaign, institution=OuterRef("pk"))
        listed = (
            found.annotate(is_present=Exists(present))
            .prefetch_related("contacts")
            .order_by("is_present", F("suppressed_at").asc(nulls_first=True), "name", "pk")
        )
        page = Paginator(listed, PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            filter=self.filter,
            ways=ChooseForm(initial={"by_post": True}),
            page_obj=page,
            match_count=page.paginator.count,
            addable_count=self._addable().count(),
            **kwargs,
        )

    def _found(self) -> InstitutionQuerySet:
        """All that match, with those that will be skipped, so that each gets its reason."""
        return self.filter.found(Institution.objects.active())

    def _addable(self) -> InstitutionQuerySet:
        return self._found().mailable().exclude(recipients__campaign=self.campaign)

    def _picked(self) -> InstitutionQuerySet:
        if "all" in self.request.POST:
            return self._found()
        picked = map(whole_number, self.request.POST.getlist("institution"))
        return Institution.objects.filter(pk__in=[pk for pk in picked if pk is not None])

    def _again(self, reason: str) -> HttpResponseRedirect:
        messages.error(self.request, reason)
        address = reverse("campaigns:choose", args=[self.campaign.pk])
        return HttpResponseRedirect(f"{address}?{self.request.GET.urlencode()}")


def _shown(recipients: RecipientQuerySet, show: str) -> RecipientQuerySet:
    """The part of the recipients that `show` names."""
    to = Addressee.objects.filter(recipient=OuterRef("pk"), archived_at=None, kind="to")
    named = ~Q(name="") | ~Q(title="") | Q(contact__isnull=False)
    if show == "no-addressee":
        return recipients.filter(~Exists(to.filter(named)))
    if show == "email":
        return recipients.filter(Exists(to.filter(by_email=True)))
    if show == "no-address":
        incomplete = (
            Q(institution__street="")
            | Q(institution__city="")
            | Q(institution__postal_code="")
            | Q(institution__country="US", institution__state="")
        )
        return recipients.filter(incomplete).filter(Exists(to.filter(street="")))
    return recipients
