"""How IRIs are minted: from what identifies a thing in the world, never from file order or from a cited URL's text.

One function per kind of thing, so that two mentions of one thing get one IRI and two things never share one
(docs/decisions/0003-iris.md). All return `rdflib.URIRef`.
"""

from __future__ import annotations

import re
import unicodedata
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

    def initiative(self, iso3: str, key: str) -> URIRef:
        return self._id("initiative", iso3, slug(key))

    def publication(self, iso3: str, key: str) -> URIRef:
        return self._id("publication", iso3, slug(key))

    def post(self, iso3: str, key: str) -> URIRef:
        return self._id("post", iso3, slug(key))

    def survey(self, edition: int) -> URIRef:
        return self._id("survey", str(edition))

    def question(self, edition: int, q: str) -> URIRef:
        return self._id("survey", str(edition), "q" + q)

    def response(self, edition: int, iso3: str) -> URIRef:
        return self._id("response", str(edition), iso3)

    def answer(self, edition: int, iso3: str, q: str) -> URIRef:
        return self._id("response", str(edition), iso3, "q" + q)

    def option_answer(self, edition: int, iso3: str, q: str, item: str) -> URIRef:
        return URIRef(f"{self.answer(edition, iso3, q)}/option/{slug(item)}")

    def cooperation(self, edition: int, iso3: str, *key: str) -> URIRef:
        """`…/cooperation/2020/COL/URY`; a second one with the same partner carries a further key."""
        return self._id("cooperation", str(edition), iso3, *key)

    def observation(self, edition: int, iso3: str, indicator: str, year: int | None = None) -> URIRef:
        return self._id("observation", str(edition), iso3, slug(indicator), *([str(year)] if year else []))

    def dataset(self, key: str) -> URIRef:
        return self._id("dataset", slug(key))

    def indicator_set(self, iso3: str, key: str) -> URIRef:
        return self._id("indicator-set", iso3, slug(key))

    def technology_use(self, edition: int, iso3: str, technology: str) -> URIRef:
        return self._id("technology-use", str(edition), iso3, slug(technology))

    def response_graph(self, edition: int, iso3: str) -> URIRef:
        return self._graph("response", str(edition), iso3)

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
