"""What the tests of the explorer look at: Colombia's real response, and a short made-up one of Uruguay.

Uruguay's says `no` to a topic, names things in Spanish, and reports a cooperation with Colombia: what Colombia's lacks.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx

from kg.reasoning import close, ontology_graph
from kg.resources import bundled
from kg.store import publish
from kg.store.build import assemble, read_records

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

URUGUAY = """\
format: 1
status: reviewed
source:
  title: Cuestionario de prueba
  family: msq
  edition: 2020
  country: URY
  language: es
answers:
  - {q: 3, value: yes, basis: text}
  - q: 9
    value: yes
    basis: text
    options:
      - {item: data-protection, checked: yes}
      - {item: digital-government-right, checked: no}
bodies:
  - id: oficina-de-prueba
    type: agency
    name: Oficina de Gestión de Pruebas
    aliases: [OGP-UY]
    urls: ["https://www.oficina.example/"]
    responsible_for: [e-government]
    q: 3
instruments:
  - {id: ley-18331, kind: act, name: Ley 18331, number: "18331", year: 2008, topics: [data-protection], q: 9}
  - {id: agenda-digital, kind: strategy, name: Agenda Digital, year: 2017, q: 9}
"""


def publish_site(folder: Path) -> Path:
    """A store with both countries, reasoned over as `kg build` does."""
    record = folder / "URY.yaml"
    record.write_text(URUGUAY, encoding="utf-8")
    built = assemble(read_records([bundled("data") / "responses" / "2020" / "COL.yaml", record]))
    closure = close(built.statements, ontology_graph(), bulk=built.graphs[built.iris.indicators_graph])
    built.graphs[built.iris.inferred_graph] = closure.inferred
    publish(folder / "store", built.nquads())
    return folder / "store"


class Page(HTMLParser):
    """An HTML page: its text, links, headings, ids, and what of it only scripts could show."""

    VOID = frozenset(("meta", "link", "input", "br", "img", "hr", "option"))

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self.links: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.lang = ""
        self.structured = ""
        self._words: list[str] = []
        self._in: list[str] = []
        self.feed(response.text)

    @property
    def text(self) -> str:
        """All text outside scripts, with single spaces."""
        return re.sub(r"\s+", " ", " ".join(self._words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.lang = given.get("lang") or ""
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "label" and given.get("for"):
            self.labelled.add(given["for"] or "")
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.fields.append({**given, "inside": "label" if "label" in self._in else None})
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in self.VOID:
            self._in.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._in:
            while self._in.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "script" in self._in:
            self.structured += data
            return
        self._words.append(data)
        if self._in and re.fullmatch("h[1-6]", self._in[-1]) and self.headings:
            level, words = self.headings[-1]
            self.headings[-1] = (level, words + data)
