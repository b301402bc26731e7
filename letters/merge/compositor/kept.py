"""A memory of bounded size for what is costly to make twice."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Kept(Generic[Key, Made]):
    """The last `most` things made; the one that was used longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Key, Made] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Made]) -> Made:
        found = self.find(key)
        return self.keep(key, make()) if found is None else found

    def find(self, key: Key) -> Made | None:
        if key not in self._made:
            return None
        self._made.move_to_end(key)
        return self._made[key]

    def keep(self, key: Key, made: Made) -> Made:
        self._made[key] = made
        self._made.move_to_end(key)
        if len(self._made) > self._most:
            self._made.popitem(last=False)
        return made
