"""A questionnaire's sections and questions, read from `forms/{family}-{edition}.yaml`."""

from __future__ import annotations

import re
from functools import cache, cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from kg.errors import KgError
from kg.questionnaire.wording import Fingerprint, fold

_FORMS = Path(__file__).parent / "forms"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Section(_Strict):
    """A section of the form; titles by language, in our own words."""

    id: str
    title: dict[str, str]


class Item(_Strict):
    """A checkbox of a question: the code it stands for, and the fingerprint of its label."""

    code: str
    words: list[str]


class Question(_Strict):
    """A question or sub-item, `id` as cited by records ("5a").

    `options` is the concept scheme of its checkboxes, `items` the boxes, `asks` the fingerprint of its wording.
    """

    id: str
    section: str
    answer: str
    title: dict[str, str]
    options: str | None = None
    asks: list[str] = []
    items: list[Item] = []


class Form(_Strict):
    """One edition of one questionnaire family."""

    family: str
    edition: int
    sections: list[Section]
    questions: list[Question]
    notes: list[list[str]] = []
    columns: list[str] = []

    @model_validator(mode="after")
    def _coherent(self) -> Form:
        sections = {section.id for section in self.sections}
        seen: set[str] = set()
        for question in self.questions:
            if question.id in seen:
                raise ValueError(f"question {question.id} stands twice")
            if question.section not in sections:
                raise ValueError(f"question {question.id} is of no section")
            seen.add(question.id)
        return self

    @cached_property
    def _by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    def question(self, q: str) -> Question | None:
        """The question with that id, or None."""
        return self._by_id.get(q)

    def item_code(self, q: str, label: str) -> str | None:
        """The code of the box of question `q` with that label; None when no item has its words."""
        folded = fold(label)
        question = self.question(q)
        if not folded or folded.isspace():
            return None
        best: tuple[float, int, str] | None = None
        for item in question.items if question else []:
            fingerprint = _fingerprint(tuple(item.words))
            score = fingerprint.score(folded)
            if score >= 1 and (best is None or (score, len(fingerprint)) > best[:2]):
                best = (score, len(fingerprint), item.code)
        return best[2] if best else None


def edition_of(text: str) -> int | None:
    """The edition that the head of a questionnaire names, read from its first 3000 characters."""
    match = _EDITION.search(fold(text[:3000]))
    return int(match[1]) if match else None


def nearest_form(family: str, edition: int | None) -> Form:
    """The form of that edition, or of the one nearest to it: questions change little between editions.

    Raises KgError when the family has no form at all.
    """
    known = [int(path.stem.rsplit("-", 1)[1]) for path in _FORMS.glob(f"{family}-*.yaml")]
    if not known:
        return load_form(family, edition or 0)
    return load_form(family, min(known, key=lambda year: (abs(year - (edition or max(known))), year)))


@cache
def _fingerprint(words: tuple[str, ...]) -> Fingerprint:
    return Fingerprint(words)


_EDITION = re.compile(
    r"(?:survey|encuesta|estudio|enquete|etude|pesquisa|inquerito|questionnaire|cuestionario|questionario|msq)\D{0,80}?(20\d\d)"
)


@cache
def load_form(family: str, edition: int) -> Form:
    """The form of a family ("msq") and edition.

    Raises KgError when none ships with the program.
    """
    file = _FORMS / f"{family}-{edition}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in _FORMS.glob("*.yaml")))
        raise KgError(f"there is no form for {family} {edition}", hint=f"Known forms: {known}.")
    return Form.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
