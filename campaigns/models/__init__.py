"""The nouns of a campaign, one file each."""

from campaigns.models.answer import Answer, AnswerEntry, Channel, Outcome, Verification
from campaigns.models.audit import AuditEvent
from campaigns.models.calendar_feed import CalendarFeed
from campaigns.models.campaign import Campaign, Demand
from campaigns.models.extension import Extension
from campaigns.models.ground import Ground
from campaigns.models.institution import (
    ColumnMapping,
    Contact,
    DirectoryImport,
    Fact,
    Identifier,
    ImportRow,
    Institution,
)
from campaigns.models.recipient import Addressee, Recipient
from campaigns.models.sign_in import SignInTry
from campaigns.models.sourced_fact import SourcedFact
from campaigns.models.task import Task
from campaigns.models.user import User
from campaigns.models.verification import VerificationEntry

__all__ = [
    "Addressee",
    "Answer",
    "AnswerEntry",
    "AuditEvent",
    "CalendarFeed",
    "Campaign",
    "Channel",
    "ColumnMapping",
    "Contact",
    "Demand",
    "DirectoryImport",
    "Extension",
    "Fact",
    "Ground",
    "Identifier",
    "ImportRow",
    "Institution",
    "Outcome",
    "Recipient",
    "SignInTry",
    "SourcedFact",
    "Task",
    "User",
    "Verification",
    "VerificationEntry",
]
