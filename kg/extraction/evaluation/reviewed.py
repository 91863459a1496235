"""A record as gold items: what it states about its own country, without what it says is not so."""

from __future__ import annotations

from collections.abc import Iterator

from kg.extraction.evaluation.items import Item
from kg.extraction.gazetteer import organisations
from kg.questionnaire.outline import load_outline
from kg.records.codes import EUROPEAN_UNION
from kg.records.model import Body, Initiative, Instrument, Organisation, Platform, Portal, Record


def record_items(record: Record) -> dict[str, list[Item]]:
    """The facts of a record by kind, in the form of gold."""
    stated = _Stated(record)
    return {
        "bodies": stated.bodies(),
        "portals": stated.portals(),
        "instruments": stated.instruments(),
        "memberships": stated.memberships(),
        "cooperations": [
            {"partners": [c.partner] if isinstance(c.partner, str) else list(c.partner), "kind": c.kind, "year": c.year, "status": None if c.lifecycle == "unknown" else c.lifecycle, "topics": list(c.topics) or None, "q": c.q}
            for c in record.cooperations if c.lifecycle != "none"
        ],
        "partnerships": [
            {"name": p.name, "aliases": p.aliases, "kind": p.kind, "members": stated.all_called(p.members), "q": p.q} for p in record.partnerships
        ],
        "technologies": [
            {"technology": t.technology, "strategy": stated.called(t.strategy) or None, "q": t.q} for t in record.technologies if t.stated == "yes"
        ],
        "checkboxes": list(_boxes(record)),
        "indicators": [
            {"q": i.q, "value": i.value, "unit": i.unit, "year": i.year, "source": i.source} for i in record.indicators
        ],
        "initiatives": [stated.initiative(entry) for entry in record.initiatives],
    }  # fmt: skip


class _Stated:
    """The entries of a record, which refer to each other by id, with their names."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._entries = {entry.id: entry for name in Record.ENTITY_LISTS for entry in getattr(record, name)}
        self._factsheet = record.source.family == "factsheet"

    def called(self, key: str | None) -> list[str]:
        """The names of the entry with an id; the id itself where there is no such entry."""
        entry = self._entries.get(key or "")
        if entry is None:
            return [key] if key else []
        found = [
            entry.name,
            *getattr(entry, "aliases", []),
            getattr(entry, "acronym", None),
            getattr(entry, "title", None),
            getattr(entry, "url", None),
        ]
        return [name for name in found if name]

    def all_called(self, keys: list[str]) -> list[list[str]] | None:
        return [self.called(key) or [key] for key in keys] or None

    def bodies(self) -> list[Item]:
        found: list[Item] = [
            {**_body(body), "url": body.urls or None, "responsibility": list(body.responsible_for) or None}
            for body in self._record.bodies
            if self._is_own(body.country)
        ]
        if self._factsheet:
            # Gold has no list of its own for associations that a chapter on governance tells of.
            found += [
                {**_body(other), "url": other.urls or None, "responsibility": None, "optional": True}
                for other in self._record.organisations
                if other.type == "civil-society"
            ]
        return found

    def portals(self) -> list[Item]:
        """Portals and platforms: gold has one list for both."""
        found: list[Item] = [
            {
                **self._site(portal),
                "optional": portal.url is None and not portal.kinds and not self._factsheet,
            }
            for portal in self._record.portals
            if self._is_own_or_shared(portal.country)
        ]
        found += [
            {**self._site(platform), "optional": False}
            for platform in self._record.platforms
            if self._factsheet or self._is_own(platform.country)
        ]
        return found

    def _site(self, site: Portal | Platform) -> Item:
        kinds: list[str] = list(site.kinds)
        if self._factsheet:
            # The section gives a website the kind that a platform under the same heading has.
            kinds += _section_kinds(site.q, self._record.source.edition)
        return {
            "url": site.url, "urls": [u for u in (site.url, *site.other_urls) if u], "name": site.name, "aliases": site.aliases,
            "kind": kinds or None, "replaced_by": self.called(site.replaced_by) or None, "q": site.q,
        }  # fmt: skip

    def instruments(self) -> list[Item]:
        return [
            {
                "kind": i.kind, "title": i.title, "name": i.name, "aliases": i.aliases, "number": i.number, "year": i.year,
                "url": [*i.urls, *i.url_candidates] or None, "topics": list(i.topics) or None,
                "article": [p.article for p in i.passages if p.article] or None, "relations": self._relations(i) or None,
                "q": i.q, "optional": i.lifecycle == "planned",
            }
            for i in self._record.instruments if self._is_own_or_shared(i.country)
        ]  # fmt: skip

    def _relations(self, instrument: Instrument) -> list[tuple[str, list[str]]]:
        return [
            (relation.replace("_", "-"), self.called(target))
            for relation in _RELATIONS
            for target in getattr(instrument, relation)
        ]

    def memberships(self) -> list[Item]:
        found: list[Item] = []
        for membership in self._record.memberships:
            if membership.participation in ("member", "participant", "associate"):
                names = self._organisation_names(membership.organisation)
                organisation = names[0] if names else membership.organisation
                found.append(
                    {
                        "organisation": organisation,
                        "aliases": names,
                        "since": membership.since,
                        "q": membership.q,
                    }
                )
        return found

    def _organisation_names(self, key: str) -> list[str]:
        """The names of an organisation in the record and in the register."""
        register_key = getattr(self._entries.get(key), "register_key", None)
        register = next((o for o in organisations().values() if o.id in (key, register_key)), None)
        known = [name for name, o in organisations().items() if register is not None and o is register]
        return [*self.called(key), *known, *([register.name] if register else [])]

    def initiative(self, entry: Initiative) -> Item:
        return {
            "name": entry.name, "aliases": entry.aliases, "url": entry.urls or None, "technologies": list(entry.technologies) or None, "status": entry.lifecycle,
            "start_year": entry.start_year, "led_by": self.all_called(entry.led_by), "partners": self.all_called(entry.partners), "q": entry.q,
        }  # fmt: skip

    def _is_own(self, country: str | None) -> bool:
        return country in (None, self._record.source.country)

    def _is_own_or_shared(self, country: str | None) -> bool:
        return self._is_own(country) or (self._factsheet and country == EUROPEAN_UNION)


def _body(entry: Body | Organisation) -> Item:
    acronym = [entry.acronym] if entry.acronym else []
    return {"name": entry.name, "aliases": [*entry.aliases, *acronym], "q": entry.q}


def _section_kinds(sections: list[str], edition: int) -> list[str]:
    outline = load_outline("factsheet", edition)
    return [kind for s in outline.sections if s.number in sections for kind in s.platforms]


def _boxes(record: Record) -> Iterator[Item]:
    for answer in record.answers:
        pair = (
            answer.basis == "box"
            or (answer.state == "box-lost" and not answer.options)
            or any(r.kind == "box-lost" and "yes and no" in r.text for r in answer.remarks)
        )
        if pair:
            for item in ("yes", "no"):
                checked = "unknown" if answer.value == "unknown" else str(answer.value == item).lower()
                yield {"q": [answer.q], "item": item, "checked": checked}
        for option in answer.options:
            value = (
                option.checked if option.checked != "unknown" or option.implied is None else option.implied
            )
            if option.item == "other" and value == "unknown":
                continue
            yield {
                "q": [answer.q],
                "item": option.item,
                "checked": {"yes": "true", "no": "false"}.get(value, "unknown"),
            }


_RELATIONS = ("amends", "repeals", "implements", "regulates", "based_on", "transposes", "replaces")
