"""More time to answer: a wish taken down, decided, taken back; and given to a class at once."""

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from campaigns.actions import Refused
from campaigns.actions import extension as actions
from campaigns.deadlines import next_business_day, printed
from campaigns.models import Campaign, Extension, Recipient
from campaigns.models.recipient import RecipientQuerySet
from campaigns.views.addressees import RecipientPage
from campaigns.views.decisions import DecisionForm, OfCampaign
from campaigns.views.fields import BlockField, LineField, whole_number
from campaigns.views.recipients import RecipientFilter

PAGE = 50
# What a first look offers where they named no day themselves.
USUAL = datetime.timedelta(days=14)


def _day_field(label: str, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


class WishForm(forms.Form):
    asked_on = _day_field("Asked on")
    asked_by = LineField(label="Who asked", max_length=200, help_text="Name and title.")
    wanted_until = _day_field("Wants until", required=False)
    reason = BlockField(
        label="Why, in their words",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class GiveForm(forms.Form):
    until = _day_field("Until the end of", help_text="A business day, later than the deadline now.")
    decision = LineField(label="Why", max_length=500, help_text="Stays on record beside it.")


class ReasonForm(forms.Form):
    decision = LineField(label="Why", max_length=500, help_text="Stays on record beside it.")


class Ask(RecipientPage, DecisionForm):
    """A wish that came by telephone, mail or e-mail."""

    permission_required = "campaigns.record_answer"
    template_name = "staff/extension_form.html"
    form_class = WishForm
    submit = "Put the wish on record"

    def get_title(self) -> str:
        return f"{self.recipient.institution.name} asks for more time"

    def get_initial(self) -> dict[str, Any]:
        return {"asked_on": timezone.localdate()}

    def get_success_url(self) -> str:
        return reverse("letters:deadline", args=[self.recipient.pk])

    def decide(self, form: WishForm) -> str:
        actions.ask(
            recipient=self.recipient, now=timezone.now(), by=self.person, **form.cleaned_data
        )
        return "On record, with a task to decide it. The deadline stands until then."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note = "The deadline stands until more time is given."
        return super().get_context_data(note=note, deadline=_due(self.recipient), **kwargs)


class _Decision(OfCampaign, DecisionForm):
    permission_required = "campaigns.decide_extension"
    template_name = "staff/extension_form.html"
    tab = "letters:board"
    note = ""
    extension: Extension

    def find_campaign(self, pk: int) -> Campaign:
        wishes = Extension.objects.select_related("recipient__institution", "recipient__campaign")
        self.extension = get_object_or_404(wishes, pk=pk)
        return self.extension.recipient.campaign

    @property
    def name(self) -> str:
        return self.extension.recipient.institution.name

    def get_success_url(self) -> str:
        return reverse("letters:deadline", args=[self.extension.recipient_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        recipient = self.extension.recipient
        return super().get_context_data(
            extension=self.extension,
            recipient=recipient,
            note=self.note,
            deadline=_due(recipient),
            **kwargs,
        )


class Give(_Decision):
    form_class = GiveForm
    submit = "Give more time"

    def get_title(self) -> str:
        return f"More time for {self.name}"

    def get_initial(self) -> dict[str, Any]:
        return {"until": self.extension.wanted_until or _usual(self.extension.recipient)}

    def decide(self, form: GiveForm) -> str:
        given = actions.grant(
            extension=self.extension, now=timezone.now(), by=self.person, **form.cleaned_data
        )
        assert given.until  # noqa: S101 - the action set it
        return f"Given until {printed(given.until, self.campaign.timezone)}."


class Refuse(_Decision):
    form_class = ReasonForm
    submit = "Refuse"
    note = "The deadline stands as it is."

    def get_title(self) -> str:
        return f"No more time for {self.name}"

    def decide(self, form: ReasonForm) -> str:
        actions.refuse(
            extension=self.extension, now=timezone.now(), by=self.person, **form.cleaned_data
        )
        return "Refused. The deadline stands as it was."


class Withdraw(_Decision):
    form_class = ReasonForm
    submit = "Take it back"
    note = (
        "Time that was given is taken back, and the deadline moves to what the letters and other "
        "extensions give. What was decided stays on record. A letter that confirmed the time and "
        "has left still counts, since it printed the day."
    )

    def get_title(self) -> str:
        return f"Take back more time for {self.name}"

    def decide(self, form: ReasonForm) -> str:
        actions.withdraw(
            extension=self.extension,
            reason=form.cleaned_data["decision"],
            now=timezone.now(),
            by=self.person,
        )
        return "Taken back. The deadline follows from what is left."


class ClassFilter(RecipientFilter):
    """Who of a campaign may be given time at once: only those for whom a deadline runs."""

    SHOW = (
        ("", "No answer yet"),
        ("asked", "Asked for more time"),
        ("overdue", "Overdue"),
        ("all", "All for whom a deadline runs"),
    )

    def __init__(self, *args: Any, now: datetime.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def shown(self, recipients: RecipientQuerySet, show: str) -> RecipientQuerySet:
        if show == "asked":
            undecided = Extension.objects.undecided().filter(recipient=OuterRef("pk"))
            return recipients.filter(Exists(undecided))
        if show == "overdue":
            return recipients.overdue(self.now)
        return recipients if show == "all" else recipients.unanswered()


class MoreTime(OfCampaign, TemplateView):
    """Give a class more time: filter, see who and how many, decide once, read each answer.

    "All that match" sends back the number that was shown, as where recipients are chosen.
    """

    permission_required = "campaigns.decide_extension"
    template_name = "staff/more_time.html"
    tab = "letters:board"
    title = "Give more time"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.now = timezone.now()
        self.filter = ClassFilter(request.GET, campaign=self.campaign, now=self.now)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = GiveForm(request.POST)
        if not form.is_valid():
            return render(request, self.template_name, self.get_context_data(form=form))
        picked = self._picked()
        if "all" in request.POST and str(picked.count()) != request.POST["all"]:
            return self._again(
                f"{picked.count():,} match by now, and the page showed {request.POST['all']}. "
                "No time was given; look again."
            )
        if not picked.exists():
            return self._again("Tick at least one recipient.")
        try:
            rows = actions.grant_many(
                recipients=picked.select_related("campaign", "institution"),
                now=self.now,
                by=self.person,
                **form.cleaned_data,
            )
        except Refused as refusal:
            return self._again(str(refusal))
        done = sum(row.what == "done" for row in rows)
        context = self.get_context_data(
            answers=rows, done=done, until=form.cleaned_data["until"], title="More time was given"
        )
        return render(request, "staff/more_time_given.html", context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wishes = Extension.objects.undecided()
        listed = (
            self._found()
            .select_related("institution")
            .prefetch_related(Prefetch("extensions", queryset=wishes, to_attr="wishes"))
            .annotate(asked=Exists(wishes.filter(recipient=OuterRef("pk"))))
            .order_by("-asked", "due_at", "institution__name", "pk")
        )
        page = Paginator(listed, PAGE).get_page(self.request.GET.get("page"))
        more: dict[str, Any] = {
            "filter": self.filter,
            "form": GiveForm(),
            "page_obj": page,
            "match_count": page.paginator.count,
            "rows": [(one, _due(one, self.campaign)) for one in page],
        }
        return super().get_context_data(**{**more, **kwargs})

    def _found(self) -> RecipientQuerySet:
        running = self.campaign.recipients.active().filter(reach=Recipient.Reach.REACHED)
        return self.filter.found(running)

    def _picked(self) -> RecipientQuerySet:
        if "all" in self.request.POST:
            return self._found()
        keys = map(whole_number, self.request.POST.getlist("recipient"))
        return self.campaign.recipients.filter(pk__in=[key for key in keys if key is not None])

    def _again(self, reason: str) -> HttpResponse:
        messages.error(self.request, reason)
        address = reverse("campaigns:more_time", args=[self.campaign.pk])
        return redirect(f"{address}?{self.request.GET.urlencode()}")


def _due(recipient: Recipient, campaign: Campaign | None = None) -> str:
    zone = (campaign or recipient.campaign).timezone
    return printed(recipient.due_at, zone) if recipient.due_at else ""


def _usual(recipient: Recipient) -> datetime.date | None:
    if recipient.due_at is None:
        return None
    due_on = max(timezone.localdate(recipient.due_at), timezone.localdate())
    return next_business_day(due_on + USUAL)
