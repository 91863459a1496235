"""How good extraction is: precision, recall and F1 per kind of fact and per document, against gold facts.

Gold is `NAME.gold.yaml` beside `NAME.(md|docx|pdf|html|txt)` or in a folder of its own, or a reviewed record
(`NAME.record.yaml`, or the record of the country found in the folder of responses). An item is found when its identifying keys match; every further key that
gold states counts as one more fact. Keys that gold gives in words without a code of ours are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from kg.documents import read_document
from kg.errors import KgError
from kg.extraction.evaluation.gold import gold_items
from kg.extraction.evaluation.items import KINDS, Item
from kg.extraction.evaluation.matching import is_right, is_same, label
from kg.extraction.evaluation.negatives import is_produced
from kg.extraction.evaluation.reviewed import record_items
from kg.extraction.evaluation.scores import Evaluation, Miss, Score
from kg.extraction.extract import extract
from kg.questionnaire import edition_of, nearest_form
from kg.records.load import load_record
from kg.records.model import Record


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
            if is_produced(negative, items):
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
            partner = next((other for other in rest if is_same(kind, item, other, strict)), None)
            if partner is not None:
                pairs.append((item, partner))
                rest.remove(partner)
    matched = {id(item) for item, _ in pairs}
    for item in expected:
        if id(item) not in matched and not item.get("optional"):
            score.missed += 1
            result.misses.append(Miss(document, kind, "missed", label(kind, item)))
    for item, partner in pairs:
        score.right += 1
        for key in (*_FURTHER[kind], *(("url",) if item.get("factsheet") and item.get("name") else ())):
            stated = item.get(key)
            if stated is None or (kind == "instruments" and key == "title" and item.get("number") is None):
                continue
            if is_right(kind, key, stated, partner):
                score.right += 1
            else:
                score.missed += 1
                if partner.get(key) not in (None, []):
                    score.wrong += 1
                result.misses.append(
                    Miss(document, kind, key, label(kind, item), str(stated), str(partner.get(key) or ""))
                )
    for other in rest:
        if other.get("optional"):
            continue
        score.wrong += 1
        result.misses.append(Miss(document, kind, "extra", label(kind, other)))
    return score


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
