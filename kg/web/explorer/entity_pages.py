"""The page about a thing, for people: what is stated of it in the reader's words, what refers to it, and who says so.

Two queries per page: the thing's own statements and those that mention it, each with labels. What is put first, left
out, or shown elsewhere is data (`interface/views.yaml`); a second view of the page has all statements as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from kg.namespaces import PREFIXES
from kg.web.explorer.catalogue import Catalogue
from kg.web.explorer.graph import FALLBACKS, outside_name, page_of, views
from kg.web.messages import has_message, message
from kg.web.presentation import is_web, short
from kg.web.reader import reader

STATEMENTS: Final = 6000
"""Rows of statements that are read; a value with labels in several languages takes a row for each."""
MENTIONS: Final = 300
"""Statements with the thing as object that its page shows."""

Document = dict[str, Any]
Row = list[Any]

SCHEMA_TYPES: Final = (
    ("Country", "Country"), ("GovernmentBody", "GovernmentOrganization"), ("LegalInstrument", "Legislation"),
    ("PolicyInstrument", "CreativeWork"), ("Portal", "WebSite"), ("Platform", "WebApplication"),
    ("CivilSocietyOrganisation", "NGO"), ("Company", "Corporation"), ("Organisation", "Organization"),
    ("Initiative", "Project"), ("Publication", "CreativeWork"), ("Observation", "Observation"),
    ("SourceDocument", "CreativeWork"), ("Region", "Place"), ("Place", "Place"),
)  # fmt: skip
"""Types of https://schema.org by class of the ontology; the first that fits."""

STATED: Final = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dg: <https://w3id.org/digigov/ontology#>
SELECT ?p ?o ?label ?about WHERE {
  { <%(thing)s> ?p ?o . OPTIONAL { ?o rdfs:label ?label } }
  UNION { <%(thing)s> dg:statedIn ?o . ?o dg:answerTo/rdfs:label ?label . BIND (dg:answerTo AS ?p) BIND (1 AS ?about) }
  UNION { <%(thing)s> dg:remark ?o . VALUES ?p { rdfs:comment dg:stated dg:suggested } ?o ?p ?label . BIND (2 AS ?about) }
}"""
"""Own statements with labels of the objects; with `?about` 1, the questions that sources answer; with 2, remarks."""

MENTIONING: Final = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dg: <https://w3id.org/digigov/ontology#>
SELECT ?p ?s ?label ?option WHERE {
  { SELECT ?s ?p WHERE { ?s ?p <%(thing)s> } LIMIT %(most)d }
  OPTIONAL { ?s rdfs:label ?label }
  OPTIONAL { ?s dg:option/rdfs:label ?option }
}"""
"""What mentions the thing; of a box of a question, also the name of what it is for."""


def thing_document(
    catalogue: Catalogue, base_iri: str, iri: str, stated: Iterable[Row], mentioned: Iterable[Row]
) -> Document:
    """The page about `iri` as a document, from the rows of STATED and MENTIONING."""
    lang = reader().lang
    labels: dict[str, list[Any]] = {}
    values: dict[str, dict[tuple[str, str], Any]] = {}
    questions: dict[str, list[Any]] = {}
    remarks: dict[str, dict[str, list[Any]]] = {}
    for predicate, value, label, about in stated:
        name = short(predicate["value"])
        if about is not None and about["value"] == "1":
            questions.setdefault(value["value"], []).append(label)
        elif about is not None:
            remarks.setdefault(value["value"], {}).setdefault(name, []).append(label)
        else:
            values.setdefault(name, {})[(value["value"], value.get("lang", ""))] = value
            if label is not None:
                labels.setdefault(value["value"], []).append(label)
    mentions: dict[str, set[str]] = {}
    options: dict[str, list[Any]] = {}
    for predicate, subject, label, option in mentioned:
        mentions.setdefault(short(predicate["value"]), set()).add(subject["value"])
        if label is not None:
            labels.setdefault(subject["value"], []).append(label)
        if option is not None:
            options.setdefault(subject["value"], []).append(option)

    words = _Words(catalogue, lang, base_iri, labels, options)
    classes = {short(value["value"]).removeprefix("dg:") for value in values.get("rdf:type", {}).values()}
    name = _text(values.get("skos:prefLabel") or values.get("rdfs:label"), lang)
    source = words.source(iri)
    asked = [ref["label"] for ref in (words.ref(v["value"]) for v in values.get("dg:answerTo", {}).values())]
    entry = catalogue.search.entry(iri)
    country = next(iter(values.get("dg:country", {}).values()), None)
    return {
        "iri": iri,
        "label": (asked[0] if asked else source) if source else name["value"] if name else words.ending(iri),
        "lang": name.get("lang") or None if name and not source else None,
        "kind": entry["kind"] if entry else None,
        "type": words.type(entry, classes),
        "type_href": words.type_href(classes),
        "classes": sorted(classes),
        "title": source if source and asked else _value_text(values.get("dct:title"), lang),
        "aliases": _aliases(values.get("skos:altLabel"), name),
        "country": words.ref(country["value"]) if country else None,
        "facts": _facts(values, words),
        "mentions": _mentions(mentions, words),
        "sources": _sources(values.get("dg:statedIn", {}), questions, words),
        "remarks": [
            {
                "note": _literal(found.get("rdfs:comment"), lang),
                "stated": _literal(found.get("dg:stated"), lang),
                "suggested": _literal(found.get("dg:suggested"), lang),
                "href": page_of(remark, base_iri),
            }
            for remark, found in sorted(remarks.items())
        ],
    }


def structured(document: Document) -> Document:
    """The thing in the words of https://schema.org, for search engines."""
    classes = set(document["classes"])
    kind = next((name for class_name, name in SCHEMA_TYPES if class_name in classes), None)
    if kind is None:
        kind = "DefinedTerm" if document["kind"] == "concept" else "Thing"
    found: Document = {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": document["iri"],
        "name": document["title"] or document["label"],
    }
    facts = {fact["property"]: fact["values"] for fact in document["facts"]}
    aliases = [*document["aliases"], *([document["label"]] if document["title"] else [])]
    if aliases:
        found["alternateName"] = aliases

    def first(name: str) -> Any:
        return facts[name][0]["label"] if name in facts else None

    texts = {
        "description": first("rdfs:comment") or first("skos:definition"),
        "url": first("dg:website") or first("dg:documentUrl"),
        "datePublished" if kind == "CreativeWork" else "legislationDate": first("dct:issued")
        or first("dg:year"),
    }
    if kind == "Legislation":
        texts["legislationIdentifier"] = document["label"]
    if kind in ("Legislation", "CreativeWork"):
        found.update({name: text for name, text in texts.items() if text})
    else:
        found.update({name: text for name, text in texts.items() if text and name in ("description", "url")})
    if kind == "Legislation" and document["country"]:
        found["legislationJurisdiction"] = {
            "@type": "Country",
            "@id": document["country"]["iri"],
            "name": document["country"]["label"],
        }
    if "dg:coversTopic" in facts and kind in ("Legislation", "CreativeWork"):
        found["about"] = [
            {"@type": "DefinedTerm", "@id": v["iri"], "name": v["label"]}
            for v in facts["dg:coversTopic"]
            if "iri" in v
        ]
    if "dg:partOf" in facts and kind.endswith("rganization"):
        found["parentOrganization"] = [
            {"@id": v["iri"], "name": v["label"]} for v in facts["dg:partOf"] if "iri" in v
        ]
    if "skos:exactMatch" in facts:
        found["sameAs"] = [v["iri"] for v in facts["skos:exactMatch"] if "iri" in v]
    return found  # fmt: skip


# --- private helpers ---


class _Words:
    """Names for people: of terms from the ontology or the catalogue of messages, of things from their labels."""

    def __init__(
        self,
        catalogue: Catalogue,
        lang: str,
        base_iri: str,
        labels: dict[str, list[Any]],
        options: dict[str, list[Any]],
    ) -> None:
        self._options = options
        self._catalogue = catalogue
        self._terms = catalogue.labels(lang)
        self._labels = labels
        self._base_iri = base_iri
        self.lang = lang

    def property(self, name: str) -> str:
        if has_message(self.lang, f"property.{name}"):
            return message(self.lang, f"property.{name}")
        label = self._terms.get(_long(name))
        return label[:1].upper() + label[1:] if label else name

    def inverse(self, name: str) -> str:
        key = f"inverse.{name.partition(':')[2]}"
        if has_message(self.lang, key):
            return message(self.lang, key)
        return message(self.lang, "entity.mentioned", property=self.property(name))

    def ref(self, iri: str) -> Document:
        said = self.source(iri)
        box = _best(self._options.get(iri, []), self.lang)
        if box:  # its own label has the code of the option, which is no word
            said = f"{self.source(iri.partition('/option/')[0]) or ''}: {box['value']}"
        if said:
            return {"iri": iri, "label": said, "href": page_of(iri, self._base_iri), "named": True}
        best = _best(self._labels.get(iri, []), self.lang)
        found: Document = {
            "iri": iri,
            "label": best["value"] if best else outside_name(iri, self.lang) or self.ending(iri),
            "href": page_of(iri, self._base_iri),
            "named": best is not None,
        }
        if best and best.get("lang") and best["lang"].partition("-")[0] != self.lang:
            found["lang"] = best["lang"]
        return found

    def type_href(self, classes: set[str]) -> str | None:
        """The ontology's page on the most exact class."""
        names = sorted(
            (name for name in classes if _long("dg:" + name) in self._terms), key=lambda n: (n in _GENERAL, n)
        )
        return page_of(_long("dg:" + names[0]), self._base_iri) if names else None

    def kind(self, iri: str) -> str:
        """What a thing is: the kind that the search has it under, or what its IRI begins with."""
        entry = self._catalogue.search.entry(iri)
        if entry:
            return message(self.lang, f"kind.{entry['kind']}")
        key = "kind." + iri.partition("/id/")[2].partition("/")[0]
        return message(self.lang, key if has_message(self.lang, key) else "kind.other")

    def source(self, iri: str) -> str | None:
        """The name of an answer or section, which IRIs spell out; None for all else."""
        match = _SOURCE.search(iri)
        if match is None:
            return None
        family, edition, country, number = match.groups()
        row = self._catalogue.overview(self.lang)["by_code"].get(country)
        key = "question" if family == "response" else "section"
        return message(
            self.lang,
            f"entity.{key}",
            country=row["label"] if row else country,
            edition=edition,
            number=number.removeprefix("q") if family == "response" else number,
        )

    def type(self, entry: Any, classes: set[str]) -> str | None:
        if entry and entry["kind"] not in ("concept", "question"):
            return self._catalogue.type_label(entry, self.lang)
        names = [name for name in sorted(classes) if _long("dg:" + name) in self._terms]
        for name in sorted(names, key=lambda name: name in _GENERAL):
            return self._terms[_long("dg:" + name)]
        return message(self.lang, f"kind.{entry['kind']}") if entry else None

    def ending(self, iri: str) -> str:
        if re.match(r"https://w3id\.org/|" + re.escape(self._base_iri), iri):
            return iri.partition("/id/")[2] or short(iri)
        return iri


_SOURCE: Final = re.compile(r"/id/(response|factsheet)/(\d+)/([A-Z]{3})/([^/]+)$")

_GENERAL: Final = frozenset(
    ("Organisation", "Instrument", "LegalInstrument", "PolicyInstrument", "Cooperation", "Place", "Jurisdiction",
     "SourceDocument", "Answer", "Passage", "GovernmentBody")
)  # fmt: skip
"""Classes that have more exact ones below them."""


def _long(name: str) -> str:
    prefix, _, rest = name.partition(":")
    return PREFIXES.get(prefix, prefix + ":") + rest


def _best(texts: Iterable[Any], lang: str) -> Any:
    listed = sorted(texts, key=lambda text: (text.get("lang") or "", text["value"]))
    for wanted in (lang, *FALLBACKS):
        for text in listed:
            if (text.get("lang") or "").partition("-")[0] == wanted:
                return text
    return listed[0] if listed else None


def _text(values: dict[tuple[str, str], Any] | None, lang: str) -> Any:
    return _best((value for value in (values or {}).values() if value["type"] == "literal"), lang)


def _value_text(values: dict[tuple[str, str], Any] | None, lang: str) -> str | None:
    found = _text(values, lang)
    return found["value"] if found else None


def _literal(values: list[Any] | None, lang: str) -> str | None:
    found = _best(values or [], lang)
    return found["value"] if found else None


def _aliases(values: dict[tuple[str, str], Any] | None, name: Any) -> list[str]:
    shown = name["value"] if name else ""
    return sorted({value["value"] for value in (values or {}).values()} - {shown}, key=str.casefold)


def _facts(values: dict[str, dict[tuple[str, str], Any]], words: _Words) -> list[Document]:
    rules = views()
    hidden = {*rules["apart"], *rules["left_out"]}
    objects = {name: {value["value"] for value in found.values()} for name, found in values.items()}
    facts = []
    for name, found in values.items():
        if name in hidden:
            continue
        said = {
            value
            for exact, wider in rules["implied"].items()
            if name in wider and exact in objects
            for value in objects[exact]
        }
        shown = [_value(value, words) for value in found.values() if value["value"] not in said]
        texts = {value.get("lang") for value in found.values() if value["type"] == "literal"}
        if len(texts) > 1:  # the same in several languages: once is enough
            best = _best(found.values(), words.lang)
            shown = [v for v in shown if "iri" in v or v.get("lang") == (best.get("lang") or None)]
        if shown:
            shown.sort(key=lambda value: value["label"].casefold())
            facts.append(
                {"property": name, "iri": _long(name), "label": words.property(name), "values": shown}
            )
    order = {name: place for place, name in enumerate(rules["first"])}
    return sorted(facts, key=lambda fact: (order.get(fact["property"], 999), fact["label"].casefold()))


def _value(value: Any, words: _Words) -> Document:
    if value["type"] == "uri":
        return words.ref(value["value"])
    found: Document = {"label": value["value"]}
    if value["type"] == "literal":
        if value.get("lang"):
            found["lang"] = value["lang"]
        datatype = value.get("datatype", "")
        if datatype.endswith("#anyURI") and is_web(value["value"]):
            found["url"] = value["value"]
        elif datatype.endswith("#boolean"):
            found["label"] = message(words.lang, "site.yes" if value["value"] in ("true", "1") else "site.no")
        elif datatype.endswith("#decimal"):
            found["label"] = f"{float(value['value']):g}"
    return found


def _mentions(mentions: dict[str, set[str]], words: _Words) -> list[Document]:
    """What refers to the thing, by property; things without a name (remarks, evidence) are only counted."""
    rules = views()
    mirrored = set(rules["mirrored"])
    groups = []
    for name, subjects in mentions.items():
        if name in mirrored:
            continue
        said = {
            subject
            for exact, wider in rules["implied"].items()
            if name in wider and exact in mentions
            for subject in mentions[exact]
        }
        if name == "dg:statedIn":
            groups += _by_kind(subjects - mentions.get("dg:optionOf", set()), words)
            continue
        refs = [words.ref(iri) for iri in subjects - said]
        named = sorted((ref for ref in refs if ref["named"]), key=lambda ref: ref["label"].casefold())
        if refs:
            groups.append(
                {
                    "property": name,
                    "label": words.inverse(name),
                    "things": named,
                    "unnamed": len(refs) - len(named),
                }
            )
    return sorted(groups, key=lambda group: (not group["things"], group["label"].casefold()))


def _by_kind(subjects: set[str], words: _Words) -> list[Document]:
    """What an answer states, under what it is."""
    kinds: dict[str, list[Document]] = {}
    unnamed = 0
    for iri in subjects:
        ref = words.ref(iri)
        if ref["named"]:
            kinds.setdefault(words.kind(iri), []).append(ref)
        else:
            unnamed += 1
    groups = [
        {
            "property": "dg:statedIn",
            "label": kind,
            "things": sorted(things, key=lambda ref: ref["label"].casefold()),
            "unnamed": 0,
        }
        for kind, things in kinds.items()
    ]
    if unnamed:
        label = message(words.lang, "entity.unnamed_group")
        groups.append({"property": "dg:statedIn", "label": label, "things": [], "unnamed": unnamed})
    return groups


def _sources(
    answers: dict[tuple[str, str], Any], questions: dict[str, list[Any]], words: _Words
) -> list[Document]:
    found = []
    for value in answers.values():
        ref = words.ref(value["value"])
        question = _best(questions.get(ref["iri"], []), words.lang)
        found.append({**ref, "question": question["value"] if question else None})
    return sorted(found, key=lambda ref: _natural(ref["iri"]))


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]
