"""What is decided on a mailing's page: prepare, render, approve, and send."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from campaigns.actions import Refused
from campaigns.views.fields import whole_number
from letters.actions import approve, changed, dispatch, leave_out, mailing, override, render
from letters.actions.outcome import Outcome, counted
from letters.models import Letter, LetterVersion, Mailing, Override
from letters.views import mailing_forms as forms
from letters.views.acts import Act, MailingAct

PREPARE, APPROVE, SEND = (
    "letters.prepare_mailing",
    "letters.approve_mailing",
    "letters.dispatch_mailing",
)


class CheckAgain(MailingAct):
    permission_required = PREPARE

    def decide(self, **given: Any) -> str:
        was_returned = self.mailing.status == Mailing.Status.RETURNED
        changed = mailing.refresh(mailing=self.mailing, by=self.person)
        checked = f"very letter was checked again; the data of {changed:,} had changed."
        return f"Taken up again: e{checked}" if was_returned else f"E{checked}"


class ChangeDate(MailingAct):
    permission_required = PREPARE
    form_class = forms.LetterDate

    def decide(self, *, letter_date: datetime.date) -> str:
        mailing.change_letter_date(mailing=self.mailing, letter_date=letter_date, by=self.person)
        return f"The letters are now dated {letter_date:%B %-d, %Y}, and the deadline follows."


class ChangeVersion(MailingAct):
    permission_required = PREPARE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        named = whole_number(request.POST.get("version", ""))
        self.version = LetterVersion.objects.filter(pk=named or 0).first()
        return super().post(request, pk)

    def decide(self, **given: Any) -> str:
        if self.version is None:
            raise Refused("Choose a version of the text.")
        mailing.use_version(mailing=self.mailing, version=self.version, by=self.person)
        return f"The mailing now uses {self.version}; every letter is made again."


class AnswerFinding(MailingAct):
    """Amber is answered with a reason, of one letter or of all that have it."""

    permission_required = PREPARE
    form_class = forms.Answer

    def decide(self, *, code: str, letter: int | None, reason: str) -> str:
        chosen = get_object_or_404(self.mailing.letters, pk=letter) if letter else None
        override.override(
            mailing=self.mailing, code=code, letter=chosen, reason=reason, by=self.person
        )
        return "Answered. Counsel reads your reason before approving."

    def back(self) -> str:
        return self.return_to or super().back()


class WithdrawAnswer(Act):
    permission_required = PREPARE

    def find(self, pk: int) -> None:
        rows = Override.objects.select_related("mailing__campaign")
        self.answer = get_object_or_404(rows, pk=pk)
        self.mailing = self.answer.mailing

    def decide(self, **given: Any) -> str:
        override.withdraw(override=self.answer, by=self.person)
        return "The answer was taken back; what it covered is open again."

    def back(self) -> str:
        return self.return_to or super().back()


class LeaveOutMany(MailingAct):
    permission_required = PREPARE
    form_class = forms.LeaveOutMany

    def decide(self, *, letters: list[int], reason: str) -> list[Outcome]:
        chosen = Letter.objects.filter(mailing=self.mailing, pk__in=letters)
        return leave_out.leave_out_many(
            mailing=self.mailing,
            letters=chosen.select_related("recipient__institution").order_by("position"),
            reason=reason,
            by=self.person,
        )


class MakeAnew(MailingAct):
    """Void sealed letters whose sources changed, and prepare new ones."""

    permission_required = PREPARE
    form_class = forms.MakeAnew

    def decide(self, *, letters: list[int], letter_date: datetime.date, reason: str) -> str:
        chosen = changed.at_hand(self.mailing).filter(pk__in=letters)
        self.mailing = changed.make_anew(
            mailing=self.mailing,
            letters=chosen.select_related("recipient__institution").order_by("position"),
            letter_date=letter_date,
            reason=reason,
            by=self.person,
        )
        count = self.mailing.letters.standing().count()
        return f"Voided, and prepared anew: {counted(count)}. Check, render and approve them."


class Start(MailingAct):
    permission_required = PREPARE

    def decide(self, **given: Any) -> str:
        render.start(mailing=self.mailing, by=self.person)
        return "Rendering has started. You can leave this page; it goes on without it."


class RenderAgain(MailingAct):
    """After a refusal at approval: check, then render what changed."""

    permission_required = PREPARE

    def decide(self, **given: Any) -> str:
        changed = render.start_again(mailing=self.mailing, by=self.person)
        return f"Changed, and rendered again: {counted(changed)}."


class Stop(MailingAct):
    permission_required = PREPARE

    def decide(self, **given: Any) -> str:
        render.stop(mailing=self.mailing, by=self.person)
        return "Stopped. What is rendered is kept; starting again goes on with the rest."


class RetrySetAside(MailingAct):
    permission_required = PREPARE

    def decide(self, **given: Any) -> str:
        render.retry_set_aside(mailing=self.mailing, by=self.person)
        return "The letters that were set aside are tried again."


class OpenNext(MailingAct):
    """Open the next letter that this person has yet to see, and record it."""

    permission_required = APPROVE

    def decide(self, **given: Any) -> str:
        self.letter = self._next()
        approve.record_opening(letter=self.letter, by=self.person)
        return f"You opened {self.letter}, which is on record."

    def _next(self) -> Letter:
        left = approve.to_open(self.mailing, self.person)
        letters = self.mailing.letters.standing().select_related("mailing__campaign", "recipient")
        unseen = letters.exclude(pk__in=left.opened).order_by("position")
        marked = unseen.filter(pk__in=left.marked_left).first()
        letter = marked or _spread(unseen, len(left.opened))
        if letter is None:
            raise Refused("You have opened every letter of this mailing.")
        return letter

    def back(self) -> str:
        if hasattr(self, "letter"):
            return self.letter.get_absolute_url()
        return super().back()


def _spread(unseen: Any, seen: int) -> Letter | None:
    """Not always the first of the alphabet: the beginning, the middle, the end in turn."""
    count = unseen.count()
    if not count:
        return None
    found: Letter = unseen[(0, count // 2, count - 1)[seen % 3]]
    return found


class Approve(MailingAct):
    permission_required = APPROVE
    form_class = forms.Digest

    def decide(self, *, digest: str, answers: str) -> str:
        approve.approve(mailing=self.mailing, digest=digest, answers=answers, by=self.person)
        return "Approved. Every letter is sealed and can be sent as it is, and only as it is."


class GiveBack(MailingAct):
    permission_required = APPROVE
    form_class = forms.Comments

    def decide(self, *, comments: str) -> str:
        approve.give_back(mailing=self.mailing, comments=comments, by=self.person)
        return "Returned with your comments."


class AcceptGap(MailingAct):
    permission_required = APPROVE
    form_class = forms.Gap

    def decide(self, *, until: datetime.date, reason: str) -> str:
        approve.accept_gap(mailing=self.mailing, until=until, reason=reason, by=self.person)
        return f"On record: the letters may leave until {until:%B %-d, %Y}."


class Cancel(MailingAct):
    permission_required = PREPARE
    form_class = forms.Reason

    def decide(self, *, reason: str) -> str:
        mailing.cancel(mailing=self.mailing, reason=reason, by=self.person)
        return "The mailing is cancelled; nothing of it will leave."


class MakePack(MailingAct):
    permission_required = SEND

    def decide(self, **given: Any) -> str:
        pack = dispatch.make_pack(mailing=self.mailing, by=self.person)
        return (
            f"Pack {pack.pk} holds {counted(pack.letter_count)} on "
            f"{counted(pack.sheet_count, 'sheet')}. Nothing is posted until you mark it as posted."
        )


class QueueEmails(MailingAct):
    permission_required = SEND
    form_class = forms.Count

    def decide(self, *, count: int) -> str:
        queued = dispatch.queue_emails(mailing=self.mailing, count=count, by=self.person)
        return f"Queued: {counted(queued, 'message')}. A worker sends one after the other."


class SetTracking(MailingAct):
    permission_required = SEND
    form_class = forms.Tracking

    def decide(self, *, pasted: str) -> list[Outcome]:
        return dispatch.set_tracking_numbers(mailing=self.mailing, pasted=pasted, by=self.person)


class RecordDelivery(MailingAct):
    permission_required = SEND
    form_class = forms.Delivery

    def decide(self, *, status: str, on: datetime.date, references: list[str]) -> list[Outcome]:
        return dispatch.record_deliveries(
            mailing=self.mailing, references=references, status=status, on=on, by=self.person
        )
