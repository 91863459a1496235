"""Which entries of different sources are one thing: the curated decisions of `data/identity/*.sssom.tsv`.

The files are mapping sets in SSSOM TSV (https://mapping-commons.github.io/sssom/). A row says that its subject is the
thing that its object is (`skos:exactMatch`), or, with `predicate_modifier` `Not`, that it is not. The object's IRI is the
one that is kept. Identifiers are those that `kg.records.identity` mints from one entry alone. docs/identity.md.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from kg.namespaces import HOME
from kg.records.problems import Problem, RecordError
from kg.records.yaml_source import parse_yaml
from kg.resources import bundled

SUFFIX = ".sssom.tsv"
EXACT_MATCH = "http://www.w3.org/2004/02/skos/core#exactMatch"

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "body": "organisation",
        "organisation": "organisation",
        "law": "instrument",
        "policy": "instrument",
        "portal": "portal",
        "platform": "platform",
        "initiative": "initiative",
        "publication": "publication",
        "indicator-set": "indicator-set",
    }
)
"""First segment of an identifier → what kind of thing it is; only things of one kind can be the same."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One row: `subject` and `object` as paths below `…/id/`; `same` is False where the row says "not the same"."""

    subject: str
    object: str
    same: bool
    name: str | None
    justification: str
    confidence: float | None
    comment: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class SameAs:
    """What has been decided. All methods take paths below `…/id/`, such as `body/HUN/kifu-2`."""

    mappings: tuple[Decision, ...] = ()
    digest: str = ""
    """SHA-256 of what was read: a build that depends on these decisions depends on it."""
    _kept: Mapping[str, str] = field(default_factory=dict)
    _names: Mapping[str, str] = field(default_factory=dict)
    _different: frozenset[frozenset[str]] = frozenset()

    def canonical(self, path: str) -> str:
        """The identifier under which the thing is published: the path itself unless it was joined to another."""
        return self._kept.get(path, path)

    def name(self, path: str) -> str | None:
        """The English name under which a joined thing is published; None for what was joined to nothing."""
        return self._names.get(self.canonical(path))

    def different(self, one: str, other: str) -> bool:
        """Whether somebody has said that the two are not the same."""
        return frozenset((self.canonical(one), self.canonical(other))) in self._different

    def joined(self, one: str, other: str) -> bool:
        """Whether the two have been joined."""
        return self.canonical(one) == self.canonical(other)


NOTHING_DECIDED = SameAs()


def same_as_files(folder: Path) -> list[Path]:
    """The mapping sets in the folder `identity` of a folder laid out like `data/`, sorted."""
    home = folder / "identity"
    return sorted(home.glob(f"*{SUFFIX}")) if home.is_dir() else []


def same_as_of(inputs: Iterable[Path]) -> SameAs:
    """The decisions that hold for a build of these files and folders: the bundled ones, and those of the folders.

    Raises as `read_same_as`.
    """
    folders = [bundled("data"), *(path for path in inputs if path.is_dir())]
    return read_same_as(dict.fromkeys(file.resolve() for folder in folders for file in same_as_files(folder)))


@cache
def bundled_same_as() -> SameAs:
    """The decisions on the bundled data. Raises as `read_same_as`."""
    return read_same_as(same_as_files(bundled("data")))


def read_same_as(files: Iterable[Path]) -> SameAs:
    """The decisions of mapping sets taken together.

    Raises RecordError (a KgError), which lists every problem with file and line: a file that is no SSSOM TSV, an
    undeclared prefix, an identifier that is not ours, an unknown predicate or justification, a thing joined to two
    others or to itself, two things both joined and told apart.
    """
    digest = hashlib.sha256()
    mappings: list[Decision] = []
    problems: list[Problem] = []
    for file in files:
        try:
            content = file.read_bytes()
            text = content.decode("utf-8-sig")
        except OSError as error:
            problems.append(Problem(f"cannot be read ({error.strerror})", file=str(file)))
            continue
        except UnicodeDecodeError as error:
            problems.append(Problem(f"is not UTF-8 text (byte {error.start})", file=str(file)))
            continue
        digest.update(content)
        reader = _Reader(str(file), text)
        mappings.extend(reader.mappings())
        problems.extend(reader.problems)
    same_as = _decided(mappings, digest.hexdigest(), problems)
    if problems:
        raise RecordError(problems[0].file or "", problems)
    return same_as


def decided_in(inputs: Sequence[Path], same_as: SameAs) -> list[Decision]:
    """The decisions that stand in the given folders (default: the bundled data): those that are about their records.

    A build of other records reads the bundled decisions too, and need not name what they are about.
    """
    folders = [path for path in inputs or [bundled("data")] if path.is_dir()]
    files = {str(file.resolve()) for folder in folders for file in same_as_files(folder)}
    return [decision for decision in same_as.mappings if decision.file in files]


def unmet(decisions: Sequence[Decision], named: Set[str]) -> list[Problem]:
    """The decisions that decide nothing, each with file and line, in their order: one of the two is named by no entry.

    `named` are the identifiers of all entries and of the register's organisations. What two or more decisions join to
    one identifier has it, whether or not an entry does.
    """
    joined = Counter(decision.object for decision in decisions if decision.same and decision.subject in named)
    given = {path for path, times in joined.items() if times > 1}
    known = named | joined.keys()
    problems = []
    for decision in decisions:
        sought = {
            decision.subject: decision.subject in known,
            decision.object: decision.object in (named | given if decision.same else known),
        }
        if gone := [path for path, there in sought.items() if not there]:
            what = " and ".join(f"'{path}'" for path in gone)
            problems.append(_problem(f"decides nothing: no entry is {what}", decision))
    return problems


_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_COLUMNS = frozenset(
    (
        *_REQUIRED,
        *("subject_label", "subject_category", "predicate_label", "predicate_modifier"),
        *("object_label", "object_category", "author_id", "author_label", "reviewer_id", "reviewer_label"),
        *("creator_id", "creator_label", "license", "subject_type", "subject_source"),
        *("subject_source_version", "object_type", "object_source", "object_source_version"),
        *("mapping_provider", "mapping_source", "mapping_cardinality", "mapping_tool"),
        *("mapping_tool_version", "mapping_date", "publication_date", "confidence", "curation_rule"),
        *("curation_rule_text", "subject_match_field", "object_match_field", "match_string"),
        *("subject_preprocessing", "object_preprocessing", "semantic_similarity_score"),
        *("semantic_similarity_measure", "similarity_score", "similarity_measure", "see_also"),
        *("issue_tracker_item", "other", "comment"),
    )
)
"""The slots of a mapping in SSSOM 1.0. An unknown one is an error: a mistyped `predicate_modifier` would turn "not" round."""

_BUILT_IN = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sssom": "https://w3id.org/sssom/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}
"""Prefixes that SSSOM lets a file use without declaring them."""

_JUSTIFICATIONS = frozenset(
    (
        *("ManualMappingCuration", "LexicalMatching", "CompositeMatching", "UnspecifiedMatching"),
        *("BackgroundKnowledgeBasedMatching", "InstanceBasedMatching", "LogicalReasoning"),
        *("SemanticSimilarityThresholdMatching", "LexicalSimilarityThresholdMatching", "StructuralMatching"),
        *("MappingChaining", "MappingReview", "MappingInversion"),
    )
)
"""Kinds of justification in the Semantic Mapping Vocabulary (https://w3id.org/semapv/vocab/)."""

_PATH = re.compile(r"[a-z-]+(?:/[^\s/<>\"{}|\\^`]+)+")


class _Reader:
    """One file: its metadata block, header line and rows; what is wrong gathers in `problems`."""

    def __init__(self, file: str, text: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        lines = text.replace("\r\n", "\n").split("\n")
        self._head = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
        self._prefixes = dict(_BUILT_IN)
        self._read_metadata([line[1:] for line in lines[: self._head]])
        self._lines = lines

    def mappings(self) -> Iterator[Decision]:
        rows = csv.reader(self._lines[self._head :], delimiter="\t", strict=True)
        try:
            header = next(rows, [])
            if not self._good(header):
                return
            for values in rows:
                line = self._head + rows.line_num
                if not any(values):
                    continue
                if len(values) != len(header):
                    self._wrong(f"has {len(values)} values, expected {len(header)}", line)
                    continue
                row = {name: value.strip() for name, value in zip(header, values, strict=True)}
                if mapping := self._mapping(row, line):
                    yield mapping
        except csv.Error as error:
            self._wrong(f"is not well-formed TSV: {error}", self._head + rows.line_num)

    def _read_metadata(self, lines: list[str]) -> None:
        try:
            metadata = parse_yaml("\n".join(lines), self._file).data or {}
        except RecordError as error:
            self.problems.extend(error.problems)
            return
        declared = metadata.get("curie_map", {}) if isinstance(metadata, dict) else None
        if not isinstance(declared, dict) or not all(
            isinstance(part, str) for item in declared.items() for part in item
        ):
            self._wrong("the metadata block has no curie_map of prefixes and IRIs", 1)
            return
        if not metadata.get("mapping_set_id") or not metadata.get("license"):
            self._wrong("the metadata block lacks mapping_set_id or license, which SSSOM asks for", 1)
        self._prefixes.update(declared)

    def _good(self, header: list[str]) -> bool:
        line, before = self._head + 1, len(self.problems)
        for name in _REQUIRED:
            if name not in header:
                self._wrong(f"the header line lacks the column {name}", line)
        for name in header:
            if name not in _COLUMNS:
                self._wrong(f"'{name}' is no column of SSSOM", line)
        if len(set(header)) != len(header):
            self._wrong("the header line has a column twice", line)
        return len(self.problems) == before

    def _mapping(self, row: dict[str, str], line: int) -> Decision | None:
        before = len(self.problems)
        subject, target = (self._path(row[name], name, line) for name in ("subject_id", "object_id"))
        if self._expanded(row["predicate_id"]) != EXACT_MATCH:
            self._wrong(f"predicate_id is '{row['predicate_id']}', expected skos:exactMatch", line)
        modifier = row.get("predicate_modifier", "")
        if modifier not in ("", "Not"):
            self._wrong(f"predicate_modifier is '{modifier}', expected Not or nothing", line)
        prefix, _, term = row["mapping_justification"].partition(":")
        if prefix != "semapv" or term not in _JUSTIFICATIONS:
            known = ", ".join(sorted(_JUSTIFICATIONS))
            self._wrong(
                f"mapping_justification is '{row['mapping_justification']}'; semapv has {known}", line
            )
        same, name = not modifier, row.get("object_label") or None
        if same and not name:
            self._wrong("object_label is missing: it is the name under which both are published", line)
        if subject and target:
            if subject == target:
                self._wrong(f"joins '{subject}' to itself", line)
            elif KINDS[subject.split("/")[0]] != KINDS[target.split("/")[0]]:
                self._wrong(f"'{subject}' and '{target}' are things of different kinds", line)
        confidence = self._confidence(row.get("confidence", ""), line)
        if len(self.problems) > before or not subject or not target:
            return None
        return Decision(
            subject=subject,
            object=target,
            same=same,
            name=name,
            justification=term,
            confidence=confidence,
            comment=row.get("comment") or None,
            file=self._file,
            line=line,
        )

    def _path(self, curie: str, column: str, line: int) -> str | None:
        iri = self._expanded(curie)
        path = iri.removeprefix(HOME + "id/") if iri else ""
        if not iri:
            self._wrong(f"{column} '{curie}' has a prefix that curie_map does not declare", line)
        elif path == iri or not _PATH.fullmatch(path) or path.split("/")[0] not in KINDS:
            self._wrong(f"{column} '{curie}' is not below {HOME}id/, or of no kind that can be joined", line)
        else:
            return path
        return None

    def _expanded(self, curie: str) -> str | None:
        prefix, colon, rest = curie.partition(":")
        return self._prefixes[prefix] + rest if colon and prefix in self._prefixes else None

    def _confidence(self, text: str, line: int) -> float | None:
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            self._wrong(f"confidence '{text}' is no number from 0 to 1", line)
        return value

    def _wrong(self, message: str, line: int) -> None:
        self.problems.append(Problem(message, line=line, file=self._file))


def _decided(mappings: list[Decision], digest: str, problems: list[Problem]) -> SameAs:
    joins: dict[str, Decision] = {}
    for mapping in mappings:
        if not mapping.same:
            continue
        if earlier := joins.get(mapping.subject):
            # The same decision once more, as where a copy of the bundled data is an input, says nothing new.
            if (earlier.object, earlier.name) == (mapping.object, mapping.name):
                continue
            message = f"'{mapping.subject}' is joined to '{earlier.object}' in {_place(earlier)} already"
            problems.append(_problem(message, mapping))
            continue
        joins[mapping.subject] = mapping
    kept = {subject: _end(subject, joins, problems) for subject in joins}
    names: dict[str, Decision] = {}
    for mapping in joins.values():
        if mapping.object in joins:
            continue
        earlier = names.setdefault(mapping.object, mapping)
        if earlier.name != mapping.name:
            message = f"'{mapping.object}' is called '{mapping.name}' here and '{earlier.name}' in {_place(earlier)}"
            problems.append(_problem(message, mapping))
    different: set[frozenset[str]] = set()
    for mapping in mappings:
        if mapping.same:
            continue
        pair = frozenset(kept.get(path, path) for path in (mapping.subject, mapping.object))
        if len(pair) == 1:
            message = (
                f"'{mapping.subject}' and '{mapping.object}' are told apart here but joined by other rows"
            )
            problems.append(_problem(message, mapping))
        different.add(pair)
    return SameAs(
        tuple(mappings),
        digest,
        kept,
        {path: mapping.name for path, mapping in names.items() if mapping.name},
        frozenset(different),
    )


def _end(subject: str, joins: dict[str, Decision], problems: list[Problem]) -> str:
    """Where the chain of joins from `subject` ends; a chain that comes back is a problem, said once."""
    path, met = subject, [subject]
    while path in joins:
        path = joins[path].object
        if path in met:
            if subject == min(met[met.index(path) :]):
                problems.append(_problem(f"'{subject}' is joined to itself by way of others", joins[subject]))
            return subject
        met.append(path)
    return path


def _problem(message: str, mapping: Decision) -> Problem:
    return Problem(message, line=mapping.line, file=mapping.file)


def _place(mapping: Decision) -> str:
    return f"line {mapping.line} of {Path(mapping.file).name}"
