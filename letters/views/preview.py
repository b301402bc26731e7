"""The preview: the real PDF of unsaved text for any recipient, as pictures of its pages.

The pictures are data in the page and the PDF is the answer to a POST: unsaved text is
stored nowhere, and no address leads to it.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from campaigns.models import Campaign, Recipient
from campaigns.models.recipient import RecipientQuerySet
from campaigns.text import fold
from campaigns.views.fields import LineField
from letters.actions import draft
from letters.merge import alone, context, pages, press, proof
from letters.merge.content import LetterContent
from letters.merge.document import MissingCharacters
from letters.merge.language import MissingValue, TemplateRefused
from letters.models import LetterTemplate
from letters.views.worst import WORST, Worst, worst

_NOT_SET = (
    context.NoSender,
    MissingValue,
    TemplateRefused,
    proof.Busy,
    press.RenderRefused,
    press.RenderTimedOut,
    press.RenderCrashed,
)
_EXCERPT = 60  # characters of a line on either side of a problem
# What is marked in the source: a whole tag, or a word. Empty at the end of a line.
_PLACE = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|\w+|.|")
Made = TypeVar("Made")


class NotSet(Exception):
    """No letter could be made; the sentence says why."""


@dataclass(frozen=True)
class Marked:
    """A problem in words, with its line of the source and a caret under the place.

    `field`, `line`, `column` and `length` say where the script marks it in the source.
    """

    where: str
    message: str
    excerpt: str
    caret: str
    field: str
    line: int
    column: int
    length: int


@dataclass(frozen=True)
class Picked:
    """The recipient whose letter is shown, and its neighbours in the list."""

    recipient: Recipient | None
    position: int = 0
    count: int = 0
    previous_pk: int | None = None
    next_pk: int | None = None


@dataclass(frozen=True)
class Preview:
    """What the right side shows: pages as data addresses, or why there are none.

    `words` is what the checks of a mailing will find in the text, each in a sentence.
    """

    picked: Picked
    pages: list[str] = field(default_factory=list)
    problems: list[Marked] = field(default_factory=list)
    refusal: str = ""
    waits_for: str = ""
    why: str = ""
    words: list[str] = field(default_factory=list)
    is_brief: bool = False
    seconds: float = 0.0


class Picker(forms.Form):
    """Whose letter is shown: words to search for, the one chosen last, or the worst of a kind.

    `page` is drawn anew for each open page, so that its newest request overtakes the others.
    """

    find = LineField(label="Recipient", required=False, max_length=200)
    recipient = forms.IntegerField(required=False)
    worst = forms.ChoiceField(
        choices=[(key, label) for key, (label, _) in WORST.items()], required=False
    )
    page = forms.RegexField(r"^[0-9a-f]{32}$", required=False)

    @property
    def wanted(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_valid() else {}

    @property
    def asks_for_the_worst(self) -> bool:
        return bool(self.wanted.get("worst"))

    def found(self, campaign: Campaign) -> RecipientQuerySet:
        """The recipients that the words find, in the order in which one walks through them."""
        found = campaign.recipients.active().select_related("institution")
        for word in fold(self.wanted.get("find") or "").split():
            found = found.filter(institution__search_key__contains=word)
        return found.order_by("institution__name", "pk")

    def picked(self, campaign: Campaign) -> Picked:
        """The chosen recipient if it is among those found, otherwise the first of them."""
        found = self.found(campaign)
        chosen = found.filter(pk=self.wanted.get("recipient") or 0).first() or found.first()
        return _between(found, chosen) if chosen else Picked(None)

    def picked_as_worst(self, text: draft.Text, template: LetterTemplate) -> tuple[Picked, str]:
        """The recipient who is worst in the way that was asked for, and why it is that one.

        Nobody is: the recipient that was shown stays. Raises NotSet.
        """
        campaign, kind = template.campaign, self.wanted["worst"]
        found = self.found(campaign)
        own = context.own_texts(template)
        seen: Worst = _or_not_set(
            lambda: worst(kind, text=text, campaign=campaign, among=found, own_texts=own)
        )
        picked = _between(found, seen.recipient) if seen.recipient else self.picked(campaign)
        return picked, seen.why


def marked(problem: draft.Problem, *, label: str, text: str) -> Marked:
    """The problem with its place in `text`; long lines are cut around it."""
    lines = text.split("\n")
    line = lines[problem.line - 1] if problem.line <= len(lines) else ""
    start = max(problem.column - 1 - _EXCERPT, 0)
    before, after = ("…" if start else ""), ("…" if len(line) > problem.column + _EXCERPT else "")
    return Marked(
        where=f"{label}, line {problem.line}, column {problem.column}",
        message=problem.message,
        excerpt=before + line[start : problem.column + _EXCERPT] + after,
        caret=" " * (len(before) + problem.column - 1 - start) + "^",
        field=problem.field,
        line=problem.line,
        column=problem.column,
        length=len(_PLACE.match(line, problem.column - 1)[0]),  # type: ignore[index]
    )


def content(
    text: draft.Text, *, template: LetterTemplate, recipient: Recipient | None
) -> LetterContent:
    """The letter that the text makes for the recipient, or for a sample. Raises NotSet."""
    today, own = timezone.localdate(), context.own_texts(template)
    return _or_not_set(
        lambda: context.preview_content(
            text,
            template.campaign,
            recipient,
            on=today,
            template=template,
            own_text=own.get(recipient.pk, "") if recipient else "",
        )
    )


def brief(letter: LetterContent) -> LetterContent:
    """The letter with the first page of each exhibit: forty pictures at each pause are too many.

    Its list of enclosures stays as it is.
    """
    exhibits = tuple(replace(one, pages=one.pages[:1]) for one in letter.exhibits)
    return replace(letter, exhibits=exhibits)


def typeset(letter: LetterContent, *, page: str = "") -> bytes:
    """Its PDF. Raises NotSet, and Superseded where the open page `page` asked for a newer one."""
    return _or_not_set(lambda: proof.make(letter, page=page).pdf)


def _or_not_set(make: Callable[[], Made]) -> Made:
    try:
        return make()
    except _NOT_SET as reason:
        raise NotSet(str(reason)) from reason


def refusal_of(reason: NotSet, recipient: Recipient | None, template: LetterTemplate) -> str:
    """Why no letter could be made; a character that is lacking is looked for in what only this
    recipient reads, because it does not stand in the text on the page."""
    if recipient is None or not isinstance(reason.__cause__, MissingCharacters):
        return str(reason)
    own = context.own_texts(template).get(recipient.pk, "")
    parts = (*alone.facts(context.facts(recipient)), *alone.own_text(own))
    names = [name for name, said in parts if reason.__cause__.characters & set(said)]
    return f"{reason} It stands in {' and in '.join(names)}." if names else str(reason)


def pictures(pdf: bytes) -> list[str]:
    """Every page as an address that holds the picture itself."""
    numbers = range(1, pages.page_count(pdf) + 1)
    return [_as_data(pages.page_png(pdf, number)) for number in numbers]


def _as_data(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _between(found: RecipientQuerySet, chosen: Recipient) -> Picked:
    """Where `chosen` stands in the list, asked of the database without reading the list."""
    name = chosen.institution.name
    earlier = found.filter(
        Q(institution__name__lt=name) | Q(institution__name=name, pk__lt=chosen.pk)
    )
    later = found.filter(
        Q(institution__name__gt=name) | Q(institution__name=name, pk__gt=chosen.pk)
    )
    return Picked(
        recipient=chosen,
        position=earlier.count() + 1,
        count=found.count(),
        previous_pk=_pk(earlier.reverse()),
        next_pk=_pk(later),
    )


def _pk(recipients: RecipientQuerySet) -> Any:
    return recipients.values_list("pk", flat=True).first()
