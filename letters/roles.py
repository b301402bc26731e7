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
GRANTS: Mapping[str, tuple[str, ...]] = {
    MANAGER: (
        *_VIEW,
        "add_letterhead",
        "change_letterhead",
        "change_lettertemplate",
        "prepare_mailing",
        "dispatch_mailing",
        "record_response",
        "manage_portal_keys",
    ),
    DRAFTER: (
        *_VIEW,
        "add_letterhead",
        "change_letterhead",
        "change_lettertemplate",
        "prepare_mailing",
        "record_response",
    ),
    COUNSEL: (*_VIEW, "approve_mailing"),
    CLERK: (*_VIEW, "dispatch_mailing", "record_response"),
    VIEWER: _VIEW,
}


def sync_after_migrate(**kwargs: Any) -> None:
    sync("letters", GRANTS)
