"""What the tests of dispatch do on the way: make a pack, post it, act at one moment."""

import datetime
import threading
from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections

from campaigns.actions import Refused
from letters.actions import dispatch
from letters.models import Dispatch, PrintPack
from tests.letters import stages

BY_EMAIL = {"by_post": False, "by_email": True}
DAY = datetime.timedelta(days=1)
several_writers = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one transaction in at a time"
)


def packed(count: int = 3, **fields) -> tuple[stages.Stage, PrintPack]:
    stage = stages.approved(count, **fields)
    return stage, dispatch.make_pack(mailing=stage.mailing, by=stage.clerk)


def post(stage: stages.Stage, pack: PrintPack, **fields) -> PrintPack:
    return dispatch.mark_posted(
        **{
            "pack": PrintPack.objects.get(pk=pack.pk),
            "posted_on": stage.mailing.letter_date,
            "count": pack.letter_count,
            "by": stage.clerk,
            **fields,
        }
    )


def statuses(stage: stages.Stage) -> list[str]:
    rows = Dispatch.objects.filter(letter__mailing=stage.mailing)
    return list(rows.order_by("letter__position", "attempt").values_list("status", flat=True))


def queue(stage: stages.Stage) -> list[Dispatch]:
    count = dispatch.to_email(stage.mailing).count()
    dispatch.queue_emails(mailing=stage.mailing, count=count, by=stage.clerk)
    return list(Dispatch.objects.filter(letter__mailing=stage.mailing).order_by("pk"))


def damage(sha256: str) -> None:
    default_storage.delete(f"{sha256[:2]}/{sha256}")


def together(act, times: int = 2) -> None:
    threads = [threading.Thread(target=act) for _ in range(times)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def in_the_middle(
    monkeypatch: pytest.MonkeyPatch, thing: object, name: str, act: Callable[[], object]
) -> Callable[[], object]:
    """Before this call, inside a transaction, another person acts on a connection of their own.

    They are waited for until they are done, or for half a second where they have to wait for
    us. Returns what says in the end what they got: the result, or the refusal.
    """
    call, got = getattr(thing, name), []

    def other() -> None:
        try:
            got.append(act())
        except Refused as refusal:
            got.append(refusal)
        finally:
            connections.close_all()

    person = threading.Thread(target=other)

    def late(*args, **fields):
        monkeypatch.setattr(thing, name, call)
        person.start()
        person.join(0.5)
        return call(*args, **fields)

    def outcome() -> object:
        person.join()
        return got[0]

    monkeypatch.setattr(thing, name, late)
    return outcome


def sent_by_post(count: int = 3) -> tuple[stages.Stage, list[Dispatch]]:
    stage, pack = packed(count)
    post(stage, pack)
    return stage, list(Dispatch.objects.order_by("letter__position"))
