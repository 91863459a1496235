"""The pages of the query library: forms, words and pictures, all made on the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
import yaml
from explorer_site import HTML, Page

from kg.publishing.queries import Chart, bound_text, library
from kg.web.explorer import charts
from kg.web.messages import FOLDER, has_message
from kg.web.question_charts import MOST_BARS, drawn
from kg.web.question_form import fields


def term(value: object) -> dict[str, Any]:
    return {
        "type": "literal",
        "value": str(value),
        "datatype": "http://www.w3.org/2001/XMLSchema#decimal",
        "lang": "",
    }


def thing(name: str) -> dict[str, Any]:
    return {"type": "uri", "value": f"https://w3id.org/digigov/id/country/{name}"}


# words


@pytest.mark.parametrize("name", sorted(library()))
def test_every_question_speaks_spanish(name: str) -> None:
    query = library()[name]
    assert query.title["es"] != query.title["en"] or name in ("portals",)
    assert query.described("es")[1] == "es"
    assert query.described("fr") == (query.description, "en")
    assert all("es" in parameter.label for parameter in query.parameters)


def test_every_column_has_a_heading() -> None:
    store, lacking = ox.Store(), set()
    for query in library().values():
        solutions: Any = store.query(bound_text(query, query.examples[0].parameters))
        names = [variable.value for variable in solutions.variables]
        for name in names:
            hidden = name.endswith("Label") and name.removesuffix("Label") in names
            if not hidden and not has_message("es", f"column.{name}"):
                lacking.add(name)
    assert not lacking, f"columns without words in columns.*.yaml: {sorted(lacking)}"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.name)
def test_no_word_of_the_interface_is_said_twice(file: Path) -> None:
    def keys(node: yaml.Node) -> list[str]:
        if not isinstance(node, yaml.MappingNode):
            return []
        own = [key.value for key, _ in node.value]
        twice = [key for key in own if own.count(key) > 1]
        return twice + [key for _, value in node.value for key in keys(value)]

    assert keys(yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)) == []


# forms


def test_fields_offer_names_in_the_readers_language() -> None:
    (country, topic) = fields(library()["instruments-by-topic"], {"country": "co"}, "es")[:2]
    by_name = {field["name"]: field for field in (country, topic)}
    chosen = by_name["country"]
    assert chosen["value"] == "COL"  # given by another code
    assert ("ESP", "España") in chosen["options"]
    assert ("access-to-information", "Acceso a la información") in by_name["topic"]["options"]
    names = [name for _, name in chosen["options"]]
    assert names.index("España") < names.index("Estonia") < names.index("Zimbabwe")


def test_a_wrong_value_stays_in_the_form() -> None:
    field = fields(library()["bodies"], {"country": "Atlantis"}, "en")[0]
    assert field["value"] == "Atlantis"
    assert ("Atlantis", "Atlantis") in field["options"]


def test_the_form_asks_by_itself(explorer: httpx.Client) -> None:
    page = Page(explorer.get("/queries/bodies?country=Uruguay", headers=HTML))
    assert '<option value="URY" selected>Uruguay</option>' in page.response.text
    assert "Oficina de Gestión de Pruebas" in page.text
    wrong = explorer.get("/queries/bodies?country=Atlantis", headers=HTML)
    assert wrong.status_code == 400
    assert '<option value="Atlantis" selected>' in wrong.text


def test_a_question_that_needs_an_answer_offers_an_example(explorer: httpx.Client) -> None:
    page = Page(explorer.get("/queries/peers", headers=HTML))
    example = next(link for link in page.links if link.startswith("/queries/peers?"))
    assert explorer.get(example, headers=HTML).status_code == 200


def test_in_spanish(explorer: httpx.Client) -> None:
    page = Page(explorer.get("/queries/egdi-trend?country=COL", headers={**HTML, "Accept-Language": "es"}))
    assert "Valor y puesto del índice por año" in page.text
    assert "Año" in page.text


@pytest.mark.parametrize(
    ("lang", "country", "kind"), [("en", "Germany", "ministry"), ("es", "Alemania", "ministerio")]
)
def test_things_have_their_names_in_the_language_of_the_reader(
    explorer: httpx.Client, lang: str, country: str, kind: str
) -> None:
    def shown(path: str) -> str:
        return Page(explorer.get(path, headers={**HTML, "Accept-Language": lang})).response.text

    explorer.get("/countries")  # waits until the names are known
    bodies = shown("/queries/bodies?country=COL")
    assert f">{kind}</a>" in bodies  # a class, of which the question gives no name
    assert "dg:Ministry<" not in bodies
    parent = bodies.partition("Digital Government Directorate</a>")[2].partition("</tr>")[0]
    assert 'href="/doc/body/COL/mintic"' in parent
    assert ">id:body/COL/mintic<" not in parent
    assert f">{country}</a>" in shown("/queries/countries?country=DEU")
    assert "Oficina de Gestión de Pruebas" in shown("/queries/bodies?country=URY")  # it has no other name


# pictures


def test_bars_start_at_zero_and_keep_their_order() -> None:
    chart = charts.bars([("a", None, 10.0), ("b", "/b", 5.0), ("c", None, 0.0)])
    first, second, third = chart["bars"]
    assert first["x"] == second["x"] == chart["zero"]
    assert first["width"] == pytest.approx(2 * second["width"])
    assert third["width"] == 1.0  # nothing is still to be seen
    assert first["y"] < second["y"] < third["y"] < chart["height"]


def test_bars_below_zero_go_to_the_left() -> None:
    low, high = charts.bars([("low", None, -5.0), ("high", None, 5.0)])["bars"]
    assert low["x"] + low["width"] == pytest.approx(high["x"])


@pytest.mark.parametrize(("value", "end"), [(0.0, 1.0), (0.3, 0.5), (1.0, 1.0), (137.0, 200.0), (2.1, 2.5)])
def test_scales_end_at_good_numbers(value: float, end: float) -> None:
    assert charts.rounded_up(value) == pytest.approx(end)


def test_the_first_bars_are_drawn_and_the_others_counted() -> None:
    rows = [[thing(f"C{n}"), term(f"Country {n}"), term(n)] for n in range(MOST_BARS + 7)]
    result = {"variables": ["country", "countryLabel", "value"], "rows": rows}
    chart = drawn(Chart(kind="bars", of="country", values=["value"]), result, "https://w3id.org/digigov/")
    assert chart is not None
    assert len(chart["bars"]) == MOST_BARS
    assert chart["left_out"] == 7
    assert chart["bars"][3]["label"] == "Country 3"
    assert chart["bars"][3]["href"] == "/doc/country/C3"


def test_lines_are_the_values_of_one_thing_or_the_things() -> None:
    chart = Chart(kind="lines", of="country", values=["egdi", "osi"], over="year")
    variables = ["country", "countryLabel", "year", "egdi", "osi"]

    def rows(*names: str) -> list[list[Any]]:
        return [
            [thing(name), term(name), term(year), term(0.5), term(0.25)]
            for name in names
            for year in (2018, 2020)
        ]

    one = drawn(chart, {"variables": variables, "rows": rows("COL")}, "")
    two = drawn(chart, {"variables": variables, "rows": rows("COL", "URY")}, "")
    many = drawn(chart, {"variables": variables, "rows": rows(*"ABCDEF")}, "")
    assert one is not None
    assert two is not None
    assert [line["label"] for line in one["lines"]] == ["EGDI", "OSI"]
    assert [line["label"] for line in two["lines"]] == ["COL", "URY"]
    assert many is None  # six lines cannot be told apart


def test_odd_results_have_no_picture() -> None:
    chart = Chart(kind="bars", of="country", values=["value"])
    variables = ["country", "value"]
    for rows in ([], [[thing("COL"), term(1)]], [[thing("COL"), term("many")], [None, None]]):
        assert drawn(chart, {"variables": variables, "rows": rows}, "") is None
    assert drawn(chart, {"variables": ["other"], "rows": [[term(1)], [term(2)]]}, "") is None


def test_the_page_has_the_picture_and_the_table(explorer: httpx.Client) -> None:
    text = explorer.get("/queries/country-figures", headers=HTML).text
    assert '<svg class="chart bars"' in text
    assert text.index('<svg class="chart bars"') < text.index("<table>")
    trend = explorer.get("/queries/egdi-trend?country=COL", headers=HTML).text
    assert '<svg class="chart trend"' in trend
