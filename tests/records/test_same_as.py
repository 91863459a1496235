"""Decisions on what is one thing: SSSOM TSV is read strictly, and each mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import KgError
from kg.iris import Iris
from kg.records.identity import Identities
from kg.records.load import parse_record
from kg.records.same_as import (
    bundled_same_as,
    decided_in,
    read_same_as,
    same_as_files,
    same_as_of,
    unmet,
)
from kg.resources import bundled

METADATA = """\
#curie_map:
#  dgid: https://w3id.org/digigov/id/
#mapping_set_id: https://example.org/set
#license: https://creativecommons.org/licenses/by/4.0/
"""
COLUMNS = (
    *("subject_id", "predicate_id", "predicate_modifier", "object_id", "object_label"),
    *("mapping_justification", "confidence"),
)
FIRST_LINE = METADATA.count("\n") + 2


def row(subject: str, target: str, **values: str) -> dict[str, str]:
    return {
        "subject_id": f"dgid:{subject}",
        "predicate_id": "skos:exactMatch",
        "object_id": f"dgid:{target}",
        "object_label": "One Name",
        "mapping_justification": "semapv:ManualMappingCuration",
        "confidence": "0.9",
    } | values


def written(folder: Path, *rows: dict[str, str], metadata: str = METADATA) -> Path:
    lines = ["\t".join(COLUMNS), *("\t".join(entry.get(c, "") for c in COLUMNS) for entry in rows)]
    file = folder / "set.sssom.tsv"
    file.write_text(metadata + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def refusal(file: Path) -> str:
    with pytest.raises(KgError) as refused:
        read_same_as([file])
    return str(refused.value)


def test_joined_things_have_the_identifier_and_the_name_of_the_object(tmp_path: Path) -> None:
    file = written(tmp_path, row("body/COL/agesic", "body/URY/agesic", object_label="AGESIC"))
    same_as = read_same_as([file])
    assert same_as.canonical("body/COL/agesic") == "body/URY/agesic"
    assert same_as.canonical("body/URY/agesic") == "body/URY/agesic"
    assert same_as.canonical("body/URY/other") == "body/URY/other"
    assert same_as.name("body/COL/agesic") == same_as.name("body/URY/agesic") == "AGESIC"
    assert same_as.name("body/URY/other") is None
    decision = same_as.mappings[0]
    assert (decision.justification, decision.confidence, decision.line) == (
        *("ManualMappingCuration", 0.9),
        FIRST_LINE,
    )


def test_a_chain_of_joins_leads_to_its_end_whatever_the_order_of_rows(tmp_path: Path) -> None:
    rows = [row("body/X/a", "body/X/b"), row("body/X/b", "body/X/c"), row("body/X/d", "body/X/b")]
    for order in (rows, rows[::-1]):
        same_as = read_same_as([written(tmp_path, *order)])
        assert {same_as.canonical(f"body/X/{key}") for key in "abcd"} == {"body/X/c"}


def test_what_is_told_apart_stays_apart_and_is_remembered_for_all_names(tmp_path: Path) -> None:
    rows = [row("body/X/a", "body/X/b"), row("body/X/a", "body/X/z", predicate_modifier="Not")]
    same_as = read_same_as([written(tmp_path, *rows)])
    assert same_as.canonical("body/X/z") == "body/X/z"
    assert same_as.different("body/X/b", "body/X/z")
    assert same_as.different("body/X/z", "body/X/a")
    assert not same_as.different("body/X/a", "body/X/b")


def test_the_digest_changes_with_the_decisions(tmp_path: Path) -> None:
    first = read_same_as([written(tmp_path, row("body/X/a", "body/X/b"))]).digest
    assert read_same_as([written(tmp_path, row("body/X/a", "body/X/b"))]).digest == first
    assert read_same_as([written(tmp_path, row("body/X/a", "body/X/c"))]).digest != first


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (row("body/X/a", "body/X/a"), "joins 'body/X/a' to itself"),
        (row("body/X/a", "law/X/a"), "'body/X/a' and 'law/X/a' are things of different kinds"),
        (row("body/X/a", "country/URY"), "or of no kind that can be joined"),
        (row("body/X/a", ""), "or of no kind that can be joined"),
        (row("", "") | {"subject_id": "wd:Q1", "object_id": "dgid:body/X/a"}, "subject_id 'wd:Q1' has a prefix"),
        (row("a", "b") | {"subject_id": "https://example.org/x"}, "has a prefix that curie_map does not declare"),
        (row("body/X/a", "body/X/b", predicate_id="skos:closeMatch"), "expected skos:exactMatch"),
        (row("body/X/a", "body/X/b", predicate_modifier="not"), "predicate_modifier is 'not'"),
        (row("body/X/a", "body/X/b", mapping_justification="semapv:Guess"), "mapping_justification is 'semapv:Guess'"),
        (row("body/X/a", "body/X/b", confidence="1.2"), "confidence '1.2' is no number from 0 to 1"),
        (row("body/X/a", "body/X/b", confidence="high"), "confidence 'high' is no number from 0 to 1"),
        (row("body/X/a", "body/X/b", object_label=""), "object_label is missing"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, wrong: dict[str, str], message: str) -> None:
    said = refusal(written(tmp_path, row("body/X/m", "body/X/n"), wrong))
    assert message in said
    assert f"set.sssom.tsv:{FIRST_LINE + 1}: " in said


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [row("body/X/a", "body/X/b"), row("body/X/a", "body/X/c")],
            f"'body/X/a' is joined to 'body/X/b' in line {FIRST_LINE} of set.sssom.tsv already",
        ),
        (
            [row("body/X/a", "body/X/b"), row("body/X/b", "body/X/a")],
            "'body/X/a' is joined to itself by way of others",
        ),
        (
            [row("body/X/a", "body/X/b"), row("body/X/c", "body/X/b", object_label="Another Name")],
            f"'body/X/b' is called 'Another Name' here and 'One Name' in line {FIRST_LINE}",
        ),
        (
            [row("body/X/a", "body/X/b"), row("body/X/b", "body/X/a", predicate_modifier="Not")],
            "'body/X/b' and 'body/X/a' are told apart here but joined by other rows",
        ),
    ],
)
def test_decisions_that_contradict_each_other_are_refused(
    tmp_path: Path, rows: list[dict[str, str]], message: str
) -> None:
    assert message in refusal(written(tmp_path, *rows))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks the column subject_id"),
        ("#curie_map: [\nsubject_id\n", "set.sssom.tsv:2: is not valid YAML"),
        ("#curie_map: dgid\nsubject_id\n", "has no curie_map of prefixes and IRIs"),
        ("#- a list\nsubject_id\n", "has no curie_map of prefixes and IRIs"),
        (METADATA + "subject_id\tpredicate_id\tobject_id\tmapping_justification\tpredicate_modifer\n", "'predicate_modifer' is no column of SSSOM"),
        (METADATA + "\t".join(COLUMNS) + "\na\tb\n", f":{FIRST_LINE}: has 2 values, expected {len(COLUMNS)}"),
        (METADATA.replace("#license", "#licence") + "\t".join(COLUMNS) + "\n", "lacks mapping_set_id or license"),
    ],
)  # fmt: skip
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "set.sssom.tsv"
    file.write_text(text, encoding="utf-8")
    assert message in refusal(file)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "missing.sssom.tsv")
    (tmp_path / "latin.sssom.tsv").write_bytes(b"#\xe9\n")
    assert "is not UTF-8 text (byte 1)" in refusal(tmp_path / "latin.sssom.tsv")


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = Path(folder) / "set.sssom.tsv"
        file.write_text(METADATA + text, encoding="utf-8", errors="replace")
        try:
            said = ""
            read_same_as([file])
        except KgError as error:
            said = str(error)
        assert not said or "set.sssom.tsv" in said


RECORD = """\
format: 1
status: reviewed
source: {title: Test, edition: 2020, country: COL}
bodies:
  - {id: agesic, name: "AGESIC of Uruguay", type: agency, q: 3}
  - {id: own, name: Own Agency, q: 3}
organisations:
  - {id: the-oecd, name: The OECD, q: 3}
"""


def test_identities_follow_the_decisions_and_the_base_of_the_data(tmp_path: Path) -> None:
    same_as = read_same_as(
        [written(
            tmp_path,
            row("body/COL/agesic", "body/URY/agesic", object_label="AGESIC"),
            row("organisation/COL/the-oecd", "organisation/oecd"),
        )]
    )  # fmt: skip
    iris = Iris("https://data.example/")
    record = parse_record(RECORD)
    ids = Identities(record, iris, same_as)
    agesic, own = record.bodies
    assert ids.of("agesic") == ids.mint(agesic) == iris.body("URY", "agesic")
    assert ids.own(agesic) == iris.body("COL", "agesic")
    assert (ids.country(agesic), ids.country(own)) == ("URY", "COL")
    assert ids.mint(own) == iris.body("COL", "own")
    assert (ids.preferred_name(ids.mint(agesic)), ids.preferred_name(ids.mint(own))) == ("AGESIC", None)
    assert ids.of_register(record.organisations[0])
    assert dict(ids.retired()) == {
        iris.body("COL", "agesic"): iris.body("URY", "agesic"),
        iris.organisation("the-oecd", "COL"): iris.organisation("oecd"),
    }


def test_the_bundled_decisions_are_read() -> None:
    assert [file.name for file in same_as_files(bundled("data"))] == ["same-as.sssom.tsv"]
    assert bundled_same_as().mappings
    assert all(decision.comment for decision in bundled_same_as().mappings)


def test_a_decision_that_stands_in_a_copy_of_the_file_too_says_nothing_new(tmp_path: Path) -> None:
    for name in ("one", "copy"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, row("body/X/a", "body/X/b"))
    same_as = read_same_as(sorted(tmp_path.glob("*/*.tsv")))
    assert same_as.canonical("body/X/a") == "body/X/b"


def idle(file: Path, *named: str) -> list[str]:
    return [f"{p.line}: {p.message}" for p in unmet(read_same_as([file]).mappings, set(named))]


def test_a_decision_that_names_no_entry_is_told_with_its_line(tmp_path: Path) -> None:
    apart = {"predicate_modifier": "Not"}
    file = written(
        tmp_path,
        row("body/X/a", "body/X/b"),
        row("body/X/gone", "body/X/b"),
        row("body/X/c", "body/X/renamed"),
        row("body/X/b", "body/X/lost", **apart),
        row("body/X/left", "body/X/lost", **apart),
    )
    assert idle(file, "body/X/a", "body/X/b", "body/X/c") == [
        f"{FIRST_LINE + 1}: decides nothing: no entry is 'body/X/gone'",
        f"{FIRST_LINE + 2}: decides nothing: no entry is 'body/X/renamed'",
        f"{FIRST_LINE + 3}: decides nothing: no entry is 'body/X/lost'",
        f"{FIRST_LINE + 4}: decides nothing: no entry is 'body/X/left' and 'body/X/lost'",
    ]


def test_two_that_are_joined_under_an_identifier_of_no_entry_are_joined(tmp_path: Path) -> None:
    rows = [row("platform/X/testa", "platform/EUE/testa"), row("platform/Y/testa", "platform/EUE/testa")]
    apart = row("platform/Z/other", "platform/EUE/testa", predicate_modifier="Not")
    assert not idle(
        written(tmp_path, *rows, apart), "platform/X/testa", "platform/Y/testa", "platform/Z/other"
    )
    assert idle(written(tmp_path, *rows), "platform/X/testa") == [
        f"{FIRST_LINE}: decides nothing: no entry is 'platform/EUE/testa'",
        f"{FIRST_LINE + 1}: decides nothing: no entry is 'platform/Y/testa' and 'platform/EUE/testa'",
    ]


def test_a_chain_of_joins_decides_something_by_its_links(tmp_path: Path) -> None:
    file = written(tmp_path, row("body/X/a", "body/X/b"), row("body/X/b", "body/X/c"))
    assert not idle(file, "body/X/a", "body/X/b", "body/X/c")
    assert len(idle(file, "body/X/a", "body/X/c")) == 1


def test_only_decisions_of_the_inputs_are_about_their_records(tmp_path: Path) -> None:
    (tmp_path / "identity").mkdir()
    written(tmp_path / "identity", row("body/X/a", "body/X/b"))
    file = tmp_path / "record.yaml"
    same_as = same_as_of([tmp_path])
    assert [d.subject for d in decided_in([tmp_path], same_as)] == ["body/X/a"]
    assert decided_in([file], same_as) == []
    assert len(decided_in([], same_as)) == len(bundled_same_as().mappings)
