"""What each role of `campaigns.roles` may do with letters."""

from collections.abc import Mapping
from typing import Any

from campaigns.roles import CLERK, COUNSEL, DRAFTER, MANAGER, VIEWER, sync

_VIEW = (
    "view_letterhead",
    "view_lettertemplate",
    "view_mailing",
    "view_letter",
    "view_dispatch",
    "view_response",
)
# A letter's pages hold the code with which its recipient answers.
_OPEN = (*_VIEW, "open_letter")
GRANTS: Mapping[str, tuple[str, ...]] = {
    MANAGER: (
        *_OPEN,
        "add_letterhead",
        "change_letterhead",
        "change_lettertemplate",
        "change_ladder",
        "prepare_mailing",
        "dispatch_mailing",
        "record_response",
        "manage_portal_keys",
    ),
    DRAFTER: (
        *_OPEN,
        "add_letterhead",
        "change_letterhead",
        "change_lettertemplate",
        "prepare_mailing",
        "record_response",
    ),
    COUNSEL: (*_OPEN, "approve_mailing"),
    CLERK: (*_OPEN, "dispatch_mailing", "record_response"),
    VIEWER: _VIEW,
}


def sync_after_migrate(**kwargs: Any) -> None:
    sync("letters", GRANTS)
