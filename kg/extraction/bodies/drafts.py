"""A body while it is put together from its mentions, and all bodies of a document by name, abbreviation and place."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.extraction.bodies.names import name_key
from kg.extraction.evidence import Evidence
from kg.extraction.naming import Named
from kg.extraction.places import Distinct, Places
from kg.questionnaire.wording import words_key


@dataclass(slots=True, eq=False)
class BodyDraft(Named):
    """A body while it is put together from its mentions."""

    name: str
    type: str = "other"
    acronym: str | None = None
    aliases: list[str] = field(default_factory=Distinct)
    urls: list[str] = field(default_factory=Distinct)
    areas: list[str] = field(default_factory=Distinct)
    parent: BodyDraft | None = None
    country: str | None = None
    evidence: Evidence = field(default_factory=Evidence)
    _keys: set[str] = field(default_factory=set)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.acronym, *self.aliases) if name]

    def rename(self, name: str) -> None:
        """Gives it another name; the former one stays known."""
        self._know(name)
        self.aliases.append(self.name)
        self.name = name

    def abbreviate(self, acronym: str) -> None:
        """Gives it its abbreviation."""
        self._know(acronym)
        self.acronym = acronym


@dataclass(slots=True)
class BodyMention:
    """A place where a body is spoken of."""

    q: str
    start: int
    end: int
    draft: BodyDraft


@dataclass(slots=True)
class Bodies:
    """All bodies of a document. `foreign` ones carry their country."""

    drafts: list[BodyDraft] = field(default_factory=list)
    mentions: list[BodyMention] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    places: Places[BodyMention] = field(default_factory=Places)
    """The mentions by where they stand."""
    _held: set[int] = field(default_factory=set)
    _keys: dict[frozenset[str], BodyDraft] = field(default_factory=dict)
    _acronyms: dict[str, BodyDraft] = field(default_factory=dict)
    _words: dict[str, BodyDraft] | None = None

    def holds(self, draft: BodyDraft | None) -> bool:
        """Whether a draft is one of these bodies (one that was merged into another is not)."""
        return id(draft) in self._held

    def mention(self, mention: BodyMention) -> None:
        """Notes a place where a body is spoken of."""
        self.mentions.append(mention)
        self.places.add(mention.start, mention.end, mention)

    def called(self, name: str) -> BodyDraft | None:
        """The body that has this very name or abbreviation; asked once all bodies are known."""
        if self._words is None:
            self._words = {}
            for draft in self.drafts:
                for known in draft.names:
                    self._words.setdefault(words_key(known), draft)
        return self._words.get(words_key(name))

    def merge_into(self, merged: dict[int, BodyDraft]) -> None:
        """Drops bodies that turned out to be others (by id) and points everything to those."""
        if not merged:
            return
        self.drafts = [draft for draft in self.drafts if id(draft) not in merged]
        self._held = {id(draft) for draft in self.drafts}
        for mention in self.mentions:
            mention.draft = merged.get(id(mention.draft), mention.draft)
        for draft in self.drafts:
            draft.parent = merged.get(id(draft.parent), draft.parent)

    def by_name(self, name: str, own: frozenset[str]) -> BodyDraft | None:
        """The body with that name or abbreviation; `own` are the words by which the country calls itself."""
        return self._acronyms.get(name) or self._keys.get(name_key(name, own))

    def add(self, draft: BodyDraft, own: frozenset[str]) -> None:
        """Takes a body in, or the names that it has come to have."""
        if not self.holds(draft):
            self._held.add(id(draft))
            self.drafts.append(draft)
        for name in draft.names:
            self._keys.setdefault(name_key(name, own), draft)
        if draft.acronym:
            self._acronyms.setdefault(draft.acronym, draft)
