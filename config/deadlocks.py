"""Two decisions that wait for each other: PostgreSQL ends one of them, and it is made again.

Every decision takes the chain of the audit log, and many hold a letter, a recipient or a campaign
before, after or between. Which of them comes first differs with what is decided, so one order for
all would have to be kept by a hundred actions; a single one that forgets it would bring an error
page about once in a thousand decisions made at the same moment. What PostgreSQL ended left
nothing behind, so that it can be done again from the start. SQLite has one writer at a time.

In the worker a task that fails is found again from its rows (`letters.tasks`).
"""

import logging
import random
import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)

TRIES = 4
# So long the other has to finish; drawn, so that two do not meet again at the next try.
PAUSE = 0.2
_ENDED = frozenset({"40P01", "40001"})  # deadlock detected, could not serialize
_CHANGE_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})


class MakeAgainAfterDeadlock:
    """Calls the view of a decision, again where PostgreSQL ended it. The last of all middleware:
    who asks, and whether the form came from our page, is settled by then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if request.method in _CHANGE_NOTHING:
            return None
        for attempt in range(1, TRIES):
            try:
                return view(request, *args, **kwargs)
            except OperationalError as error:
                if not was_ended(error):
                    raise
                logger.warning("Try %d of %s met another decision", attempt, request.path)
            _rewind(request)
            time.sleep(random.uniform(PAUSE / 2, PAUSE) * attempt)  # noqa: S311 (no secret)
        return view(request, *args, **kwargs)


def was_ended(error: OperationalError) -> bool:
    """Whether PostgreSQL took back the whole transaction because of another one."""
    return getattr(error.__cause__, "sqlstate", None) in _ENDED


def _rewind(request: HttpRequest) -> None:
    """Uploaded files were read to their ends by the try before."""
    for name in request.FILES:
        for file in request.FILES.getlist(name):
            file.seek(0)
