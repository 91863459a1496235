"""`kg identity candidates` on the command line: table, JSON and rows for the curated file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.records.same_as import read_same_as

RECORD = """\
format: 1
status: reviewed
source: {title: T, edition: 2020, country: COL}
bodies:
  - {id: m1, name: Ministry of Digital Affairs, q: 3}
  - {id: m2, name: Ministerio de Asuntos Digitales, q: 4}
  - {id: m3, name: Ministry of Digital Affairs and Trade, q: 4}
"""
METADATA = """\
#curie_map: {dgid: "https://w3id.org/digigov/id/"}
#mapping_set_id: https://example.org/set
#license: https://creativecommons.org/licenses/by/4.0/
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "responses").mkdir()
    (tmp_path / "responses" / "COL.yaml").write_text(RECORD, encoding="utf-8")
    return tmp_path


def run(
    capsys: pytest.CaptureFixture[str], *arguments: str, verb: str = "candidates"
) -> tuple[str, str, int]:
    from kg.cli.app import app
    from kg.cli.terminal import fail
    from kg.errors import KgError

    code: object = 0
    try:
        app(["identity", verb, *arguments], standalone_mode=False)
    except SystemExit as ended_early:
        code = ended_early.code
    except KgError as error:
        with pytest.raises(SystemExit) as ended:
            fail(error)
        code = ended.value.code
    printed = capsys.readouterr()
    assert isinstance(code, int)
    return printed.out, printed.err, code


def test_candidates_are_listed_best_first_with_their_reasons(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _, code = run(capsys, str(folder), "--from", "0.1")
    assert code == 0
    first, second = out.splitlines()[:2]
    assert first.startswith("0.92 likely")
    assert "body/COL/m" in first
    assert second.strip().startswith("= body/COL/m")
    assert "names alike" in out
    assert "doubtful" in out


def test_json_gives_names_scores_and_sources(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, _, _ = run(capsys, str(folder), "--likely", "--json")
    (candidate,) = json.loads(out)
    assert {candidate["subject"], candidate["object"]} == {"body/COL/m1", "body/COL/m2"}
    assert candidate["likely"] is True
    assert candidate["sources"] == ["msq 2020 COL"]


def test_rows_can_be_added_to_the_curated_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, _, _ = run(capsys, str(folder), "--likely", "--format", "sssom")
    (folder / "identity").mkdir()
    file = folder / "identity" / "own.sssom.tsv"
    file.write_text(METADATA + rows, encoding="utf-8")
    assert len(read_same_as([file]).mappings) == 1
    out, _, _ = run(capsys, str(folder), "--likely", "--json")
    assert json.loads(out) == []


def test_a_wrong_decision_is_an_error_with_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "identity").mkdir()
    (folder / "identity" / "own.sssom.tsv").write_text(METADATA + "subject_id\n", encoding="utf-8")
    _, err, code = run(capsys, str(folder))
    assert code == 2
    assert "own.sssom.tsv:4" in err.replace("\n", "")


def test_decisions_that_decide_nothing_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, str(folder), verb="check") == ("", "", 0)
    (folder / "identity").mkdir()
    rows = (
        "subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\n"
        "dgid:body/COL/m2\tskos:exactMatch\tdgid:body/COL/m1\tM\tsemapv:LexicalMatching\n"
        "dgid:body/COL/m0\tskos:exactMatch\tdgid:body/COL/m1\tM\tsemapv:LexicalMatching\n"
    )
    (folder / "identity" / "own.sssom.tsv").write_text(METADATA + rows, encoding="utf-8")
    out, _, code = run(capsys, str(folder), verb="check")
    assert (out.count("\n"), code) == (1, 1)
    assert out.endswith("own.sssom.tsv:6: decides nothing: no entry is 'body/COL/m0'\n")
    listed, _, _ = run(capsys, str(folder), "--json", verb="check")
    assert [problem["line"] for problem in json.loads(listed)] == [6]
    _, told, _ = run(capsys, str(folder))
    assert "1 decision(s) decide nothing" in told
