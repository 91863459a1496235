"""A portal or platform while it is put together from headings and prose."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.extraction.evidence import Evidence
from kg.extraction.factsheets.bodies.drafts import BodyDraft
from kg.extraction.factsheets.instruments.drafts import InstrumentDraft
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import words_key


@dataclass(slots=True, eq=False)
class SystemDraft:
    """A portal or platform as far as it is known; becomes `kg.records.model.Portal` or `Platform`."""

    name: str
    aliases: list[str] = field(default_factory=list)
    url: str | None = None
    other_urls: list[str] = field(default_factory=list)
    portal: bool = False
    portal_kinds: list[str] = field(default_factory=list)
    platform_kinds: list[str] = field(default_factory=list)
    technologies: list[str] = field(default_factory=list)
    operated_by: BodyDraft | None = None
    replaced_by: SystemDraft | None = None
    start_year: int | None = None
    planned: bool = False
    headed: bool = False
    """Whether an item is about it, not only a sentence."""
    country: str | None = None
    shared_id: str | None = None
    """The id that the records of all countries give to a system of the Union."""
    under: list[InstrumentDraft] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def names(self) -> list[str]:
        return [self.name, *self.aliases]


@dataclass(slots=True)
class Systems:
    """All drafts, and the items that name neither an instrument nor a system but a project or an effort."""

    drafts: list[SystemDraft]
    leftover: list[OutlineItem]


def absorb(one: SystemDraft, other: SystemDraft) -> None:
    """Takes over what a second draft of a system knows."""
    one.aliases += [name for name in other.names if words_key(name) not in {words_key(n) for n in one.names}]
    one.url = one.url or other.url
    one.platform_kinds += [kind for kind in other.platform_kinds if kind not in one.platform_kinds]
    one.headed = one.headed or other.headed
    one.evidence.merge(other.evidence)
