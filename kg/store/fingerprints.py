"""What results depend on besides the records: the program's code, the packages it relies on, and the bundled knowledge.

A fingerprint is a hash of file contents, not of dates or versions: editing a rule, a shape or a line of code makes
other keys in the build cache (cache.py) at once, and undoing the edit finds the old results again.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kg.records.load import RECORD_FOLDERS
from kg.resources import bundled
from kg.store.cache import key_of

_PACKAGE = Path(__file__).resolve().parent.parent
_MAPPING = ("documents", "questionnaire", "extraction", "records", "mapping", "store")
_APART = ("settings", "__main__")
_TOLD_APART = ("indicators", "identity")
"""Folders of the bundled data whose content is in other parts of the keys."""
_PACKAGES = (
    "lxml", "owlrl", "pycountry", "pydantic", "pydantic-core", "pyoxigraph", "pypdfium2", "pyshacl",
    "PyYAML", "rapidfuzz", "rdflib",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """One for each kind of result; each takes in those before it where its results are made from theirs."""

    mapping: str
    """Reading and mapping a source: the code up to the mapping, the reference data and the ontology with its concepts."""
    reference: str
    """The reference data, the figures and the ontology as graphs."""
    reasoning: str
    """The closure: the code of the reasoner, the ontology and its rules."""
    validation: str
    """Findings: the code of the validation and of the reasoner, the shapes, the ontology."""


def fingerprints() -> Fingerprints:
    """Of the program as it runs here, with the files as they are now."""
    data, ontology = bundled("data"), bundled("ontology")
    figures = _below(data / "indicators")
    others = [
        path
        for path in _below(data)
        if path.relative_to(data).parts[0] not in (*RECORD_FOLDERS, *_TOLD_APART)
    ]
    knowledge = [*_below(ontology), *others]
    mapping = key_of("mapping", _environment(), _code(_MAPPING), _hashes(knowledge))
    reference = key_of("reference", mapping, _hashes(figures))
    reasoning = key_of("reasoning", _environment(), _code(("reasoning", "store")), _hashes(_below(ontology)))
    validation = key_of("validation", reasoning, _code(("validation",)), _hashes(_below(bundled("shapes"))))
    return Fingerprints(mapping, reference, reasoning, validation)


# --- private helpers ---


@lru_cache(maxsize=8)
def _code(rooms: tuple[str, ...]) -> tuple[str, ...]:
    """Read once in a process: what runs is what was there when it started, whatever is edited meanwhile."""
    top = (path for path in _PACKAGE.iterdir() if path.suffix == ".py" and path.stem not in _APART)
    files = sorted([*top, *(path for room in rooms for path in _below(_PACKAGE / room))])
    return tuple(_hashes(files))


def _below(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".md") and not path.name.startswith(".")
    )


def _hashes(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        state = file.stat()
        yield f"{file.name} {_hash(file, state.st_mtime_ns, state.st_size)}"


@lru_cache(maxsize=4096)
def _hash(file: Path, _changed: int, _size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def _environment() -> tuple[str, ...]:
    return (platform.python_version(), *(f"{name} {_version(name)}" for name in _PACKAGES))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
