"""One draft per system: a name or an address leads to the same one wherever it is read."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from kg.extraction.factsheets.reading import word_set
from kg.extraction.factsheets.systems.drafts import SystemDraft
from kg.extraction.factsheets.titles import name_key
from kg.extraction.portals import key as url_key
from kg.questionnaire.wording import words_key


class KnownSystems:
    """The systems found so far, by their names and addresses."""

    def __init__(self, country: str) -> None:
        self.drafts: list[SystemDraft] = []
        self._country = country
        self._by_key: dict[str, SystemDraft] = {}
        self._by_url: dict[str, SystemDraft] = {}

    def by_name(self, *names: str | None) -> SystemDraft | None:
        """The system that has one of the names, the first that leads to one."""
        return next(
            (
                self._by_key[key]
                for name in names
                if name is not None and (key := self._key(name)) in self._by_key
            ),
            None,
        )

    def by_address(self, url: str) -> SystemDraft | None:
        """The system that has an address."""
        return self._by_url.get(url_key(url))

    def called(self, name: str, aliases: list[str]) -> SystemDraft:
        """The system with one of these names, made on first use."""
        draft = self.by_name(name, *aliases)
        if draft is None:
            draft = SystemDraft(name[:400])
            self.drafts.append(draft)
        for other in (name, *aliases):
            self.add_name(draft, other)
        return draft

    def add_name(self, draft: SystemDraft, name: str) -> None:
        """Another name of a system, unless it is that of another."""
        name = name.strip(" ‘’'\"“”,.;:")
        if len(name) < 2 or self._by_key.setdefault(self._key(name), draft) is not draft:
            return
        if words_key(name) not in {words_key(n) for n in draft.names}:
            draft.aliases.append(name[:400])

    def take_url(self, draft: SystemDraft, url: str) -> None:
        """An address of a system: its own, or a further one."""
        if draft.url is None:
            draft.url = url
        elif url_key(url) != url_key(draft.url) and url not in draft.other_urls:
            draft.other_urls.append(url)
        self._by_url.setdefault(url_key(url), draft)

    def offer_url(self, draft: SystemDraft, url: str | None) -> None:
        """An address for a system that has none yet, unless it is that of another."""
        if url is not None and draft.url is None and url_key(url) not in self._by_url:
            self.take_url(draft, url)

    def alike(self, name: str, q: str) -> SystemDraft | None:
        """The system of a section whose name differs in a letter or two."""
        key = self._key(name)
        if len(key) < 14:
            return None
        return next(
            (
                draft
                for draft in self.drafts
                if q in draft.evidence.q
                and any(fuzz.ratio(key, self._key(other)) >= 95 for other in draft.names)
            ),
            None,
        )

    def with_longer_name(self, name: str, q: str) -> SystemDraft | None:
        """The system of a section whose name has all words of a name in prose."""
        wanted = set(words_key(name).split()) - word_set("small_words")
        for draft in self.drafts:
            if q in draft.evidence.q and any(wanted <= set(words_key(n).split()) for n in draft.names):
                return draft
        return None

    def _key(self, name: str) -> str:
        plain = re.sub(r"^(?:https?://)?(?:www\.)?|(?<=\w)-(?=[a-z])", "", name)
        key = name_key(plain, self._country) or words_key(plain)
        return key.replace("registry", "register").replace("license", "licence").replace(" ", "")
