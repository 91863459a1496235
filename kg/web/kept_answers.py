"""Answers to the questions that need no parameter, made once per dataset version: some go over all of it.

A job of `kg.web.derived`, begun when somebody opens one of these pages; until it has ended they ask as any query does. What is
kept is what a page shows (the first rows), under a hash of the query's text: an answer is never given to another query.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from kg.errors import KgError
from kg.publishing.queries import bound_text, library
from kg.store.interface import Dataset
from kg.web.explorer.snapshot import Documents, write_documents
from kg.web.querying.evaluation import Evaluation, Output

Document = dict[str, Any]

ROWS: Final = 300
"""Rows of an answer that a page shows."""
PATIENCE: Final = 120.0
"""Seconds after which the job keeps what it has: the questions that are left are asked when somebody wants to know."""


class KeptAnswers:
    """The answers of one dataset version, as `write_answers` wrote them."""

    def __init__(self, file: Path) -> None:
        self._documents = Documents(file)

    def find(self, text: str) -> Document | None:
        """What a page shows of the answer to a query, as `SparqlEndpoint.table` gives it; None where it is not kept."""
        found: Document | None = self._documents.read(_key(text))
        return found


def write_answers(store: Dataset, target: Path, base_iri: str, patience: float = PATIENCE) -> None:
    """Write the answers to the file `target`, which appears when it is complete; after `patience` seconds, those that are known."""
    known: dict[str, Document] = {}

    def evaluate() -> None:
        for text, document in _answers(store, base_iri):
            known[_key(text)] = document

    # The engine cannot be stopped in the middle of a query, but what runs in a daemon thread ends with the process.
    working = threading.Thread(target=evaluate, daemon=True)
    working.start()
    working.join(patience)
    write_documents(dict(known).items(), target)


# --- private helpers ---


def _answers(store: Dataset, base_iri: str) -> Iterator[tuple[str, Document]]:
    evaluation = Evaluation(store, {})
    for query in library().values():
        if not any(parameter.required for parameter in query.parameters):
            text = bound_text(query, {}, base_iri)
            # What cannot be answered is asked again for the page, which says what is wrong with it.
            with suppress(KgError, OSError, SyntaxError, ValueError):
                yield text, _first_rows(evaluation, text, base_iri)


def _first_rows(evaluation: Evaluation, text: str, base_iri: str) -> Document:
    pieces: list[bytes] = []
    output = Output(lambda _, body: pieces.append(body), None, ROWS)
    asked = {"query": text, "base": base_iri, "default": None, "named": None, "page": ROWS}
    evaluation.run(asked, output)
    _, rest = output.finish()
    document: Document = json.loads(b"".join([*pieces, rest]))
    return document


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()
