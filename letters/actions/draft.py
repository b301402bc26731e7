"""Decisions on the text of letters: a template, its versions, and when a version is frozen."""

import dataclasses
import datetime
import re
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.utils import timezone

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions.campaign import locked
from campaigns.models import Campaign, Ground, User
from campaigns.text import MERGE_TAG
from letters.actions import annex
from letters.merge import language
from letters.merge.fields import ground_flag
from letters.models import LetterTemplate, LetterVersion


class NameIsTaken(Refused):
    """The campaign has a letter of that name."""


class NothingToCopy(Refused):
    """A letter without a saved version has no words yet."""


@dataclasses.dataclass(frozen=True)
class Text:
    """What a version says. `subject` and `body` hold merge tags; `enclosures` one per line."""

    subject: str
    body: str
    closing: str = "Sincerely,"
    label: str = ""
    enclosures: str = ""

    @classmethod
    def of(cls, version: LetterVersion) -> "Text":
        return cls(
            **{field.name: getattr(version, field.name) for field in dataclasses.fields(cls)}
        )


@dataclasses.dataclass(frozen=True)
class Problem:
    """Why a text is refused. `field` is of `Text`; line and column count from 1."""

    field: str
    line: int
    column: int
    message: str


class TextRefused(Refused):
    """The text cannot become a letter; `problems` says why and where, all at once."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        first = problems[0]
        more = f" There are {len(problems) - 1} more." if len(problems) > 1 else ""
        super().__init__(
            f"The text was not saved. Line {first.line}, column {first.column} of the "
            f"{first.field}: {first.message}{more}"
        )


def check(text: Text, *, campaign: Campaign) -> list[Problem]:
    """Everything that keeps the text from being a letter of the campaign."""
    grounds = ground_keys(campaign)
    words = [
        *_from_language("subject", language.check(text.subject, subject=True, grounds=grounds)),
        *_from_language("body", language.check(text.body, grounds=grounds)),
    ]
    return [
        *_naming_grounds(words, campaign),
        *_not_plain("closing", text.closing),
        *_not_plain("label", text.label),
        *_not_plain("enclosures", text.enclosures),
    ]


def ground_keys(campaign: Campaign) -> tuple[str, ...]:
    """The grounds that the campaign's letters may ask about in a condition."""
    return tuple(sorted(campaign.grounds.values_list("key", flat=True)))


def ground_names(campaign: Campaign) -> dict[str, str]:
    """The same grounds, each key with the name that a person knows it by."""
    return dict(campaign.grounds.order_by("key").values_list("key", "name"))


@transaction.atomic
def create_template(*, campaign: Campaign, name: str, purpose: str, by: User) -> LetterTemplate:
    """A letter without words yet; `save_version` gives it some."""
    campaign = locked(campaign)
    if campaign.templates.filter(name__iexact=name).exists():
        raise NameIsTaken(
            f"This campaign has a letter called “{name}” already. Choose another name."
        )
    template = LetterTemplate.objects.create(campaign=campaign, name=name, purpose=purpose)
    audit.record(
        "template.created",
        subject=template,
        by=by,
        campaign=campaign,
        sentence=f"began the letter “{name}” ({template.get_purpose_display().lower()}).",
    )
    return template


@transaction.atomic
def start_template(
    *,
    campaign: Campaign,
    name: str,
    purpose: str,
    text: Text,
    reason: str,
    by: User,
    copied_from: LetterVersion | None = None,
) -> LetterTemplate:
    """A letter that begins with words from elsewhere; keeps nothing where it raises TextRefused."""
    template = create_template(campaign=campaign, name=name, purpose=purpose, by=by)
    save_version(template=template, text=text, reason=reason[:300], by=by, copied_from=copied_from)
    return template


@transaction.atomic
def copy_template(
    *, template: LetterTemplate, campaign: Campaign, name: str, purpose: str, by: User
) -> LetterTemplate:
    """A new letter, in this campaign or another, that begins as `template` is now.

    It takes the words, the cover sheet, the exhibits and the response form.

    Raises NothingToCopy, and TextRefused where the words name a ground that the other
    campaign does not have.
    """
    version = template.versions.first()
    if version is None:
        raise NothingToCopy(f"“{template.name}” has no saved text yet.")
    made = start_template(
        campaign=campaign,
        name=name,
        purpose=purpose,
        text=Text.of(version),
        reason=f"Copied from {version} of “{template.campaign.title}”.",
        by=by,
        copied_from=version,
    )
    annex.copy(source=template, template=made, by=by)
    return made


@transaction.atomic
def save_version(
    *,
    template: LetterTemplate,
    text: Text,
    reason: str = "",
    by: User,
    copied_from: LetterVersion | None = None,
) -> LetterVersion:
    """Keep the text as the next version.

    The text of the latest version saved again is that version: nothing is kept twice, and
    its author stays its author. Raises TextRefused with every problem.
    """
    campaign = locked(template.campaign)
    latest = template.versions.first()
    if latest and Text.of(latest) == text:
        return latest
    if problems := check(text, campaign=campaign):
        raise TextRefused(problems)
    version = LetterVersion.objects.create(
        template=template,
        number=latest.number + 1 if latest else 1,
        author=by,
        reason=reason,
        copied_from=copied_from,
        **dataclasses.asdict(text),
    )
    audit.record(
        "version.saved",
        subject=template,
        by=by,
        campaign=campaign,
        sentence=f"saved {version}." + (f" Reason: {reason}" if reason else ""),
        version=version.pk,
        number=version.number,
    )
    return version


def freeze(*, version: LetterVersion, on: datetime.datetime | None = None) -> LetterVersion:
    """Called when a mailing uses the version; from then on it is marked as what was sent.

    It writes no event of its own; the mailing does. The text is checked again, because the
    campaign may have dropped a ground that the text asks about. Raises TextRefused.
    """
    if problems := check(Text.of(version), campaign=version.template.campaign):
        raise TextRefused(problems)
    moment = on or timezone.now()
    LetterVersion.objects.filter(pk=version.pk, frozen_at=None).update(frozen_at=moment)
    version.refresh_from_db(fields=["frozen_at"])
    return version


def _naming_grounds(problems: list[Problem], campaign: Campaign) -> Iterator[Problem]:
    """An unknown flag that is a ground's says which ground, and that the campaign lacks it."""
    others = Ground.objects.exclude(campaigns=campaign) if problems else Ground.objects.none()
    names = {ground_flag(key): name for key, name in others.values_list("key", "name")}
    for problem in problems:
        flag = next((word for word in re.findall(r"\w+", problem.message) if word in names), "")
        if flag:
            problem = dataclasses.replace(
                problem,
                message=(
                    f"{flag} asks whether the letter cites “{names[flag]}”, which is no ground of "
                    "this campaign. Pick it under Details, or take the condition out."
                ),
            )
        yield problem


def _from_language(field: str, problems: Iterable[language.Problem]) -> Iterator[Problem]:
    for problem in problems:
        yield Problem(field, problem.line, problem.column, problem.message)


def _not_plain(field: str, text: str) -> Iterator[Problem]:
    """What keeps a text from being printed as it stands, which is how these are printed."""
    yield from _from_language(field, language.unprintable(text))
    for number, line in enumerate(text.split("\n"), start=1):
        for tag in MERGE_TAG.finditer(line):
            message = f"No merge tags are read here; {tag[0]} would be printed as it stands."
            yield Problem(field, number, tag.start() + 1, message)
