"""The explorer's documents, made once per dataset version: a small SQLite file from name to JSON.

A file, because the making process hands it to the server; SQLite, because a page reads one document out of hundreds.
Names: `overview/LANG`, `country/ISO3/LANG`, `search`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.store.interface import Dataset
from kg.web.explorer import overview, profiles
from kg.web.explorer.graph import GraphReader
from kg.web.reader import LANGUAGES


def write_snapshot(dataset: Dataset, target: Path, base_iri: str) -> None:
    """Make all documents about `dataset` and write them to the file `target`, which appears when it is complete.

    A dataset on another server is read in one go: looking up one thing after the other would take it minutes.
    """
    store = dataset if isinstance(dataset, ox.Store) else copied(dataset)
    write_documents(documents(store, base_iri), target)


def write_documents(named: Iterable[tuple[str, Any]], target: Path) -> None:
    """Write documents with their names to the file `target`, which appears when it is complete."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    with sqlite3.connect(partial) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("CREATE TABLE document (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID")
        database.executemany(
            "INSERT INTO document VALUES (?, ?)",
            (
                (name, json.dumps(document, ensure_ascii=False, separators=(",", ":")))
                for name, document in named
            ),
        )
        database.commit()
    database.close()
    partial.replace(target)


class Documents:
    """What `write_documents` wrote. The file may be deleted while it is open."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False)

    def read(self, name: str) -> Any:
        """The document of that name; None where there is none."""
        row = self._database.execute("SELECT body FROM document WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None


def documents(store: Dataset, base_iri: str) -> Iterator[tuple[str, Any]]:
    """All documents with their names."""
    yield "search", overview.search_entries(store, base_iri)
    reading = GraphReader(store, next(iter(LANGUAGES)), base_iri)
    figures = overview.figures_of(reading)
    for lang in LANGUAGES:
        graph = reading.in_language(lang)
        indices = overview.indices_of(graph, figures)
        rows = overview.country_rows(graph, indices)
        coverage = overview.coverage_of(graph, rows)
        topics = coverage["topics"]
        yield (
            f"overview/{lang}",
            {
                "countries": rows,
                "indices": indices,
                "topics": topics,
                "coverage": {
                    row["iso3"]: [
                        {**cell, "things": len(cell["things"])} for cell in coverage["cells"][row["iri"]]
                    ]
                    for row in rows
                    if row["documents"]
                },
                "terms": overview.term_labels(graph),
            },
        )
        for row in rows:
            cells = coverage["cells"][row["iri"]]
            matrix = [{**topic, **cell} for topic, cell in zip(topics, cells, strict=True)]
            own = {
                entry["code"]: {
                    year: by_country[row["iso3"]]
                    for year, by_country in sorted(indices["values"].get(entry["code"], {}).items())
                    if row["iso3"] in by_country
                }
                for entry in indices["indicators"]
            }
            yield (
                f"country/{row['iso3']}/{lang}",
                profiles.country_document(graph, row["iri"], {"topics": matrix}, own),
            )


def copied(dataset: Dataset) -> ox.Store:
    """The default graph in memory."""
    store = ox.Store()
    store.bulk_extend(dataset.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    return store
