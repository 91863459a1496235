"""What gold says must not be extracted, and whether it was."""

from __future__ import annotations

import re
from typing import Any

from kg.extraction.evaluation.items import Item
from kg.extraction.evaluation.matching import name_keys, url_key
from kg.extraction.gazetteer import coded, country_of
from kg.questionnaire.wording import fold, words_key


def is_produced(negative: dict[str, Any], items: dict[str, list[Item]]) -> bool:
    """Whether something extracted is what the negative forbids; statuses named in it narrow it down."""
    kind, words = str(negative.get("list")), str(negative["item"])
    text = f" {words_key(words)} "
    for item in items.get(kind, []):
        if kind == "memberships" and any(
            f" {key} " in text for key in name_keys(item, "organisation", "aliases") if len(key) > 1
        ):
            return True
        if kind == "technologies" and item["technology"] in coded("technologies").codes(fold(words)):
            return True
        if kind == "indicators" and str(negative.get("q")) in item["q"]:
            return True
        if kind == "cooperations":
            countries = [
                code
                for word in re.split(r",|\bor\b|\band\b|\bwith\b", words)
                if (code := country_of(word.strip()))
            ]
            statuses = [
                s
                for s in ("signed", "active", "planned", "completed", "in-negotiation")
                if s.replace("-", " ") in text or s in words
            ]
            if set(item["partners"]) & set(countries) and (not statuses or item["status"] in statuses):
                return True
        if kind in ("bodies", "instruments", "portals", "partnerships") and not item.get("optional"):
            names = name_keys(item, "name", "title", "aliases")
            as_kind = re.search(r"\bas kind (\S+)", words)
            if as_kind and item.get("kind") != as_kind[1]:
                continue
            if as_kind and any(len(name.split()) >= 2 and f" {name} " in text for name in names):
                return True
            # A name is compared as a whole: what is forbidden may stand inside the name of something else, and the other way round.
            if {words_key(part).removeprefix("the ") for part in _forbidden(words)} & names:
                return True
        if (
            kind == "portals"
            and item.get("url")
            and "//" in words
            and url_key(words.strip()) == url_key(item["url"])
        ):
            return True
    return False


def _forbidden(words: str) -> list[str]:
    """The names that a negative forbids: the whole of it, and without a remark in brackets or behind a dash or "as"."""
    plain = re.sub(r"\s*\([^()]*\)\s*$", "", words)
    return [words, plain, re.split(r"\s(?:as|–|—|-)\s|:\s", plain)[0]]
