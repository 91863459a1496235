"""Bodies that turn out to be one: ministries whose names are nearly the same, councils that differ in rank only."""

from __future__ import annotations

from rapidfuzz import fuzz

from kg.extraction.bodies.drafts import Bodies, BodyDraft
from kg.extraction.bodies.names import name_key
from kg.extraction.gazetteer import word_set
from kg.iris import host_of


def merge_ministries(found: Bodies, own: frozenset[str]) -> None:
    """Joins ministries whose names are nearly the same and whose hosts do not differ; says so on the entry."""
    ministries = [draft for draft in found.drafts if draft.type == "ministry" and draft.country is None]
    hosts = [frozenset(host for url in draft.urls if (host := host_of(url))) for draft in ministries]
    alike = _Alike([_content(draft.name, own) for draft in ministries], hosts)
    merged: dict[int, BodyDraft] = {}
    for position, draft in enumerate(ministries):
        if id(draft) in merged:
            continue
        for number in alike.later_than(position):
            other = ministries[number]
            ratio = alike.ratio(position, number)
            if ratio >= MERGE_THRESHOLD:
                _absorb(found, draft, other, f"similarity {ratio:.0f} of 100")
                alike.drop(number)
                merged[id(other)] = draft
    found.merge_into(merged)


def merge_councils(found: Bodies, own: frozenset[str]) -> None:
    """Joins councils whose names differ only in their rank; says so on the entry."""
    firsts: dict[frozenset[str], BodyDraft] = {}
    merged: dict[int, BodyDraft] = {}
    for other in found.drafts:
        key = name_key(other.name, own) - word_set("council_ranks")
        if other.type != "council" or other.country is not None or len(key) < 2:
            continue
        draft = firsts.setdefault(key, other)
        if draft is not other:
            _absorb(found, draft, other, "their names differ in rank only")
            merged[id(other)] = draft
    found.merge_into(merged)


def _absorb(found: Bodies, draft: BodyDraft, other: BodyDraft, why: str) -> None:
    for name in other.names:
        draft.call(name)
    draft.urls += other.urls
    draft.areas += other.areas
    draft.evidence.merge(other.evidence)
    draft.evidence.doubt("inferred", f"Two names are taken for one body: {why}.", other.name)
    found.merges.append(f"body '{other.name}' → '{draft.name}' ({why})")


def _content(name: str, own: frozenset[str]) -> frozenset[str]:
    return name_key(name, own) - {"ministry", "ministerio", "ministere"}


class _Alike:
    """Finds the names that may reach the threshold with another, without comparing all with all.

    `token_set_ratio` reaches it when all words of one name are in the other, or when long names differ in one word by
    a letter or two. So a name is looked for among those that hold its rarest word, and among those that are the same
    without one word. At least one of the two has a host, and where both have, they share one.
    """

    def __init__(self, contents: list[frozenset[str]], hosts: list[frozenset[str]]) -> None:
        self._contents = contents
        self._hosts = hosts
        self._texts = [" ".join(sorted(content)) for content in contents]
        self._dropped: set[int] = set()
        self._by_word: dict[str, list[int]] = {}
        self._but_one: dict[tuple[frozenset[str], str], list[int]] = {}
        for number, content in enumerate(contents):
            for word in content:
                self._by_word.setdefault(word, []).append(number)
                for host in hosts[number] | {_HOSTED} if hosts[number] else {_WITHOUT_HOST}:
                    if len(self._texts[number]) >= _LONG:
                        self._but_one.setdefault((content - {word}, host), []).append(number)
        self._shorter: dict[int, list[int]] = {}
        """Later names all of whose words a name holds."""
        for number, content in enumerate(contents):
            for other in self._holding(content):
                if other < number and content <= contents[other]:
                    self._shorter.setdefault(other, []).append(number)

    def later_than(self, position: int) -> list[int]:
        """The numbers of later names worth comparing with that of `position`, in order."""
        content, hosts = self._contents[position], self._hosts[position]
        found = {n for n in self._holding(content) if n > position and content <= self._contents[n]}
        found.update(self._shorter.get(position, ()))
        if len(self._texts[position]) >= _LONG:
            for word in content:
                for host in hosts | {_WITHOUT_HOST} if hosts else {_HOSTED}:
                    found.update(n for n in self._but_one.get((content - {word}, host), ()) if n > position)
        return sorted(n for n in found if n not in self._dropped and self._hosts_agree(position, n))

    def drop(self, number: int) -> None:
        """Takes a name out: it was merged into another."""
        self._dropped.add(number)

    def ratio(self, one: int, other: int) -> float:
        """How alike two names are (0 to 100)."""
        return fuzz.token_set_ratio(self._texts[one], self._texts[other])

    def _holding(self, content: frozenset[str]) -> list[int]:
        return min((self._by_word[word] for word in content), key=len, default=[])

    def _hosts_agree(self, one: int, other: int) -> bool:
        first, second = self._hosts[one], self._hosts[other]
        return bool(first & second) if first and second else bool(first or second)


MERGE_THRESHOLD = 95
"""token_set_ratio of rapidfuzz from which two ministries' names are taken for one, if their hosts do not differ."""


_HOSTED, _WITHOUT_HOST = "*", ""
_LONG = 36
"""Two names that differ in a word reach the threshold only from this many letters on: a changed letter counts twice."""
