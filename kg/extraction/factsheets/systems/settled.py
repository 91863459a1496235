"""What is decided once all systems are known: whether each is a system or a body, whose it is, and whether it is a portal."""

from __future__ import annotations

from functools import cache
from typing import Any

from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.reading import coded_words, word_set
from kg.extraction.factsheets.systems.drafts import SystemDraft, absorb
from kg.extraction.factsheets.systems.nouns import head_noun
from kg.extraction.gazetteer import data
from kg.extraction.portals import key as url_key
from kg.iris import host_of
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


def drop_bodies(drafts: list[SystemDraft], bodies: KnownBodies) -> None:
    """One name in prose is not both a body and a system: its noun decides, and what has a heading of its own stays."""
    for draft in list(drafts):
        body = bodies.known(draft.name)
        if body is None or draft.operated_by is body:
            continue
        if body.own_items or (head_noun(draft.name) not in word_set("system_nouns") and not draft.headed):
            drafts.remove(draft)
            continue
        bodies.remove(body)
        for other in drafts:
            if other.operated_by is body:
                other.operated_by = None


def tell_portals_apart(drafts: list[SystemDraft]) -> None:
    """A portal is known by its address: one without, or with another's, is a platform."""
    taken: set[str] = set()
    for draft in drafts:
        key = url_key(draft.url) if draft.url else ""
        if draft.portal and (not key or key in taken or host_of(draft.url or "") is None):
            draft.portal = False
        if draft.portal:
            taken.add(key)


def settle(drafts: list[SystemDraft], country: str) -> None:
    """What holds of a system wherever it is named: whose it is, and the kind that its own noun gives it."""
    shared: dict[str, SystemDraft] = {}
    for draft in list(drafts):
        union = _union_system(draft)
        if union is not None and country != EUROPEAN_UNION:
            draft.country = draft.country or union.get("country", EUROPEAN_UNION)
            draft.platform_kinds += [k for k in union.get("kinds", ()) if k not in draft.platform_kinds]
            draft.operated_by = None
            draft.shared_id = union.get("id")
            first = shared.setdefault(draft.shared_id, draft) if draft.shared_id is not None else draft
            if first is not draft:
                absorb(first, draft)
                drafts.remove(draft)
                continue
        if union is None:
            _settle_kinds(draft)
        if draft.portal and not draft.portal_kinds:
            draft.portal_kinds = ["other"]


def _settle_kinds(draft: SystemDraft) -> None:
    own = data("factsheets")["kinds_by_noun"].get(head_noun(draft.name))
    if own is not None and not draft.headed and draft.platform_kinds == ["cross-border"]:
        # What is connected across borders is first what its own noun says.
        draft.platform_kinds = [own]
    if not draft.platform_kinds and not draft.portal:
        # Outside the chapter on infrastructure no section says what it is for.
        said = coded_words("kinds_by_words").first(fold(draft.name)) or own
        draft.platform_kinds = [said] if said is not None else []


def _union_system(draft: SystemDraft) -> dict[str, Any] | None:
    """The entry of `union_systems` that one of the names of a system leads to."""
    known = _of_union_by_key()
    return next((known[key] for n in draft.names if (key := words_key(n.split(" (")[0])) in known), None)


@cache
def _of_union_by_key() -> dict[str, dict[str, Any]]:
    return {
        words_key(name): system for system in data("factsheets")["union_systems"] for name in system["names"]
    }
