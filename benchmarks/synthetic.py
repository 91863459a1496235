"""A graph of the size that every country and every edition would make, from the responses that are there.

The reviewed response of Colombia (2020) is repeated under other countries and editions by renaming its IRIs, so that
shapes, joins and degrees are real; reference data, concepts, figures and ontology are there once, as in the real graph.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

import pycountry

from kg.mapping.nquads import sorted_nquads
from kg.store.build import assemble, read_records

EDITIONS = tuple(range(2008, 2024, 2))
"""The eight editions of the survey."""


def nquads(responses: int) -> Iterator[bytes]:
    """N-Quads in pieces: everything but responses, then `responses` of them (193 countries × 8 editions are 1,544)."""
    built = assemble(record for record in read_records() if record.source.country == "COL")
    model = next(str(name) for name in built.graphs if str(name).endswith("/2020/COL"))
    others = {name: graph for name, graph in built.graphs.items() if str(name) != model}
    yield sorted_nquads(others)
    text = sorted_nquads({name: graph for name, graph in built.graphs.items() if str(name) == model})
    codes = sorted(country.alpha_3 for country in pycountry.countries)[:193]
    for edition, code in islice(product(EDITIONS, codes), responses):
        yield text.replace(b"/2020/", b"/%d/" % edition).replace(b"/COL", b"/" + code.encode())
