"""YAML as records use it: plain data with the line of every value, and nothing a hostile file could exploit.

Differences from YAML 1.1 as PyYAML reads it: anchors, aliases and tags are refused (no exponential documents, no
objects), duplicate keys are errors, and a number with a leading zero stays text, because "019" is how a law is cited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from kg.records.problems import Path, Problem, RecordError

MAX_BYTES = 5_000_000
MAX_DEPTH = 20
MAX_VALUES = 500_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAIN_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")


@dataclass(slots=True)
class Located:
    """`data` as plain Python values and `lines`: the 1-based line of each path in it."""

    file: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int | None:
        """The line of `path`, or of the nearest enclosing value that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(file: FilePath) -> Located:
    """Read one YAML document.

    Raises RecordError for a file that is missing, too large, not UTF-8, not YAML, or that uses what is refused.
    """
    name = str(file)
    try:
        with file.open("rb") as opened:
            # One byte more than allowed tells a file that is too large.
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise _error(name, f"cannot be read ({error.strerror})") from None
    return decode_yaml(content, name)


def decode_yaml(content: bytes, name: str = "<bytes>") -> Located:
    """As `read_yaml`, from the bytes of a file; `name` stands for the file in messages."""
    if len(content) > MAX_BYTES:
        raise _error(name, f"is larger than {MAX_BYTES // 1_000_000} MB: this is no record")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _error(name, f"is not UTF-8 text (byte {error.start})") from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str = "<text>") -> Located:
    """As `read_yaml`, from text; `name` stands for the file in messages."""
    try:
        return _Builder(name, text).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _error(
            name, f"is not valid YAML: {error.problem or error}", mark.line + 1 if mark else None
        ) from None
    except yaml.YAMLError as error:
        raise _error(name, f"is not valid YAML: {str(error).splitlines()[0]}") from None


class _Builder:
    """Builds values straight from parser events, so that depth and size are bounded while reading."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._loader: Any = _Loader(text)
        self._located = Located(name)
        self._values = 0

    def build(self) -> Located:
        loader = self._loader
        try:
            loader.get_event()  # stream start
            if not loader.check_event(yaml.DocumentStartEvent):
                raise _error(self._name, "is empty")
            loader.get_event()
            self._located.data = self._value((), 0)
            loader.get_event()  # document end
            if not loader.check_event(yaml.StreamEndEvent):
                raise _error(self._name, "holds more than one YAML document")
        finally:
            loader.dispose()
        return self._located

    def _value(self, path: Path, depth: int) -> Any:
        event: Any = self._loader.get_event()
        line = _line(event)
        self._values += 1
        if self._values > MAX_VALUES:
            raise _error(self._name, f"holds more than {MAX_VALUES} values: this is no record", line)
        if depth > MAX_DEPTH:
            raise _error(self._name, f"is nested more than {MAX_DEPTH} levels deep", line)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _error(self._name, "uses YAML anchors or aliases; write the value out", line)
        if event.tag:
            raise _error(self._name, f"uses the YAML tag {event.tag}; write a plain value", line)
        self._located.lines[path] = line
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not self._loader.check_event(yaml.SequenceEndEvent):
                items.append(self._value((*path, len(items)), depth + 1))
            self._loader.get_event()
            return items
        mapping: dict[Any, Any] = {}
        while not self._loader.check_event(yaml.MappingEndEvent):
            key_event: Any = self._loader.get_event()
            if not isinstance(key_event, yaml.ScalarEvent):
                raise _error(self._name, "uses a list or mapping as a key", _line(key_event))
            key, key_line = str(key_event.value), _line(key_event)
            if key in mapping:
                raise _error(self._name, f"has the key '{key[:80]}' twice", key_line)
            mapping[key] = self._value((*path, key), depth + 1)
            self._located.lines[(*path, key)] = key_line
        self._loader.get_event()
        return mapping

    def _scalar(self, event: Any, line: int) -> Any:
        text: str = event.value
        if not event.implicit[0]:  # quoted
            return text
        tag = self._loader.resolve(yaml.ScalarNode, text, event.implicit)
        if tag.endswith(":int") and not _PLAIN_INT.fullmatch(text):
            return text
        try:
            return self._loader.construct_object(yaml.ScalarNode(tag, text, event.start_mark, event.end_mark))
        except ValueError:
            kind = "date" if tag.endswith(":timestamp") else "value"
            raise _error(self._name, f"'{text[:80]}' is an impossible {kind}", line) from None


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _error(name: str, message: str, line: int | None = None) -> RecordError:
    return RecordError(name, [Problem(message, line=line, file=name)])
