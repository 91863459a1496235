"""Stretches of text that can be asked for quickly, and lists that hold a thing once.

A document may hold a hundred thousand mentions. Asking each of them about each would take time with the square of the
length, so what is looked up by place or by name is kept in order.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)


class Places(Generic[Item]):
    """Things by the stretch of text in which they stand, in the order of their starts."""

    def __init__(self) -> None:
        self._order: list[tuple[int, int, int]] = []
        self._items: list[Item] = []
        self._longest = 0

    def add(self, start: int, end: int, item: Item) -> None:
        """Notes that `item` stands between two offsets."""
        place = (start, end, len(self._items))
        self._items.append(item)
        self._longest = max(self._longest, end - start)
        if not self._order or self._order[-1] <= place:
            self._order.append(place)
        else:
            insort(self._order, place)

    def starting(self, start: int, end: int) -> Iterator[Item]:
        """The things that begin between two offsets (`start <= begin < end`), in order."""
        for at in range(bisect_left(self._order, (start, -1, -1)), len(self._order)):
            first, _, number = self._order[at]
            if first >= end:
                return
            yield self._items[number]

    def overlap(self, start: int, end: int) -> bool:
        """Whether anything shares a character with the stretch between two offsets."""
        return next(self._touching(start, end), None) is not None

    def enclose(self, start: int, end: int) -> bool:
        """Whether the stretch lies wholly inside something."""
        return any(first <= start and end <= last for first, last in self._touching(start, end))

    def last_before(self, offset: int) -> Item | None:
        """The thing with the greatest start before an offset."""
        at = bisect_left(self._order, (offset, -1, -1))
        return self._items[self._order[at - 1][2]] if at else None

    def _touching(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        # Nothing that begins earlier than the longest stretch before `start` can reach it.
        for at in range(bisect_left(self._order, (start - self._longest, -1, -1)), len(self._order)):
            first, last, _ = self._order[at]
            if first >= end:
                return
            if last > start:
                yield first, last


class Distinct(list[Key]):
    """A list that takes each thing once, in the order in which things come."""

    def __init__(self, items: Iterable[Key] = ()) -> None:
        super().__init__()
        self._known: set[Key] = set()
        self.extend(items)

    def append(self, item: Key) -> None:
        if item not in self._known:
            self._known.add(item)
            super().append(item)

    def extend(self, items: Iterable[Key]) -> None:
        for item in items:
            self.append(item)

    def __iadd__(self, items: Iterable[Key]) -> Distinct[Key]:  # type: ignore[override,misc]
        self.extend(items)
        return self

    def __contains__(self, item: object) -> bool:
        return item in self._known
