"""The inbox: what came in across all campaigns, by whatever way, unread first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, CharField, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView, TemplateView, View

from campaigns.models import Campaign, Channel, User
from campaigns.text import fold
from campaigns.views.fields import whole_number
from campaigns.views.shell import StaffPage
from letters.actions import incoming as actions
from letters.actions.outcome import Outcome, in_words
from letters.inbound.take_in import NotTakenIn, take_in
from letters.models import Incoming, Response

PER_PAGE = 50
MOST_FILES = 20
Key = tuple[str, int]  # "incoming" or "response", and the row's key


class InboxFilter(forms.Form):
    """Which of it. Without a choice: all that stands, without what was set aside."""

    SHOW = (
        ("", "All"),
        ("unread", "Unread"),
        ("waiting", "To be classified"),
        ("held", "Nobody known"),
        ("mine", "Mine"),
        ("aside", "Set aside"),
    )
    q = forms.CharField(required=False, label="Search", max_length=200)
    show = forms.ChoiceField(required=False, label="Show", choices=SHOW)
    campaign = forms.ModelChoiceField(
        Campaign.objects.filter(archived_at=None), required=False, empty_label="Any"
    )
    channel = forms.ChoiceField(
        required=False, label="Came by", choices=[("", "Any"), *Channel.choices]
    )
    kind = forms.ChoiceField(
        required=False, label="What it is", choices=[("", "Any"), *Response.Kind.choices]
    )

    def __init__(self, data: Any, *, person: User) -> None:
        super().__init__(data)
        self.person = person
        self.full_clean()

    @property
    def is_filtering(self) -> bool:
        return any(self.cleaned_data.values())

    def ordered(self) -> "QuerySet[Any, Key]":
        """The rows in the order of the page, from both tables in one query."""
        return (
            self._found(self._responses(), "response", Value(0, IntegerField()))
            .union(self._found(self._incoming(), "incoming", _waiting()), all=True)
            .order_by("-unread", "-waits", "-received_on", "source", "-pk")
        )

    def _found(self, rows: QuerySet[Any], source: str, waits: Any) -> QuerySet[Any]:
        unread = Case(When(read_at=None, then=1), default=0, output_field=IntegerField())
        return (
            rows.order_by()
            .annotate(source=Value(source, CharField()), unread=unread, waits=waits)
            .values_list("source", "pk", "unread", "waits", "received_on")
        )

    def _responses(self) -> QuerySet[Response]:
        rows, show = self._chosen(Response.objects.all(), "kind"), self.cleaned_data.get("show")
        if show in ("waiting", "held", "aside"):
            return rows.none()
        if show == "unread":
            return rows.unread()  # type: ignore[attr-defined]
        if show == "mine":
            return rows.filter(Q(read_by=self.person) | Q(recorded_by=self.person))
        return rows

    def _incoming(self) -> QuerySet[Incoming]:
        rows = self._chosen(Incoming.objects.all(), "looks_like")
        show = self.cleaned_data.get("show")
        if show == "aside":
            return rows.filter(status=Incoming.Status.SET_ASIDE)
        rows = rows.filter(status=Incoming.Status.WAITING)
        if show == "unread":
            return rows.filter(read_at=None)
        if show == "held":
            return rows.filter(recipient=None)
        if show == "mine":
            return rows.filter(taken_by=self.person)
        return rows

    def _chosen(self, rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
        chosen = self.cleaned_data
        for word in chosen.get("q", "").split():
            rows = rows.filter(_holds(rows.model, word))
        if campaign := chosen.get("campaign"):
            rows = rows.filter(recipient__campaign=campaign)
        if channel := chosen.get("channel"):
            rows = rows.filter(channel=channel)
        if what := chosen.get("kind"):
            rows = rows.filter(**{kind: what})
        return rows


def _waiting() -> Case:
    return Case(When(status="waiting", then=1), default=0, output_field=IntegerField())


def _holds(model: type, word: str) -> Q:
    found = Q(letter__reference__icontains=word)
    if folded := fold(word):
        found |= Q(recipient__institution__search_key__contains=folded)
    if model is Response:
        return found | Q(respondent_name__icontains=word) | Q(receipt__icontains=word)
    return (
        found
        | Q(sender_name__icontains=word)
        | Q(sender_email__icontains=word)
        | Q(subject__icontains=word)
        | Q(file_name__icontains=word)
        | Q(text__icontains=word)
    )


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    item: Incoming | Response
    url: str
    says: str
    like_it: int = 0  # how many others that wait say the same

    @property
    def is_incoming(self) -> bool:
        return isinstance(self.item, Incoming)


def rows_of(keys: list[Any]) -> list[Row]:
    """The lines of these keys, in their order; a constant number of queries."""
    responses = (
        Response.objects.select_related(
            "recipient__institution", "recipient__campaign", "letter", "read_by", "request"
        )
        .prefetch_related("items__entry__answer__demand")
        .in_bulk([pk for source, pk, *_ in keys if source == "response"])
    )
    incoming = Incoming.objects.select_related(
        "recipient__institution", "recipient__campaign", "letter", "taken_by", "read_by"
    ).in_bulk([pk for source, pk, *_ in keys if source == "incoming"])
    alike = _alike(incoming.values())
    made = []
    for source, pk, *_ in keys:
        if source == "response" and pk in responses:
            one = responses[pk]
            made.append(Row(one, reverse("letters:inbox_response", args=[pk]), one.receipt))
        elif source == "incoming" and pk in incoming:
            item = incoming[pk]
            says = item.subject or item.file_name
            made.append(Row(item, item.get_absolute_url(), says, alike.get(_first(item), 0)))
    return made


def _first(item: Incoming) -> int:
    return item.alike_id or item.pk


def _alike(items: Any) -> dict[int, int]:
    """How many others wait in the group of each first item."""
    firsts = {_first(item) for item in items}
    groups = (
        Incoming.objects.waiting()
        .annotate(first=Coalesce("alike", "pk"))
        .filter(first__in=firsts)
        .order_by()
        .values_list("first")
        .annotate(count=Count("pk"))
    )
    return {first: count - 1 for first, count in groups}


class Inbox(StaffPage, TemplateView):
    permission_required = "letters.view_response"
    template_name = "staff/inbox.html"
    title = "Inbox"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = InboxFilter(self.request.GET, person=self.person)
        page = Paginator(form.ordered(), PER_PAGE).get_page(self.request.GET.get("page"))
        rows = rows_of(list(page.object_list))
        of = {row.item.recipient.campaign_id for row in rows if row.item.recipient}
        return super().get_context_data(
            form=form,
            page_obj=page,
            rows=rows,
            names_campaigns=len(of) > 1,  # the same name in each row tells nothing
            counts=_counts(self.person),
            **kwargs,
        )


def _counts(person: User) -> list[tuple[str, str, int]]:
    """What each choice of `show` holds: its value, its words and how many."""
    waiting = Incoming.objects.waiting().aggregate(
        waiting=Count("pk"),
        unread=Count("pk", filter=Q(read_at=None)),
        held=Count("pk", filter=Q(recipient=None)),
        mine=Count("pk", filter=Q(taken_by=person)),
    )
    unread = waiting["unread"] + Response.objects.unread().count()
    return [
        ("unread", "unread", unread),
        ("waiting", "to be classified", waiting["waiting"]),
        ("held", "from nobody known", waiting["held"]),
        ("mine", "taken on by you", waiting["mine"]),
    ]


class Outcomes(StaffPage):
    """The page that answers for every row of what was done to many."""

    request: HttpRequest

    def answer_for(self, title: str, outcomes: list[Outcome]) -> HttpResponse:
        context = self.get_context_data(
            title=title, outcomes=outcomes, summary=f"{in_words(outcomes).capitalize()}."
        )
        return render(self.request, "staff/inbox_outcomes.html", context)


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Some files; the clean value is a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = list(data or [])
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"At most {MOST_FILES} files can be added at once.")
        return files


class AddForm(forms.Form):
    documents = FilesField(
        label="E-mails and scans",
        help_text=(
            f"E-mails saved as .eml, and PDF, JPEG, PNG or Word (DOCX); at most {MOST_FILES} at "
            "once. One file is one reply."
        ),
        widget=FilesInput(attrs={"accept": ".eml,.pdf,.jpg,.jpeg,.png,.docx"}),
    )
    channel = forms.ChoiceField(
        label="Scans came by",
        choices=[(Channel.POST, "Post"), (Channel.EMAIL, "E-mail")],
        help_text="E-mails say so themselves.",
    )
    received_on = forms.DateField(
        label="Scans were received on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("This day is still ahead.")
        return day


class InboxAdd(Outcomes, FormView):
    """A clerk drops what came in; each file is answered for."""

    permission_required = "letters.record_response"
    template_name = "staff/inbox_add.html"
    title = "Add what came in"
    form_class = AddForm

    def get_initial(self) -> dict[str, Any]:
        return {"received_on": timezone.localdate()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs = {"submit": "Add to the inbox", "back_url": reverse("letters:inbox"), **kwargs}
        return super().get_context_data(**kwargs)

    def form_valid(self, form: AddForm) -> HttpResponse:
        outcomes = [self._take(file, form.cleaned_data) for file in form.cleaned_data["documents"]]
        return self.answer_for("What was added", outcomes)

    def _take(self, file: Any, given: dict[str, Any]) -> Outcome:
        name = file.name or "file"
        try:
            item, is_new = take_in(
                name=name,
                content=file.read(),
                channel=given["channel"],
                received_on=given["received_on"],
                now=timezone.now(),
                by=self.person,
            )
        except NotTakenIn as refusal:
            return Outcome.refused(name, str(refusal))
        if not is_new:
            return Outcome.skipped(name, f"It came in before, as “{item}”.")
        if item.recipient is None:
            return Outcome.done(name, "Held: it is not certain whose it is. Open it and say so.")
        return Outcome.done(name, f"{item.recipient}. {item.matched_because}")


class InboxFile(Outcomes, View):
    """Decide on many at once: file what machines wrote, or mark as read."""

    permission_required = "letters.record_response"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = list(self._chosen())
        if not chosen:
            messages.error(request, "Nothing was chosen. Tick the rows it is about.")
            return HttpResponseRedirect(reverse("letters:inbox"))
        now = timezone.now()
        if request.POST.get("act") == "read":
            for item in chosen:
                actions.mark(item=item, read=True, by=self.person, now=now)
            messages.success(request, f"Marked as read: {len(chosen)}.")
            return HttpResponseRedirect(self.return_to or reverse("letters:inbox"))
        return self.answer_for("What was filed", list(self._file(chosen, now)))

    def _chosen(self) -> Iterator[Incoming | Response]:
        for model, name in ((Incoming, "incoming"), (Response, "response")):
            typed = map(whole_number, self.request.POST.getlist(name)[:PER_PAGE])
            keys = [key for key in typed if key is not None]
            rows = model._default_manager.filter(pk__in=keys)
            yield from rows.select_related("recipient__institution", "recipient__campaign")

    def _file(self, chosen: list[Incoming | Response], now: Any) -> Iterator[Outcome]:
        items = [one for one in chosen if isinstance(one, Incoming)]
        today = timezone.localdate(now)
        yield from actions.file_as_it_looks(incoming=items, now=now, on=today, by=self.person)
        for one in chosen:
            if isinstance(one, Response):
                yield Outcome.skipped(str(one.recipient), f"It is on record as {one.receipt}.")
