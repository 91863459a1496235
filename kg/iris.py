"""How IRIs are minted: from what identifies a thing in the world, never from file order or from a cited URL's text.

One function per kind of thing, so that two mentions of one thing get one IRI and two things never share one
(docs/decisions/0003-iris.md). All return `rdflib.URIRef`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from rdflib import URIRef

from kg.namespaces import HOME

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "œ": "oe"}
)


def slug(text: str) -> str:
    """`text` as lower-case ASCII words joined by hyphens; scripts without a Latin form are percent-encoded.

    >>> slug("Corporación Somos Más")
    'corporacion-somos-mas'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS))
    words = re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)).replace("_", "-"))
    return quote("-".join(words), safe="-")


def host_of(url: str) -> str | None:
    """The host of an http(s) URL in lower case and without `www.`, the key under which web addresses are compared.

    Returns None when the URL has no usable host.
    """
    try:
        parts = urlsplit(url if "://" in url else "http://" + url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if not re.fullmatch(r"(?:[\w-]+\.)+[\w-]{2,}", host) or parts.scheme not in ("http", "https"):
        return None
    return host.removeprefix("www.")


def series(edition: int, family: str = "msq") -> str:
    """What tells the reports of one country apart in IRIs: `2020` for the questionnaire, `factsheet-2023` for the rest."""
    return str(edition) if family == "msq" else f"{family}-{edition}"


@dataclass(frozen=True, slots=True)
class Iris:
    """The data IRIs under one base (`KG_BASE_IRI`)."""

    base: str = HOME

    def country(self, iso3: str) -> URIRef:
        return self._id("country", iso3)

    def region(self, m49: str) -> URIRef:
        return self._id("region", m49)

    def body(self, iso3: str, key: str) -> URIRef:
        return self._id("body", iso3, slug(key))

    def organisation(self, key: str, iso3: str | None = None) -> URIRef:
        """An organisation of the register (`oecd`), or one known only from a country's answers (scoped by country)."""
        return self._id("organisation", *([iso3] if iso3 else []), slug(key))

    def law(self, iso3: str, kind: str, year: int | None, number: str | None, key: str) -> URIRef:
        """A legal instrument: kind/year/number; a missing year or number is left out, `key` stands in for a number."""
        designation = "law" if kind == "act" else kind
        return self._id(
            "law", iso3, designation, *([str(year)] if year else []), slug(number) if number else slug(key)
        )

    def policy(self, iso3: str, key: str, series: str | None = None, number: str | None = None) -> URIRef:
        """A policy document: series/number where it has them (`conpes/3918`), else the slug of its name."""
        return self._id(
            "policy", iso3, *((slug(series), slug(number)) if series and number else (slug(key),))
        )

    def passage(self, instrument: URIRef, kind: str, locator: str) -> URIRef:
        """An article, section or page range of an instrument."""
        return URIRef(f"{instrument}/{kind}/{slug(locator)}")

    def portal(self, url: str | None, iso3: str, key: str) -> URIRef:
        """A portal by host and path of its address (`www.` kept, query and trailing slash dropped)."""
        if url and host_of(url):
            parts = urlsplit(url if "://" in url else "http://" + url)
            path = quote(parts.path.rstrip("/"), safe="/-._~%")
            return self._id("portal", (parts.hostname or "").rstrip(".") + path)
        return self._id("portal", iso3, slug(key))

    def platform(self, iso3: str, key: str) -> URIRef:
        return self._id("platform", iso3, slug(key))

    def initiative(self, iso3: str, key: str) -> URIRef:
        return self._id("initiative", iso3, slug(key))

    def publication(self, iso3: str, key: str) -> URIRef:
        return self._id("publication", iso3, slug(key))

    def change(self, iso3: str, before: Iterable[str], after: Iterable[str]) -> URIRef:
        """A reorganisation by the keys of what there was and what came of it: `…/change/COL/mincom_mintrans/mintic`."""
        parts = ["_".join(sorted(map(slug, keys))) for keys in (before, after)]
        return self._id("change", iso3, *(part for part in parts if part))

    def post(self, iso3: str, key: str) -> URIRef:
        return self._id("post", iso3, slug(key))

    def survey(self, edition: int, family: str = "msq") -> URIRef:
        return self._id("survey", series(edition, family))

    def question(self, edition: int, q: str, family: str = "msq") -> URIRef:
        return self._id("survey", series(edition, family), "q" + q if family == "msq" else q)

    def source(self, edition: int, iso3: str, family: str = "msq") -> URIRef:
        """The source document: `…/response/2020/COL`, `…/factsheet/2023/DNK`."""
        return self._id("response" if family == "msq" else family, str(edition), iso3)

    def answer(self, edition: int, iso3: str, q: str, family: str = "msq") -> URIRef:
        """What a source says to a question or under a heading: `…/response/2020/COL/q9`, `…/factsheet/2023/DNK/3.3.1`."""
        return URIRef(f"{self.source(edition, iso3, family)}/{'q' if family == 'msq' else ''}{q}")

    def option_answer(self, edition: int, iso3: str, q: str, item: str) -> URIRef:
        return URIRef(f"{self.answer(edition, iso3, q)}/option/{slug(item)}")

    def cooperation(self, series: int | str, iso3: str, *key: str) -> URIRef:
        """`…/cooperation/2020/COL/URY`; a second one with the same partner carries a further key."""
        return self._id("cooperation", str(series), iso3, *key)

    def observation(
        self, series: int | str, iso3: str, indicator: str, year: int | None = None, name: str | None = None
    ) -> URIRef:
        """`…/observation/factsheet-2023/ITA/other/2023/eid-cards`: `name` only where the record names what is counted."""
        more = [*([str(year)] if year else []), *([slug(name)] if name else [])]
        return self._id("observation", str(series), iso3, slug(indicator), *more)

    def dataset(self, key: str) -> URIRef:
        return self._id("dataset", slug(key))

    def indicator_set(self, iso3: str, key: str) -> URIRef:
        return self._id("indicator-set", iso3, slug(key))

    def technology_use(self, series: int | str, iso3: str, technology: str) -> URIRef:
        return self._id("technology-use", str(series), iso3, slug(technology))

    def source_graph(self, edition: int, iso3: str, family: str = "msq") -> URIRef:
        """The named graph of what one source states: `…/graph/response/2020/COL`, `…/graph/factsheet/2023/DNK`."""
        return self._graph("response" if family == "msq" else family, str(edition), iso3)

    @property
    def reference_graph(self) -> URIRef:
        return self._graph("reference")

    @property
    def ontology_graph(self) -> URIRef:
        return self._graph("ontology")

    @property
    def indicators_graph(self) -> URIRef:
        return self._graph("indicators")

    @property
    def inferred_graph(self) -> URIRef:
        return self._graph("inferred")

    def _id(self, *parts: str) -> URIRef:
        return URIRef(self.base + "id/" + "/".join(parts))

    def _graph(self, *parts: str) -> URIRef:
        return URIRef(self.base + "graph/" + "/".join(parts))
