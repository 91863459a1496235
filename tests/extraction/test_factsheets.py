"""Factsheets: the outline is found in any layout, every heading becomes what it names, and the figures are reached."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kg.cli.app import app
from kg.documents import Document, read_bytes, read_document
from kg.extraction import extract
from kg.extraction.evaluation.evaluate import evaluate
from kg.extraction.evaluation.scores import Evaluation
from kg.extraction.factsheets.citing import bracket_citation, cited_between, kind_family
from kg.extraction.factsheets.reading import clean_title, is_law_address, mended, tidy
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.factsheets.union import union_mentions
from kg.iris import host_of
from kg.questionnaire.outline import family_of, load_outline, parse_outline, says_nothing
from kg.questionnaire.wording import fold, words_key
from kg.records.dump import dump_record
from kg.records.load import load_record
from kg.records.model import Record
from kg.records.references import check_references

SMALL = Path(__file__).parent / "small_factsheets"
GOLD = Path(__file__).parent / "factsheets"
QUESTIONNAIRES = Path(__file__).parent / "documents"
ENTITIES = ("bodies", "portals", "platforms", "instruments", "initiatives", "partnerships")


def page(body: str, country: str = "Iceland") -> Document:
    head = f"<p>Digital Public Administration factsheet 2023</p><p>{country}</p>"
    return read_bytes(f'<html lang="en"><body>{head}{body}</body></html>'.encode(), "page.html")


def sections(document: Document) -> dict[str, list[str | None]]:
    """Section number → titles of its items."""
    found = parse_outline(document, load_outline("factsheet", 2023))
    return {s.number: [item.title.text if item.title else None for item in s.items] for s in found}


# -- the outline


def test_the_outline_counts_its_sections() -> None:
    outline = load_outline("factsheet", 2023)
    assert outline.section("3.3.1").topics == ["open-data"]
    assert outline.section("4.10.8").technologies == ["govtech"]
    assert outline.section("2.5.2").expects == "communications"
    assert len(outline.sections) == 66


@pytest.mark.parametrize("path", sorted(SMALL.glob("*.[hm]*")), ids=lambda path: path.name)
def test_a_factsheet_is_told_from_a_questionnaire(path: Path) -> None:
    assert family_of(read_document(path)) == "factsheet"


def test_a_questionnaire_is_none() -> None:
    for path in sorted(QUESTIONNAIRES.glob("*.md")):
        assert family_of(read_document(path)) == "msq"


@pytest.mark.parametrize(
    "heading",
    [
        "<h3>3.3.2 eID and Trust Services</h3>", "<h3>eID and trust service</h3>", "<h2>EID AND TRUST SERVICES</h2>", "<h5>eID and Trust Services</h5>",
        "<p>3.3.2 eID and Trust Services</p>", "<h3>3.4.2eID and Trust Services</h3>", "<h3>e-ID and Trust Services</h3>",
    ],
)  # fmt: skip
def test_a_heading_is_known_by_its_words(heading: str) -> None:
    document = page(
        f"<h1>Digital Public Administration Legislation</h1>{heading}<h4>Act on Names</h4><p>It says much about names.</p>"
    )
    assert sections(document)["3.3.2"] == ["Act on Names"]


def test_headings_of_one_name_belong_to_their_chapter() -> None:
    body = "".join(
        f"<h1>Digital Public Administration {chapter}</h1><h2>Interoperability</h2><p>No {chapter} in this field.</p>"
        for chapter in ("Political Communications", "Legislation")
    )
    assert list(sections(page(body))) == ["2", "2.2", "3", "3.2"]


def test_a_chapter_whose_heading_is_lost_is_told_by_its_sections() -> None:
    body = (
        "<h1>Digital Public Administration Political Communications</h1><h2>Interoperability</h2><p>Nothing.</p><h2>Innovative Technologies</h2>"
        "<h2>Specific Legislation on Digital Public Administration</h2><h4>Act on Names</h4><p>It entered into force.</p>"
    )
    assert sections(page(body))["3.1"] == ["Act on Names"]


def test_a_title_that_ran_into_its_text_is_cut_off() -> None:
    body = "<h1>Digital Public Administration Infrastructure</h1><h2>Networks</h2><p>Safe RoadsAn eService enables drivers to see the state of roads.</p>"
    assert sections(page(body))["4.2"] == ["Safe Roads"]


def test_a_sentence_is_no_title() -> None:
    body = "<h1>Digital Public Administration Infrastructure</h1><h2>Networks</h2><p>There is one network in the country</p><p>It links all ministries and is run by one of them.</p>"
    assert sections(page(body))["4.2"] == [None]


# -- names


@pytest.mark.parametrize(
    ("heading", "name", "aliases"),
    [
        ("Cybersecurity Strategy (2021–2025)", "Cybersecurity Strategy", ()),
        ("Common Framework for Architecture (NIF)", "Common Framework for Architecture", ("Common Framework for Architecture (NIF)", "NIF")),
        ("‘Live’ Status", "‘Live’ Status", ()),
        ("2.1.3 Frost.is – Citizen Portal", "Frost.is – Citizen Portal", ("Frost.is", "Citizen Portal")),
        ("Broadband Plan2", "Broadband Plan", ()),
        ("Act on Names¹", "Act on Names", ()),
    ],
)  # fmt: skip
def test_a_heading_is_cleaned_to_a_name(heading: str, name: str, aliases: tuple[str, ...]) -> None:
    title = clean_title(heading)
    assert title.name == name
    assert title.aliases == aliases


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("Trans Services (TESTA", "Trans Services"), ("to the Data Act", "Data Act"), ("https://x.example", None), ("Law on Names was adopted in", "Law on Names"),
        ("at the federal level", None), ("Act on Names and", "Act on Names"),
    ],
)  # fmt: skip
def test_a_name_is_whole_or_none(stated: str, name: str | None) -> None:
    assert tidy(stated) == name


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Act on Electronic Invoicing", "act"), ("Royal Decree-Law 9/2021 on Algorithms", "decree-law"), ("National Strategy for Digitalisation 2022–2026", "strategy"),
        ("Health Network for All - Digital Health Strategy 2018–2024", "strategy"), ("Freedom of Information Act", "act"), ("Broadband Roadmap", "plan"),
        ("Rules for Concept and Data Modelling", "guideline"), ("Berlin Declaration on Digital Society", "other"), ("Strategy Coordination Committee", None),
        ("Law Database LEX", None), ("Public Sector Strategies", None), ("Broadband Speed", None), ("Programme Management Department", None),
    ],
)  # fmt: skip
def test_the_head_noun_of_a_title_gives_the_kind(title: str, kind: str | None) -> None:
    assert title_kind(title) == kind


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("transposing Directive (EU) 2019/1024", [("directive", 2019, "1024")]),
        ("Regulation (EU) No 910/2014 (eIDAS)", [("regulation", 2014, "910")]),
        ("Directives 2014/24/EU and 2014/25/EU", [("directive", 2014, "24"), ("directive", 2014, "25")]),
        ("Directive 95/46/EC", [("directive", 1995, "46")]),
        ("Directive 2016/2102/EU", [("directive", 2016, "2102")]),
        ("in line with the GDPR", [("regulation", 2016, "679")]),
        ("the NIS2 Directive", [("directive", 2022, "2555")]),
        ("Regulation 12/2016 of the Ministry", []),
        ("the eIDAS node", []),
    ],
)
def test_acts_of_the_union_are_known_in_any_style(text: str, acts: list[tuple[str, int, str]]) -> None:
    assert [m.act.key for m in union_mentions(text, fold(text), 0, len(text))] == acts


@pytest.mark.parametrize(
    ("behind", "number", "year"),
    [
        (" (No. 692 of 8 June 2018)", "692", 2018), (" (2018:218)", "2018:218", 2018), (" (906/2019)", "906", 2019), (" of 10 May 2021", None, 2021),
        (" (Cap. 546)", "Cap. 546", None), (" (consolidating Act No. 433 of 22 April 2014)", "433", 2014),
    ],
)  # fmt: skip
def test_the_number_behind_a_name(behind: str, number: str | None, year: int | None) -> None:
    text = f"Act on Names{behind}"
    found = bracket_citation(text, fold(text), 12, len(text), "act")
    assert found is not None
    assert (found.number, found.year) == (number, year)


def test_citations_with_letters_or_an_issuer() -> None:
    text = "Order PCM/1382/2021 and the Regulation of the Minister of Health of 17 December 2019 on fields"
    found = cited_between(text, fold(text), 0, len(text))
    assert [(c.kind, c.number, c.year) for c in found] == [
        ("executive-order", "PCM/1382", 2021),
        ("regulation", None, 2019),
    ]


@pytest.mark.parametrize(
    ("url", "text", "behind", "address"),
    [
        ("https://x.sharepoint.com/sites/a/Factsheet/data.gov.be", "portal", "", "https://data.gov.be"),
        ("https://x.sharepoint.com/sites/a/Factsheet/tax.example.pl/register", "here", "", "https://tax.example.pl/register"),
        ("https://x.sharepoint.com/sites/a/Minutes of the meeting.docx", "minutes", "", None),
        ("https://laws.example/act/5", "bezpieczny.pl", "", "https://bezpieczny.pl"),
        ("https://www.sante.public.lu/fr", "sante.lu", "", "https://www.sante.public.lu/fr"),
        ("http://geodata.example/", "geoadata.example", "", "http://geodata.example/"),
        ("http://www.window", "www.window", ".mt now", "http://www.window.mt"),
        ("mailto:someone@example.org", "write", "", None),
    ],
)  # fmt: skip
def test_an_address_that_editors_broke_is_mended(
    url: str, text: str, behind: str, address: str | None
) -> None:
    assert mended(url, text, behind) == address


# -- records


@pytest.fixture(scope="module")
def small() -> Evaluation:
    return evaluate(SMALL)


def test_the_small_factsheets_are_read_well(small: Evaluation) -> None:
    assert small.micro.f1 >= 0.97, small.to_text()
    assert small.negatives == []
    assert set(small.documents) == {"iceland.html", "ireland.md", "latvia.html", "slovenia.html"}


def test_a_section_that_says_no_is_an_answer_and_no_entity() -> None:
    record = extract(read_document(SMALL / "iceland.html")).record
    answers = {answer.q: answer for answer in record.answers}
    assert answers["3.5.1"].value == "no"
    assert answers["3.1"].value == "yes"
    assert not any("3.5.1" in entry.q for name in ENTITIES for entry in getattr(record, name))


def test_what_is_said_of_a_fact_is_told() -> None:
    record = extract(read_document(SMALL / "iceland.html")).record
    instruments = {i.title or i.name: i for i in record.instruments}
    mailboxes = instruments["Act on Digital Mailboxes"]
    assert mailboxes.confidence == "high"
    assert mailboxes.why
    assert str(mailboxes.in_force) == "2022-01-01"
    document = read_document(SMALL / "iceland.html")
    assert {document.text[s.start : s.end] for s in mailboxes.spans} >= {"Act on Digital Mailboxes"}
    assert instruments["Draft Act on Public Clouds"].lifecycle == "planned"
    systems = {p.name: p for p in (*record.portals, *record.platforms)}
    portal = systems["Frost.example – Citizen Portal"]
    assert portal.operated_by == next(b.id for b in record.bodies if b.name == "Digital Iceland Agency")
    agency = next(b for b in record.bodies if b.name == "Digital Iceland Agency")
    assert agency.part_of == next(b.id for b in record.bodies if b.name.startswith("Ministry of Finance"))
    assert (
        "policy-strategy" in next(b for b in record.bodies if b.name.startswith("Ministry of Finance")).roles
    )
    assert record.source.family == "factsheet"
    assert record.source.edition == 2023


def test_one_instrument_has_one_entry_with_both_sections() -> None:
    body = (
        "<h1>Digital Public Administration Legislation</h1><h2>Interoperability</h2><h4>Act on Shared Data</h4><p>Law No. 5/2019 on shared data was adopted.</p>"
        "<h2>Key Enablers</h2><h3>eProcurement</h3><h4>Act on Shared Data</h4><p>It serves tenders too.</p>"
    )
    record = extract(page(body)).record
    assert [(i.number, i.q) for i in record.instruments] == [("5", ["3.2", "3.3.5"])]


def test_an_empty_heading_is_nothing() -> None:
    body = "<h1>Digital Public Administration Infrastructure</h1><h2>Networks</h2><h4>Trans European Network</h4><p>No infrastructure has been reported in this field to date.</p>"
    record = extract(page(body)).record
    assert not record.platforms
    assert not record.portals


def test_the_command_line_writes_and_measures_factsheets(tmp_path: Path) -> None:
    runner = CliRunner()
    made = runner.invoke(app, ["extract", str(SMALL / "iceland.html"), "-o", str(tmp_path)])
    assert made.exit_code == 0, made.output
    assert load_record(tmp_path / "2023" / "ISL.yaml").source.country == "ISL"
    gold = tmp_path / "gold"
    gold.mkdir()
    (gold / "ireland.gold.yaml").write_text(
        (SMALL / "ireland.gold.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    measured = runner.invoke(app, ["evaluate", str(gold), "--documents", str(SMALL)])
    assert measured.exit_code == 0, measured.output
    assert "ireland.md" in measured.output
    assert "iceland.html" not in measured.output


# -- the real ones


@pytest.fixture(scope="module")
def factsheets() -> Path:
    folder = Path("/work/shared/corpus/factsheets-2023")
    if not folder.is_dir():
        pytest.skip("the corpus of factsheets is not on this machine")
    return folder


@pytest.fixture(scope="module")
def records(factsheets: Path) -> dict[str, Record]:
    return {path.stem: extract(read_document(path)).record for path in sorted(factsheets.glob("*.html"))}


def test_every_factsheet_gives_a_valid_record(records: dict[str, Record]) -> None:
    assert len(records) == 26
    assert len({record.source.country for record in records.values()}) == 26
    for record in records.values():
        assert not list(check_references(record))
        assert len(record.answers) >= 40


def test_the_corpus_holds_what_its_headings_promise(records: dict[str, Record]) -> None:
    counts: Counter[str] = Counter()
    for record in records.values():
        for name in ENTITIES:
            counts[name] += len(getattr(record, name))
    assert counts["instruments"] >= 950
    assert counts["bodies"] >= 350
    assert counts["portals"] + counts["platforms"] >= 750


def test_names_are_names(records: dict[str, Record]) -> None:
    for country, record in records.items():
        for kind in ENTITIES:
            for entry in getattr(record, kind):
                for name in (entry.name, *entry.aliases, *filter(None, [getattr(entry, "title", None)])):
                    where = f"{country} {kind}: {name}"
                    assert "://" not in name, where
                    assert not re.match(r"www\.|mailto:", name), where
                    assert name.count("(") == name.count(")"), where
                    assert not re.search(r"[¹²³]$|\[\d+\]", name), where
                    assert not re.search(r"\s(?:was|were|which|has been|have been)\s", name), where
                    assert not _FURNITURE.search(fold(name)), where


def test_no_entry_is_made_from_an_address_alone(records: dict[str, Record], factsheets: Path) -> None:
    for country, record in records.items():
        text = read_document(factsheets / f"{country}.html").text
        for portal in (*record.portals, *record.platforms):
            if host_of(portal.name) is not None:
                # A host as a name is one that the text itself calls it by.
                assert portal.name in text or portal.name.lower() in text.lower(), portal.name


def test_one_title_per_instrument(records: dict[str, Record]) -> None:
    for country, record in records.items():
        keys = Counter(
            (i.country, i.kind, i.number, i.year) for i in record.instruments if i.number and i.year
        )
        assert max(keys.values(), default=1) == 1, (country, keys.most_common(2))


def test_a_title_belongs_to_one_instrument(records: dict[str, Record]) -> None:
    for country, record in records.items():
        seen: dict[tuple[str | None, str, str], Any] = {}
        for entry in record.instruments:
            title = words_key(entry.title or entry.name)
            if len(title.split()) < 4 or (entry.title or entry.name).endswith("…"):
                continue
            other = seen.setdefault((entry.country, kind_family(entry.kind), title), entry)
            # Two of one title differ in number or year, as yearly acts do.
            assert other is entry or (other.number, other.year) != (entry.number, entry.year), (
                country,
                title,
            )


def test_a_heading_without_content_gives_no_entry(records: dict[str, Record], factsheets: Path) -> None:
    outline = load_outline("factsheet", 2023)
    for country, record in records.items():
        document = read_document(factsheets / f"{country}.html")
        empty = {
            item.title.position.start
            for section in parse_outline(document, outline)
            if section.section.expects in ("infrastructure", "bodies")
            for item in section.items
            if item.title is not None and all(says_nothing(b.text, outline) for b in item.blocks)
        }
        for kind in ENTITIES:
            for entry in getattr(record, kind):
                where = {span.start for span in entry.spans}
                assert not where or not where <= empty, (country, kind, entry.name)


def test_addresses_are_those_of_what_they_stand_at(records: dict[str, Record]) -> None:
    for country, record in records.items():
        for kind in ENTITIES:
            for entry in getattr(record, kind):
                for url in (getattr(entry, "url", None), *getattr(entry, "urls", [])):
                    if url is None:
                        continue
                    where = f"{country} {kind} {entry.name}: {url}"
                    assert not re.search(r"sharepoint\.com|safelinks|urldefense", url), where
                    assert kind != "bodies" or not is_law_address(url), where
                    assert kind not in ("portals", "platforms") or "eur-lex" not in url, where


@pytest.mark.parametrize("country", ["denmark", "liechtenstein"])
def test_word_and_web_page_give_one_record(factsheets: Path, country: str) -> None:
    texts = []
    for ending in ("docx", "html"):
        data = extract(read_document(factsheets / f"{country}.{ending}")).record.model_dump(
            mode="json", by_alias=True
        )
        data["source"].pop("sha256")
        texts.append(dump_record(Record.model_validate(_without_spans(data))))
    assert texts[0] == texts[1]


def test_the_gold_is_reached(factsheets: Path) -> None:
    found = evaluate(GOLD, documents=factsheets)
    assert found.micro.f1 >= 0.92, found.to_text()
    assert found.kinds["instruments"].f1 >= 0.92, found.to_text()
    assert found.kinds["bodies"].f1 >= 0.90, found.to_text()
    assert found.kinds["portals"].f1 >= 0.90, found.to_text()


def _without_spans(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_spans(entry) for key, entry in value.items() if key != "spans"}
    return [_without_spans(entry) for entry in value] if isinstance(value, list) else value


_FURNITURE = re.compile(
    r"table of contents|nifo collection|wavestone|follow us|last update|^source:|eurostat information"
)
