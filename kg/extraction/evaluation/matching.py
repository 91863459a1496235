"""Whether an extracted item is the one that gold states, and whether its further keys are right."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from rapidfuzz import fuzz

from kg.extraction.citations import parse_citation, plain_number, same_number
from kg.extraction.evaluation.items import Item
from kg.extraction.factsheets.union import union_mentions
from kg.extraction.portals import key as portal_key
from kg.questionnaire.wording import fold, words_key


def is_same(kind: str, gold: Item, other: Item, strict: bool) -> bool:
    """Whether an extracted item is the one that gold states; `strict` asks for its main key, the second round takes others too."""
    match kind:
        case "bodies" | "partnerships" | "initiatives":
            return (
                bool(name_keys(gold, "name") & name_keys(other, "name"))
                if strict
                else bool(name_keys(gold, "name", "aliases") & name_keys(other, "name", "aliases"))
            )
        case "memberships":
            return bool(
                name_keys(gold, "organisation", "aliases") & name_keys(other, "organisation", "aliases")
            )
        case "portals":
            if strict and gold.get("factsheet") and gold.get("name"):
                return bool(name_keys(gold, "name") & name_keys(other, "name"))
            if gold.get("url") and (strict or not gold.get("name") or gold.get("factsheet")):
                by_name = bool(
                    gold.get("factsheet")
                    and name_keys(gold, "name", "aliases") & name_keys(other, "name", "aliases")
                )
                return by_name or url_key(gold["url"]) in {
                    url_key(u) for u in other.get("urls") or [other.get("url") or ""]
                }
            return bool(name_keys(gold, "name", "aliases") & name_keys(other, "name", "aliases"))
        case "instruments":
            return _same_instrument(gold, other, strict)
        case "cooperations":
            return set(gold["partners"]) == set(other["partners"]) and (
                gold["kind"] == other["kind"] or (not strict and _loosely(gold["kind"], other["kind"]))
            )
        case "technologies":
            return bool(gold["technology"] == other["technology"])
        case "checkboxes":
            return bool(gold["q"] == other["q"] and gold["item"] == other["item"])
        case _:
            return (
                _base(gold["q"]) == _base(other["q"])
                and gold["value"] is not None
                and abs(float(gold["value"]) - float(other["value"])) < 1e-9
            )


def is_right(kind: str, key: str, stated: Any, partner: Item) -> bool:
    """Whether what gold states under a key is what was extracted."""
    got = partner.get(key)
    match key:
        case "url":
            got = partner.get("urls") or got
            wanted = {url_key(u) for u in (stated if isinstance(stated, list) else [stated])}
            return bool(
                wanted & {url_key(u) for u in (got if isinstance(got, list) else [got] if got else [])}
            )
        case "aliases":
            return {words_key(str(a)) for a in stated} <= name_keys(
                partner, "name", "aliases", "organisation"
            )
        case "title":
            names = name_keys(partner, "title", "name", "aliases")
            return words_key(str(stated)) in names or _is_citation_of(str(stated), partner, names)
        case "topics" | "responsibility":
            return set(stated) == set(got or [])
        case "kind":
            stated_kinds: list[str] = stated if isinstance(stated, list) else [stated]
            got_kinds: list[str] = got if isinstance(got, list) else [got] if got else []
            wanted = {_SAME_KIND.get(k, k) for k in stated_kinds}
            found = {_SAME_KIND.get(k, k) for k in got_kinds}
            # Gold says "other" of a site that has none of the roles of a portal.
            return bool(wanted & found) or (
                kind == "portals" and wanted == {"other"} and not found & _PORTAL_ROLES
            )
        case "replaced_by" | "strategy":
            return bool(
                {words_key(re.sub(r"^https?://(www\.)?", "", str(s))) for s in stated}
                & {words_key(re.sub(r"^https?://(www\.)?", "", str(g))) for g in got or []}
            )
        case "relations":
            return all(
                any(k == kind_ and _same_target(target, names) for k, names in got or [])
                for kind_, target in stated
            )
        case "technologies":
            return set(stated) <= set(got or [])
        case "members" | "led_by" | "partners":
            known = {words_key(n) for names in got or [] for n in names}
            return all({words_key(n) for n in names} & known for names in stated)
        case "article":
            return str(stated if not isinstance(stated, list) else stated[0]) in [str(a) for a in got or []]
        case "source":
            return got is not None and fuzz.token_set_ratio(words_key(str(stated)), words_key(str(got))) >= 85
        case _:
            return bool(stated == got)


def label(kind: str, item: Item) -> str:
    """An item as people read it in the list of misses."""
    match kind:
        case "checkboxes":
            return f"q{item['q'][0]} {item['item']}"
        case "cooperations":
            return f"{'+'.join(item['partners'])} {item['kind']}"
        case "indicators":
            return f"q{item['q'][0] if item['q'] else '?'} {item['value']}"
        case "technologies":
            return str(item["technology"])
        case _:
            return str(
                item.get("name")
                or item.get("title")
                or (item.get("aliases") or [None])[0]
                or item.get("organisation")
                or item.get("url")
                or item.get("number")
            )


def _same_instrument(gold: Item, other: Item, strict: bool) -> bool:
    if gold.get("number") and other.get("number"):
        same = same_number(
            str(gold["number"]), gold.get("year"), str(other["number"]), other.get("year")
        ) or (
            _number_keys(gold) & _number_keys(other)
            and (gold.get("year") in (None, other.get("year")) or other.get("year") is None)
        )
        if (
            not same
            and not strict
            and name_keys(gold, "title", "aliases") & name_keys(other, "title", "name", "aliases")
        ):
            return True
        if same and name_keys(gold, "title", "aliases") & name_keys(other, "title", "name", "aliases"):
            # Number and title agree: what one source calls a decree another calls a regulation.
            return True
        return bool(same) and (
            _kind_family(gold["kind"]) == _kind_family(other["kind"])
            or "other" in (gold["kind"], other["kind"])
            or gold["kind"] is None
        )
    keys = (
        name_keys(gold, "title", "name", "aliases")
        if not gold.get("number") or not strict
        else name_keys(gold, "title")
    )
    return bool(keys & name_keys(other, "title", "name", "aliases"))


def _kind_family(kind: str | None) -> str:
    return {
        "decree-law": "decree",
        "strategy": "policy",
        "plan": "policy",
        "guideline": "policy",
        "standard": "policy",
    }.get(kind or "", kind or "")


def _number_keys(item: Item) -> set[str]:
    number = str(item["number"])
    keys = {plain_number(number), fold(number)}
    led = re.fullmatch(r"((?:19|20)\d\d)/(\d{1,4})", number)
    if led:
        keys.add(led[2].lstrip("0"))
    if item.get("year"):
        short = f"{int(item['year']) % 100:02d}/"
        keys |= {key.removeprefix(short).lstrip("0") for key in set(keys) if key.startswith(short)}
        keys |= {key.removesuffix(f"/{item['year']}") for key in set(keys)} | {
            re.sub(rf"^{item['year']}[/-]0*", "", key) for key in set(keys)
        }
    return {key for key in keys if key}


def name_keys(item: Item, *fields: str) -> set[str]:
    """The words of the names under some keys of an item."""
    names: set[str] = set()
    for name in fields:
        value: Any = item.get(name)
        names |= {words_key(str(v)) for v in (value if isinstance(value, list) else [value]) if v}
    return {name for name in names if name}


def _same_target(stated: list[str], names: list[str]) -> bool:
    if _union_keys(stated) & _union_keys(names):
        return True
    if {words_key(s) for s in stated} & {words_key(n) for n in names}:
        return True
    wanted = [c for s in stated if (c := parse_citation(s)) and c.number]
    have = [c for n in names if (c := parse_citation(n)) and c.number]
    return any(same_number(a.number or "", a.year, b.number or "-", b.year) for a in wanted for b in have)


def _is_citation_of(stated: str, partner: Item, names: set[str]) -> bool:
    """Whether a title is the citation itself, with or without the subject that a name of the partner has."""
    cited = parse_citation(stated)
    if (
        cited is None
        or not cited.number
        or plain_number(cited.number) != plain_number(str(partner.get("number") or "-"))
    ):
        return False
    rest = words_key(stated[cited.end :])
    return not rest or any(
        name.endswith(rest) or rest.startswith(name.partition(" ")[2] or "-") for name in names
    )


def _union_keys(names: list[str]) -> set[tuple[str, int, str]]:
    """The acts of the Union that names cite, by kind, year and number."""
    return {m.act.key for n in names for m in union_mentions(n, fold(n), 0, len(n))[:1]}


def _loosely(one: str, other: str) -> bool:
    return "other" in (one, other) and one == other


def _base(questions: list[str]) -> set[str]:
    return {re.sub(r"(?<=\d)[a-i]$", "", q) for q in questions[:1]}


def url_key(url: str) -> str:
    """An address for comparison: as of portals, percent-decoded and without the text fragment that browsers add."""
    return portal_key(unquote(url.split("#:~:text=")[0]))


_SAME_KIND = {"e-procurement": "procurement"}
"""Codes of portal-kind and platform-kind that say the same."""
_PORTAL_ROLES = frozenset({"national", "e-services", "open-data", "e-participation", "procurement"})
