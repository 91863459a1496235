"""Gold as people write it, with words turned into our codes where there is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kg.extraction.citations import parse_citation
from kg.extraction.evaluation.items import KINDS, Item
from kg.extraction.gazetteer import coded, country_of
from kg.extraction.indicators import parse_number
from kg.questionnaire import Form
from kg.questionnaire.wording import Fingerprint, fold, words_key
from kg.records.codes import codes


def gold_items(gold: dict[str, Any], form: Form) -> dict[str, list[Item]]:
    """Gold as read from YAML, by kind; `form` has the codes of boxes and topics."""
    return {kind: [_item(kind, raw, form) for raw in gold.get(kind) or []] for kind in KINDS}


def _item(kind: str, raw: dict[str, Any], form: Form) -> Item:
    item: Item = {key: (None if value in ("", [], {}) else value) for key, value in raw.items()}
    questions = item["q"] if isinstance(item.get("q"), list) else [item.get("q")]
    item["q"] = [str(q) for q in questions if q is not None]
    read = _READERS.get(kind)
    if read is not None:
        read(item, form)
    return item


def _body(item: Item, form: Form) -> None:
    item["responsibility"] = _area_codes(item.get("responsibility")) or None


def _portal(item: Item, form: Form) -> None:
    item["replaced_by"] = [item["replaced_by"]] if item.get("replaced_by") else None


def _instrument(item: Item, form: Form) -> None:
    _read_number(item)
    item["topics"] = _topic_codes(item.get("topics"), form) or None
    item["relations"] = [(r["kind"], [str(r["target"])]) for r in item.get("relations") or []] or None


def _cooperation(item: Item, form: Form) -> None:
    partners = item.get("partners") or []
    item["partners"] = [
        code
        for p in (partners if isinstance(partners, list) else [partners])
        if (code := country_of(str(p)) or (p if re.fullmatch("[A-Z]{3}", str(p)) else None))
    ]
    item["topics"] = _codes("cooperation_topics", item.get("topics")) or None
    item["status"] = None if item.get("status") == "unknown" else item.get("status")


def _partnership(item: Item, form: Form) -> None:
    item["members"] = [[member] for member in item.get("members") or []] or None


def _technology(item: Item, form: Form) -> None:
    if not re.fullmatch(r"[a-z0-9-]{2,14}", str(item["technology"])):
        item["technology"] = (_codes("technologies", [item["technology"]]) or ["other"])[0]
    item["strategy"] = [item["strategy"]] if item.get("strategy") else None


def _checkbox(item: Item, form: Form) -> None:
    label, q = str(item["item"]), item["q"][0] if item["q"] else ""
    item["item"] = fold(label) if fold(label) in ("yes", "no") else _box_code(label, q, form)
    checked = str(item.get("checked")).lower()
    item["checked"] = {"yes": "true", "no": "false"}.get(checked, checked)


def _indicator(item: Item, form: Form) -> None:
    if not isinstance(item["value"], int | float):
        item["value"] = parse_number(str(item["value"]))
    item["unit"], item["value"] = _unit(item.get("unit"), item["value"])


def _initiative(item: Item, form: Form) -> None:
    for role in ("led_by", "partners"):
        named = item.get(role) or []
        item[role] = [[n] for n in (named if isinstance(named, list) else [named])] or None
    item["technologies"] = _codes("technologies", item.get("technologies")) or None


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
    """The codes of areas, given as codes or in a few words; more words are a task in prose."""
    areas = responsibility if isinstance(responsibility, list) else [responsibility] if responsibility else []
    found: list[str] = []
    for area in map(str, areas):
        if area in codes("responsibility-area"):
            found.append(area)
        elif len(area.split()) <= 5:
            found += coded("areas").codes(fold(area))
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


_READERS: dict[str, Callable[[Item, Form], None]] = {
    "bodies": _body,
    "portals": _portal,
    "instruments": _instrument,
    "cooperations": _cooperation,
    "partnerships": _partnership,
    "technologies": _technology,
    "checkboxes": _checkbox,
    "indicators": _indicator,
    "initiatives": _initiative,
}
