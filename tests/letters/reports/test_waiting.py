"""What waits for a person is work that the person may do, and nothing else."""

import datetime

import pytest
from django.utils import timezone

from letters.models import Dispatch, Finding, PrintPack
from letters.reports.waiting import waiting_for
from tests.factories import (
    make_campaign,
    make_ground,
    make_letter,
    make_mailing,
    make_recipient,
    make_user,
    make_version,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def waiting(person):
    return [(task.what, task.count) for task in waiting_for(person, NOW)]


def approved(**fields):
    return make_mailing(
        **{
            "status": "approved",
            "digest": "d" * 64,
            "approved_by": make_user("counsel"),
            "approved_at": NOW,
            **fields,
        }
    )


def sealed(mailing):
    return make_letter(mailing, status="sealed", pdf_sha256="0" * 64, page_count=1, sealed_at=NOW)


def test_counsel_is_asked_to_approve_what_another_prepared():
    counsel = make_user("counsel")
    mailing = make_mailing(status="ready")
    make_letter(mailing, status="rendered", pdf_sha256="0" * 64, page_count=1)
    make_mailing(make_version(make_campaign()), status="ready", prepared_by=counsel)
    assert waiting(counsel) == [("Read and approve", 1)]
    assert waiting(make_user("drafter")) == []


def test_the_clerk_sees_packs_to_post_and_approved_letters_and_what_may_have_left():
    mailing = approved()
    pack = PrintPack.objects.create(
        mailing=mailing,
        pdf_sha256="0" * 64,
        manifest_sha256="0" * 64,
        letter_count=1,
        sheet_count=2,
        made_by=mailing.prepared_by,
    )
    statuses = {"email": ("unknown", "held"), "post": ("queued", "cancelled")}
    for channel, (one, other) in statuses.items():
        for status in (one, other):
            Dispatch.objects.create(
                letter=sealed(mailing),
                channel=channel,
                status=status,
                pack=pack if channel == "post" else None,
                queued_by=mailing.prepared_by,
            )
    assert waiting(make_user("clerk")) == [
        ("Find out whether it left", 1),
        ("Held back: mend the cause and queue it again", 1),
        ("Post the print pack", 1),
        ("Send the approved letters", 4),
    ]


def test_the_drafter_sees_what_came_back_what_was_set_aside_and_what_preflight_found():
    make_mailing(status="returned", comments="Shorter, please.")
    make_letter(make_mailing(status="rendering"), status="quarantined", status_reason="No glyph.")
    preparing = make_mailing()
    for code in ("no-street", "no-addressee"):
        Finding.objects.create(
            mailing=preparing,
            letter=make_letter(preparing),
            code=code,
            severity="red",
            message="It cannot be written to.",
        )
    assert waiting(make_user("drafter")) == [
        ("Counsel returned it with comments", 1),
        ("Letters set aside while rendering", 1),
        ("Fix what preflight found", 2),
    ]


def test_overdue_recipients_wait_for_who_may_prepare_a_reminder():
    campaign = make_campaign()
    for _ in range(2):
        make_recipient(campaign, reach="reached", due_at=NOW - datetime.timedelta(days=1))
    [task] = waiting_for(make_user("manager"), NOW)
    assert (task.what, task.count, task.where) == ("Overdue recipients", 2, campaign.title)
    assert waiting(make_user("viewer")) == []


def test_only_a_ground_that_a_campaign_cites_waits_to_be_checked():
    cited, _ = make_ground(), make_ground()
    make_campaign().grounds.add(cited)
    assert waiting(make_user("counsel")) == [("Check the ground", 1)]


def test_an_archived_campaign_leaves_nobody_any_work():
    campaign = make_campaign(archived_at=NOW)
    make_mailing(make_version(campaign), status="returned")
    make_recipient(campaign, reach="reached", due_at=NOW - datetime.timedelta(days=1))
    assert waiting(make_user("manager", "drafter", "counsel", "clerk")) == []
