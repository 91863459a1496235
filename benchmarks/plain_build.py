"""The plain pipeline: one merged rdflib graph, the owlrl closure over all of it, one pyshacl call. What a build is compared with.

    python benchmarks/plain_build.py INPUT… --store DIR [--figures] [--json FILE]

Fair and naive: the same records, mapping, ontology, rules and shapes, the packages used as their documentation shows
(`DeductiveClosure(OWLRL_Semantics).expand`, `pyshacl.validate`), each once. The closure is done by pyshacl's
`inference="owlrl"` in place, so it is done once and validated as it is; then everything is written to an Oxigraph
store. The 5,781 figures of the published index, which any build carries, are left out unless `--figures` says so:
that is in favour of this pipeline.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl
from rdflib import SH, Graph, Literal

from kg.reasoning.closure import useful
from kg.reasoning.ontology import ontology_graph, rule_files
from kg.store.build import assemble, read_records
from kg.validation import load_shapes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inputs", nargs="+", type=Path)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--figures", action="store_true")
    parser.add_argument(
        "--json", type=Path, help="write the figures there, and findings and entailments beside it"
    )
    options = parser.parse_args()
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # a traceback per ill-typed literal
    steps: dict[str, float] = {}
    begun = time.perf_counter()

    def step(name: str) -> None:
        nonlocal begun
        steps[name] = time.perf_counter() - begun
        print(f"{name:<40} {steps[name]:8.2f} s wall", flush=True)
        if options.json:
            options.json.write_text(json.dumps({"steps": steps}))
        begun = time.perf_counter()

    built = assemble(read_records(options.inputs))
    iris = built.iris
    data = Graph()
    for name, graph in built.graphs.items():
        if name not in (iris.indicators_graph, iris.ontology_graph) or (
            options.figures and name == iris.indicators_graph
        ):
            for triple in graph:
                data.add(triple)
    stated = set(data)
    ontology = ontology_graph()
    for triple in ontology:
        data.add(triple)
    for rule in rule_files():
        for triple in data.query(rule.read_text("utf-8")):
            data.add(triple)  # type: ignore[arg-type]
    step("reading, mapping, merging")
    pyshacl_inference(data)
    step("closing (owlrl)")
    _, report, _ = pyshacl.validate(
        data, shacl_graph=load_shapes(), inference="none", advanced=False, do_owl_imports=False
    )
    step("validating (pyshacl)")
    options.store.mkdir(parents=True)
    store = ox.Store(str(options.store / "plain"))
    text = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in data if not isinstance(s, Literal))
    store.bulk_load(text.encode(), ox.RdfFormat.N_TRIPLES)
    store.flush()
    step("publishing")
    if options.json:
        entailed = sorted(
            f"{s.n3()} {p.n3()} {o.n3()}"
            for s, p, o in data
            if (s, p, o) not in stated and (s, p, o) not in ontology and useful((s, p, o))
        )
        options.json.with_suffix(".entailed").write_text("\n".join(entailed), encoding="utf-8")
        options.json.with_suffix(".findings").write_text(
            json.dumps(sorted(findings_of(report))), encoding="utf-8"
        )
        options.json.write_text(json.dumps({"steps": steps, "quads": len(store)}))


def pyshacl_inference(data: Graph) -> None:
    """What `pyshacl.validate(…, inference="owlrl", inplace=True)` does to the graph before it validates."""
    import owlrl

    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(data)


def findings_of(report: Any) -> set[tuple[str, str, str]]:
    """Shape, focus and value (empty where it is the focus) of each result."""
    found = set()
    for result in report.objects(None, SH.result):
        focus, value = report.value(result, SH.focusNode), report.value(result, SH.value)
        shape = str(report.value(result, SH.sourceShape)).rpartition("#")[2]
        found.add((shape, str(focus), "" if value is None or value == focus else str(value)))
    return found


if __name__ == "__main__":
    main()
