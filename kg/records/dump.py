"""A record as YAML for people: only what is said, in the order of the form, one fact after the other."""

from __future__ import annotations

from typing import Any

import yaml

from kg.records.model import Record


def dump_record(record: Record) -> str:
    """YAML text that `parse_record` reads back to an equal record."""
    data = record.model_dump(mode="python", exclude_defaults=True, by_alias=True)
    data = {"format": record.format, **data}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Without anchors, which the reader of records refuses."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _list(dumper: yaml.SafeDumper, data: list[Any]) -> yaml.Node:
    short = all(isinstance(item, (str, int, float)) and len(str(item)) < 40 for item in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=short)


_Dumper.add_representer(list, _list)
