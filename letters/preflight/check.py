"""What a check is, what it finds, and what all checks of one run share."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from django.db.models import Count, Exists, OuterRef, Q

from campaigns.coverage import Coverage
from campaigns.deadlines import Rule
from campaigns.models import Addressee, Answer, Contact, Ground, Institution, Recipient
from campaigns.models.answer import NOT_KEPT, PENDING, Outcome
from campaigns.standing import CONFIRMING
from campaigns.text import fold, with_one_stop
from letters.models import Dispatch, Finding, Letter, LetterTemplate, Mailing

RED, AMBER, NOTE = Finding.Severity.RED, Finding.Severity.AMBER, Finding.Severity.NOTE


class Family(StrEnum):
    """Checks that look at the same thing: one column of the grid, or the whole mailing."""

    PERMISSION = "May be written to"
    ADDRESSEE = "Addressee"
    ADDRESS = "Address"
    EMAIL = "E-mail"
    ONCE = "Written once"
    VALUES = "Values"
    GROUNDS = "Grounds"
    PAGES = "Pages"
    DATES = "Dates"
    TEXT = "Text"
    CAMPAIGN = "Campaign"


# The answer of a family's checks in a word or two, where none of them found anything.
RIGHT = {
    Family.PERMISSION: "may be",
    Family.ADDRESSEE: "known",
    Family.ADDRESS: "complete",
    Family.EMAIL: "in order",
    Family.ONCE: "once",
    Family.VALUES: "all there",
    Family.GROUNDS: "cover it",
    Family.PAGES: "in order",
}


class Mend(StrEnum):
    """Where a finding is put right."""

    ADDRESS = "the institution's name and address"
    CONTACT = "the contact in the directory"
    FACTS = "the institution's facts"
    STANDING = "the institution's page"
    ADDRESSEES = "the recipient's addressees"
    RECIPIENT = "the recipient's page"
    SOURCED_FACTS = "the recipient's sourced facts"
    OWN_TEXT = "the recipient's own text"
    LETTER = "the letter's page"
    TEXT = "the letter's text"
    MAILING = "the mailing's date and text"
    CAMPAIGN = "the campaign's details"
    GROUNDS = "the catalogue of grounds"
    VERIFICATION = "the ground's page, by counsel"
    SENDER = "the campaign's sender"


class Part(StrEnum):
    """When a check can look."""

    DATA = "the data, before rendering"
    PAGES = "the pages, once they are rendered"


@dataclass(frozen=True)
class Said:
    """A sentence whose severity differs from that of its check."""

    sentence: str
    severity: str


FoundKey = tuple[int | None, str, str]


@dataclass(frozen=True)
class Found:
    """A finding before it is a row. Without a letter it holds for the whole mailing."""

    code: str
    severity: str
    message: str
    letter: Letter | None = None

    @property
    def key(self) -> FoundKey:
        """What makes it the same finding in another run."""
        return self.letter.pk if self.letter else None, self.code, self.message


@dataclass(frozen=True)
class Answered:
    """Whether a recipient answered some demand, and every one; how many for the time being.

    `confirmed` is whether every demand was. `lapsed` are those whose promised day has passed, and
    nobody found the promise kept.
    """

    some: bool = False
    every: bool = False
    confirmed: bool = False
    pending: int = 0
    lapsed: int = 0


# What is compared of thousands of letters, which hold much more.
_OF_A_LETTER = (
    "recipient",
    "mailing__title",
    "addressee__name",
    "addressee__title",
    "addressee__contact__name",
    "addressee__contact__title",
)


@dataclass(frozen=True)
class Before:
    """Whom another letter to the same recipient goes to, and in which mailing it is."""

    addressee: Addressee
    mailing: str


@dataclass
class Batch:
    """What the checks look up, read once for all letters."""

    mailing: Mailing
    letters: list[Letter]
    grounds: list[Ground]
    today: datetime.date
    due: datetime.date
    rule: Rule
    seen: dict[object, Letter] = field(default_factory=dict)
    # Of each letter, by its key, the strings that several checks read.
    texts: dict[int, list[str]] = field(default_factory=dict)
    # And whether each of the grounds covers its recipient.
    covered: dict[int, list[Coverage]] = field(default_factory=dict)
    mostly_doubted: bool | None = None

    @cached_property
    def written_before(self) -> Mapping[int, list[Before]]:
        """Recipient to the letters of other mailings that a letter of this one would double.

        A first letter and thanks are said once. Whoever is asked again may be asked once more,
        but not in the same words, and not before the letter that was prepared has left.
        """
        template = self.mailing.version.template
        others = (
            Letter.objects.standing()
            .filter(
                mailing__campaign=self.mailing.campaign_id,
                mailing__version__template__purpose=template.purpose,
            )
            .exclude(mailing=self.mailing)
        )
        waiting = ~Exists(Dispatch.objects.filter(letter=OuterRef("pk"), status__in=Dispatch.LEFT))
        if template.purpose in LetterTemplate.ASK_AGAIN:
            others = others.filter(waiting | Q(mailing__version__template=template))
        elif template.confirms_an_extension:
            others = others.filter(waiting)
        found: dict[int, list[Before]] = defaultdict(list)
        for one in others.select_related("addressee__contact", "mailing").only(*_OF_A_LETTER):
            found[one.recipient_id].append(Before(one.addressee, one.mailing.title))
        return found

    @cached_property
    def lengths(self) -> "Counter[int]":
        """How many letters have how many pages, of those that have pages."""
        return Counter(letter.page_count for letter in self.letters if letter.page_count)

    @cached_property
    def suppressed(self) -> Mapping[int, list[Contact]]:
        """Institution to the people at it who are not to be written to, also those archived."""
        found: dict[int, list[Contact]] = defaultdict(list)
        for contact in Contact.objects.exclude(suppressed_at=None):
            found[contact.institution_id].append(contact)
        return found

    @cached_property
    def suppressed_institutions(self) -> Mapping[int | tuple[str, str], Institution]:
        """Those not to be written to, by key, and by name, as it is compared, and state."""
        rows = Institution.objects.exclude(suppressed_at=None)
        return {key: one for one in rows for key in (one.pk, (fold(one.name), one.state))}

    @cached_property
    def represented(self) -> Mapping[int, list[Recipient]]:
        """Institution to where counsel appeared for it, or for the one above or below it."""
        found: dict[int, list[Recipient]] = defaultdict(list)
        rows = Recipient.objects.filter(
            counsel_appeared_on__isnull=False, direct_allowed_at=None, withdrawn_at=None
        )
        for one in rows.select_related("institution", "campaign"):
            for pk in (one.institution_id, one.institution.parent_id):
                if pk:
                    found[pk].append(one)
        return found

    @cached_property
    def with_counsel(self) -> frozenset[int]:
        """The represented recipients that have counsel as an addressee now."""
        addressees = Addressee.objects.filter(
            recipient__campaign=self.mailing.campaign_id,
            recipient__counsel_appeared_on__isnull=False,
            archived_at=None,
        ).select_related("contact")
        return frozenset(one.recipient_id for one in addressees if one.is_counsel)

    @cached_property
    def purpose(self) -> str:
        """What the letters are for."""
        return self.mailing.version.template.purpose

    @cached_property
    def prints_facts(self) -> bool:
        """Whether the letters state what was seen at each recipient."""
        return self.mailing.version.mentions("facts") or self.mailing.version.mentions("fact")

    @cached_property
    def answered(self) -> Mapping[int, Answered]:
        """Recipient to what it has answered, as its answers are now."""
        rows = (
            Answer.objects.filter(recipient__campaign=self.mailing.campaign_id)
            .order_by()
            .values_list("recipient")
            .annotate(
                asked=Count("pk"),
                said=Count("current_entry"),
                confirmed=Count("pk", filter=Q(outcome__in=CONFIRMING)),
                pending=Count("pk", filter=Q(outcome__in=PENDING)),
                lapsed=Count(
                    "pk",
                    filter=Q(
                        outcome=Outcome.WILL_COMPLY,
                        verification__in=NOT_KEPT,
                        current_entry__promised_on__lt=self.today,
                    ),
                ),
            )
        )
        found: defaultdict[int, Answered] = defaultdict(Answered)
        found.update(
            (pk, Answered(said > 0, said == asked, confirmed == asked, pending, lapsed))
            for pk, asked, said, confirmed, pending, lapsed in rows
        )
        return found

    @cached_property
    def reminded(self) -> frozenset[int]:
        """The recipients for whom a reminder of this campaign has left by any way."""
        left = Letter.objects.filter(
            status=Letter.Status.SEALED,
            mailing__campaign=self.mailing.campaign_id,
            mailing__version__template__purpose=LetterTemplate.Purpose.REMINDER,
            dispatches__status__in=Dispatch.LEFT,
        )
        return frozenset(left.values_list("recipient_id", flat=True))

    def earlier(self, letter: Letter, keys: Iterable[object]) -> Letter | None:
        """The first letter of this run that had one of the keys, before this one."""
        keys = list(keys)
        twin = next((self.seen[key] for key in keys if key in self.seen), None)
        for key in keys:
            self.seen.setdefault(key, letter)
        return twin


Row = TypeVar("Row", Letter, Mailing)
Look = Callable[[Row, Batch], Iterator[str | Said]]


@dataclass(frozen=True)
class Check(Generic[Row]):
    """One thing that is looked at. `passes` is its answer where nothing is amiss.

    Red stops the mailing and cannot be overridden. Amber marks a letter for counsel to open,
    unless a person answers it with a written reason; with `needs_reason` nothing is approved
    before that answer is written. Where it is not `answerable`, counsel opens the letter whatever
    anybody writes. One that `compares` needs the other letters of the mailing beside it.
    """

    code: str
    family: Family
    severity: str
    title: str
    looks: str
    passes: str
    mend: Mend
    look: Look[Row]
    part: Part = Part.DATA
    needs_reason: bool = False
    answerable: bool = True
    reads_letters: bool = False
    compares: bool = False

    def findings(self, row: Row, batch: Batch) -> Iterator[Found]:
        letter = row if isinstance(row, Letter) else None
        for one in self.look(row, batch):
            said = one if isinstance(one, Said) else Said(one, self.severity)
            yield Found(self.code, said.severity, with_one_stop(said.sentence), letter)


LetterCheck = Check[Letter]
MailingCheck = Check[Mailing]
