"""Candidates for identity: what brings two entries together, what keeps them apart, and how well that works."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.identity import gold, measure_generated, measure_gold, measure_noise
from kg.records.load import load_record, parse_record
from kg.records.matching import DOUBTFUL, LIKELY, Candidate, candidates, proposals
from kg.records.model import Record
from kg.records.same_as import NOTHING_DECIDED, SameAs, read_same_as
from kg.resources import bundled


def record(country: str, text: str, edition: int = 2020) -> Record:
    head = f"format: 1\nstatus: reviewed\nsource: {{title: T, edition: {edition}, country: {country}}}\n"
    return parse_record(head + text)


def found(*records: Record, same_as: SameAs = NOTHING_DECIDED) -> dict[tuple[str, str], Candidate]:
    return {(c.given_up.path, c.kept.path): c for c in candidates(records, same_as)}


def decided(folder: Path, *rows: str) -> SameAs:
    file = folder / "set.sssom.tsv"
    file.write_text(
        '#curie_map: {dgid: "https://w3id.org/digigov/id/"}\n#mapping_set_id: https://example.org/s\n#license: https://x.org\n'
        "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label\tmapping_justification\n"
        + "".join(row + "\n" for row in rows),
        encoding="utf-8",
    )
    return read_same_as([file])


AGESIC = record(
    "URY",
    "bodies:\n  - {id: agesic, name: Agency for Electronic Government, acronym: AGESIC, urls: ['https://www.gub.uy/agesic'], q: 3}\n",
)


@pytest.mark.parametrize(
    "entry",
    [
        "{id: x, name: AGESIC of Uruguay, acronym: AGESIC, q: 3}",
        "{id: x, name: Agencia de Gobierno Electrónico, country: URY, q: 3}",
        "{id: x, name: Uruguayan Agency for Electronic Government, q: 3}",
        "{id: x, name: Agency for Eletronic Goverment, country: URY, q: 3}",
        "{id: x, name: Agency for eGovernment, urls: ['https://gub.uy/agesic/'], q: 3}",
    ],
)
def test_a_body_that_another_country_names_is_found(entry: str) -> None:
    pairs = found(AGESIC, record("COL", f"bodies:\n  - {entry}\n"))
    assert len(pairs) == 1
    assert "body/URY/agesic" in next(iter(pairs))


@pytest.mark.parametrize(
    ("list_name", "entry"),
    [
        ("bodies", "{id: x, name: Agency for Electronic Government, q: 3}"),
        ("bodies", "{id: x, name: AGESIC, acronym: AGESIC, country: PER, q: 3}"),
        ("platforms", "{id: x, name: Agency for Electronic Government, country: URY, q: 3}"),
    ],
)
def test_another_country_and_another_kind_of_thing_rule_a_pair_out(list_name: str, entry: str) -> None:
    assert not found(AGESIC, record("COL", f"{list_name}:\n  - {entry}\n"))


def test_a_partner_body_belongs_to_the_partner() -> None:
    text = """\
bodies:
  - {id: x, name: Agency for Electronic Government, q: 3}
cooperations:
  - {partner: URY, kind: mou, partner_bodies: [x], q: 13}
"""
    assert found(AGESIC, record("COL", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{id: a, name: Digital Strategy 2018–2020, kind: strategy, q: 8}", "{id: b, name: Digital Strategy 2021–2025, kind: strategy, q: 8}"),
        ("{id: a, name: Law 12 of 2014, kind: act, number: '12', year: 2014, q: 9}", "{id: b, name: Law 13 of 2014, kind: act, number: '13', year: 2014, q: 9}"),
        ("{id: a, name: Data Act, kind: act, q: 9}", "{id: b, name: Act amending the Data Act, kind: act, amends: [a], q: 9}"),
        ("{id: a, name: eHealth Programme, kind: plan, q: 9}", "{id: b, name: eHealth Strategy, kind: strategy, q: 9}"),
    ],
)  # fmt: skip
def test_documents_that_differ_by_number_year_or_purpose_are_not_proposed(one: str, other: str) -> None:
    pairs = found(record("COL", f"instruments:\n  - {one}\n  - {other}\n"))
    assert not [candidate for candidate in pairs.values() if candidate.likely]


def test_documents_that_several_countries_sign_are_found_across_countries() -> None:
    text = (
        "instruments:\n  - {id: d, name: Tallinn Declaration on eGovernment, kind: other, year: 2017, q: 9}\n"
    )
    pairs = found(record("EST", text), record("FIN", text), record("SWE", text))
    assert len(pairs) == 3
    assert all(candidate.likely for candidate in pairs.values())


def test_equal_names_of_two_countries_are_two_things() -> None:
    text = "bodies:\n  - {id: m, name: Ministry of Finance, q: 3}\ninstruments:\n  - {id: s, name: National Cybersecurity Strategy, kind: strategy, q: 8}\n"
    assert not found(record("EST", text), record("FIN", text))


def test_companies_of_one_name_in_two_countries_are_a_question_not_an_answer() -> None:
    text = "organisations:\n  - {id: h, name: Harbour Systems, type: company, q: 3}\n"
    (candidate,) = found(record("EST", text), record("FIN", text)).values()
    assert not candidate.likely
    assert "namesakes in two countries" in candidate.reasons


def test_the_identifier_of_the_union_and_of_the_register_is_kept() -> None:
    union = record("EUE", "platforms:\n  - {id: testa, name: TESTA, q: 3}\n")
    member = record("NLD", "platforms:\n  - {id: testa-net, name: European network TESTA, aliases: [TESTA], q: 3}\n")  # fmt: skip
    assert list(found(member, union)) == [("platform/NLD/testa-net", "platform/EUE/testa")]
    text = "organisations:\n  - {id: oecd, name: OECD, register: oecd, q: 3}\n  - {id: the-oecd, name: The OECD, acronym: OECD, q: 3}\n"
    assert list(found(record("COL", text))) == [("organisation/COL/the-oecd", "organisation/oecd")]


TWICE = record(
    "COL",
    "bodies:\n  - {id: m1, name: Ministry of Digital Affairs, q: 3}\n  - {id: m2, name: Ministerio de Asuntos Digitales, q: 4}\n",
)


def test_what_has_been_decided_is_proposed_no_more(tmp_path: Path) -> None:
    assert found(TWICE)
    same = decided(
        tmp_path, "dgid:body/COL/m2\tskos:exactMatch\t\tdgid:body/COL/m1\tM\tsemapv:LexicalMatching"
    )
    assert not found(TWICE, same_as=same)
    apart = decided(
        tmp_path, "dgid:body/COL/m1\tskos:exactMatch\tNot\tdgid:body/COL/m2\t\tsemapv:LexicalMatching"
    )
    assert not found(TWICE, same_as=apart)


def test_ten_names_of_one_thing_make_nine_proposals() -> None:
    text = (
        "instruments:\n  - {id: d, name: Tallinn Declaration on eGovernment, kind: other, year: 2017, q: 9}\n"
    )
    countries = ["AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN"]
    all_pairs = candidates([record(country, text) for country in countries], NOTHING_DECIDED)
    assert len(all_pairs) == 45
    assert len(proposals(all_pairs)) == 9


def test_the_order_of_records_does_not_matter() -> None:
    records, _ = gold()
    few = records[:8]
    assert candidates(few, NOTHING_DECIDED) == candidates(few[::-1], NOTHING_DECIDED)


def test_candidates_on_the_gold_set() -> None:
    likely, all_found = measure_gold(LIKELY), measure_gold(DOUBTFUL)
    assert likely.right + likely.missed >= 120
    assert likely.precision >= 0.92
    assert likely.recall >= 0.5
    assert all_found.recall >= 0.8
    assert all_found.precision >= 0.7


@pytest.mark.parametrize(
    ("kind", "precision", "recall"),
    [
        ("typos", 0.9, 0.9),
        ("dropped word", 0.85, 0.85),
        ("kind in another language", 0.85, 0.95),
        ("acronym only", 0.9, 0.85),
    ],
)
def test_candidates_on_spoilt_names(kind: str, precision: float, recall: float) -> None:
    records = [
        load_record(bundled("data") / f"factsheets/2023/{code}.yaml") for code in ("EST", "FRA", "POL", "SWE")
    ]
    measured = measure_noise(kind, DOUBTFUL, 7, records)
    assert measured.right + measured.missed >= 30
    assert measured.precision >= precision
    assert measured.recall >= recall


def test_candidates_on_a_generated_corpus() -> None:
    measured = measure_generated(DOUBTFUL, seed=11, members=10)
    assert measured.recall >= 0.85
    assert measured.precision >= 0.8
