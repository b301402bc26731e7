"""The demo's campaign: its words, its sender, and the way of its first letter."""

import datetime
from collections.abc import Iterable
from pathlib import Path

from django.utils import timezone

import letters
from campaigns.actions import addressee as addressees
from campaigns.actions import campaign as campaigns_
from campaigns.actions import demand as demands
from campaigns.actions import recipient as recipients
from campaigns.models import Campaign, Ground, Institution, User
from letters.actions import approve, dispatch, draft, ladder, mailing, render
from letters.actions import letterhead as letterheads
from letters.actions import signer as signers
from letters.models import LadderStep, Letter, LetterTemplate, LetterVersion, Mailing
from letters.starters import starters

SEED = Path(letters.__file__).parent / "seed"
TITLE = "Request to confirm non-discrimination (demo)"

DEMANDS = (
    demands.Wording(
        title="Confirm in writing",
        text=(
            "Confirm in writing that no program, research, collaboration, conference, "
            "fellowship, scholarship, publication or other function of the institution will be "
            "limited for anyone on the ground of race, color or national origin."
        ),
        guidance=(
            "A signed statement by a person who may answer for the institution is enough. "
            "You may attach it or give its words here."
        ),
    ),
    demands.Wording(
        title="Name the responsible officer",
        text=(
            "Name the officer who is responsible for compliance with Title VI, and how that "
            "person can be reached."
        ),
        guidance="Name, title, telephone or e-mail. An office may be named instead of a person.",
    ),
    demands.Wording(
        title="Provide the policy",
        text=(
            "Provide the text of the institution's current non-discrimination policy, or the web "
            "address at which it is published."
        ),
        guidance="A web address is enough. A copy may be attached.",
    ),
)


def campaign(by: User) -> Campaign:
    made = campaigns_.create(
        details=campaigns_.Details(
            title=TITLE,
            matter=(
                "Asks institutions that report a medical degree to confirm in writing that what "
                "they offer is open to everyone without regard to race, color or national "
                "origin. Sample text, written for this demo."
            ),
            reference_prefix="CNF",
            # Agencies take complaints for 180 days; a month of them is left today.
            conduct_on=timezone.localdate() - datetime.timedelta(days=100),
        ),
        by=by,
    )
    title_vi = Ground.objects.get(key="title_vi")
    campaigns_.set_grounds(campaign=made, grounds=[title_vi], by=by)
    for wording in DEMANDS:
        demands.add(campaign=made, wording=wording, grounds=[title_vi], by=by)
    return made


def sender(made: Campaign, by: User) -> None:
    letterhead = letterheads.add(
        details=letterheads.Details(
            name="Meridian Review (sample)",
            organisation="Meridian Review",
            street="100 Sample Plaza, Suite 400",
            city="Springfield",
            state="IL",
            postal_code="62701",
            phone="(217) 555-0142",
            email="letters@meridian-review.invalid",
            website="www.meridian-review.invalid",
            side_column="A sample organization,\nmade up for a demonstration",
        ),
        by=by,
    )
    letterheads.set_logo(letterhead=letterhead, content=_seed("logo.png"), by=by)
    signer = signers.add(
        letterhead=letterhead,
        details=signers.Details(
            name="Alex Sample", title="Director of Review", organisation="Meridian Review"
        ),
        by=by,
    )
    signers.set_signature(signer=signer, content=_seed("signature.png"), by=by)
    letterheads.set_sender(campaign=made, letterhead=letterhead, signer=signer, by=by)


def chosen(made: Campaign, institutions: Iterable[Institution], by: User) -> None:
    """Everyone by certified mail; every tenth by e-mail too, to an address that is nobody's."""
    recipients.choose(campaign=made, institutions=institutions, by=by)
    for recipient in made.recipients.order_by("pk")[::10]:
        addressee = recipient.addressees.get()
        addressees.change(
            addressee=addressee,
            address=addressees.Address(
                contact=addressee.contact,
                email=f"president@institution-{recipient.pk}.invalid",
                by_email=True,
            ),
            by=by,
        )


def texts(made: Campaign, by: User) -> tuple[LetterVersion, LetterVersion]:
    """The first letter and the reminder, from the starter texts that everyone gets."""
    versions = []
    for name, file_name in (("First letter", "first-letter"), ("Reminder", "reminder")):
        start = starters()[file_name]
        template = draft.start_template(
            campaign=made,
            name=name,
            purpose=start.purpose,
            text=draft.Text(
                subject=start.subject,
                body=start.body,
                closing=start.closing,
                enclosures="Text of 42 U.S.C. §§ 2000d and 2000d-4a (one sheet)",
            ),
            reason="The starter text.",
            by=by,
        )
        versions.append(template.versions.get())
    return versions[0], versions[1]


def follow_ups(made: Campaign, by: User) -> None:
    """The texts that follow up, and the ladder: who answered nothing, and who left some open."""
    start, open_ = starters()["final-notice"], starters()["still-open"]
    notice = draft.start_template(
        campaign=made,
        name="Final notice",
        purpose=start.purpose,
        text=draft.Text(subject=start.subject, body=start.body, closing=start.closing),
        reason="The starter text.",
        by=by,
    )
    open_demands = draft.start_template(
        campaign=made,
        name="What is still open",
        purpose=LetterTemplate.Purpose.REMINDER,
        text=draft.Text(subject=open_.subject, body=open_.body, closing=open_.closing),
        reason="For those who answered some demands and left others open.",
        by=by,
    )
    reminder = made.templates.get(name="Reminder")
    steps = [
        ladder.StepWords("reminder", 3, reminder),
        ladder.StepWords("final", 5, notice, unit=Campaign.Unit.BUSINESS),
        ladder.StepWords("reminder", 5, open_demands, segment=LadderStep.Segment.SOME),
    ]
    ladder.save(campaign=made, pace=ladder.Pace(), steps=steps, by=by)


def prepared(version: LetterVersion, letter_date: datetime.date, by: User) -> Mailing:
    made = mailing.create(
        version=version,
        title="First letter",
        letter_date=letter_date,
        recipients=version.template.campaign.recipients.active(),
        by=by,
    )
    return render.start(mailing=made, by=by)


def rendered(made: Mailing) -> Mailing:
    """Do the worker's work here, so that the demo is whole before the worker starts."""
    while render.work(mailing_pk=made.pk, seconds=60):
        pass
    made.refresh_from_db()
    return made


def approved(made: Mailing, by: User) -> Mailing:
    marked = approve.to_open(made, by).marked
    letters_ = made.letters.standing()
    for letter in [*letters_.filter(pk__in=marked), *letters_.exclude(pk__in=marked)[:3]]:
        approve.record_opening(letter=letter, by=by)
    return approve.approve(
        mailing=made, digest=made.digest, answers=approve.answers_digest(made), by=by
    )


def sent(made: Mailing, by: User, *, held_back: int) -> None:
    """Post all but the last few letters, and e-mail those that go by e-mail too."""
    pack = dispatch.make_pack(mailing=made, by=by)
    kept = list(pack.dispatches.order_by("-letter__position")[:held_back])
    dispatch.mark_posted(
        pack=pack,
        posted_on=timezone.localdate(),
        count=pack.letter_count - len(kept),
        missing_references=[each.letter.reference for each in kept],
        by=by,
    )
    emails = dispatch.to_email(made).count()
    dispatch.queue_emails(mailing=made, count=emails, by=by)
    while dispatch.work(mailing_pk=made.pk, seconds=60):
        pass


def delivered(made: Mailing, by: User, *, returned: int) -> None:
    posted = made.letters.filter(dispatches__channel="post", dispatches__status="sent")
    references = list(posted.order_by("position").values_list("reference", flat=True))
    for status, which in (
        ("returned", references[5::70][:returned]),
        ("delivered", [ref for ref in references if ref not in references[5::70][:returned]]),
    ):
        dispatch.record_deliveries(
            mailing=made, references=which, status=status, on=timezone.localdate(), by=by
        )


def answerable(made: Mailing) -> list[Letter]:
    """Letters that arrived, in posting order."""
    return list(
        made.letters.filter(dispatches__channel="post", dispatches__status="delivered")
        .select_related("recipient__institution")
        .order_by("position")
    )


def _seed(name: str) -> bytes:
    return (SEED / name).read_bytes()
