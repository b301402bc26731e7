"""The mailings of a campaign, and one mailing step by step: check, render, approve, send."""

import datetime
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView, ListView, TemplateView, View

from campaigns import audit, deadlines
from campaigns.actions import Refused
from campaigns.models import AuditEvent, Campaign, Institution, Recipient
from campaigns.standing import Standing, standings
from campaigns.views.fields import whole_number
from campaigns.views.shell import StaffPage
from letters.actions import (
    alike,
    approve,
    changed,
    confirm_extension,
    dispatch,
    freshness,
    preflight,
    remind,
    render,
)
from letters.actions.mailing import create
from letters.actions.outcome import counted
from letters.models import Dispatch, Letter, LetterTemplate, LetterVersion, Mailing
from letters.reports.deviations import deviations
from letters.views import mailing_grid as grid
from letters.views.mailing_approval import decision
from letters.views.mailing_forms import NewMailingForm
from letters.views.mailing_rows import (
    Asked,
    asked_for,
    changed_since_check,
    code_counts,
    family_counts,
    listed,
    overrides,
    severity_counts,
    worst_first,
)

ROWS = 100
S = Mailing.Status


class Mailings(StaffPage, ListView):
    permission_required = "letters.view_mailing"
    template_name = "staff/mailing_list.html"
    context_object_name = "mailings"
    paginate_by = 50
    title = "Mailings"
    tab = "letters:mailings"

    def get_queryset(self) -> QuerySet[Mailing]:
        self.campaign = get_object_or_404(Campaign, pk=self.kwargs["pk"])
        counts = {
            status: Count("letters", filter=Q(letters__status=status))
            for status in Letter.Status.values
        }
        return (
            self.campaign.mailings.select_related("version__template", "prepared_by")
            .annotate(**counts)
            .order_by("-pk")
        )


class NewMailing(StaffPage, FormView):
    """Creating a mailing writes its letters at once; nothing is rendered yet."""

    permission_required = "letters.prepare_mailing"
    template_name = "staff/mailing_new.html"
    form_class = NewMailingForm
    title = "Prepare a mailing"
    tab = "letters:mailings"
    campaign: Campaign

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.campaign = get_object_or_404(Campaign, pk=kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "campaign": self.campaign}

    def get_initial(self) -> dict[str, Any]:
        today = timezone.localdate(timezone=ZoneInfo(self.campaign.timezone))
        letter_date = _next_business_day(today)
        asked = self.request.GET.get("to", "")
        reminding = asked == NewMailingForm.OVERDUE
        purposes = [LetterTemplate.Purpose.REMINDER if reminding else LetterTemplate.Purpose.FIRST]
        version = LetterVersion.objects.filter(
            template__campaign=self.campaign, template__purpose__in=purposes
        )
        first = self.campaign.mailings.filter(status__in=[S.SENDING, S.SENT], follows=None)
        return {
            "letter_date": letter_date,
            "recipients": asked or NewMailingForm.ALL,
            "version": version.order_by("-pk").first(),
            "title": f"{'Reminder' if reminding else 'First letter'}, {letter_date:%B %Y}",
            "follows": first.order_by("-pk").first() if reminding else None,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = self.campaign.recipients
        return super().get_context_data(
            counts={
                key: _chosen(self.campaign, key).count()
                for key, _ in NewMailingForm.base_fields["recipients"].choices  # type: ignore[attr-defined]
            },
            has_recipients=chosen.active().exists(),
            has_text=LetterVersion.objects.filter(template__campaign=self.campaign).exists(),
            **kwargs,
        )

    def form_valid(self, form: NewMailingForm) -> HttpResponse:
        try:
            made = self._create(**form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        if len(made) > 1:
            return _one_for_each(self.request, made)
        messages.success(self.request, f"Written and checked: {counted(made[0].letters.count())}.")
        return redirect(made[0])

    def _create(
        self,
        *,
        version: LetterVersion,
        title: str,
        letter_date: datetime.date,
        recipients: str,
        words: str,
        state: str,
        kind: str,
        follows: Mailing | None,
    ) -> list[Mailing]:
        chosen = _narrowed(_chosen(self.campaign, recipients), words, state, kind)
        if recipients == NewMailingForm.OVERDUE and follows is None:
            return remind.prepare_reminders(
                campaign=self.campaign,
                version=version,
                title=title,
                letter_date=letter_date,
                recipients=list(chosen),
                by=self.person,
            )
        made = create(
            version=version,
            title=title,
            letter_date=letter_date,
            recipients=list(chosen),
            follows=follows,
            by=self.person,
        )
        return [made]


class Remind(StaffPage, View):
    """One press on the board: a reminder to everyone overdue, to be checked like any mailing."""

    permission_required = "letters.prepare_mailing"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign = get_object_or_404(Campaign, pk=pk)
        reminders = LetterVersion.objects.filter(
            template__campaign=campaign, template__purpose=LetterTemplate.Purpose.REMINDER
        )
        version = reminders.order_by("-pk").first()
        if version is None:
            messages.error(request, "Write the text of the reminder first: a letter with the "
                                    "purpose “Reminder”.")  # fmt: skip
            return redirect("letters:templates", pk)
        today = timezone.localdate(timezone=ZoneInfo(campaign.timezone))
        letter_date = _next_business_day(today)
        number = campaign.mailings.exclude(follows=None).count() + 1
        try:
            made = remind.prepare_reminders(
                campaign=campaign,
                version=version,
                title=f"Reminder {number}, {letter_date:%B %-d, %Y}",
                letter_date=letter_date,
                by=self.person,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(campaign)
        if held := remind.held_back(campaign, timezone.now()):
            messages.info(
                request,
                f"{counted(held, 'recipient')} {'is' if held == 1 else 'are'} overdue and not "
                "reminded: something came in that waits to be read. See the inbox and the tasks.",
            )
        if len(made) > 1:
            return _one_for_each(request, made)
        messages.success(
            request, f"A reminder with {counted(made[0].letters.count())} is prepared and checked."
        )
        return redirect(made[0])


class ConfirmExtensions(StaffPage, View):
    """One press: letters to all who were given time and have it in no letter yet, or to one."""

    permission_required = "letters.prepare_mailing"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign = get_object_or_404(Campaign, pk=pk)
        purpose = LetterTemplate.Purpose.EXTENSION
        texts = LetterVersion.objects.filter(template__campaign=campaign, template__purpose=purpose)
        version = texts.order_by("-pk").first()
        if version is None:
            messages.error(
                request,
                "Write the text of the letter first: one with the purpose "
                f"“{purpose.label}”. There is one to start from.",
            )
            return redirect("letters:templates", pk)
        letter_date = _next_business_day(timezone.localdate(timezone=ZoneInfo(campaign.timezone)))
        one = whole_number(request.POST.get("recipient", ""))
        only = campaign.recipients.filter(pk=one) if one is not None else None
        number = campaign.mailings.filter(version__template__purpose=purpose).count() + 1
        try:
            made = confirm_extension.prepare(
                campaign=campaign,
                version=version,
                title=f"More time {number}, {letter_date:%B %-d, %Y}",
                letter_date=letter_date,
                recipients=only,
                by=self.person,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("letters:deadline", one) if only else redirect(campaign)
        for mailing in made:
            letters = counted(mailing.letters.count())
            messages.success(request, f"“{mailing}” with {letters} is prepared and checked.")
        return redirect(made[0]) if len(made) == 1 else redirect("letters:mailings", pk)


def _one_for_each(request: HttpRequest, made: list[Mailing]) -> HttpResponse:
    each = "; ".join(f"“{mailing}”, {counted(mailing.letters.count())}" for mailing in made)
    messages.success(
        request,
        f"Those overdue had different first letters, so {len(made)} reminders are prepared and "
        f"checked, one after each: {each}.",
    )
    return redirect("letters:mailings", made[0].campaign_id)


def _printed(mailing: Mailing) -> str:
    if not mailing.version.asks_for_an_answer:
        return ""
    if mailing.version.template.confirms_an_extension:
        return "for each recipient, the time that it was given"
    return deadlines.printed(mailing.printed_deadline, mailing.campaign.timezone)


def _chosen(campaign: Campaign, key: str) -> QuerySet[Recipient]:
    recipients = campaign.recipients.active()
    if key == NewMailingForm.UNANSWERED:
        return recipients.unanswered()
    if key == NewMailingForm.OVERDUE:
        return recipients.overdue(timezone.now())
    if key == NewMailingForm.UNWRITTEN:
        written = Letter.objects.standing().filter(mailing__campaign=campaign)
        return recipients.exclude(pk__in=written.values("recipient"))
    if key == NewMailingForm.CONFIRMED:
        stand = standings(recipients, timezone.now())
        confirmed = [pk for pk, one in stand.items() if one is Standing.CONFIRMED]
        return recipients.filter(pk__in=confirmed)
    return recipients


def _narrowed(
    recipients: QuerySet[Recipient], words: str, state: str, kind: str
) -> QuerySet[Recipient]:
    institutions = Institution.objects.matching(words)
    if state:
        institutions = institutions.filter(state=state)
    if kind:
        institutions = institutions.filter(kind=kind)
    return recipients.filter(institution__in=institutions)


def _next_business_day(day: datetime.date) -> datetime.date:
    while deadlines.why_not_a_business_day(day):
        day += datetime.timedelta(days=1)
    return day


@dataclass(frozen=True)
class Step:
    """One of the four steps: whether it is done, where the mailing stands, or still to come."""

    key: str
    title: str
    summary: str
    is_done: bool
    is_current: bool


CHECK, RENDER, APPROVE, SEND = "check", "render", "approve", "send"
_STANDS_AT = {
    S.PREPARING: CHECK,
    S.RETURNED: CHECK,
    S.CANCELLED: CHECK,
    S.RENDERING: RENDER,
    S.READY: APPROVE,
    S.APPROVED: SEND,
    S.SENDING: SEND,
    S.SENT: SEND,
}
_ORDER = (CHECK, RENDER, APPROVE, SEND)


class MailingPage(StaffPage, TemplateView):
    """One mailing at the step where it stands; `?step=` looks at another one."""

    permission_required = "letters.view_mailing"
    template_name = "staff/mailing.html"
    tab = "letters:mailings"
    campaign: Campaign
    mailing: Mailing

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.mailing = get_object_or_404(
            Mailing.objects.select_related(
                "campaign",
                "version__template",
                "version__author",
                "follows",
                "prepared_by",
                "approved_by",
                "gap_accepted_by",
            ),
            pk=kwargs["pk"],
        )
        self.campaign = self.mailing.campaign

    def get_title(self) -> str:
        return self.mailing.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mailing = self.mailing
        counts = letter_counts(mailing)
        stands_at = _STANDS_AT[S(mailing.status)]
        asked = self.request.GET.get("step", "")
        step = asked if asked in _ORDER else stands_at
        more = {CHECK: self._check, RENDER: self._render, APPROVE: self._approve, SEND: self._send}
        return super().get_context_data(
            **{
                "mailing": mailing,
                "counts": counts,
                "steps": _steps(mailing, counts, stands_at),
                "step": step,
                "stands_at": stands_at,
                "deadline": _printed(mailing),
                "events": audit.history(mailing)[:30],
                "returned": _returned(mailing),
                "letter_comments": approve.comments_of_now(mailing),
                **more[step](),
                **kwargs,
            }
        )

    def _rows(self) -> dict[str, Any]:
        asked = Asked.from_address(self.request.GET)
        letters = listed(asked_for(self.mailing, asked))
        return {"asked": asked, "page_obj": self._page(letters)}

    def _page(self, letters: QuerySet[Letter]) -> Page[Letter]:
        return Paginator(letters, ROWS).get_page(self.request.GET.get("page"))

    def _check(self) -> dict[str, Any]:
        asked = Asked.from_address(self.request.GET)
        newer = LetterVersion.objects.filter(template__campaign=self.campaign)
        page = self._page(worst_first(listed(asked_for(self.mailing, asked))))
        columns = grid.columns(asked.family)
        return {
            "asked": asked,
            "page_obj": page,
            "columns": columns,
            "rows": grid.rows(page, columns, severity=asked.severity, code=asked.code),
            "families": [(one.name.lower(), one.value) for one in grid.FAMILIES],
            "family_counts": family_counts(self.mailing),
            "overrides": overrides(self.mailing),
            "deviations": deviations(self.mailing),
            "changed_since": changed_since_check(self.mailing),
            "severities": severity_counts(self.mailing),
            "codes": code_counts(self.mailing),
            "notes": self.mailing.findings.filter(letter=None).select_related("override__by"),
            "stops": self.mailing.findings.filter(severity="red").exists(),
            "versions": newer.exclude(pk=self.mailing.version_id).select_related("template")[:20],
        }

    def _render(self) -> dict[str, Any]:
        return {**progress_context(self.mailing), **self._rows()}

    def _approve(self) -> dict[str, Any]:
        to_open = approve.to_open(self.mailing, self.person)
        marked = listed(self.mailing.letters.filter(pk__in=to_open.marked))
        others = self.mailing.letters.standing().exclude(pk__in=to_open.marked)
        opened = listed(others.filter(pk__in=to_open.opened))
        lengths = self.mailing.letters.standing().values("page_count").annotate(n=Count("pk"))
        notes = preflight.of_the_mailing(self.mailing)
        return {
            "to_open": to_open,
            "answers_digest": approve.answers_digest(self.mailing),
            "why_not": approve.why_not(self.mailing, self.person),
            "page_obj": self._page(marked),
            "opened_others": opened[:ROWS],
            "notes": notes,
            "in_the_way": preflight.in_the_way(self.mailing, notes),
            "stale": freshness.first_stale(self.mailing),
            "overrides": overrides(self.mailing),
            "lengths": list(lengths.order_by("page_count")),
            **decision(self.mailing),
        }

    def _send(self) -> dict[str, Any]:
        mailing = self.mailing
        dispatches = Dispatch.objects.filter(letter__mailing=mailing)
        by_status = dispatches.values("channel", "status").annotate(n=Count("pk")).order_by()
        doubtful = dispatches.filter(status__in=["unknown", "failed", "held"])
        today = timezone.localdate(timezone=ZoneInfo(mailing.campaign.timezone))
        return {
            **self._rows(),
            "to_post": dispatch.to_post(mailing).count(),
            "to_email": dispatch.to_email(mailing).count(),
            "outstanding": dispatch.outstanding(mailing).count(),
            "changed_count": changed.flagged(mailing).count(),
            "changed_letters": changed.flagged(mailing).select_related(
                "recipient__institution", "addressee__contact"
            )[:ROWS],
            "anew_on": _next_business_day(today),
            "packs": mailing.packs.select_related("made_by", "posted_by").annotate(
                waiting=Count("dispatches", filter=Q(dispatches__status="queued")),
                gone=Count("dispatches", filter=Q(dispatches__sent_at__isnull=False)),
            ),
            "post_counts": _labelled(by_status, "post"),
            "email_counts": _labelled(by_status, "email"),
            "doubtful": doubtful.select_related("letter__recipient__institution")[:ROWS],
            "today": today,
            "another_day": _another_day(mailing, today),
            "is_open": mailing.status in (S.APPROVED, S.SENDING, S.SENT),
        }


def _returned(mailing: Mailing) -> AuditEvent | None:
    """Who returned it last, and when; the comments stay to be read until it is approved."""
    if not mailing.comments or mailing.approved_by_id or mailing.status == S.CANCELLED:
        return None
    return audit.history(mailing).filter(verb="mailing.returned").first()


def _labelled(rows: QuerySet[Any], channel: str) -> list[dict[str, Any]]:
    return [
        {"status": row["status"], "label": Dispatch.Status(row["status"]).label, "count": row["n"]}
        for row in rows
        if row["channel"] == channel
    ]


def _another_day(mailing: Mailing, today: datetime.date) -> str:
    try:
        dispatch.refuse_another_day(mailing, today)
    except Refused as refusal:
        return str(refusal)
    return ""


def letter_counts(mailing: Mailing) -> dict[str, int]:
    """How many letters stand at each status, and how many count at all."""
    rows = mailing.letters.values("status").annotate(n=Count("pk")).order_by()
    counts = {row["status"]: row["n"] for row in rows}
    counts["standing"] = sum(counts.values()) - counts.get(Letter.Status.VOID, 0)
    return counts


def _steps(mailing: Mailing, counts: dict[str, int], stands_at: str) -> list[Step]:
    at = _ORDER.index(stands_at)
    rendered = counts.get("rendered", 0) + counts.get("sealed", 0)
    summaries = {
        CHECK: f"{counted(counts['standing'])}"
        + (f", {counts['void']:,} left out" if counts.get("void") else ""),
        RENDER: "under way"
        if mailing.status == S.RENDERING
        else f"{rendered:,} rendered"
        + (f", {counts['quarantined']:,} set aside" if counts.get("quarantined") else ""),
        APPROVE: f"by {mailing.approved_by}" if mailing.approved_by else "by another person",
        SEND: mailing.get_status_display() if stands_at == SEND else "post and e-mail",
    }
    titles = {CHECK: "Check", RENDER: "Render", APPROVE: "Approve", SEND: "Send"}
    return [
        Step(
            key,
            titles[key],
            summaries[key],
            is_done=index < at or mailing.status == S.SENT,
            is_current=index == at and mailing.status not in (S.SENT, S.CANCELLED),
        )
        for index, key in enumerate(_ORDER)
    ]


def progress_context(mailing: Mailing) -> dict[str, Any]:
    events = audit.history(mailing).filter(verb__in=["mailing.resumed", "mailing.set_plainly"])
    return {
        "progress": render.progress(mailing, now=timezone.now()),
        "set_aside": listed(mailing.letters.filter(status=Letter.Status.QUARANTINED))[:ROWS],
        "resumed": events[:5],
        "layouts": alike.summary(mailing),
    }


class MailingProgress(StaffPage, TemplateView):
    """The part of the page that is asked for again each second while letters are rendered."""

    permission_required = "letters.view_mailing"
    template_name = "staff/mailing_progress.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mailing = get_object_or_404(Mailing.objects.select_related("campaign"), pk=kwargs["pk"])
        response = self.render_to_response({"mailing": mailing, **progress_context(mailing)})
        response["Cache-Control"] = "no-store"
        if mailing.status != S.RENDERING:
            response["HX-Redirect"] = reverse("letters:mailing", args=[mailing.pk])
        return response
