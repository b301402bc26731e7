"""The roles people hold, as groups, and what each role may do in this app.

`letters.roles` adds its own permissions to the same groups. Both run after every
migration, so that a new permission reaches its role without anyone remembering to.
Drafter and counsel are different groups; that the approver is another person than the
author is checked again where a mailing is approved, because one person can hold both.
"""

from collections.abc import Mapping
from typing import Any

MANAGER = "manager"
DRAFTER = "drafter"
COUNSEL = "counsel"
CLERK = "clerk"
VIEWER = "viewer"
ROLES = (MANAGER, DRAFTER, COUNSEL, CLERK, VIEWER)

_VIEW = (
    "view_institution",
    "view_ground",
    "view_campaign",
    "view_recipient",
    "view_task",
    "view_auditevent",
)
GRANTS: Mapping[str, tuple[str, ...]] = {
    MANAGER: (
        *_VIEW,
        "add_institution",
        "change_institution",
        "import_institutions",
        "add_ground",
        "change_ground",
        "add_campaign",
        "change_campaign",
        "choose_recipients",
        "change_sourcedfact",
        "record_answer",
        "work_on_tasks",
        "override_standing",
        "decide_extension",
        "verify_answer",
    ),
    DRAFTER: (
        *_VIEW,
        "add_institution",
        "change_institution",
        "add_ground",
        "change_ground",
        "change_sourcedfact",
        "record_answer",
        "work_on_tasks",
        "verify_answer",
    ),
    COUNSEL: (
        *_VIEW,
        "add_ground",
        "change_ground",
        "verify_ground",
        "allow_direct_letter",
        "override_standing",
        "work_on_tasks",
        "decide_extension",
        "verify_answer",
    ),
    CLERK: (*_VIEW, "change_institution", "record_answer", "work_on_tasks"),
    VIEWER: _VIEW,
}


def sync(app_label: str, grants: Mapping[str, tuple[str, ...]]) -> None:
    """Give each role exactly the permissions of `app_label` that `grants` names."""
    from django.contrib.auth.models import Group, Permission

    known = {
        permission.codename: permission
        for permission in Permission.objects.filter(content_type__app_label=app_label)
    }
    for role, codenames in grants.items():
        group, _ = Group.objects.get_or_create(name=role)
        stale = group.permissions.filter(content_type__app_label=app_label).exclude(
            codename__in=codenames
        )
        group.permissions.remove(*stale)
        group.permissions.add(*(known[codename] for codename in codenames))


def sync_after_migrate(**kwargs: Any) -> None:
    sync("campaigns", GRANTS)
