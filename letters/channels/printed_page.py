"""A page as it goes into a joined file, however it was read."""

from collections.abc import Callable
from typing import NamedTuple

# Numbers an object of the joined file by what it says.
Once = Callable[[bytes], int]


class Page(NamedTuple):
    """What its dictionary says, but for what it hangs under, and its size."""

    entries: bytes
    box: bytes
