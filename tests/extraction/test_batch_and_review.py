"""Many files at once, one document in three forms, and the review page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg.documents import CheckState, read_bytes
from kg.errors import KgError
from kg.extraction import extract, extract_many
from kg.extraction.review import review_page
from kg.records.load import load_record
from kg.records.model import Record

DOCUMENTS = Path(__file__).parent / "documents"
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "documents"))


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    for name in ("kenya", "france", "uruguay"):
        (tmp_path / f"{name}.md").write_bytes((DOCUMENTS / f"{name}.md").read_bytes())
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    (tmp_path / "nowhere.md").write_text("1. What is the official portal?\n", encoding="utf-8")
    outcomes = {
        outcome.path.name: outcome for outcome in extract_many([tmp_path, tmp_path / "missing.md"], jobs=2)
    }
    assert {name for name, outcome in outcomes.items() if outcome.error} == {
        "broken.pdf",
        "nowhere.md",
        "missing.md",
    }
    countries = {o.extraction.record.source.country for o in outcomes.values() if o.extraction}
    assert countries == {"KEN", "FRA", "URY"}
    assert all(isinstance(o.error, KgError) for o in outcomes.values() if o.error)


def test_the_record_is_one_that_the_loader_accepts(tmp_path: Path) -> None:
    import yaml

    for path in sorted(DOCUMENTS.glob("*.md")):
        if path.name == "README.md":
            continue
        (outcome,) = extract_many([path], jobs=1)
        assert outcome.extraction is not None, outcome.error
        file = tmp_path / f"{path.stem}.yaml"
        data = outcome.extraction.record.model_dump(
            mode="json", exclude_none=True, exclude_defaults=True, by_alias=True
        )
        file.write_text(yaml.safe_dump(data | {"status": "extracted"}, allow_unicode=True), encoding="utf-8")
        assert load_record(file) == outcome.extraction.record


def _facts(record: Record) -> dict[str, object]:
    """What a record states, without where it stands."""
    return {
        "bodies": [(b.name, b.acronym, b.urls, b.responsible_for) for b in record.bodies],
        "portals": [(p.url, p.kinds) for p in record.portals],
        "instruments": [(i.name, i.number, i.year, i.topics, i.urls) for i in record.instruments],
        "cooperations": [(c.partner, c.kind, c.lifecycle, c.year) for c in record.cooperations],
        "indicators": [(i.indicator, i.value, i.year) for i in record.indicators],
        "options": [(a.q, o.item, o.checked) for a in record.answers for o in a.options],
        "yes": [(a.q, a.value) for a in record.answers],
    }


def _questionnaire() -> list[object]:
    from rendering import Box, Heading, Item, Link, Para

    return [
        Heading("Member States Questionnaire for the United Nations E-Government Survey 2020"),
        Para(["Kenya"]),
        Heading("I. Institutional Framework", 2),
        Para(["1. What is the official e-government portal at the national level?"]),
        Para([Link("https://www.ecitizen.go.ke", "https://www.ecitizen.go.ke")]),
        Para(["3. Please provide name and URL of the government agency in charge of e-government."]),
        Para(["ICT Authority (ICTA) - ", Link("https://www.icta.go.ke", "https://www.icta.go.ke")]),
        Heading("III. Legal Framework", 2),
        Para(["9. Is there any legal framework on:"]),
        Para([Box(CheckState.CHECKED, "access to information")]),
        Para([Box(CheckState.UNCHECKED, "open government data")]),
        Item(["Access to information: Act No. 31 of 2016."]),
        Para(["17. What percentage of the population is satisfied with online public services?"]),
        Para(["72% in 2018."]),
        Para(["23. Is your government offering support to other countries in the area of e-government?"]),
        Item(["Uganda: a memorandum of understanding on interoperability was signed in 2018."]),
    ]


def test_one_document_in_three_forms_gives_the_same_facts() -> None:
    import rendering

    content = _questionnaire()
    forms = {
        "a.md": rendering.to_markdown(content).encode(),
        "a.docx": rendering.to_docx(content),
        "a.pdf": rendering.to_pdf(content),
    }
    facts = {name: _facts(extract(read_bytes(data, name)).record) for name, data in forms.items()}
    assert facts["a.docx"] == facts["a.md"]
    assert facts["a.pdf"] == facts["a.md"]
    assert facts["a.md"]["instruments"]


def test_the_review_page_shows_each_fact_beside_its_words() -> None:
    text = "UN E-Government Survey 2020 questionnaire\n\nKenya\n\n9. Is there any legal framework on the following?\n\nAct No. 31 of 2016 <script>alert(1)</script>.\n"
    document = read_bytes(text.encode(), "a.md")
    page = review_page(extract(document).record, document)
    assert '<mark id="w1">Act No. 31 of 2016<a href="#f1"' in page
    assert 'id="f1"' in page
    assert "<script" not in page


def test_a_record_of_another_document_is_refused() -> None:
    document = read_bytes(b"UN E-Government Survey 2020 questionnaire\n\nKenya\n", "a.md")
    other = read_bytes(b"UN E-Government Survey 2020 questionnaire\n\nKenya.\n", "b.md")
    with pytest.raises(KgError, match="not made from this document"):
        review_page(extract(document).record, other)
