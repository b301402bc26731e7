"""Letters in preparation whose recipient is represented since: they go to counsel instead.

A letter keeps its reference, its code and its place; only its addressee is another. Nobody has
been sent it yet, so nothing that is out names the one it went to before.
"""

from collections import defaultdict

from campaigns import audit
from campaigns.models import Addressee, User
from letters.actions import leave_out
from letters.models import Letter, Mailing


def route(*, mailing: Mailing, by: User) -> int:
    """Turn the letters that would pass by counsel to counsel; returns how many were turned.

    Part of taking in what was changed, in its transaction. An approver's permission for direct
    letters holds. Where counsel is no addressee, the letter stays as it is, and the checks stop
    it. A letter for which no counsel is left to write to is left out: counsel reads one copy.
    """
    astray = _astray(mailing)
    vacant = _without_letter(mailing, {letter.recipient_id for letter in astray})
    turned = []
    for letter in astray:
        if places := vacant[letter.recipient_id]:
            before, letter.addressee = letter.addressee, places.pop(0)
            turned.append(letter)
            _record(letter, before, by)
    Letter.objects.bulk_update(turned, ["addressee"])
    _leave_out_the_rest(mailing, [one for one in astray if one not in turned], by)
    return len(turned)


def _astray(mailing: Mailing) -> list[Letter]:
    """Letters past counsel that nobody allowed, or to counsel who was taken out; copies last."""
    letters = (
        mailing.letters.standing()
        .filter(recipient__counsel_appeared_on__isnull=False, recipient__direct_allowed_at=None)
        .select_related("addressee__contact", "recipient__institution")
        .order_by("position")
    )
    return [letter for letter in letters if not _reaches_counsel(letter.addressee)]


def _reaches_counsel(addressee: Addressee) -> bool:
    return addressee.is_counsel and addressee.archived_at is None


def _without_letter(mailing: Mailing, recipients: set[int]) -> dict[int, list[Addressee]]:
    """Recipient to its counsel who have no letter in this mailing, the first addressee first."""
    written = set(mailing.letters.standing().values_list("addressee_id", flat=True))
    addressees = Addressee.objects.filter(recipient__in=recipients, archived_at=None)
    found: dict[int, list[Addressee]] = defaultdict(list)
    for addressee in addressees.select_related("contact").order_by("-kind", "pk"):
        if addressee.is_counsel and addressee.pk not in written:
            found[addressee.recipient_id].append(addressee)
    return found


def _record(letter: Letter, before: Addressee, by: User) -> None:
    audit.record(
        "letter.turned_to_counsel",
        subject=letter,
        by=by,
        campaign=letter.recipient.campaign,
        sentence=f"turned letter {letter} to {letter.recipient} from {before} to its counsel, "
        f"{letter.addressee}.",
        before=before.pk,
        after=letter.addressee_id,
    )


def _leave_out_the_rest(mailing: Mailing, left: list[Letter], by: User) -> None:
    """Of a recipient whose counsel has a letter already, the others reach nobody."""
    recipients = {letter.recipient_id for letter in left}
    letters = mailing.letters.standing().filter(recipient__in=recipients)
    reads = {
        letter.recipient_id
        for letter in letters.select_related("addressee__contact")
        if _reaches_counsel(letter.addressee)
    }
    if double := [letter for letter in left if letter.recipient_id in reads]:
        leave_out.leave_out_many(
            mailing=mailing,
            letters=double,
            reason="Counsel appeared for the recipient, and has a letter of this mailing.",
            by=by,
        )
