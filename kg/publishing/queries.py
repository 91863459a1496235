"""The query library: `queries/*.rq`, SPARQL with a description in front, as checked and parameterised queries.

A file is a SPARQL 1.1 SELECT query that runs as it is on any engine. In front of it, lines that begin with `#+` hold its
description in YAML (the notation of grlc): title, parameters, examples … (see `NamedQuery`; docs/queries.md is made from
them). A parameter is a variable of the query. Its value is checked, made an RDF term and bound by a VALUES clause
behind each line that ends with the comment `# parameters`; an optional parameter without a value leaves the variable
free. No value is ever pasted into the text: terms are written by the N-Triples serialiser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import pyoxigraph as ox
import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from rapidfuzz import process

from kg.errors import KgError
from kg.iris import Iris, slug
from kg.mapping.reference import Country, read_countries, read_regions
from kg.namespaces import CONCEPT, HOME, PREFIXES
from kg.records.codes import codes
from kg.resources import bundled
from kg.store.interface import Dataset

Term = ox.NamedNode | ox.Literal
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Translated = dict[Literal["en", "es"], Text]
VariableName = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9]*$")]

MAX_TEXT = 1000
"""Longest accepted parameter value, in characters."""


class QueryError(KgError):
    """A query file that cannot be read, an unknown query, or a wrong parameter."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Strict):
    """A variable that the caller may bind.

    `type` is `country` (alpha-3 or alpha-2 code or a name), `concept:{scheme}` (the notation of a concept of that
    scheme), `edition` (of the survey), `integer`, `string`, or `iri` (absolute, or with a prefix of the project: `id:…`).
    """

    name: VariableName
    type: Annotated[
        str, StringConstraints(pattern=r"^(country|edition|integer|string|iri|concept:[a-z]+(-[a-z]+)*)$")
    ]
    label: Translated
    required: bool = False
    default: str | int | None = None
    example: str | int

    @property
    def scheme(self) -> str | None:
        """The concept scheme that values come from, None for other types."""
        kind, _, scheme = self.type.partition(":")
        return scheme if kind == "concept" else None

    def term(self, value: str | int, base_iri: str = HOME) -> Term:
        """The RDF term for a value as users write it. Raises QueryError saying what is allowed."""
        text = str(value).strip()
        if len(text) > MAX_TEXT:
            raise self._wrong(f"is longer than {MAX_TEXT} characters", None)
        return _READERS[self.type.partition(":")[0]](self, text, base_iri)

    def allowed(self) -> tuple[str, ...] | None:
        """The values to choose from (alpha-3 codes, notations), or None when the type has no list."""
        if self.scheme:
            return tuple(sorted(codes(self.scheme)))
        return tuple(sorted(set(_countries().by_code.values()))) if self.type == "country" else None

    def _wrong(self, problem: str, hint: str | None) -> QueryError:
        return QueryError(f"the value {problem}", where=f"parameter '{self.name}'", hint=hint)


class Example(_Strict):
    """A call that is tested on the bundled data: `rows` is the number of rows to expect, where it is fixed."""

    parameters: dict[VariableName, str | int] = {}
    rows: int | None = None


class Column(_Strict):
    """A column of a query that is published as a table: title, XSD datatype (the local name), and property (`dg:year`).

    The property is what its values are of the thing that the row is about; without one, they are no statement on it.
    """

    title: Text
    datatype: Literal["anyURI", "string", "integer", "decimal", "boolean"]
    property: Annotated[str, StringConstraints(pattern=r"^[a-z]+:\w+$")] | None = None


class Table(_Strict):
    """How the rows of a table hang together with the world and with other tables.

    `about` is the column of the thing that a row is about, `key` the columns that together are different in each row,
    and `references` gives for columns the table whose (single) key column has the value, too.
    """

    about: VariableName
    key: list[VariableName] = Field(min_length=1)
    references: dict[VariableName, str] = {}


class Chart(_Strict):
    """How a result is drawn: `bars` of a value by what `of` names, or `lines` of values `over` years, one for each `of`.

    `of` is the column of things (their names are in the column that ends in `Label`); lines of one thing are its `values`.
    """

    kind: Literal["bars", "lines"]
    of: VariableName
    values: list[VariableName] = Field(min_length=1)
    over: VariableName | None = None


class NamedQuery(_Strict):
    """A query of the library: the description in front of its file, its name (of the file) and the SPARQL text.

    `competency` lists the competency questions that it answers; `columns` and `table` describe the result of table queries.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    sparql: str
    title: Translated
    description: Text
    descriptions: Translated = {}
    keywords: list[Text] = Field(min_length=1)
    competency: list[int] = []
    parameters: list[Parameter] = []
    examples: list[Example] = Field(min_length=1)
    table: Table | None = None
    columns: dict[VariableName, Column] = {}
    chart: Chart | None = None

    @model_validator(mode="after")
    def _coherent(self) -> NamedQuery:
        if "en" not in self.title:
            raise ValueError("the title lacks its English form")
        if bool(_PLACE.search(self.sparql)) != bool(self.parameters):
            raise ValueError("a line must end with '{ # parameters' if, and only if, there are parameters")
        names = [parameter.name for parameter in self.parameters]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"parameter '{name}' is described twice")
            if not re.search(rf"[?$]{name}\b", self.sparql):
                raise ValueError(f"the query has no variable ?{name} for its parameter")
        if self.table:
            used = {self.table.about, *self.table.key, *self.table.references}
            if unknown := used - set(self.columns):
                raise ValueError(f"the table uses the unknown column '{min(unknown)}'")
        if self.chart:
            drawn = [self.chart.of, *self.chart.values, *([self.chart.over] if self.chart.over else [])]
            missing = [name for name in drawn if not re.search(rf"[?$]{name}\b", self.sparql)]
            if missing or (self.chart.kind == "lines") != bool(self.chart.over):
                raise ValueError("the chart needs columns of the query; lines go over years, bars do not")
        for example in self.examples:
            unknown = set(example.parameters) - set(names)
            if unknown:
                raise ValueError(f"an example uses the unknown parameter '{min(unknown)}'")
        return self

    def described(self, lang: str) -> tuple[str, str]:
        """The description for a reader of `lang`, else in English, and the language that it is in."""
        for tag, text in self.descriptions.items():
            if tag == lang:
                return text, tag
        return self.description, "en"

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name. Raises QueryError, with the name that was perhaps meant."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        names = [parameter.name for parameter in self.parameters]
        raise QueryError(
            f"has no parameter '{name}'",
            where=f"query '{self.name}'",
            hint=_did_you_mean(name, names) or ("It has " + ", ".join(names) if names else "It takes none"),
        )

    def terms(self, parameters: Mapping[str, str | int | None], base_iri: str = HOME) -> dict[str, Term]:
        """The RDF terms to bind, by variable: the given values, and the defaults of those not given.

        An empty value counts as not given. Raises QueryError for an unknown parameter, a wrong value, or a required
        parameter without value.
        """
        given = {
            name: value for name, value in parameters.items() if value is not None and str(value).strip()
        }
        for name in given:
            self.parameter(name)
        terms: dict[str, Term] = {}
        for parameter in self.parameters:
            value = given.get(parameter.name, parameter.default)
            if value is not None:
                terms[parameter.name] = parameter.term(value, base_iri)
            elif parameter.required:
                raise QueryError(
                    f"needs the parameter '{parameter.name}' ({parameter.label['en']})",
                    where=f"query '{self.name}'",
                    hint=f"For example {parameter.name}={parameter.example}",
                )
        return terms


def library(folder: Path | None = None) -> dict[str, NamedQuery]:
    """The queries of a folder (default: the bundled ones) by name, sorted. Raises QueryError, naming file and line."""
    return dict(_read_library(folder or bundled("queries")))


def find_query(name: str, folder: Path | None = None) -> NamedQuery:
    """The query of that name. Raises QueryError, with the names that were perhaps meant."""
    queries = _read_library(folder or bundled("queries"))
    if name in queries:
        return queries[name]
    raise QueryError(
        f"there is no query '{name}'",
        hint=_did_you_mean(name, queries) or "`kg queries` lists the library",
    )


def read_query(file: Path) -> NamedQuery:
    """The query in a `.rq` file. Raises QueryError with file and line of what is wrong."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"cannot be read ({error})", where=str(file)) from None
    header = [line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("#+")]
    sparql = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#+"))
    try:
        described = yaml.safe_load("\n".join(header)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or error
        raise QueryError(f"the description is no YAML ({problem})", where=f"{file}:{line}") from None
    if not isinstance(described, dict):
        raise QueryError(
            "lines with '#+' must describe the query", where=f"{file}:1", hint="See docs/queries.md"
        )
    try:
        return NamedQuery.model_validate({**described, "name": file.stem, "sparql": sparql})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise QueryError(f"{place}: {message}" if place else message, where=str(file)) from None


def bound_text(query: NamedQuery, parameters: Mapping[str, str | int | None], base_iri: str = HOME) -> str:
    """The SPARQL text with the parameters bound by VALUES: to run here, on any other engine, or to show.

    Raises QueryError as `NamedQuery.terms` does.
    """
    terms = query.terms(parameters, base_iri)
    values = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in terms.items())
    return _PLACE.sub(lambda place: place[1] + values, query.sparql)


def run(
    store: Dataset,
    query: NamedQuery | str,
    parameters: Mapping[str, str | int | None] | None = None,
    base_iri: str = HOME,
) -> ox.QuerySolutions:
    """Answer a named query over the store's default graph.

    Returns pyoxigraph's solutions, to be read in the same thread. Raises QueryError for an unknown query or a wrong
    parameter.
    """
    named = find_query(query) if isinstance(query, str) else query
    solutions = store.query(bound_text(named, parameters or {}, base_iri))
    assert isinstance(solutions, ox.QuerySolutions), "the library holds SELECT queries only"
    return solutions


def as_markdown(queries: Iterable[NamedQuery]) -> str:
    """The library as a page of documentation (docs/queries.md)."""
    listed = sorted(queries, key=lambda query: query.name)
    lines = [_PREAMBLE, "| query | answers |", "|---|---|"]
    lines += [f"| [{query.name}](#{query.name}) | {query.title['en']} |" for query in listed]
    for query in listed:
        lines += ["", f"## {query.name}", "", f"**{query.title['en']}.** {query.description}", ""]
        if query.competency:
            plural = "s" if len(query.competency) > 1 else ""
            numbers = ", ".join(map(str, query.competency))
            lines += [f"Competency question{plural} {numbers}. Keywords: {', '.join(query.keywords)}."]
        else:
            lines += [f"Keywords: {', '.join(query.keywords)}."]
        if query.parameters:
            lines += ["", "| parameter | type | | example |", "|---|---|---|---|"]
            lines += [
                f"| `{p.name}` ({p.label['en']}) | {p.type} | {'required' if p.required else 'optional'} | `{p.example}` |"
                for p in query.parameters
            ]
        call = " ".join(f"{name}={value}" for name, value in query.examples[0].parameters.items())
        lines += ["", f"`kg run {query.name}{' ' + call if call else ''}`"]
    return "\n".join(lines) + "\n"


# --- private helpers ---

_PLACE = re.compile(r"(\{) # parameters$", re.MULTILINE)
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_EDITION = re.compile(r"(?:20)\d\d")

_PREAMBLE = """\
# The query library

Questions that people ask of the graph, as SPARQL files in `queries/`, with checked parameters. Run one with
`kg run NAME parameter=value …`, or over HTTP under `/api/queries/NAME`. (This page is made from the files:
`python -m kg.publishing.queries > docs/queries.md`.)

A file is plain SPARQL 1.1, to be copied into any editor. Lines that begin with `#+` describe it in YAML:

| key | meaning |
|---|---|
| `title` | by language: `en`, and `es` |
| `description`, `keywords` | what it returns, in English; words to find it by |
| `descriptions` | the description in other languages (`es`) |
| `competency` | numbers of the competency questions that it answers |
| `parameters` | list of `name` (of the variable), `type`, `label` by language, `required` or `default`, `example` |
| `examples` | calls that the tests make on the bundled data: `parameters`, and the number of `rows` where it is fixed |
| `columns` | for queries that are published as tables: `title` and `datatype` of each column, `property` where it states one of the row's thing |
| `table` | for these: the column that a row is `about`, the `key` columns, and which column `references` which table |
| `chart` | for results that can be drawn: `bars` or `lines`, `of` which column, the `values`, and the years that lines go `over` |

Types: `country` (ISO 3166-1 alpha-3 or alpha-2 code, or a name), `concept:SCHEME` (notation of a concept), `edition` (year of
the survey), `integer`, `string`, `iri` (absolute, or with a prefix of the project such as `id:law/COL/law/2014/1712`).
A value becomes an RDF term, bound by `VALUES` behind each line that ends with the comment `# parameters`: at the head of
the query, and of those parts of it that would be computed for every country otherwise. An optional parameter without a
value leaves its variable free. Queries read the default graph, in which each triple is once. Columns that end in `Label` hold names, in
English where there is one.
"""


def _read_library(folder: Path) -> dict[str, NamedQuery]:
    files = sorted(folder.glob("*.rq"))
    if not files:
        raise QueryError("there are no .rq files here", where=str(folder))
    return _read_files(tuple((file, file.stat().st_mtime_ns) for file in files))


@cache
def _read_files(files: tuple[tuple[Path, int], ...]) -> dict[str, NamedQuery]:
    return {file.stem: read_query(file) for file, _ in files}


def _read_country(parameter: Parameter, text: str, base_iri: str) -> Term:
    countries = _countries()
    iri = Iris(base_iri).country("")
    code = countries.find(text.removeprefix(str(iri)))
    if code is None:
        hint = _did_you_mean(slug(text), countries.by_name, shown=lambda name: countries.by_name[name])
        raise parameter._wrong(
            f"'{text}' is no country", hint or "Give an ISO 3166-1 code such as COL or CO, or a name"
        )
    return ox.NamedNode(str(Iris(base_iri).country(code)))


def _read_concept(parameter: Parameter, text: str, _: str) -> Term:
    assert parameter.scheme is not None
    known = codes(parameter.scheme)
    notation = text.removeprefix(f"{CONCEPT}{parameter.scheme}/")
    notation = notation if notation in known else slug(notation)
    if notation not in known:
        hint = f"Allowed are {', '.join(sorted(known))}"
        meant = _did_you_mean(notation, known)
        raise parameter._wrong(
            f"'{text}' is no code of the scheme {parameter.scheme}", f"{meant}. {hint}" if meant else hint
        )
    return ox.NamedNode(f"{CONCEPT}{parameter.scheme}/{notation}")


def _read_edition(parameter: Parameter, text: str, _: str) -> Term:
    if not _EDITION.fullmatch(text):
        raise parameter._wrong(f"'{text}' is no survey edition", "Give its year, such as 2020")
    return ox.Literal(int(text))


def _read_integer(parameter: Parameter, text: str, _: str) -> Term:
    if not _INTEGER.fullmatch(text) or not text.isascii():
        raise parameter._wrong(f"'{text}' is no integer", f"For example {parameter.example}")
    return ox.Literal(int(text))


def _read_string(parameter: Parameter, text: str, _: str) -> Term:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise parameter._wrong("is not Unicode text (it holds half a surrogate pair)", None) from None
    return ox.Literal(text)


def _read_iri(parameter: Parameter, text: str, base_iri: str) -> Term:
    prefixes = {**PREFIXES, "id": base_iri + "id/", "graph": base_iri + "graph/"}
    prefix, colon, rest = text.partition(":")
    absolute = prefixes[prefix] + rest if colon and prefix in prefixes and not rest.startswith("//") else text
    try:
        return ox.NamedNode(absolute)
    except ValueError as error:
        raise parameter._wrong(
            f"'{text}' is no IRI ({error})",
            f"Give an absolute IRI or a short one, such as {parameter.example}",
        ) from None


_READERS: dict[str, Callable[[Parameter, str, str], Term]] = {
    "country": _read_country,
    "concept": _read_concept,
    "edition": _read_edition,
    "integer": _read_integer,
    "string": _read_string,
    "iri": _read_iri,
}


@dataclass(frozen=True)
class _Countries:
    """Alpha-3 codes by code and by name (as a slug), in the languages of the reference data."""

    by_code: dict[str, str]
    by_name: dict[str, str]

    def find(self, text: str) -> str | None:
        return self.by_code.get(text.upper()) or self.by_name.get(slug(text))


@cache
def _countries() -> _Countries:
    folder = bundled("data") / "reference"
    countries: Iterable[Country] = read_countries(folder, read_regions(folder)).values()
    by_code: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for country in countries:
        by_code[country.iso3] = by_code[country.iso2] = country.iso3
        for name in (*country.names.values(), *(alias for alias, _ in country.aliases)):
            by_name[slug(name)] = country.iso3
    return _Countries(by_code, by_name)


def _did_you_mean(
    text: str, known: Iterable[str], shown: Callable[[str], str] = lambda name: name
) -> str | None:
    best = [match[0] for match in process.extract(text, list(known), limit=3, score_cutoff=70)]
    return (
        "Did you mean " + " or ".join(dict.fromkeys(f"'{shown(name)}'" for name in best)) + "?"
        if best
        else None
    )


if __name__ == "__main__":
    print(as_markdown(library().values()), end="")
