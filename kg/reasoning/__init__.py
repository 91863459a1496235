"""Reasoning: OWL 2 RL entailments and clashes of the statements, under the project's own ontology.

`close` is the way in; `ontology_graph` gives the axioms it needs. owlrl is the engine of record; the compiled engine
gives the same useful entailments fast enough for bulk data (docs/reasoning.md).
"""

from kg.reasoning.clashes import Clash, Inconsistent
from kg.reasoning.closure import Closure, EngineDisagreementError, close, graph_of, useful
from kg.reasoning.ontology import ontology_graph, rule_files
from kg.reasoning.parts import Part, Reference, close_across, close_part, close_parts, meeting
from kg.reasoning.schema import UnsupportedAxiomError
from kg.reasoning.sources import SourceAnswer, label_of, sources_of

__all__ = [
    "Clash",
    "Closure",
    "EngineDisagreementError",
    "Inconsistent",
    "Part",
    "Reference",
    "SourceAnswer",
    "UnsupportedAxiomError",
    "close",
    "close_across",
    "close_part",
    "close_parts",
    "graph_of",
    "label_of",
    "meeting",
    "ontology_graph",
    "rule_files",
    "sources_of",
    "useful",
]
