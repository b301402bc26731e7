"""The nouns of a letter, one file each."""

from letters.models.clause import Clause
from letters.models.comment import LetterComment
from letters.models.dispatch import Dispatch, PrintPack
from letters.models.exhibit import Exhibit
from letters.models.finding import Finding, Override
from letters.models.genuine_try import GenuineTry
from letters.models.incoming import (
    Coding,
    CodingItem,
    Incoming,
    IncomingFile,
    ReadFile,
    ScannedFile,
)
from letters.models.ladder import Ladder, LadderStep
from letters.models.letter import Letter
from letters.models.letterhead import CoSigning, Letterhead, Sender, Signer
from letters.models.mailing import Mailing, Opening
from letters.models.own_text import OwnText
from letters.models.portal_key import PortalKey, ShortCodeAttempt
from letters.models.request import Request
from letters.models.response import Response, ResponseDocument, ResponseItem
from letters.models.saved_answer import AttachedFile, SavedAnswer
from letters.models.saved_filter import SavedFilter
from letters.models.template import LetterTemplate, LetterVersion

__all__ = [
    "AttachedFile",
    "Clause",
    "CoSigning",
    "Coding",
    "CodingItem",
    "Dispatch",
    "Exhibit",
    "Finding",
    "GenuineTry",
    "Incoming",
    "IncomingFile",
    "Ladder",
    "LadderStep",
    "Letter",
    "LetterComment",
    "LetterTemplate",
    "LetterVersion",
    "Letterhead",
    "Mailing",
    "Opening",
    "Override",
    "OwnText",
    "PortalKey",
    "PrintPack",
    "ReadFile",
    "Request",
    "Response",
    "ResponseDocument",
    "ResponseItem",
    "SavedAnswer",
    "SavedFilter",
    "ScannedFile",
    "Sender",
    "ShortCodeAttempt",
    "Signer",
]
