"""The explorer's parts one by one: search, charts, maps, languages, messages, the cache of pages."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.namespaces import HOME
from kg.web.explorer import charts, maps
from kg.web.explorer.graph import GraphReader, page_of
from kg.web.explorer.overview import coverage_of
from kg.web.explorer.page_cache import Kept, PageCache
from kg.web.explorer.profiles import address, country_document
from kg.web.explorer.search import SearchIndex, words_of
from kg.web.explorer.world_map import project
from kg.web.messages import catalogue, message
from kg.web.presentation import STATIC, structured
from kg.web.reader import LANGUAGES, Reader, language_of

TEMPLATES = STATIC.parent / "templates"


# search


def entry(iri: str, kind: str = "body", country: str | None = None, **labels: str) -> dict[str, Any]:
    return {
        "iri": iri,
        "href": "/" + iri,
        "kind": kind,
        "labels": labels,
        "names": [],
        "country": country,
        "classes": [],
    }


INDEX = SearchIndex(
    [
        entry("finance", en="Ministry of Finance", es="Ministerio de Hacienda"),
        entry("health", en="Ministry of Health"),
        entry("law", kind="instrument", en="Law 1712 of 2014"),
        entry("other-law", kind="instrument", en="Law 1712 of 2015", country="x"),
        entry("japan", kind="country", en="Japan", ja="日本"),
    ]
)


def found(query: str, **more: str) -> list[str]:
    return [hit.entry["iri"] for hit in INDEX.find(query, **more)]


@pytest.mark.parametrize(
    ("query", "first"),
    [("finance", "finance"), ("HACIENDA", "finance"), ("finanse", "finance"), ("minstry of health", "health"), ("heal", "health"),
     ("1712 2014", "law"), ("日本", "japan"), ("japón", "japan")],
)  # fmt: skip
def test_search_finds_with_accents_case_typos_and_beginnings(query: str, first: str) -> None:
    assert found(query)[0] == first


def test_search_does_not_take_one_number_for_another() -> None:
    assert "law" not in found("1713")


def test_search_narrows_by_kind_and_country() -> None:
    assert set(found("1712", kind="instrument")) == {"law", "other-law"}
    assert found("1712", country="x") == ["other-law"]
    assert found("ministry", kind="country") == []


def test_a_thing_is_found_once_by_its_best_name() -> None:
    (hit,) = [hit for hit in INDEX.find("ministerio hacienda") if hit.entry["iri"] == "finance"]
    assert hit.name == "Ministerio de Hacienda"


@given(st.text(max_size=300))
def test_search_takes_any_text(text: str) -> None:
    hits = INDEX.find(text)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert not hits or words_of(text)


@given(st.sampled_from(["Ministry of Finance", "Law 1712 of 2014", "Ministry of Health"]), st.data())
def test_search_forgives_two_letters_that_changed_places(name: str, data: st.DataObject) -> None:
    longest = max(words_of(name), key=len)
    place = (
        data.draw(st.integers(1, len(longest) - 2)) if not longest.isdigit() and len(longest) > 4 else None
    )
    query = (
        longest
        if place is None
        else longest[:place] + longest[place + 1] + longest[place] + longest[place + 2 :]
    )
    assert any(name in hit.entry["labels"].values() for hit in INDEX.find(query))


# charts


def test_trend_places_editions_and_values() -> None:
    chart = charts.trend([("egdi", "EGDI", {"2010": 0.0, "2020": 1.0}), ("osi", "Services", {"2010": 0.5})])
    first, last = chart["lines"][0]["points"]
    assert first["x"] < last["x"]
    assert first["y"] > last["y"]
    assert chart["lines"][0]["leading"]
    assert [year["year"] for year in chart["years"]] == [2010, 2020]


def test_labels_of_lines_do_not_overlap() -> None:
    same = {"2010": 0.6, "2020": 0.61}
    chart = charts.trend([(f"i{n}", f"Index {n}", same) for n in range(5)])
    heights = sorted(line["label_y"] for line in chart["lines"])
    assert all(after - before >= charts.LABEL_GAP - 0.2 for before, after in pairwise(heights))
    assert heights[-1] <= charts.TREND_HEIGHT


def test_trend_of_nothing_is_empty() -> None:
    assert charts.trend([("egdi", "EGDI", {})])["lines"] == []


def test_timeline_stacks_what_is_of_one_year() -> None:
    topic = {"code": "t", "label": "Topic"}
    entries = [{"label": str(n), "year": 2014, "start_year": None} for n in range(3)]
    drawn = charts.timeline([(topic, entries), ({"code": "none", "label": "None"}, [])])
    (lane,) = drawn["lanes"]
    assert len({dot["x"] for dot in lane["dots"]}) == 1
    assert len({dot["y"] for dot in lane["dots"]}) == 3
    assert all(lane["y"] <= dot["y"] <= lane["y"] + lane["height"] for dot in lane["dots"])


def test_one_old_law_does_not_press_the_others_together() -> None:
    entries = [{"label": "old", "year": 1886, "start_year": None}]
    entries += [{"label": str(n), "year": 2000 + n, "start_year": None} for n in range(20)]
    drawn = charts.timeline([({"code": "t", "label": "Topic"}, entries)])
    assert drawn["before"] is not None
    assert drawn["before"] > 1990
    assert len(drawn["lanes"][0]["dots"]) == 21


@given(st.lists(st.integers(1800, 2040), min_size=1, max_size=60))
def test_timeline_stays_inside_its_frame(years: list[int]) -> None:
    entries = [{"label": str(n), "year": year, "start_year": None} for n, year in enumerate(years)]
    drawn = charts.timeline([({"code": "t", "label": "Topic"}, entries)])
    for dot in drawn["lanes"][0]["dots"]:
        assert charts.LANE_LABEL <= dot["x"] <= charts.TIMELINE_WIDTH
        assert 0 < dot["y"] < drawn["height"]
    assert drawn["ticks"]


def test_sparkline_needs_two_values() -> None:
    assert charts.sparkline({"2010": 0.5}) == ""
    assert charts.sparkline({"2010": 0.0, "2020": 1.0}).startswith("M0")


# maps


def test_every_member_of_the_united_nations_is_on_the_map() -> None:
    import csv

    from kg.resources import bundled

    with (bundled("data") / "reference" / "countries.csv").open(encoding="utf-8", newline="") as file:
        members = {row["iso3"] for row in csv.DictReader(file) if row["un_member"] == "true"}
    drawing = maps.world()
    assert members <= {*drawing["shapes"], *drawing["dots"]}
    assert "public domain" in drawing["origin"]["licence"]


def test_no_shape_leaves_the_map_or_crosses_it() -> None:
    """Countries on the 180th meridian are cut there: no step of an outline is as long as the map is wide."""
    drawing = maps.world()
    for code, path in drawing["shapes"].items():
        for part in re.findall(r"M([^Mz]+)z", path):
            numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", part)]
            x, y = numbers[0], numbers[1]
            for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
                assert abs(dx) < drawing["width"] / 4, code
                x, y = x + dx, y + dy
                assert -1 <= x <= drawing["width"] + 1, code
                assert -1 <= y <= drawing["height"] + 1, code


def test_projection_keeps_the_centre_and_the_order_of_places() -> None:
    x, y = project(0, 0)
    assert x == pytest.approx(500)
    assert project(0, 60)[1] < y < project(0, -50)[1]
    assert project(-74, 4)[0] < x < project(135, 35)[0]


@given(st.lists(st.floats(0, 500), max_size=40), st.booleans())
def test_classes_hold_every_value(values: list[float], index: bool) -> None:
    bounds = maps.classes([value / 500 for value in values] if index else values, index=index)
    assert bounds == sorted(bounds)
    assert 1 <= len(bounds) <= maps.CLASSES
    for value in values:
        assert 0 <= maps.class_of(value, bounds) < len(bounds)


# readers and words


@pytest.mark.parametrize(
    ("header", "language"),
    [("es", "es"), ("es-CO,es;q=0.9,en;q=0.8", "es"), ("en;q=0.5,es;q=0.4", "en"), ("de,fr", "en"), ("", "en"),
     ("es;q=0", "en"), (";;,q=;es", "en"), ("EN-gb", "en")],
)  # fmt: skip
def test_language_of_a_header(header: str, language: str) -> None:
    assert language_of(header) == language


@given(st.text(max_size=80))
def test_any_header_gives_a_language(header: str) -> None:
    assert language_of(header) in LANGUAGES


def test_addresses_keep_what_they_had() -> None:
    who = Reader(path="/countries", query="region=019&sort=egdi&lang=es")
    assert who.address == "/countries?region=019&sort=egdi"
    assert who.with_query(sort="label", order=None) == "/countries?region=019&sort=label"


def test_both_languages_have_the_same_messages_with_the_same_values() -> None:
    english, spanish = catalogue("en"), catalogue("es")
    assert set(english) == set(spanish)

    def names(text: str | dict[str, str]) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text if isinstance(text, str) else " ".join(text.values())))

    assert not [key for key in english if names(english[key]) != names(spanish[key])]


def test_every_message_that_a_template_names_exists() -> None:
    named: set[str] = set()
    for file in TEMPLATES.glob("*.html"):
        named |= set(re.findall(r"""\bt\(\s*['"]([\w.:-]+)['"]\s*[,)]""", file.read_text(encoding="utf-8")))
    assert named
    assert not named - set(catalogue("en"))


def test_message_chooses_by_number() -> None:
    assert message("en", "countries.count", count=1) == "1 country"
    assert message("es", "countries.count", count=1200) == "1\N{NARROW NO-BREAK SPACE}200 países"
    with pytest.raises(KeyError):
        message("en", "no.such.message")


def test_structured_data_cannot_end_its_element() -> None:
    assert "<" not in structured({"name": "</script><script>alert(1)</script> & more"})


# the graph for people


GRAPH = """
@prefix dg: <https://w3id.org/digigov/ontology#> . @prefix id: <https://w3id.org/digigov/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://w3id.org/digigov/id/country/COL> a dg:Country ; dg:iso3 "COL" ; rdfs:label "Colombia"@en .
<https://w3id.org/digigov/id/portal/a> a dg:Portal ; dg:country <https://w3id.org/digigov/id/country/COL> ; rdfs:label "A"@fr ;
  dg:replacedBy <https://w3id.org/digigov/id/portal/b> ; dg:website "http://a.example"^^xsd:anyURI, "https://a.example/"^^xsd:anyURI .
<https://w3id.org/digigov/id/portal/b> a dg:Portal ; dg:country <https://w3id.org/digigov/id/country/COL> ; rdfs:label "B"@en, "Be"@es ;
  dg:replacedBy <https://w3id.org/digigov/id/portal/c> .
<https://w3id.org/digigov/id/portal/c> a dg:Portal ; dg:country <https://w3id.org/digigov/id/country/COL> ;
  dg:replacedBy <https://w3id.org/digigov/id/portal/b> .
"""


@pytest.fixture
def graph() -> GraphReader:
    store = ox.Store()
    store.load(GRAPH, format=ox.RdfFormat.TURTLE)
    return GraphReader(store, "es")


def test_labels_fall_back_and_say_so(graph: GraphReader) -> None:
    assert graph.ref(HOME + "id/portal/b")["label"] == "Be"
    assert graph.ref(HOME + "id/country/COL")["lang"] == "en"
    assert graph.ref(HOME + "id/portal/a")["lang"] == "fr"
    assert graph.ref(HOME + "id/portal/c")["label"] == "c"


def test_two_spellings_of_one_address_count_once(graph: GraphReader) -> None:
    assert address(graph, HOME + "id/portal/a") == ["https://a.example"]


def test_chains_of_portals_end_even_in_a_circle(graph: GraphReader) -> None:
    document = country_document(graph, HOME + "id/country/COL", {"topics": []}, {})
    (chain,) = document["replacements"]
    assert [step["label"] for step in chain["first"]] == ["A"]
    assert [step["label"] for step in chain["then"]] == ["Be", "c"]


def test_pages_of_things() -> None:
    assert page_of(HOME + "id/country/COL") == "/countries/COL"
    assert page_of(HOME + "id/law/COL/law/2014/1712") == "/doc/law/COL/law/2014/1712"
    assert page_of("https://kg.example/id/country/COL", "https://kg.example/") == "/countries/COL"
    assert page_of("http://www.wikidata.org/entity/Q739") == "http://www.wikidata.org/entity/Q739"


MATRIX = """
@prefix dg: <https://w3id.org/digigov/ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/digigov/id/> . @prefix v: <https://w3id.org/digigov/id/concept/answer-value/> .
@prefix t: <https://w3id.org/digigov/id/concept/legal-topic/> . @prefix concept: <https://w3id.org/digigov/id/concept/> .
concept:legal-topic skos:hasTopConcept t:open-data, t:data-protection, t:digital-identity .
t:digital-security skos:broader t:data-protection .
<https://w3id.org/digigov/id/q/3.1> a dg:Question ; dct:subject t:open-data ; skos:notation "3.1" .
<https://w3id.org/digigov/id/q/3.2> a dg:Question ; dct:subject t:digital-security .
<https://w3id.org/digigov/id/factsheet/2023/DNK/3.1> a dg:FactsheetSection ; dg:answerTo <https://w3id.org/digigov/id/q/3.1> ;
  dg:country <https://w3id.org/digigov/id/country/DNK>, <https://w3id.org/digigov/id/country/SWE> ; dg:answerValue v:no .
<https://w3id.org/digigov/id/factsheet/2023/DNK/3.2> a dg:FactsheetSection ; dg:answerTo <https://w3id.org/digigov/id/q/3.2> ;
  dg:country <https://w3id.org/digigov/id/country/DNK> ; dg:answerValue v:no .
<https://w3id.org/digigov/id/law/SWE/law/1> a dg:Instrument ; dg:country <https://w3id.org/digigov/id/country/SWE> ;
  dg:coversTopic t:digital-security, t:open-data .
<https://w3id.org/digigov/id/box> a dg:OptionAnswer ; dg:country <https://w3id.org/digigov/id/country/DNK> ;
  dg:option t:digital-identity ; dg:answerValue v:yes ; dg:statedIn <https://w3id.org/digigov/id/response/2020/DNK/q9> .
"""


def test_coverage_of_sections_boxes_and_instruments() -> None:
    store = ox.Store()
    store.load(MATRIX, format=ox.RdfFormat.TURTLE)
    rows = [{"iri": f"{HOME}id/country/{code}"} for code in ("DNK", "SWE")]
    matrix = coverage_of(GraphReader(store, "en"), rows)
    assert [topic["code"] for topic in matrix["topics"]] == [
        "data-protection",
        "digital-identity",
        "open-data",
    ]
    denmark, sweden = (matrix["cells"][row["iri"]] for row in rows)
    # A no to a narrower topic is none to the wider one; a yes is.
    assert [cell["value"] for cell in denmark] == ["unknown", "yes", "no"]
    assert [cell["value"] for cell in sweden] == ["yes", "unknown", "yes"]
    assert [source["label"] for source in denmark[2]["sources"]] == ["§3.1"]
    assert [source["iri"] for source in denmark[1]["sources"]] == [f"{HOME}id/response/2020/DNK/q9"]


# the cache


def test_cache_keeps_what_was_asked_for_last_within_its_room() -> None:
    cache = PageCache(room=3000)
    for name in "ab":
        cache.put((name,), Kept(b"x" * 1000, "text/html"))
    assert cache.get(("a",))  # now b is the one that was asked for longest ago
    cache.put(("c",), Kept(b"x" * 1000, "text/html"))
    assert cache.get(("b",)) is None
    assert cache.get(("a",))
    assert cache.get(("c",))
    cache.put(("huge",), Kept(b"x" * 3_000_000, "text/html"))
    assert cache.get(("huge",)) is None
    cache.clear()
    assert cache.get(("c",)) is None


def test_static_files_of_the_explorer_are_small() -> None:
    assert Path(STATIC / "explorer.js").stat().st_size < 6000
    assert Path(STATIC / "world.json").stat().st_size < 90_000
