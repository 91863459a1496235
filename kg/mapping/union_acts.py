"""Acts of the European Union, to which all countries' sources point: one IRI, CELEX number and name per act.

`data/reference/union-acts.yaml` names the acts of the field. An act that is cited but not listed there gets what follows
from kind, year and number: its CELEX number and a citation in the style of the Official Journal.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from rdflib import DCTERMS, RDF, RDFS, SKOS, URIRef
from rdflib import Literal as Text

from kg.errors import KgError
from kg.iris import Iris
from kg.mapping.terms import INSTRUMENT_CLASSES, Triple
from kg.namespaces import DG, concept
from kg.records.codes import EUROPEAN_UNION, ConceptCode
from kg.records.yaml_source import read_yaml
from kg.resources import bundled

_Celex = Annotated[str, StringConstraints(pattern=r"^3\d{4}[RLDF]\d{4}$")]
_Kind = Literal["regulation", "directive", "other"]


class UnionAct(BaseModel):
    """An entry of `union-acts.yaml`. `eli` is the type segment of its ELI, relations are CELEX numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    celex: _Celex
    kind: _Kind
    number: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,3}$")]
    year: Annotated[int, Field(ge=1952, le=2100)]
    name: str
    title: str | None = None
    aliases: list[str] = []
    topics: list[Annotated[str, ConceptCode("legal-topic")]] = []
    date: dt.date | None = None
    repeals: list[_Celex] = []
    amends: list[_Celex] = []
    implements: list[_Celex] = []
    eli: Literal["reg", "dir", "dec", "reg_impl", "reg_del", "dec_impl", "dec_del", "dec_framw"] | None = None


def is_union_act(kind: str, year: int | None, number: str | None) -> bool:
    """Whether kind, year and number are those of an act that has a CELEX number of sector 3 (legislation)."""
    return (
        kind in _LETTERS and bool(year) and bool(number) and str(number).isdecimal() and len(str(number)) <= 4
    )


def union_act_at(node: URIRef) -> tuple[str, int, str] | None:
    """Kind, year and number of the act that an IRI stands for (`…/law/EUE/directive/2019/1024`); None for any other."""
    *_, law, country, kind, year, number = ("", "", "", "", "", *node.split("/"))
    if (law, country) != ("law", EUROPEAN_UNION) or not re.fullmatch(r"\d{4}", year):
        return None
    return (kind, int(year), number) if is_union_act(kind, int(year), number) else None


def celex_number(kind: str, year: int, number: str, *, framework: bool = False) -> str:
    """The CELEX number: sector 3, year, letter of the form of act, number in four digits.

    A framework decision on police and justice (1999 to 2009) has a letter of its own.

    >>> celex_number("directive", 2019, "1024")
    '32019L1024'
    """
    return f"3{year}{'F' if framework else _LETTERS[kind]}{int(number):04}"


def read_union_acts(folder: Path) -> dict[str, UnionAct]:
    """The acts of `union-acts.yaml` in the folder of reference data, by CELEX number.

    Raises KgError, with file and line, for a wrong entry, a repeated one, or a relation to an act that is not listed.
    """
    file = folder / "union-acts.yaml"
    located = read_yaml(file)
    try:
        listed = TypeAdapter(list[UnionAct]).validate_python(located.data)
    except ValidationError as error:
        first = error.errors()[0]
        raise KgError(first["msg"], where=f"{file}, line {located.line(first['loc'])}") from None
    acts: dict[str, UnionAct] = {}
    for index, act in enumerate(listed):
        where = f"{file}, line {located.line((index,))}"
        if act.celex != celex_number(act.kind, act.year, act.number, framework=act.eli == "dec_framw"):
            raise KgError(f"{act.celex} is not the CELEX number of {act.name}", where=where)
        if act.celex in acts:
            raise KgError(f"{act.celex} is listed twice", where=where)
        acts[act.celex] = act
    for index, act in enumerate(listed):
        for target in (*act.repeals, *act.amends, *act.implements):
            if target not in acts:
                where = f"{file}, line {located.line((index,))}"
                raise KgError(f"{act.celex} refers to {target}, which is not in this list", where=where)
    return acts


def register_triples(folder: Path, iris: Iris) -> Iterator[Triple]:
    """The listed acts as part of the reference graph: identity, names, topics, dates, and how they change one another."""
    acts = read_union_acts(folder)
    for act in acts.values():
        node = _node(act, iris)
        yield from _identity(node, act.kind, act.year, act.number, act.celex, iris)
        yield node, RDFS.label, Text(f"{act.name} ({act.title})" if act.title else act.name, lang="en")
        yield node, DCTERMS.title, Text(act.title or act.name, lang="en")
        yield node, DG.eli, URIRef(f"http://data.europa.eu/eli/{_eli(act)}/{act.year}/{act.number}/oj")
        for name in (act.name, *([act.title] if act.title else []), *act.aliases):
            yield node, SKOS.altLabel, Text(name, lang="en")
        for topic in act.topics:
            yield node, DG.coversTopic, concept("legal-topic", topic)
        if act.date:
            yield node, DCTERMS.issued, Text(act.date)
        for predicate, targets in (
            (DG.repeals, act.repeals),
            (DG.amends, act.amends),
            (DG.implements, act.implements),
        ):
            for target in targets:
                yield node, predicate, _node(acts[target], iris)


def union_act_triples(node: URIRef, kind: str, year: int, number: str, iris: Iris) -> Iterator[Triple]:
    """What a record says of an act that it cites: nothing for a listed one, identity and citation for any other."""
    if is_listed(kind, year, number):
        return
    yield from _identity(node, kind, year, number, celex_number(kind, year, number), iris)
    yield node, RDFS.label, Text(citation(kind, year, number), lang="en")


def is_listed(kind: str, year: int, number: str) -> bool:
    """Whether the register names the act."""
    return (kind, year, int(number)) in _listed()


def citation(kind: str, year: int, number: str) -> str:
    """The citation in the style of the Official Journal, which changed in 2015 and with each treaty.

    >>> citation("directive", 2003, "98"), citation("regulation", 2014, "910"), citation("other", 2022, "2481")
    ('Directive 2003/98/EC', 'Regulation (EU) No 910/2014', 'Decision (EU) 2022/2481')
    """
    word = {"regulation": "Regulation", "directive": "Directive", "other": "Decision"}[kind]
    union = "EU" if year >= 2010 else "EC" if year >= 1993 else "EEC"
    if year >= 2015:
        return f"{word} (EU) {year}/{number}"
    if kind == "regulation":
        return f"{word} ({union}) No {number}/{year}"
    short = str(year)[2:] if year < 1999 else str(year)
    return f"{word} {short}/{number}/{union}"


_LETTERS = {"regulation": "R", "directive": "L", "other": "D"}
_ELI = {"regulation": "reg", "directive": "dir", "other": "dec"}


@cache
def _listed() -> frozenset[tuple[str, int, int]]:
    acts = read_union_acts(bundled("data") / "reference").values()
    return frozenset((act.kind, act.year, int(act.number)) for act in acts)


def _identity(node: URIRef, kind: str, year: int, number: str, celex: str, iris: Iris) -> Iterator[Triple]:
    yield node, RDF.type, INSTRUMENT_CLASSES[kind]
    if kind == "other":
        yield node, RDF.type, DG.LegalInstrument
    yield node, DG.instrumentKind, concept("instrument-kind", kind)
    yield node, DG.country, iris.country(EUROPEAN_UNION)
    yield node, DG.number, Text(number)
    yield node, DG.year, Text(year)
    yield node, DG.celex, Text(celex)
    yield node, RDFS.seeAlso, URIRef(f"http://publications.europa.eu/resource/celex/{celex}")


def _node(act: UnionAct, iris: Iris) -> URIRef:
    return iris.law(EUROPEAN_UNION, act.kind, act.year, act.number, act.celex)


def _eli(act: UnionAct) -> str:
    return act.eli or _ELI[act.kind]
