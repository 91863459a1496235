"""The competency questions on the bundled data: what the graph must be able to answer, and what it answers.

One test a question, numbered as in the list of competency questions (`competency` in the header of each query).
"""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
import pytest

from kg.publishing.queries import library, run


@pytest.fixture(scope="module")
def ask(store: ox.Store) -> Any:
    """Runs a named query on the bundled data; rows as dicts of texts, IRIs by their part after `/id/`."""

    def answer(name: str, /, **parameters: str | int) -> list[dict[str, str]]:
        solutions = run(store, name, parameters)
        names = [variable.value for variable in solutions.variables]
        return [{n: _text(row[n]) for n in names if row[n] is not None} for row in solutions]

    return answer


def _text(term: Any) -> str:
    return str(term.value).removeprefix("https://w3id.org/digigov/id/")


def column(rows: list[dict[str, str]], name: str) -> set[str]:
    return {row[name] for row in rows if name in row}


def test_every_question_has_a_query() -> None:
    assert {number for query in library().values() for number in query.competency} == set(range(1, 36))


@pytest.mark.parametrize(
    ("name", "parameters", "rows"),
    [(q.name, e.parameters, e.rows) for q in library().values() for e in q.examples if e.rows is not None],
)
def test_examples_give_the_rows_their_header_says(ask: Any, name: str, parameters: Any, rows: int) -> None:
    assert len(ask(name, **parameters)) == rows


def test_01_who_leads_digital_government(ask: Any) -> None:
    [row] = ask("egov-authority", country="COL")
    assert row["bodyLabel"] == "Digital Government Directorate"
    assert row["parentLabel"] == "Ministry of Information and Communications Technologies"


def test_02_who_is_responsible_for_health(ask: Any) -> None:
    assert column(ask("body-for-area", country="COL", area="health"), "bodyLabel") == {
        "Ministry of Health and Social Protection"
    }


def test_03_bodies_with_several_areas(ask: Any) -> None:
    [row] = ask("bodies-with-several-areas", country="COL")
    assert row["bodyLabel"] == "Ministry of Health and Social Protection"
    assert row["areas"] == "2"


def test_04_no_cio_is_named_which_is_unknown_not_no(ask: Any) -> None:
    [row] = ask("cio", country="COL")
    assert (row["cio"], row["status"]) == ("unknown", "blank")


def test_05_portals_being_replaced(ask: Any) -> None:
    rows = ask("portals-being-replaced", country="COL")
    assert column(rows, "portal") == {
        "portal/id.presidencia.gov.co/Paginas/presidencia.aspx",
        "portal/www.nomasfilas.gov.co",
        "portal/www.urnadecristal.gov.co",
        "portal/www.datos.gov.co",
    }
    assert column(rows, "replacement") == {"portal/www.gov.co"}


def test_06_the_procurement_portal(ask: Any) -> None:
    assert column(ask("portals", country="COL", kind="procurement"), "portal") == {
        "portal/www.colombiacompra.gov.co/secop-ii"
    }


def test_07_the_open_data_portal(ask: Any) -> None:
    assert column(ask("portals", country="COL", kind="open-data"), "portal") == {"portal/www.datos.gov.co"}


def test_08_what_governs_access_to_information(ask: Any) -> None:
    rows = ask("instruments-by-topic", country="COL", topic="access-to-information")
    assert column(rows, "instrumentLabel") == {"Law 1712 of 2014"}


def test_09_what_governs_open_data_derived_instruments_included(ask: Any) -> None:
    rows = ask("instruments-by-topic-inferred", country="COL", topic="open-data")
    assert column(rows, "instrumentLabel") == {"Law 1712 of 2014", "Resolution 3563 of 2014"}


def test_10_the_oldest_act(ask: Any) -> None:
    assert column(ask("oldest-instruments", country="COL"), "instrumentLabel") == {"Law 527 of 1999"}


def test_11_data_protection_and_digital_security(ask: Any) -> None:
    rows = ask("instruments-by-topic", country="COL", topic="data-protection")
    assert column(rows, "instrument") == {"law/COL/law/2012/1581", "policy/COL/conpes/3854"}


def test_12_where_once_only_is_laid_down(ask: Any) -> None:
    [row] = ask("principle-basis", country="COL", principle="once-only")
    assert (row["instrument"], row["number"]) == ("law/COL/decree-law/2012/019", "9")


def test_13_what_the_digital_government_policy_is_made_of(ask: Any) -> None:
    rows = [r for r in ask("strategy-structure", country="COL") if r.get("actLabel") == "Decree 1008 of 2018"]
    counts = {role: sum(row["role"] == role for row in rows) for role in column(rows, "role")}
    assert (counts["component"], counts["enabler"], counts["purpose"]) == (2, 3, 5)


def test_14_guidance_on_social_media(ask: Any) -> None:
    rows = ask("social-media-guidance", country="COL")
    assert column(rows, "instrumentLabel") == {
        "Manual of Management of Communication in Social Networks Government Of Colombia",
        "Presidential Directive 03 of 2019",
        "Digital Government Manual",
    }
    assert column(rows, "pages") == {"42-44"}


PARTNERS = {f"country/{iso3}" for iso3 in ("HND", "GTM", "URY", "PER", "MEX", "GBR", "CHL")}


def test_15_cooperation_partners(ask: Any) -> None:
    assert column(ask("cooperation-partners", country="COL"), "partner") == PARTNERS


def test_16_memoranda_by_status(ask: Any) -> None:
    found = {(row["partner"], row["statusLabel"]) for row in ask("mous", country="COL")}
    assert found == {("country/URY", "Signed"), ("country/CHL", "Signed"), ("country/GBR", "In negotiation")}
    assert column(ask("mous", country="COL", status="signed"), "partner") == {"country/URY", "country/CHL"}


def test_17_memberships(ask: Any) -> None:
    rows = {row["organisation"]: row for row in ask("memberships", country="COL")}
    assert set(rows) == {f"organisation/{key}" for key in ("oecd", "ogp", "oas", "red-gealc")}
    assert rows["organisation/oecd"]["since"] == "2015"
    assert rows["organisation/oecd"]["participation"] == "participant", "expert committees, not membership"


def test_18_on_what_with_chile(ask: Any) -> None:
    topics = column(ask("cooperation-topics", a="COL", b="CHL"), "topic")
    assert {topic.rsplit("/", 1)[1] for topic in topics} == {"cybersecurity", "cyberdefence", "cybercrime"}
    assert column(ask("cooperation-topics", a="CHL", b="COL"), "topic") == topics


def test_19_cooperation_on_open_data(ask: Any) -> None:
    rows = ask("cooperation-by-topic", country="COL", topic="open-data")
    assert column(rows, "partner") == {"country/HND", "country/GTM", "country/PER"}


def test_20_the_counterpart_in_uruguay(ask: Any) -> None:
    rows = ask("counterpart-bodies", country="URY", partner="COL")
    assert column(rows, "abbreviation") == {"AGESIC"}


def test_21_who_sits_on_the_open_state_committee(ask: Any) -> None:
    rows = [
        row
        for row in ask("committee-members", country="COL")
        if row["partnershipLabel"] == "Open State Committee"
    ]
    assert sum(row["member"].startswith("body/") for row in rows) == 5
    assert sum(row["member"].startswith("organisation/") for row in rows) == 4


def test_22_initiatives_with_ai_and_blockchain(ask: Any) -> None:
    ai = ask("initiatives", country="COL", technology="ai")
    assert "initiative/COL/sofia" in column(ai, "initiative")
    assert {"body/COL/mintic", "body/COL/dian"} <= column(ai, "organisation")
    assert len(column(ask("initiatives", country="COL", technology="blockchain"), "initiative")) == 2


def test_23_the_big_data_policy(ask: Any) -> None:
    [row] = ask("policies", country="COL", technology="big-data")
    assert (row["policy"], row["year"]) == ("policy/COL/conpes/3920", "2018")


@pytest.mark.parametrize(
    ("number", "name", "value", "unit", "year"),
    [
        (24, "satisfaction-online-services", "79", "Per cent", "2017"),
        (25, "public-ict-investment", "0.09", "Per cent of GDP", "2018"),
        (26, "staff-using-ict", "89", "Per cent", "2015"),
        (26, "staff-using-internet", "33", "Per cent", "2015"),
    ],
)
def test_24_to_26_indicators(ask: Any, number: int, name: str, value: str, unit: str, year: str) -> None:
    assert number in library()["indicator"].competency
    [row] = ask("indicator", country="COL", name=name)
    assert (row["value"], row["unitLabel"].casefold(), row["year"]) == (value, unit.casefold(), year)
    assert (row["estimate"] == "true") == (name == "public-ict-investment")


def test_24_satisfaction_is_the_sdg_indicator(store: ox.Store) -> None:
    concept = "https://w3id.org/digigov/id/concept/indicator/satisfaction-online-services"
    sdg = ox.NamedNode("http://metadata.un.org/sdg/C160602")
    assert list(store.quads_for_pattern(ox.NamedNode(concept), None, sdg, ox.DefaultGraph()))


def test_27_social_media_in_figures(ask: Any) -> None:
    assert column(ask("social-media-figures", country="COL"), "value") == {"2425", "275", "748", "1556"}


def test_28_bodies_created_in_2019(ask: Any) -> None:
    [row] = ask("bodies-created", country="COL", year=2019)
    assert row["bodyLabel"] == "Presidential Council for Innovation and Digital Transformation"
    assert row["act"] == "law/COL/decree/2019/179"


def test_29_where_law_1712_is_stated(ask: Any) -> None:
    [row] = ask("provenance", thing="id:law/COL/law/2014/1712")
    assert (row["countryLabel"], row["edition"], row["question"]) == ("Colombia", "2020", "9")


def test_30_what_looks_wrong(ask: Any) -> None:
    text = " ".join(value for row in ask("suspect-statements", country="COL") for value in row.values())
    for oddity in ("mineduacion", "Decree 1413 of 2013", "2018-2022", "suin-juriscol", "33"):
        assert oddity in text


def test_31_countries_linked_by_reasoning(ask: Any) -> None:
    assert column(ask("cooperates-with-inferred", country="COL"), "partner") == PARTNERS
    assert column(ask("cooperates-with-inferred", country="CHL"), "partner") == {"country/COL"}


def test_32_egdi_over_the_years(ask: Any) -> None:
    rows = ask("egdi-trend", country="COL")
    assert [(row["year"], row["rank"]) for row in rows] == [
        ("2010", "31"), ("2012", "43"), ("2014", "50"), ("2016", "57"), ("2018", "61"),
    ]  # fmt: skip
    assert float(rows[0]["egdi"]) == pytest.approx(0.6125, abs=5e-5)
    assert float(rows[-1]["egdi"]) == pytest.approx(0.6871, abs=5e-5)


def test_33_peers_with_better_services(ask: Any) -> None:
    rows = ask("peers", country="COL", indicator="osi", year=2018)
    assert column(rows, "peer") == {"country/BRA", "country/MEX", "country/URY"}
    assert all(float(row["value"]) > float(row["ownValue"]) for row in rows)


def test_34_partner_suggestions_come_ranked_and_with_reasons(ask: Any) -> None:
    rows = ask("partner-suggestions", country="COL")
    scores = [int(row["score"]) for row in rows]
    assert rows
    assert scores == sorted(scores, reverse=True)
    assert not column(rows, "candidate") & PARTNERS
    reasons = ("sharedNetworks", "partnersInCommon", "sharedTopics", "indexIfAhead")
    assert all(any(row.get(reason) for reason in reasons) for row in rows)


def test_35_coverage_has_three_answers(ask: Any) -> None:
    [row] = ask("coverage-matrix")
    assert row["countryLabel"] == "Colombia"
    assert row["accessToInformation"] == row["openData"] == row["interoperability"] == "yes"
    assert row["digitalIdentity"] == row["digitalGovernmentRight"] == "unknown"
