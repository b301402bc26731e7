"""Rows for tests. Each factory makes the smallest valid row and takes what the test is about."""

import datetime
import io
import itertools
from typing import Any

import pikepdf
from django.contrib.auth.models import Group
from django.db.models import Max
from django.utils import timezone

from campaigns import filestore
from campaigns.deadlines import Rule
from campaigns.models import (
    Addressee,
    Answer,
    AnswerEntry,
    Campaign,
    Channel,
    Contact,
    Demand,
    Fact,
    Ground,
    Institution,
    Recipient,
    User,
)
from letters.actions import portal_key
from letters.merge import context, reference
from letters.models import (
    Dispatch,
    Letter,
    Letterhead,
    LetterTemplate,
    LetterVersion,
    Mailing,
    Sender,
    Signer,
)

_number = itertools.count(1)
PASSWORD = "correct horse battery staple"


def make_user(*roles: str, username: str = "", **fields: Any) -> User:
    user = User.objects.create_user(
        username=username or f"user{next(_number)}", password=PASSWORD, is_staff=True, **fields
    )
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def make_institution(name: str = "", *, ffa: str = "yes", **fields: Any) -> Institution:
    """An institution with a whole address, a president, and federal funds unless `ffa` differs."""
    number = next(_number)
    institution = Institution(
        name=name or f"Example University {number}",
        **{
            "street": f"{number} College Street",
            "city": "Springfield",
            "state": "IL",
            "postal_code": "62701",
            "control": Institution.Control.NONPROFIT,
            **fields,
        },
    )
    institution.index_for_search()
    institution.save()
    Contact.objects.create(
        institution=institution, name="Dr. Robin Example", title="President", source="test"
    )
    if ffa:
        Fact.objects.create(
            institution=institution,
            key=Fact.Key.FFA,
            value=ffa,
            source="IPEDS HD 2023, OPEFLAG",
            as_of=datetime.date(2023, 10, 1),
        )
    return institution


def make_ground(**fields: Any) -> Ground:
    number = next(_number)
    return Ground.objects.create(
        **{
            "key": f"ground-{number}",
            "name": "Title VI, Civil Rights Act of 1964",
            "citation": "42 U.S.C. § 2000d et seq.",
            "needs": ["ffa"],
            **fields,
        }
    )


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def make_campaign(*, demands: int = 2, by: User | None = None, **fields: Any) -> Campaign:
    """A campaign with numbered demands and a sender, ready for recipients."""
    number = next(_number)
    prefix = "".join(_LETTERS[number // 24**power % 24] for power in (2, 1, 0))
    campaign = Campaign.objects.create(
        **{
            "title": f"Campaign {number}",
            "matter": "A matter.",
            "reference_prefix": prefix,
            "created_by": by or make_user("manager"),
            **fields,
        }
    )
    for index in range(1, demands + 1):
        Demand.objects.create(
            campaign=campaign,
            number=index,
            title=f"Demand {index}",
            text=f"Please do thing {index}.",
        )
    letterhead = make_letterhead()
    Sender.objects.create(campaign=campaign, letterhead=letterhead, signer=letterhead.signers.get())
    return campaign


def make_letterhead(**fields: Any) -> Letterhead:
    letterhead = Letterhead.objects.create(
        **{
            "name": f"Letterhead {next(_number)}",
            "organisation": "Sample Organisation",
            "street": "1 Main Street",
            "city": "Springfield",
            "state": "IL",
            "postal_code": "62701",
            **fields,
        }
    )
    Signer.objects.create(letterhead=letterhead, name="Alex Sample", title="Director")
    return letterhead


def make_recipient(
    campaign: Campaign, institution: Institution | None = None, **fields: Any
) -> Recipient:
    """A recipient with its unanswered answers and one addressee, the chief administrator."""
    institution = institution or make_institution()
    recipient = Recipient.objects.create(
        campaign=campaign, institution=institution, chosen_by=campaign.created_by, **fields
    )
    Answer.objects.bulk_create(
        Answer(recipient=recipient, demand=demand) for demand in campaign.demands.all()
    )
    Addressee.objects.create(recipient=recipient, contact=institution.contacts.first())
    return recipient


def make_version(campaign: Campaign, *, author: User | None = None, **fields: Any) -> LetterVersion:
    template, _ = LetterTemplate.objects.get_or_create(campaign=campaign, name="First letter")
    return LetterVersion.objects.create(
        **{
            "template": template,
            "number": template.versions.count() + 1,
            "subject": "Request to confirm",
            "body": "We write to {{ institution_name }}.",
            "author": author or make_user("drafter"),
            **fields,
        }
    )


def make_mailing(version: LetterVersion | None = None, **fields: Any) -> Mailing:
    """A mailing without letters, for tests of one row; `mailing.create` makes whole ones."""
    version = version or make_version(make_campaign())
    campaign = version.template.campaign
    today = timezone.localdate()
    return Mailing.objects.create(
        **{
            "campaign": campaign,
            "version": version,
            "title": f"Mailing {next(_number)}",
            "letter_date": today,
            "printed_deadline": timezone.now() + datetime.timedelta(days=30),
            "deadline_rule": Rule.of(campaign).as_json(),
            "prepared_by": make_user("manager"),
            **fields,
        }
    )


def make_letter(mailing: Mailing, recipient: Recipient | None = None, **fields: Any) -> Letter:
    """A draft letter with a reference, and nothing else frozen into it."""
    recipient = recipient or make_recipient(mailing.campaign)
    position = mailing.letters.count() + 1
    return Letter.objects.create(
        **{
            "mailing": mailing,
            "recipient": recipient,
            "addressee": recipient.addressees.first(),
            "position": position,
            "reference": reference.make(mailing.campaign.reference_prefix, 2026, next(_number)),
            **fields,
        }
    )


def make_sealed_letter(
    mailing: Mailing | None = None, recipient: Recipient | None = None, **fields: Any
) -> Letter:
    """A letter of two pages that was rendered and sealed, with the codes that open its page."""
    mailing = mailing or make_mailing()
    letter = make_letter(
        mailing,
        recipient,
        **{
            "status": Letter.Status.SEALED,
            "pdf_sha256": filestore.put(make_pdf(pages=2)),
            "page_count": 2,
            "sealed_at": timezone.now(),
            **fields,
        },
    )
    letter.merge_data = context.freeze(mailing, letter.addressee, letter.reference)
    letter.save()
    portal_key.issue_many([letter], timezone.now() + datetime.timedelta(days=200))
    return letter


def make_pdf(*, pages: int = 1) -> bytes:
    """A PDF of empty letter-size pages, the same bytes every time."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(612, 792))
    written = io.BytesIO()
    document.save(written, deterministic_id=True)
    return written.getvalue()


def make_many_recipients(campaign: Campaign, mailing: Mailing, count: int) -> None:
    """Recipients by the thousand, each with a sealed letter that was posted. For page tests."""
    now = timezone.now()
    first = next(_number) * 100_000
    taken = mailing.letters.aggregate(last=Max("position"))["last"] or 0
    institutions = Institution.objects.bulk_create(
        Institution(name=f"Institution {first + index}", state="IL", search_key=f"i {index}")
        for index in range(count)
    )
    recipients = Recipient.objects.bulk_create(
        Recipient(
            campaign=campaign,
            institution=institution,
            chosen_by=campaign.created_by,
            reach=Recipient.Reach.REACHED,
            due_at=now - datetime.timedelta(days=1),
        )
        for institution in institutions
    )
    Answer.objects.bulk_create(
        Answer(recipient=recipient, demand=demand)
        for demand in campaign.demands.all()
        for recipient in recipients
    )
    addressees = Addressee.objects.bulk_create(
        Addressee(recipient=recipient, title="President") for recipient in recipients
    )
    letters = Letter.objects.bulk_create(
        Letter(
            mailing=mailing,
            addressee=addressee,
            recipient=addressee.recipient,
            position=taken + 1 + index,
            reference=f"REF-{first + index}",
            status=Letter.Status.SEALED,
            pdf_sha256="0" * 64,
            page_count=1,
            sealed_at=now,
        )
        for index, addressee in enumerate(addressees)
    )
    Dispatch.objects.bulk_create(
        Dispatch(
            letter=letter,
            channel=Dispatch.Channel.POST,
            status=Dispatch.Status.SENT,
            sent_at=now,
            queued_by=campaign.created_by,
        )
        for letter in letters
    )


def make_answer(recipient: Recipient, outcome: str, *, number: int = 1, **fields: Any) -> None:
    """Record, without an audit event, what `recipient` answered to one demand by post."""
    answer = recipient.answers.get(demand__number=number)
    entry = AnswerEntry.objects.create(
        answer=answer,
        outcome=outcome,
        respondent_name="Pat Respondent",
        channel=Channel.POST,
        received_on=timezone.localdate(),
        recorded_by=recipient.chosen_by,
        promised_on=timezone.localdate() if outcome == "will_comply" else None,
        **fields,
    )
    answer.outcome, answer.current_entry = outcome, entry
    answer.verification = "unverified"
    answer.save()
