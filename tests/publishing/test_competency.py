"""The competency questions, answered on the bundled data: what the graph was made for.

Expected are the answers for Colombia in 2020. A thing is compared by its preferred name or by one of its other names.
"""

from __future__ import annotations

from decimal import Decimal

import pyoxigraph as ox
from asking import ask, codes, column, is_called

from kg.publishing.queries import library

MINTIC = "Ministry of Information and Communications Technologies"
MANUAL = "Digital Government Manual"


def test_every_question_has_a_query() -> None:
    answered = {number for query in library().values() for number in query.competency}
    assert answered == set(range(1, 36))


def test_1_who_leads_digital_government(store: ox.Store) -> None:
    (row,) = ask(store, "egov-authority", country="COL")
    assert is_called(store, row["body"], "Digital Government Directorate")
    assert is_called(store, row["parent"], MINTIC)


def test_2_who_is_responsible_for_health(store: ox.Store) -> None:
    (row,) = ask(store, "body-for-area", country="COL", area="health")
    assert is_called(store, row["body"], "Ministry of Health and Social Protection")


def test_3_which_bodies_hold_more_than_one_area(store: ox.Store) -> None:
    (row,) = ask(store, "bodies-with-several-areas", country="COL")
    assert is_called(store, row["body"], "Ministry of Health and Social Protection")
    assert row["areas"] == "2"
    assert set((row["areaLabels"] or "").split("; ")) == {"Health", "Social protection and welfare"}


def test_4_the_chief_information_officer_is_unknown_because_left_blank(store: ox.Store) -> None:
    (row,) = ask(store, "cio", country="COL", edition=2020)
    assert (row["cio"], row["status"], row["post"]) == ("unknown", "blank", None)


def test_5_which_portals_are_being_replaced(store: ox.Store) -> None:
    rows = ask(store, "portals-being-replaced", country="COL")
    hosts = {(row["website"] or "").split("/")[2].removeprefix("www.") for row in rows}
    assert len(rows) == 4
    assert hosts == {"id.presidencia.gov.co", "nomasfilas.gov.co", "urnadecristal.gov.co", "datos.gov.co"}
    assert {(row["replacementWebsite"] or "").rstrip("/").split("//")[1] for row in rows} == {"www.gov.co"}


def test_6_the_procurement_portal(store: ox.Store) -> None:
    (row,) = ask(store, "portals", country="COL", kind="procurement")
    assert row["website"] == "https://www.colombiacompra.gov.co/secop-ii"


def test_7_the_open_data_portal(store: ox.Store) -> None:
    (row,) = ask(store, "portals", country="COL", kind="open-data")
    assert row["website"] == "https://www.datos.gov.co/"


def test_8_what_governs_access_to_information(store: ox.Store) -> None:
    (row,) = ask(store, "instruments-by-topic", country="COL", topic="access-to-information")
    assert (row["number"], row["year"], row["kindLabel"]) == ("1712", "2014", "Act")


def test_9_what_governs_open_data_with_derived_instruments(store: ox.Store) -> None:
    law, resolution = ask(store, "instruments-by-topic-inferred", country="COL", topic="open-data")
    assert is_called(store, law["instrument"], "Law 1712 of 2014")
    assert is_called(store, resolution["instrument"], "Resolution 3563 of 2014")
    assert (law["through"], resolution["through"]) == (None, law["instrument"])


def test_9_the_resolution_inherits_what_only_the_law_states(store: ox.Store) -> None:
    _, resolution = ask(store, "instruments-by-topic-inferred", country="COL", topic="access-to-information")
    assert is_called(store, resolution["instrument"], "Resolution 3563 of 2014")
    assert resolution["stated"] == "false"


def test_10_the_oldest_act_cited(store: ox.Store) -> None:
    (row,) = ask(store, "oldest-instruments", country="COL")
    assert (row["number"], row["year"], row["kindLabel"]) == ("527", "1999", "Act")


def test_11_data_protection_and_digital_security(store: ox.Store) -> None:
    rows = ask(store, "instruments-by-topic", country="COL", topic="data-protection")
    assert [(row["number"], row["year"], row["kindLabel"]) for row in rows] == [
        ("1581", "2012", "Act"),
        ("3854", "2016", "Policy"),
    ]


def test_12_where_once_only_is_laid_down(store: ox.Store) -> None:
    (row,) = ask(store, "principle-basis", country="COL", principle="once-only")
    assert is_called(store, row["instrument"], "Decree-Law 019 of 2012")
    assert row["number"] == "9"


def test_13_what_establishes_the_policy_and_what_it_is_made_of(store: ox.Store) -> None:
    rows = [
        row
        for row in ask(store, "strategy-structure", country="COL")
        if is_called(store, row["strategy"], "Digital Government policy")
    ]
    assert all(is_called(store, row["act"], "Decree 1008 of 2018") for row in rows)
    roles = column(rows, "role")
    assert [roles.count(role) for role in ("component", "enabler", "purpose")] == [2, 3, 5]
    assert {row["elementLabel"] for row in rows if row["role"] == "component"} == {
        "ICT for State",
        "ICT for Society",
    }


def test_14_what_guides_officials_on_social_media(store: ox.Store) -> None:
    rows = ask(store, "social-media-guidance", country="COL")
    assert len(rows) == 3
    manual, networks, directive = rows
    assert is_called(store, manual["instrument"], MANUAL)
    assert manual["pages"] == "42-44"
    assert is_called(
        store,
        networks["instrument"],
        "Manual of Management of Communication in Social Networks Government Of Colombia",
    )
    assert is_called(store, directive["instrument"], "Presidential Directive 03 of 2019")


def test_15_which_countries_it_cooperates_with(store: ox.Store) -> None:
    rows = ask(store, "cooperation-partners", country="COL")
    assert sorted(codes(rows, "partner")) == sorted(["HND", "GTM", "URY", "PER", "MEX", "GBR", "CHL"])


def test_16_memoranda_of_understanding_by_status(store: ox.Store) -> None:
    rows = ask(store, "mous", country="COL")
    found = dict(zip(codes(rows, "partner"), codes(rows, "status"), strict=True))
    assert found == {"URY": "signed", "CHL": "signed", "GBR": "in-negotiation"}
    assert codes(ask(store, "mous", country="COL", status="in-negotiation"), "partner") == ["GBR"]


def test_17_which_international_networks(store: ox.Store) -> None:
    rows = {row["organisation"]: row for row in ask(store, "memberships", country="COL")}
    names = ("OECD", "Open Government Partnership", "Organization of American States", "Red GEALC")
    assert len(rows) == 4
    for name in names:
        assert any(is_called(store, organisation, name) for organisation in rows), name
    (oecd,) = (row for iri, row in rows.items() if is_called(store, iri, "OECD"))
    assert oecd["since"] == "2015"
    assert "expert committees" in (oecd["role"] or "")


def test_18_on_what_with_chile(store: ox.Store) -> None:
    for one, other in (("COL", "CHL"), ("CHL", "COL")):
        rows = ask(store, "cooperation-topics", a=one, b=other)
        assert codes(rows, "topic") == ["cybercrime", "cyberdefence", "cybersecurity"]


def test_19_open_data_cooperation(store: ox.Store) -> None:
    rows = ask(store, "cooperation-by-topic", country="COL", topic="open-data")
    assert sorted(codes(rows, "partner")) == ["GTM", "HND", "PER"]


def test_20_the_counterpart_in_uruguay(store: ox.Store) -> None:
    (row,) = ask(store, "counterpart-bodies", country="URY")
    assert is_called(store, row["body"], "AGESIC")
    assert codes([row], "partner") == ["COL"]


def test_21_who_sits_on_the_open_state_committee(store: ox.Store) -> None:
    rows = [
        row
        for row in ask(store, "committee-members", country="COL")
        if is_called(store, row["partnership"], "Open State Committee")
    ]
    sectors = column(rows, "sector")
    assert [sectors.count(sector) for sector in ("public body", "civil society")] == [5, 4]
    assert len(rows) == 9
    for name in (
        "Administrative Department of Public Administration",
        "Ministry of Environment and Sustainable Development",
        "Ministry of Finance and Public Credit",
        "Ministry of Information Technology and Communications",
        "Mayoralty of the Cali city",
        "Corporación Somos Más",
        "Datasketch",
        "Corona Foundation",
        "SeamOS",
    ):
        assert sum(is_called(store, row["member"], name) for row in rows) == 1, name


def test_22_ai_and_blockchain_initiatives_and_who_runs_them(store: ox.Store) -> None:
    rows = ask(store, "initiatives", country="COL", technology="ai")
    assert all(is_called(store, row["initiative"], "SOFIA") for row in rows)
    roles = {row["role"]: row["organisation"] for row in rows}
    assert is_called(store, roles["partner"], "DIAN")
    assert is_called(store, roles["leads"], MINTIC)
    chains = ask(store, "initiatives", country="COL", technology="blockchain")
    assert len({row["initiative"] for row in chains}) == 2
    assert all(is_called(store, row["organisation"], MINTIC) for row in chains if row["role"] == "leads")


def test_23_the_big_data_policy(store: ox.Store) -> None:
    (row,) = ask(store, "policies", country="COL", technology="big-data")
    assert is_called(store, row["policy"], "CONPES 3920 of 2018")
    assert row["year"] == "2018"


def test_24_satisfaction_with_online_services(store: ox.Store) -> None:
    (row,) = ask(store, "indicator", country="COL", name="satisfaction-online-services")
    assert (row["value"], row["unitLabel"], row["year"]) == ("79", "Per cent", "2017")
    assert row["sdg"] == "http://metadata.un.org/sdg/C160602", "indicator 16.6.2"


def test_25_public_ict_investment(store: ox.Store) -> None:
    (row,) = ask(store, "indicator", country="COL", name="public-ict-investment")
    assert (row["value"], row["unitLabel"], row["year"]) == ("0.09", "Per cent of GDP", "2018")
    assert row["estimate"] == "true"


def test_26_staff_using_ict_and_the_internet(store: ox.Store) -> None:
    for name, value in (("staff-using-ict", "89"), ("staff-using-internet", "33")):
        (row,) = ask(store, "indicator", country="COL", name=name)
        assert (row["value"], row["unitLabel"], row["year"]) == (value, "Per cent", "2015")


def test_27_campaigns_entities_accounts(store: ox.Store) -> None:
    rows = ask(store, "social-media-figures", country="COL")
    assert column(rows, "value") == ["2425", "275", "748", "1556"]


def test_28_bodies_created_in_2019(store: ox.Store) -> None:
    (row,) = ask(store, "bodies-created", country="COL", year=2019)
    assert is_called(store, row["body"], "Presidential Council for Innovation and Digital Transformation")
    assert is_called(store, row["act"], "Decree 179 of 2019")


def test_29_where_law_1712_is_stated(store: ox.Store) -> None:
    (law,) = ask(store, "instruments-by-topic", country="COL", topic="access-to-information")
    (row,) = ask(store, "provenance", thing=law["instrument"] or "")
    assert (codes([row], "country"), row["edition"], row["question"]) == (["COL"], "2020", "9")


def test_30_what_looks_wrong_in_the_source(store: ox.Store) -> None:
    rows = ask(store, "suspect-statements", country="COL")

    def about(name: str) -> list[tuple[str, str | None, str | None]]:
        return [
            (row["finding"] or "", row["stated"], row["suggested"])
            for row in rows
            if is_called(store, row["thing"], name)
        ]

    education = about("Ministry of National Education")
    assert any("mineduacion" in (stated or "") for _, stated, _ in education)
    assert ("Suspected wrong year", "2013", "2017") in about("Decree 1413 of 2013")
    plan = about("National Development Plan 2019 - 2022")
    assert ("Period differs from the document's address", "2019-2022", "2018-2022") in plan
    assert ("Two kindred web hosts", "suin.gov.co", "suin-juriscol.gov.co") in about("Law 1712 of 2014")
    staff = [row for row in rows if "staff-using-internet" in (row["thing"] or "")]
    assert {row["finding"] for row in staff} == {
        "Internet use far below use of ICT",
        "Suspected wrong number",
    }


def test_31_countries_linked_by_reasoning(store: ox.Store) -> None:
    rows = ask(store, "cooperates-with-inferred", country="COL")
    reported = [row for row in rows if row["reportedByCountry"] == "true"]
    assert sorted(codes(reported, "partner")) == sorted(["HND", "GTM", "URY", "PER", "MEX", "GBR", "CHL"])
    # Others are linked by a network whose members both say to be.
    assert all(row["sharedNetwork"] == "true" for row in rows if row not in reported)
    (chile,) = ask(store, "cooperates-with-inferred", country="CHL")
    assert codes([chile], "partner") == ["COL"]
    assert (chile["reportedByCountry"], chile["reportedByPartner"]) == ("false", "true")


def test_32_egdi_rank_and_value(store: ox.Store) -> None:
    rows = ask(store, "egdi-trend", country="COL")
    assert column(rows, "year") == ["2010", "2012", "2014", "2016", "2018"]
    assert column(rows, "rank") == ["31", "43", "50", "57", "61"]
    values = [Decimal(row["egdi"] or "") for row in rows]
    assert values == [Decimal(v) for v in ("0.6125", "0.65723", "0.6173", "0.62371", "0.6871")]


def test_33_countries_of_the_region_with_a_higher_osi(store: ox.Store) -> None:
    rows = ask(store, "peers", country="COL", indicator="osi", year=2018)
    own = Decimal(ask(store, "egdi-trend", country="COL")[-1]["osi"] or "")
    region = {row["country"] for row in ask(store, "countries") if (row["region"] or "").endswith("/419")}
    figures = ask(store, "indicator-ranking", indicator="osi", year=2018)
    higher = {row["country"] for row in figures if Decimal(row["value"] or "") > own} & region
    assert {row["peer"] for row in rows} == higher
    assert sorted(codes(rows, "peer")) == ["BRA", "MEX", "URY"]


def test_34_who_to_cooperate_with_next_and_why(store: ox.Store) -> None:
    rows = ask(store, "partner-suggestions", country="COL")
    # Ahead in the region, by the index; and those who share networks, partners or topics, by the sources.
    ahead = [row for row in rows if Decimal(row["indexIfAhead"] or "0") > 0]
    assert sorted(codes(ahead, "candidate")) == ["ARG", "BRA", "BRB", "CRI"]
    assert all(Decimal(row["indexIfAhead"] or "") > Decimal("0.6871") for row in ahead)
    assert all(
        row["sharedNetworks"] or row["partnersInCommon"] or row["sharedTopics"]
        for row in rows
        if row not in ahead
    )
    assert len(rows) > len(ahead)
    first, *others = ask(store, "partner-suggestions", country="CHL")
    scores = [int(row["score"] or 0) for row in (first, *others)]
    assert scores == sorted(scores, reverse=True)
    assert "Colombia" in (first["partnersInCommon"] or "")
    assert not set(codes([first, *others], "candidate")) & {"CHL", "COL"}


def test_35_countries_by_legal_topics(store: ox.Store) -> None:
    rows = ask(store, "coverage-matrix")
    assert len(rows) == len({row["country"] for row in ask(store, "responses")})
    (colombia,) = (row for row in rows if codes([row], "country") == ["COL"])
    del colombia["country"], colombia["countryLabel"]
    unknown = {
        "digitalIdentity",
        "digitalGovernmentRight",
        "trustServices",
        "baseRegistries",
        "digitalGovernment",
    }
    assert len(colombia) == 12
    assert {topic for topic, value in colombia.items() if value == "unknown"} == unknown
    assert {value for topic, value in colombia.items() if topic not in unknown} == {"yes"}
