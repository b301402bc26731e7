"""Dispatch: sealed letters leave the house, by post in packs and by e-mail one by one.

Each way out of one letter is a row, and at most one such row is alive, so that pressing twice
sends once. An e-mail is claimed first, and marked as offered before the first byte leaves; one
that was offered and not answered for is *unknown*, shown to staff, and never sent again by
itself.
"""

from letters.actions.dispatch.by_hand import (
    NotInDoubt,
    StillAlive,
    StillInHand,
    confirm_not_sent,
    confirm_sent,
    release,
    resend,
)
from letters.actions.dispatch.delivery import (
    DELIVERY,
    DidNotLeave,
    NotSentByPost,
    TrackingNumberTaken,
    bounced_by_hand,
    record_bounce,
    record_deliveries,
    record_delivery,
    set_tracking,
    set_tracking_numbers,
)
from letters.actions.dispatch.emails import (
    EMAIL_LEASE,
    GIVE_UP_AFTER,
    LINE_OPEN,
    queue_emails,
    revive,
    send_email,
    to_email,
    work,
)
from letters.actions.dispatch.leaving import (
    AnotherDayThanTheLetter,
    CountDiffers,
    NotApproved,
    NothingToSend,
    NotOnThatDay,
    NotWritable,
    ReasonMissing,
    SealBroken,
    outstanding,
    refuse_another_day,
    sealed_bytes,
)
from letters.actions.dispatch.packs import (
    AlreadyPosted,
    ChangedMeanwhile,
    NotInThisPack,
    discard_pack,
    make_pack,
    mark_posted,
    take_out_pack,
    to_post,
)

__all__ = [
    "DELIVERY",
    "EMAIL_LEASE",
    "GIVE_UP_AFTER",
    "LINE_OPEN",
    "AlreadyPosted",
    "AnotherDayThanTheLetter",
    "ChangedMeanwhile",
    "CountDiffers",
    "DidNotLeave",
    "NotApproved",
    "NotInDoubt",
    "NotInThisPack",
    "NotOnThatDay",
    "NotSentByPost",
    "NotWritable",
    "NothingToSend",
    "ReasonMissing",
    "SealBroken",
    "StillAlive",
    "StillInHand",
    "TrackingNumberTaken",
    "bounced_by_hand",
    "confirm_not_sent",
    "confirm_sent",
    "discard_pack",
    "make_pack",
    "mark_posted",
    "outstanding",
    "queue_emails",
    "record_bounce",
    "record_deliveries",
    "record_delivery",
    "refuse_another_day",
    "release",
    "resend",
    "revive",
    "sealed_bytes",
    "send_email",
    "set_tracking",
    "set_tracking_numbers",
    "take_out_pack",
    "to_email",
    "to_post",
    "work",
]
