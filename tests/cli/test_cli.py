"""The command line as a shell user meets it: real processes, real store, exit codes and messages."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg.resources import bundled

DOCUMENTS = Path(__file__).resolve().parent.parent / "extraction" / "documents"
HEAD = "format: 1\nstatus: reviewed\nsource: {title: Test, edition: 2020, country: URY}\n"


def kg(*args: str, store: Path | None = None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "KG_STORE": str(store)} if store else dict(os.environ)
    return subprocess.run(
        [sys.executable, "-m", "kg", *args],
        input=stdin,
        capture_output=True,
        text=True,
        env=env,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "store"
    done = kg("build", str(bundled("data") / "responses"), "--json", store=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["records"] == ["COL 2020"]
    return folder


@pytest.mark.parametrize(
    "verb",
    [
        "extract",
        "build",
        "validate",
        "query",
        "run",
        "queries",
        "export",
        "serve",
        "schema",
        "review",
        "evaluate",
    ],
)
def test_every_verb_has_help(verb: str) -> None:
    done = kg(verb, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_query_in_every_form(store: Path) -> None:
    select = "SELECT ?law WHERE { ?law a dg:Act ; dg:year ?y } ORDER BY ?y"
    table = kg("query", select, store=store)
    assert "527" in table.stdout.splitlines()[1]
    rows = list(csv.reader(io.StringIO(kg("query", select, "--format", "csv", store=store).stdout)))
    assert rows[0] == ["law"]
    assert rows[1] == ["https://w3id.org/digigov/id/law/COL/law/1999/527"]
    document = json.loads(kg("query", select, "--json", store=store).stdout)
    assert document["head"]["vars"] == ["law"]
    assert kg("query", "-", "--format", "tsv", store=store, stdin=select).stdout.startswith("?law")
    assert "<sparql" in kg("query", select, "--format", "xml", store=store).stdout
    assert kg("query", "ASK { ?x a dg:Ministry }", store=store).stdout == "yes\n"
    assert (
        "dg:Act"
        in kg("query", "DESCRIBE <https://w3id.org/digigov/id/law/COL/law/1999/527>", store=store).stdout
    )


def test_syntax_errors_end_with_2_and_say_where(store: Path) -> None:
    done = kg("query", "SELECT ?x WHERE { ?x a }", store=store)
    assert done.returncode == 2
    assert done.stderr.startswith("error:")
    assert "1:25" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_library_runs_by_name(store: Path) -> None:
    assert "egov-authority" in kg("queries", store=store).stdout
    rows = list(
        csv.DictReader(
            io.StringIO(
                kg("run", "cooperation-partners", "country=COL", "--format", "csv", store=store).stdout
            )
        )
    )
    assert len(rows) == 7
    unknown = kg("run", "cooperation-partnrs", store=store)
    assert unknown.returncode == 2
    assert "cooperation-partners" in unknown.stderr


def test_validate_reports_the_known_oddities(store: Path) -> None:
    responses = str(bundled("data") / "responses")
    done = kg("validate", responses, "--json")
    assert done.returncode == 0, done.stderr
    assert "mineduacion" in done.stdout
    assert kg("validate", responses, "--format", "turtle").stdout.count("sh:ValidationResult") > 3


def test_export_writes_what_was_published(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "dump.nq"
    assert kg("export", "--format", "nq", "-o", str(target), store=store).returncode == 0
    assert "<https://w3id.org/digigov/graph/response/2020/COL>" in target.read_text(encoding="utf-8")


def test_from_document_to_published_graph(tmp_path: Path) -> None:
    records = tmp_path / "records"
    done = kg("extract", str(DOCUMENTS / "uruguay.md"), "-o", str(records))
    assert done.returncode == 0, done.stderr
    record = records / "2020" / "URY.yaml"
    assert "status: extracted" in record.read_text(encoding="utf-8")
    assert kg("build", str(record), store=tmp_path / "store").returncode == 0
    assert kg("query", "ASK { ?law a dg:Act }", store=tmp_path / "store").stdout == "yes\n"
    page = kg("review", str(record), "--against", str(DOCUMENTS / "uruguay.md")).stdout
    assert page.lstrip().lower().startswith("<!doctype html>")


def test_one_bad_document_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing more")
    shutil.copy(DOCUMENTS / "uruguay.md", tmp_path)
    done = kg("extract", str(tmp_path), "--json")
    assert done.returncode == 2
    results = {Path(r["document"]).name: r for r in json.loads(done.stdout)}
    assert results["uruguay.md"]["country"] == "URY"
    assert "error" in results["broken.pdf"]
    assert "Traceback" not in done.stderr


def test_evaluation_is_printed_for_people_and_machines() -> None:
    report = json.loads(kg("evaluate", str(DOCUMENTS), "--json").stdout)
    assert report["micro"]["f1"] >= 0.93
    assert report["negatives"]["produced"] == 0
    assert "uruguay.md" in kg("evaluate", str(DOCUMENTS)).stdout


def test_extract_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    assert kg("extract", str(tmp_path / "absent.pdf")).returncode == 2


def test_a_missing_store_says_what_to_do(tmp_path: Path) -> None:
    done = kg("query", "ASK {}", store=tmp_path / "none")
    assert done.returncode == 2
    assert "kg build" in done.stderr


WRONG = {
    "bad year": (
        HEAD + "instruments:\n  - {id: a, name: A, kind: act, number: 1, year: 2031, q: 9}\n",
        1,
        "2031",
    ),
    "unknown country": (HEAD.replace("URY", "XXX"), 2, "source.country: 'XXX' is no ISO 3166-1 alpha-3 code"),
    "duplicate id": (
        HEAD + "bodies:\n  - {id: a, name: A, q: 3}\n  - {id: a, name: B, q: 3}\n",
        2,
        "used twice",
    ),
    "wrong type": (HEAD + "bodies: 7\n", 2, "bodies"),
    "broken YAML": (HEAD + "bodies: [\n", 2, "is not valid YAML"),
    "noise": ("\x01\x02" * 5_000_000, 2, "is larger than 5 MB"),
    # A country is member of organisations only, and no portal is an organisation.
    "disjoint classes": (
        HEAD + "portals:\n  - {id: p, name: P, url: 'https://p.gub.uy', kinds: [other], q: 1}\n"
        "memberships:\n  - {organisation: p, q: 22}\n",
        1,
        "Portal",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_records_are_refused_and_what_was_served_stays(kind: str, store: Path, tmp_path: Path) -> None:
    text, code, message = WRONG[kind]
    served = tmp_path / "store"
    shutil.copytree(store, served, symlinks=True)
    before = kg("export", "--format", "nq", store=served).stdout
    folder = tmp_path / "input"
    shutil.copytree(bundled("data") / "responses", folder / "responses")
    (folder / "responses" / "wrong.yaml").write_text(text, encoding="utf-8")
    done = kg("build", str(folder), store=served)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert kg("export", "--format", "nq", store=served).stdout == before
