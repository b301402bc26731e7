"""Thousands of rows in one decision, without the search for circles of memory.

Whenever some objects more were made, Python looks through all there are for such as hold nothing
but each other. While a decision reads the letters of a large mailing they all stay until it ends,
so the search finds nothing and takes longer than the reading. What a worker makes of letters holds
no circles, and goes by itself.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def not_sought() -> Iterator[None]:
    """For the time of one decision or task, in all threads; what it left behind is found
    afterwards.
    """
    was_sought = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_sought:  # of two decisions at once, the first that began
            gc.enable()
