"""How good extraction is: precision, recall and F1 per kind of fact and per document, against gold facts.

Gold is `NAME.gold.yaml` beside `NAME.(md|docx|pdf|html|txt)` or in a folder of its own, or a reviewed record
(`NAME.record.yaml`, or the record of the country found in the folder of responses). An item is found when its identifying keys match; every further key that
gold states counts as one more fact. Keys that gold gives in words without a code of ours are not compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from rapidfuzz import fuzz

from kg.documents import read_document
from kg.errors import KgError
from kg.extraction.citations import parse_citation, plain_number, same_number
from kg.extraction.extract import extract
from kg.extraction.factsheets.union import union_mentions
from kg.extraction.gazetteer import coded, country_of, organisations
from kg.extraction.indicators import parse_number
from kg.extraction.portals import key as portal_key
from kg.questionnaire import Form, edition_of, nearest_form
from kg.questionnaire.outline import load_outline
from kg.questionnaire.wording import Fingerprint, fold, words_key
from kg.records.codes import EUROPEAN_UNION, codes
from kg.records.load import load_record
from kg.records.model import Record

KINDS = (
    "bodies",
    "portals",
    "instruments",
    "memberships",
    "cooperations",
    "partnerships",
    "technologies",
    "checkboxes",
    "indicators",
    "initiatives",
)
_DOCUMENTS = (".md", ".docx", ".pdf", ".html", ".txt")
_FURTHER = {
    "bodies": ("aliases", "url", "responsibility"),
    "portals": ("kind", "replaced_by"),
    "instruments": ("title", "url", "article", "topics", "relations"),
    "memberships": ("since",),
    "cooperations": ("year", "status", "topics"),
    "partnerships": ("kind", "members"),
    "technologies": ("strategy",),
    "checkboxes": ("checked",),
    "indicators": ("unit", "year", "source"),
    "initiatives": ("technologies", "led_by", "partners", "status", "start_year", "url"),
}

Item = dict[str, Any]


@dataclass(slots=True)
class Score:
    """Facts that are right, extracted wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, other: Score) -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    def as_dict(self) -> dict[str, float]:
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
        }


@dataclass(slots=True)
class Miss:
    """One thing that went wrong, by name."""

    document: str
    kind: str
    what: str
    """"missed", "extra", or the key that is wrong."""
    item: str
    expected: str = ""
    got: str = ""


@dataclass(slots=True)
class Evaluation:
    """The result over all documents."""

    micro: Score = field(default_factory=Score)
    kinds: dict[str, Score] = field(default_factory=dict)
    documents: dict[str, Score] = field(default_factory=dict)
    by_document: dict[str, dict[str, Score]] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)
    negatives: list[tuple[str, str]] = field(default_factory=list)
    """The negatives that were produced: document and item."""

    def to_json(self) -> str:
        """As the gold format asks: micro, kinds, documents, negatives."""
        return json.dumps({
            "micro": self.micro.as_dict(),
            "kinds": {kind: score.as_dict() for kind, score in self.kinds.items()},
            "documents": {name: score.as_dict() for name, score in self.documents.items()},
            "negatives": {"produced": len(self.negatives)},
        }, indent=2)  # fmt: skip

    def to_text(self, misses: bool = True) -> str:
        """A table per kind and document, then the misses by name."""
        rows = [("", "precision", "recall", "F1", "facts")]
        for title, group in (
            ("all", {"micro": self.micro}),
            ("kind", self.kinds),
            ("document", self.documents),
        ):
            del title
            rows += [
                (name, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", str(s.right + s.missed))
                for name, s in group.items()
            ]
        width = max(len(row[0]) for row in rows)
        lines = [f"{row[0]:<{width}}  {row[1]:>9}  {row[2]:>6}  {row[3]:>6}  {row[4]:>6}" for row in rows]
        lines.append(f"negatives produced: {len(self.negatives)}")
        lines += [f"  {document}: {item}" for document, item in self.negatives]
        if misses and self.misses:
            lines.append("")
            lines += [
                f"{m.document} · {m.kind} · {m.what}: {m.item}"
                + (f" (expected {m.expected}, got {m.got or 'nothing'})" if m.expected else "")
                for m in self.misses
            ]
        return "\n".join(lines)


def evaluate(folder: Path, records: Path | None = None, documents: Path | None = None) -> Evaluation:
    """Extracts every document that has gold in a folder and compares.

    The documents stand beside their gold, or in the folder `documents`. `records` is a folder of reviewed records ({ISO3}.yaml): a document without gold whose digest one of them names is
    measured against that record. Raises KgError when the folder holds no document with gold.
    """
    result = Evaluation(kinds={kind: Score() for kind in KINDS})
    for document, gold in _pairs(folder, records, documents):
        _one(document, gold, result)
    if not result.documents:
        raise KgError(
            "no document with gold facts",
            where=str(folder),
            hint="Put NAME.gold.yaml beside NAME.md, .docx, .pdf or .html, or name their folder with --documents.",
        )
    return result


def evaluate_document(path: Path, gold: dict[str, Any] | Record) -> Evaluation:
    """Extracts one document and compares it with gold facts or with a reviewed record."""
    result = Evaluation(kinds={kind: Score() for kind in KINDS})
    _one(path, gold, result)
    return result


def record_items(record: Record) -> dict[str, list[Item]]:
    """A record as gold items: what it states about its own country, without what it says is not so."""
    names = {entry.id: entry for name in Record.ENTITY_LISTS for entry in getattr(record, name)}

    def called(key: str | None) -> list[str]:
        entry = names.get(key or "")
        if entry is None:
            return [key] if key else []
        found = [
            entry.name,
            *getattr(entry, "aliases", []),
            getattr(entry, "acronym", None),
            getattr(entry, "title", None),
            getattr(entry, "url", None),
        ]
        return [name for name in found if name]

    def organisation_names(key: str) -> list[str]:
        register = next(
            (
                o
                for o in organisations().values()
                if o.id == key or o.id == getattr(names.get(key), "register_key", None)
            ),
            None,
        )
        known = [n for n, o in organisations().items() if register is not None and o is register]
        return [*called(key), *known, *([register.name] if register else [])]

    bodies: list[Item] = [
        {"name": b.name, "aliases": [*b.aliases, *([b.acronym] if b.acronym else [])], "url": b.urls or None, "responsibility": list(b.responsible_for) or None, "q": b.q}
        for b in record.bodies if b.country in (None, record.source.country)
    ]  # fmt: skip
    factsheet = record.source.family == "factsheet"
    if factsheet:
        # Gold has no list of its own for associations that a chapter on governance tells of.
        bodies += [
            {"name": o.name, "aliases": [*o.aliases, *([o.acronym] if o.acronym else [])], "url": o.urls or None, "responsibility": None, "q": o.q, "optional": True}
            for o in record.organisations if o.type == "civil-society"
        ]  # fmt: skip
    portals: list[Item] = [
        {"url": p.url, "urls": [u for u in (p.url, *p.other_urls) if u], "name": p.name, "kind": list(p.kinds) or None, "replaced_by": called(p.replaced_by) or None, "q": p.q, "optional": p.url is None and not p.kinds}
        for p in record.portals if p.country in (None, record.source.country) or (factsheet and p.country == EUROPEAN_UNION)
    ]  # fmt: skip
    portals += [
        {"url": p.url, "urls": [u for u in (p.url, *p.other_urls) if u], "name": p.name, "kind": list(p.kinds) or None, "replaced_by": called(p.replaced_by) or None, "q": p.q}
        for p in record.platforms if factsheet or p.country in (None, record.source.country)
    ]  # fmt: skip
    for item in portals:
        item["aliases"] = next(
            e.aliases
            for e in (*record.portals, *record.platforms)
            if e.name == item["name"] and e.q == item["q"]
        )
        if factsheet:
            # The section gives a website the kind that a platform under the same heading has.
            item["kind"] = [*(item["kind"] or []), *_section_kinds(item["q"], record.source.edition)] or None
            item["optional"] = False
    instruments = [
        {
            "kind": i.kind, "title": i.title, "name": i.name, "aliases": i.aliases, "number": i.number, "year": i.year, "url": [*i.urls, *i.url_candidates] or None,
            "topics": list(i.topics) or None, "article": [p.article for p in i.passages if p.article] or None,
            "relations": [(kind, called(target)) for kind, keys in (("amends", i.amends), ("repeals", i.repeals), ("implements", i.implements), ("regulates", i.regulates), ("based-on", i.based_on), ("transposes", i.transposes), ("replaces", i.replaces)) for target in keys] or None,
            "q": i.q, "optional": i.lifecycle == "planned",
        }
        for i in record.instruments if i.country in (None, record.source.country) or (factsheet and i.country == EUROPEAN_UNION)
    ]  # fmt: skip
    return {
        "bodies": bodies,
        "portals": portals,
        "instruments": instruments,
        "memberships": [
            {"organisation": organisation_names(m.organisation)[0] if organisation_names(m.organisation) else m.organisation, "aliases": organisation_names(m.organisation), "since": m.since, "q": m.q}
            for m in record.memberships if m.participation in ("member", "participant", "associate")
        ],
        "cooperations": [
            {"partners": [c.partner] if isinstance(c.partner, str) else list(c.partner), "kind": c.kind, "year": c.year, "status": None if c.lifecycle == "unknown" else c.lifecycle, "topics": list(c.topics) or None, "q": c.q}
            for c in record.cooperations if c.lifecycle != "none"
        ],
        "partnerships": [
            {"name": p.name, "aliases": p.aliases, "kind": p.kind, "members": [called(m) or [m] for m in p.members] or None, "q": p.q} for p in record.partnerships
        ],
        "technologies": [
            {"technology": t.technology, "strategy": called(t.strategy) or None, "q": t.q} for t in record.technologies if t.stated == "yes"
        ],
        "checkboxes": list(_record_boxes(record)),
        "indicators": [
            {"q": i.q, "value": i.value, "unit": i.unit, "year": i.year, "source": i.source} for i in record.indicators
        ],
        "initiatives": [
            {
                "name": i.name, "aliases": i.aliases, "url": i.urls or None, "technologies": list(i.technologies) or None, "status": i.lifecycle,
                "start_year": i.start_year, "led_by": [called(k) or [k] for k in i.led_by] or None, "partners": [called(k) or [k] for k in i.partners] or None, "q": i.q,
            }
            for i in record.initiatives
        ],
    }  # fmt: skip


def _section_kinds(sections: list[str], edition: int) -> list[str]:
    outline = load_outline("factsheet", edition)
    return [kind for s in outline.sections if s.number in sections for kind in s.platforms]


def _record_boxes(record: Record) -> Iterator[Item]:
    for answer in record.answers:
        pair = (
            answer.basis == "box"
            or (answer.state == "box-lost" and not answer.options)
            or any(r.kind == "box-lost" and "yes and no" in r.text for r in answer.remarks)
        )
        if pair:
            for item in ("yes", "no"):
                checked = "unknown" if answer.value == "unknown" else str(answer.value == item).lower()
                yield {"q": [answer.q], "item": item, "checked": checked}
        for option in answer.options:
            value = (
                option.checked if option.checked != "unknown" or option.implied is None else option.implied
            )
            if option.item == "other" and value == "unknown":
                continue
            yield {
                "q": [answer.q],
                "item": option.item,
                "checked": {"yes": "true", "no": "false"}.get(value, "unknown"),
            }


def gold_items(gold: dict[str, Any], form: Form) -> dict[str, list[Item]]:
    """Gold as read from YAML, with words turned into our codes where there is one."""
    found: dict[str, list[Item]] = {kind: [] for kind in KINDS}
    for kind in KINDS:
        for raw in gold.get(kind) or []:
            item: Item = {key: (None if value in ("", [], {}) else value) for key, value in raw.items()}
            item["q"] = [
                str(q)
                for q in (item["q"] if isinstance(item.get("q"), list) else [item.get("q")])
                if q is not None
            ]
            if kind == "instruments":
                _read_number(item)
                item["topics"] = _topic_codes(item.get("topics"), form) or None
                item["relations"] = [
                    (r["kind"], [str(r["target"])]) for r in item.get("relations") or []
                ] or None
            elif kind == "bodies":
                item["responsibility"] = _area_codes(item.get("responsibility")) or None
            elif kind == "cooperations":
                partners = item.get("partners") or []
                item["partners"] = [
                    code
                    for p in (partners if isinstance(partners, list) else [partners])
                    if (code := country_of(str(p)) or (p if re.fullmatch("[A-Z]{3}", str(p)) else None))
                ]
                item["topics"] = _codes("cooperation_topics", item.get("topics")) or None
                item["status"] = None if item.get("status") == "unknown" else item.get("status")
            elif kind == "technologies":
                codes = _codes("technologies", [item["technology"]])
                item["technology"] = (
                    item["technology"]
                    if re.fullmatch(r"[a-z0-9-]{2,14}", str(item["technology"]))
                    else (codes[0] if codes else "other")
                )
                item["strategy"] = [item["strategy"]] if item.get("strategy") else None
            elif kind == "checkboxes":
                label = str(item["item"])
                q = item["q"][0] if item["q"] else ""
                item["item"] = fold(label) if fold(label) in ("yes", "no") else _box_code(label, q, form)
                item["checked"] = str(item.get("checked")).lower()
                item["checked"] = {"yes": "true", "no": "false"}.get(item["checked"], item["checked"])
            elif kind == "indicators":
                item["value"] = (
                    parse_number(str(item["value"]))
                    if not isinstance(item["value"], int | float)
                    else item["value"]
                )
                item["unit"], item["value"] = _unit(item.get("unit"), item["value"])
            elif kind == "partnerships":
                item["members"] = [[m] for m in item.get("members") or []] or None
            elif kind == "initiatives":
                for role in ("led_by", "partners"):
                    named = item.get(role) or []
                    item[role] = [[n] for n in (named if isinstance(named, list) else [named])] or None
                item["technologies"] = _codes("technologies", item.get("technologies")) or None
            elif kind == "portals":
                item["replaced_by"] = [item["replaced_by"]] if item.get("replaced_by") else None
            found[kind].append(item)
    return found


# -- comparing


def _one(path: Path, gold: dict[str, Any] | Record, result: Evaluation) -> None:
    document = read_document(path)
    form = nearest_form("msq", edition_of(document.text))
    try:
        extracted = extract(document, country=gold.source.country if isinstance(gold, Record) else None)
        items = record_items(extracted.record)
    except KgError:
        extracted, items = None, {kind: [] for kind in KINDS}
    expected = record_items(gold) if isinstance(gold, Record) else gold_items(gold, form)
    if extracted is not None and extracted.record.source.family == "factsheet":
        for item in expected["portals"]:
            # A heading names a system; that its address is right is one more fact.
            item["factsheet"] = True
    total = Score()
    result.by_document[path.name] = {}
    for kind in KINDS:
        if extracted is not None and extracted.record.source.family == "factsheet" and not _lists(gold, kind):
            continue
        if kind == "initiatives" and not expected[kind]:
            continue
        score = _compare(path.name, kind, expected[kind], items[kind], result)
        result.kinds[kind].add(score)
        result.by_document[path.name][kind] = score
        # A reviewed record has initiatives that the source gives no name: shown, but not counted in the sums.
        if kind != "initiatives" or not isinstance(gold, Record):
            total.add(score)
    result.documents[path.name] = total
    result.micro.add(total)
    if not isinstance(gold, Record):
        for negative in gold.get("negatives") or []:
            if _produced(negative, items):
                result.negatives.append((path.name, str(negative["item"])))


def _lists(gold: dict[str, Any] | Record, kind: str) -> bool:
    """Whether gold speaks of that kind of fact at all: a factsheet's leaves out what follows from its headings."""
    return isinstance(gold, Record) or kind in gold


def _compare(
    document: str, kind: str, expected: list[Item], extracted: list[Item], result: Evaluation
) -> Score:
    score = Score()
    if kind == "checkboxes":
        asked = {item["q"][0] for item in expected}
        extracted = [item for item in extracted if item["q"][0] in asked or not item["q"][0].startswith("X")]
    rest = list(extracted)
    pairs: list[tuple[Item, Item]] = []
    for strict in (True, False):
        for item in list(expected):
            if any(item is done for done, _ in pairs):
                continue
            partner = next((other for other in rest if _same(kind, item, other, strict)), None)
            if partner is not None:
                pairs.append((item, partner))
                rest.remove(partner)
    matched = {id(item) for item, _ in pairs}
    for item in expected:
        if id(item) not in matched and not item.get("optional"):
            score.missed += 1
            result.misses.append(Miss(document, kind, "missed", _label(kind, item)))
    for item, partner in pairs:
        score.right += 1
        for key in (*_FURTHER[kind], *(("url",) if item.get("factsheet") and item.get("name") else ())):
            stated = item.get(key)
            if stated is None or (kind == "instruments" and key == "title" and item.get("number") is None):
                continue
            if _equal(kind, key, stated, partner):
                score.right += 1
            else:
                score.missed += 1
                if partner.get(key) not in (None, []):
                    score.wrong += 1
                result.misses.append(
                    Miss(document, kind, key, _label(kind, item), str(stated), str(partner.get(key) or ""))
                )
    for other in rest:
        if other.get("optional"):
            continue
        score.wrong += 1
        result.misses.append(Miss(document, kind, "extra", _label(kind, other)))
    return score


def _same(kind: str, gold: Item, other: Item, strict: bool) -> bool:
    match kind:
        case "bodies" | "partnerships" | "initiatives":
            return (
                bool(_name_keys(gold, "name") & _name_keys(other, "name"))
                if strict
                else bool(_name_keys(gold, "name", "aliases") & _name_keys(other, "name", "aliases"))
            )
        case "memberships":
            return bool(
                _name_keys(gold, "organisation", "aliases") & _name_keys(other, "organisation", "aliases")
            )
        case "portals":
            if strict and gold.get("factsheet") and gold.get("name"):
                return bool(_name_keys(gold, "name") & _name_keys(other, "name"))
            if gold.get("url") and (strict or not gold.get("name") or gold.get("factsheet")):
                by_name = bool(
                    gold.get("factsheet")
                    and _name_keys(gold, "name", "aliases") & _name_keys(other, "name", "aliases")
                )
                return by_name or url_key(gold["url"]) in {
                    url_key(u) for u in other.get("urls") or [other.get("url") or ""]
                }
            return bool(_name_keys(gold, "name", "aliases") & _name_keys(other, "name", "aliases"))
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


def url_key(url: str) -> str:
    """An address for comparison: as of portals, percent-decoded and without the text fragment that browsers add."""
    return portal_key(unquote(url.split("#:~:text=")[0]))


def _loosely(one: str, other: str) -> bool:
    return "other" in (one, other) and one == other


def _base(questions: list[str]) -> set[str]:
    return {re.sub(r"(?<=\d)[a-i]$", "", q) for q in questions[:1]}


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
            and _name_keys(gold, "title", "aliases") & _name_keys(other, "title", "name", "aliases")
        ):
            return True
        if same and _name_keys(gold, "title", "aliases") & _name_keys(other, "title", "name", "aliases"):
            # Number and title agree: what one source calls a decree another calls a regulation.
            return True
        return bool(same) and (
            _kind_family(gold["kind"]) == _kind_family(other["kind"])
            or "other" in (gold["kind"], other["kind"])
            or gold["kind"] is None
        )
    keys = (
        _name_keys(gold, "title", "name", "aliases")
        if not gold.get("number") or not strict
        else _name_keys(gold, "title")
    )
    return bool(keys & _name_keys(other, "title", "name", "aliases"))


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


def _name_keys(item: Item, *fields: str) -> set[str]:
    names: set[str] = set()
    for name in fields:
        value: Any = item.get(name)
        names |= {words_key(str(v)) for v in (value if isinstance(value, list) else [value]) if v}
    return {name for name in names if name}


def _equal(kind: str, key: str, stated: Any, partner: Item) -> bool:
    got = partner.get(key)
    match key:
        case "url":
            got = partner.get("urls") or got
            wanted = {url_key(u) for u in (stated if isinstance(stated, list) else [stated])}
            return bool(
                wanted & {url_key(u) for u in (got if isinstance(got, list) else [got] if got else [])}
            )
        case "aliases":
            return {words_key(str(a)) for a in stated} <= _name_keys(
                partner, "name", "aliases", "organisation"
            )
        case "title":
            names = _name_keys(partner, "title", "name", "aliases")
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


def _produced(negative: dict[str, Any], items: dict[str, list[Item]]) -> bool:
    """Whether something extracted is what the negative forbids; statuses named in it narrow it down."""
    kind, words = str(negative.get("list")), str(negative["item"])
    text = f" {words_key(words)} "
    for item in items.get(kind, []):
        if kind == "memberships" and any(
            f" {key} " in text for key in _name_keys(item, "organisation", "aliases") if len(key) > 1
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
            names = _name_keys(item, "name", "title", "aliases")
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


# -- gold in words


def _read_number(item: Item) -> None:
    number = item.get("number")
    if number is None:
        return
    citation = parse_citation(str(number))
    if citation is not None and citation.number:
        item["aliases"] = [str(number)]
        item["number"] = citation.number
        item["year"] = item.get("year") or citation.year


def _topic_codes(topics: Any, form: Form) -> list[str]:
    question = form.question("9")
    found: list[str] = []
    for topic in topics or []:
        if topic in codes("legal-topic"):
            found.append(topic)
            continue
        folded = fold(str(topic))
        found += [
            item.code
            for item in (question.items if question else [])
            if Fingerprint(item.words).score(folded) >= 1
        ]
        if re.search(r"digital security|cyber", folded):
            found.append("digital-security")
    return list(dict.fromkeys(found))


def _area_codes(responsibility: Any) -> list[str]:
    areas = responsibility if isinstance(responsibility, list) else [responsibility] if responsibility else []
    found: list[str] = []
    for area in areas:
        codes = coded("areas").codes(fold(str(area)))
        found += (
            [area]
            if re.fullmatch(r"[a-z-]+", str(area)) and area in _AREAS
            else codes
            if len(str(area).split()) <= 5
            else []
        )
    return list(dict.fromkeys(found))


def _codes(name: str, values: Any) -> list[str]:
    found: list[str] = []
    for value in values or []:
        found += coded(name).codes(fold(str(value).replace("-", " "))) or coded(name).codes(fold(str(value)))
    return list(dict.fromkeys(found))


def _box_code(label: str, q: str, form: Form) -> str:
    question = form.question(q)
    if question and label in {item.code for item in question.items}:
        return label
    if fold(label).startswith(("other", "otr", "autre", "outr")):
        return "other"
    return form.item_code(q, label) or words_key(label)


def _unit(unit: Any, value: Any) -> tuple[str | None, Any]:
    if unit is None:
        return None, value
    folded = fold(str(unit))
    if folded in ("percent", "percent-of-gdp", "count", "other", "index", "rank"):
        return folded, value
    if "%" in folded or "percent" in folded:
        return ("percent-of-gdp" if "gdp" in folded or "pib" in folded else "percent"), value
    scale = 1_000_000 if "million" in folded else 1_000 if "thousand" in folded else 1
    value = value * scale if value is not None else None
    return "count", round(value) if isinstance(value, float) and abs(value - round(value)) < 1e-6 else value


_SAME_KIND = {"e-procurement": "procurement"}
"""Codes of portal-kind and platform-kind that say the same."""
_PORTAL_ROLES = frozenset({"national", "e-services", "open-data", "e-participation", "procurement"})
_AREAS = frozenset(
    {
        "e-government",
        "planning",
        "education",
        "health",
        "social-protection",
        "employment",
        "environment",
        "energy-water",
        "finance",
        "trade",
        "other",
        "data-protection",
        "digital-security",
        "statistics",
        "open-data",
        "e-participation",
        "justice",
        "interior",
    }
)


def _label(kind: str, item: Item) -> str:
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


def _pairs(
    folder: Path, records: Path | None, documents: Path | None = None
) -> Iterator[tuple[Path, dict[str, Any] | Record]]:
    if not folder.is_dir():
        raise KgError(
            "there is no such folder", where=str(folder), hint="Name a folder with documents and their gold."
        )
    reviewed = (
        {
            record.source.sha256: record
            for path in sorted(records.rglob("*.yaml"))
            for record in [load_record(path)]
        }
        if records
        else {}
    )
    if documents is not None and not documents.is_dir():
        raise KgError(
            "there is no such folder", where=str(documents), hint="Name the folder of the documents."
        )
    for path in sorted((documents or folder).iterdir()):
        if path.suffix.lower() not in _DOCUMENTS:
            continue
        gold = folder / f"{path.stem}.gold.yaml"
        record = folder / f"{path.stem}.record.yaml"
        if gold.is_file():
            yield path, _load_gold(gold)
        elif record.is_file():
            yield path, load_record(record)
        elif reviewed:
            digest = read_document(path).sha256
            if digest in reviewed:
                yield path, reviewed[digest]


def _load_gold(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise KgError(f"the gold file is no YAML ({error})", where=str(path), hint="Correct it.") from None
    if not isinstance(loaded, dict) or not any(kind in loaded for kind in KINDS):
        raise KgError(
            "the file holds no gold facts",
            where=str(path),
            hint=f"Expected lists such as {', '.join(KINDS[:3])}.",
        )
    return loaded
