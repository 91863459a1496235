"""What drafts of bodies and of instruments share: they gather names, and are asked often whether they have one."""

from __future__ import annotations

from kg.questionnaire.wording import words_key


class Named:
    """Remembers the keys of its names, so that asking costs no scan over them. Subclasses are dataclasses with slots."""

    __slots__ = ()
    aliases: list[str]
    _keys: set[str]

    @property
    def names(self) -> list[str]:
        """All names it goes by."""
        raise NotImplementedError

    def is_called(self, name: str) -> bool:
        """Whether it has that name already, whatever the spelling."""
        if not self._keys:
            self._keys.update(words_key(known) for known in self.names)
        return words_key(name) in self._keys

    def call(self, name: str) -> None:
        """Gives it a further name."""
        if not self.is_called(name):
            self._keys.add(words_key(name))
            self.aliases.append(name)

    def _know(self, name: str) -> None:
        """Counts a name as its own; where it is kept is for the caller to say."""
        self.is_called(name)
        self._keys.add(words_key(name))
