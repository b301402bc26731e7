"""One row of everything, so that every address of the URL map leads somewhere."""

import dataclasses
import uuid

from django.utils import timezone

from campaigns import filestore
from campaigns.actions import extension
from campaigns.actions.answer import Respondent, Statement
from campaigns.actions.directory import plan_import
from campaigns.actions.task import open_task
from campaigns.models import Addressee, Contact, Extension, SourcedFact, Task
from letters.actions import annex, clause, coding, dispatch, respond
from letters.actions.clause import Wording
from letters.actions.respond import Item
from letters.channels import outbox
from letters.merge import codes
from letters.models import Clause, Dispatch, Exhibit, Letter, ReadFile
from letters.uploads import KeptFile
from tests.campaigns.directory.builders import ipeds, ipeds_choices
from tests.factories import make_ground, make_pdf
from tests.letters import stages
from tests.letters.inbound import mails
from tests.letters.inbound.mails import taken
from tests.test_urls import Address


@dataclasses.dataclass(frozen=True)
class World:
    """One row of everything, so that no address ends at a 404 before it reads its input."""

    keys: dict[str, int]
    words: dict[str, str]

    def url(self, address: Address) -> str:
        parts = address.url.split("/")
        for index, part in enumerate(parts[1:], start=1):
            folder = parts[index - 1]
            if part == "1":
                parts[index] = str(self.keys.get(folder, 1))
            elif part == "x":
                parts[index] = self.words.get(folder, "x")
        return "/".join(parts)


def make_world() -> World:
    """A mailing that was packed and e-mailed, and an answer to it. Needs a quick press."""
    channels = {"by_post": True, "by_email": True}
    stage = stages.approved(3, channels=channels)
    campaign, letter = stage.campaign, stage.letters[0]
    campaign.grounds.add(make_ground())
    pack = dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)
    dispatch.queue_emails(mailing=stage.mailing, count=3, by=stage.clerk)
    dispatch.work(mailing_pk=stage.mailing.pk, seconds=30)
    planned = plan_import(content=ipeds({}), choices=ipeds_choices(), by=stage.manager)
    response = respond.answer_by_portal(
        letter=letter,
        items=[Item(Statement(campaign.demands.first(), "complied"))],
        respondent=Respondent("Pat"),
        email="",
        documents=[KeptFile(filestore.put(b"%PDF-"), "a.pdf", "application/pdf", 5)],
        submission=str(uuid.uuid4()),
        now=timezone.now(),
    )
    sender = campaign.sender
    came = taken(mails.mail(letter.reference, files=(("a.pdf", make_pdf()),)), by=stage.clerk)
    coded = coding.code(
        incoming=came,
        kind="answer",
        items=[Item(Statement(campaign.demands.first(), "declined"))],
        now=timezone.now(),
        by=stage.manager,
    )
    return World(
        keys={
            "institutions": letter.recipient.institution_id,
            "contacts": Contact.objects.latest("pk").pk,
            "imports": planned.pk,
            "grounds": campaign.grounds.get().pk,
            "campaigns": campaign.pk,
            "demands": campaign.demands.first().pk,
            "recipients": letter.recipient_id,
            "answers": letter.recipient.answers.first().pk,
            "tasks": _task(letter).pk,
            "addressees": Addressee.objects.latest("pk").pk,
            "letters": letter.pk,
            "exhibits": _exhibit(stage).pk,
            "letter-texts": stage.mailing.version.template_id,
            "sourced-facts": _sourced_fact(letter).pk,
            "own-texts": letter.recipient_id,
            "clauses": _clause(stage).pk,
            "letterheads": sender.letterhead_id,
            "signers": sender.signer_id,
            "mailings": stage.mailing.pk,
            "packs": pack.pk,
            "dispatches": Dispatch.objects.filter(channel="email").latest("pk").pk,
            "responses": response.pk,
            "extensions": _wish(letter).pk,
            "documents": response.documents.get().pk,
            "inbox": came.pk,
            "alike": came.pk,
            "codings": coded.pk,
            "files": came.files.get().pk,
            "pages": ReadFile.objects.latest("pk").pk,
        },
        words={
            "decide": "close",
            "export": "csv",
            "file": "manifest",
            "outbox": outbox.listing()[0].key,
            "read": planned.sha256,
            "c": codes.derive(letter.reference).code,
            "receipt": response.receipt,
            "ask": "correction",
            "requests": "correction",
        },
    )


def _clause(stage: stages.Stage) -> Clause:
    wording = Wording("Preservation", "", "Please keep it.")
    return clause.add(wording=wording, by=stage.manager)


def _task(letter: Letter) -> Task:
    return open_task(
        recipient=letter.recipient,
        kind=Task.Kind.OTHER,
        about="Call them.",
        key="other:world",
        now=timezone.now(),
    )


def _wish(letter: Letter) -> Extension:
    return extension.ask(
        recipient=letter.recipient,
        asked_on=timezone.localdate(),
        asked_by="Pat",
        reason="",
        wanted_until=None,
        now=timezone.now(),
    )


def _sourced_fact(letter: Letter) -> SourcedFact:
    return SourcedFact.objects.create(
        recipient=letter.recipient, quotation="x", source="y", seen_on=timezone.localdate()
    )


def _exhibit(stage: stages.Stage) -> Exhibit:
    return annex.add_exhibit(
        template=stage.mailing.version.template,
        title="Program",
        name="program.pdf",
        content=make_pdf(),
        by=stage.manager,
    )
