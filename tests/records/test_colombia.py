"""Colombia's 2020 record says what the document says: counts, the answers it is asked for, and an independent list.

The document and the list are not part of this repository. `KG_CORPUS` names their folder (default: ../shared/corpus); the
tests that need them are skipped without it.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from compare_with_facts import compare

from kg.records.load import load_record
from kg.records.model import Record

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("KG_CORPUS", ROOT.parent / "shared" / "corpus"))
DOCUMENT = CORPUS / "msq-2020-colombia.md"
FACTS = CORPUS / "msq-2020-colombia.facts.yaml"

needs_document = pytest.mark.skipif(
    not DOCUMENT.is_file(), reason=f"no document at {DOCUMENT} (set KG_CORPUS)"
)
needs_facts = pytest.mark.skipif(not FACTS.is_file(), reason=f"no list of facts at {FACTS} (set KG_CORPUS)")

FORM = "about the questionnaire form, not about the country; the survey's own data hold it"
SDG = "stands in a footnote of the form; the indicator concept is tied to the SDG indicator, not the country's figure"
EXPLAINED = {
    ("survey.conductor", "not in record"): FORM,
    ("survey.contact", "not in record"): FORM,
    ("survey.indices", "not in record"): FORM,
    ("survey.sections", "not in record"): FORM,
    ("survey.numbered_questions", "not in record"): FORM,
    ("survey.closing_questions", "not in record"): FORM,
    ("wsis_ref", "not in record"): FORM,
    ("indicators.17.79.sdg", "not in record"): SDG,
    ("sdg_refs.indicator", "not in record"): SDG,
    ("bodies.dane.type", "different"): (
        "the document calls DANE a department, as it does the planning department, which the list types so too"
    ),
    ("laws.law-527-1999.topics", "different"): (
        "digital identity is a guess at a lost word (line 205): a remark suggests it, no topic asserts it"
    ),
    ("policies.conpes-3918.likely", "not in record"): (
        "the document gives no year and nothing wrong, so there is nothing to remark; the list's year is outside knowledge"
    ),
    ("policies.dgp.technologies", "different"): (
        "standards on big data are announced under the policy (line 176): a remark; the big-data policy is CONPES 3920"
    ),
    ("policies.dgp.principles", "different"): (
        "the document places once-only in Decree-Law 019, article 9 (line 175), and does not say it of the policy"
    ),
    ("answers.22.basis", "different"): (
        "the answer says that the country is part of the networks (line 322): that is the yes, in words, not implied"
    ),
    ("source_problems.conflicting_hosts", "not in record"): (
        "gobiernodigital.gov.co with and without www. is one host by the rule that addresses are compared by; no conflict"
    ),
}
"""Where the record departs from the list, and why. The rest must agree."""


@cache
def colombia() -> Record:
    return load_record(ROOT / "data" / "responses" / "2020" / "COL.yaml")


@pytest.fixture
def record() -> Record:
    return colombia()


def by_id(entries: Any) -> dict[str, Any]:
    return {entry.id: entry for entry in entries}


# What it holds


def test_every_list_is_complete(record: Record) -> None:
    assert {name: len(getattr(record, name)) for name in Record.FACT_LISTS} == {
        "bodies": 24,
        "organisations": 12,
        "portals": 11,
        "platforms": 0,
        "instruments": 21,
        "initiatives": 13,
        "partnerships": 2,
        "publications": 7,
        "indicator_sets": 1,
        "technologies": 5,
        "memberships": 4,
        "cooperations": 7,
        "indicators": 8,
        "changes": 0,
    }
    assert len(record.contacts) == 3


def test_every_question_is_covered(record: Record) -> None:
    cited = {q for name in Record.FACT_LISTS for fact in getattr(record, name) for q in fact.q}
    covered = {q.rstrip("abcdefghi") for q in cited | {answer.q for answer in record.answers}}
    assert {str(number) for number in range(1, 25)} | {"X", "X1", "X2"} == covered
    assert {f"2{letter}" for letter in "abcde"} | {f"5{letter}" for letter in "abcdefghi"} <= cited


def test_every_fact_says_where_it_stands(record: Record) -> None:
    for name in Record.FACT_LISTS:
        for fact in getattr(record, name):
            assert {span.q for span in fact.spans} == set(fact.q), fact
            assert all(span.line for span in fact.spans), fact


def test_date_that_can_be_read_two_ways_is_not_settled(record: Record) -> None:
    date = record.source.date
    assert date is not None
    assert (date.stated, date.value) == ("09/05/2019", None)
    assert [day.isoformat() for day in date.ambiguous] == ["2019-05-09", "2019-09-05"]
    assert record.source.publication_authorised == "yes"


# What the document leaves open


def test_lost_boxes_are_unknown_whatever_the_text_implies(record: Record) -> None:
    answers = {answer.q: answer for answer in record.answers}
    lost = {"8": 11, "9": 9, "10": 0, "12": 0, "15": 10, "X1": 5, "X2": 6}
    assert {q: len(answers[q].options) for q in lost} == lost
    for q in lost:
        assert all(option.checked == "unknown" for option in answers[q].options)
        assert any(remark.kind == "box-lost" for remark in answers[q].remarks)
    assert [q for q in lost if answers[q].value != "unknown"] == ["15"]  # the yes of 15 is in words

    def implied(q: str) -> set[str]:
        return {option.item for option in answers[q].options if option.implied == "yes"}

    assert len(implied("8")) == 11
    assert implied("9") == {option.item for option in answers["9"].options} - {
        "digital-identity",
        "digital-government-right",
    }
    assert implied("15") == {"ai", "blockchain", "big-data"}
    assert (answers["10"].implied, answers["12"].implied) == ("yes", "yes")


def test_blank_question_is_no_no(record: Record) -> None:
    assert record.cio is not None
    assert (record.cio.exists, record.cio.title, record.cio.body) == ("unknown", None, None)
    assert next(answer.state for answer in record.answers if answer.q == "4") == "blank"


def test_what_looks_wrong_stays_as_stated_beside_its_remark(record: Record) -> None:
    found = {
        (fact.id, remark.kind, remark.stated, remark.suggested)
        for name in Record.ENTITY_LISTS
        for fact in getattr(record, name)
        for remark in fact.remarks
        if remark.kind.startswith("suspected") or remark.kind == "conflicting-values"
    }
    assert {
        ("mineducacion", "suspected-typo", "www.mineduacion.gov.co", "www.mineducacion.gov.co"),
        ("decree-1413-2013", "suspected-wrong-year", "2013", "2017"),
        ("national-development-plan", "conflicting-values", "2019 - 2022", "2018 - 2022"),
        ("law-1712-2014", "conflicting-values", "suin.gov.co", "www.suin-juriscol.gov.co"),
        (
            "resolution-3563-2014",
            "suspected-wrong-number",
            "resolution 3563 of 2014",
            "Resolution 3564 of 2015",
        ),
    } <= found
    instruments = by_id(record.instruments)
    assert by_id(record.bodies)["mineducacion"].urls == ["https://www.mineduacion.gov.co"]
    assert instruments["decree-1413-2013"].year == 2013
    assert instruments["national-development-plan"].start_year == 2019
    staff_on_the_internet = next(i for i in record.indicators if i.indicator == "staff-using-internet")
    assert [remark.kind for remark in staff_on_the_internet.remarks] == ["suspected-wrong-number"]
    endings = {
        (a.q, r.kind) for a in record.answers for r in a.remarks if r.kind in ("missing-url", "truncated")
    }
    assert endings == {
        ("14", "truncated"),
        ("15", "missing-url"),
        ("16", "missing-url"),
        ("22", "truncated"),
        ("24", "truncated"),
    }


# Who, what, with whom, how much


def test_digital_government_is_led_by_the_ministry_and_its_directorate(record: Record) -> None:
    leaders = [body for body in record.bodies if "e-government" in body.responsible_for]
    assert [(body.id, body.part_of, body.urls) for body in leaders] == [
        ("mintic", None, ["https://www.mintic.gov.co"]),
        ("digital-government-directorate", "mintic", ["http://www.gobiernodigital.gov.co"]),
    ]
    assert {leaders[0].acronym, *leaders[0].aliases} >= {
        "MINTIC",
        "Ministry of ICT",
        "Ministry of ICTs",
        "Ministry of Information Technologies and Communications",
        "Ministry of Information Technology and Communications",
    }


def test_nine_areas_of_which_one_body_holds_two(record: Record) -> None:
    held = {
        area: body.id for body in record.bodies for area in body.responsible_for if area != "e-government"
    }
    assert held == {
        "planning": "dnp",
        "education": "mineducacion",
        "health": "minsalud",
        "social-protection": "minsalud",
        "employment": "mintrabajo",
        "environment": "minambiente",
        "energy-water": "minenergia",
        "finance": "minhacienda",
        "trade": "mincit",
    }


def test_portals_by_kind_and_what_replaces_them(record: Record) -> None:
    replaced = {
        p.url for p in record.portals if p.replaced_by == "gov-co" and p.replacement_status == "planned"
    }
    assert replaced == {
        "https://id.presidencia.gov.co/Paginas/presidencia.aspx",
        "https://www.nomasfilas.gov.co/",
        "http://www.urnadecristal.gov.co/",
        "https://www.datos.gov.co/",
    }
    portals = by_id(record.portals)
    assert (portals["gov-co"].kinds, portals["gov-co"].planned_kinds) == (
        ["other"],
        ["national", "e-services", "e-participation", "open-data"],
    )
    assert portals["portal-urna-de-cristal"].kinds == ["e-participation", "other"]
    assert [p.url for p in record.portals if "procurement" in p.kinds] == [
        "https://www.colombiacompra.gov.co/secop-ii"
    ]
    assert [p.url for p in record.portals if p.listing] == ["https://www.gov.co/informacion"]
    assert (portals["gob-mx"].country, portals["gob-mx"].url) == ("MEX", None)


def test_a_portal_and_the_team_of_its_name_are_two_things(record: Record) -> None:
    assert by_id(record.portals)["portal-urna-de-cristal"].name == "Urna de Cristal"
    assert by_id(record.initiatives)["urna-de-cristal"].name == "Urna de Cristal"


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("access-to-information", {"law-1712-2014"}),
        ("data-protection", {"law-1581-2012", "conpes-3854"}),
        ("digital-security", {"conpes-3854"}),
        ("open-data", {"law-1712-2014", "resolution-3563-2014"}),
        ("e-procurement", {"law-1712-2014", "resolution-3563-2014"}),
        ("publishing-expenditure", {"law-1712-2014", "resolution-3563-2014"}),
        ("digital-signature", {"law-527-1999"}),
        ("interoperability", {"decree-1008-2018", "decree-1413-2013"}),
        ("digital-identity", set()),
        ("digital-government-right", set()),
    ],
)
def test_instruments_by_topic(record: Record, topic: str, expected: set[str]) -> None:
    assert {i.id for i in record.instruments if topic in i.topics} == expected


def test_instruments_are_cited_with_number_and_year(record: Record) -> None:
    assert {(i.kind, i.number, i.year) for i in record.instruments if i.number} == {
        ("strategy", "3918", None),
        ("policy", "3854", 2016),
        ("policy", "3920", 2018),
        ("act", "1712", 2014),
        ("act", "1581", 2012),
        ("act", "527", 1999),
        ("decree", "1008", 2018),
        ("decree", "1413", 2013),
        ("decree", "179", 2019),
        ("decree-law", "019", 2012),
        ("resolution", "3563", 2014),
        ("directive", "03", 2019),
    }
    assert min((i.year, i.id) for i in record.instruments if i.year) == (1999, "law-527-1999")
    assert by_id(record.instruments)["resolution-3563-2014"].implements == ["law-1712-2014"]


def test_once_only_is_laid_down_in_one_article(record: Record) -> None:
    places = [
        (i.id, p.article) for i in record.instruments for p in i.passages if "once-only" in p.principles
    ]
    assert places == [("decree-law-019-2012", "9")]
    assert not [i.id for i in record.instruments if "once-only" in (*i.principles, *i.features)]


def test_structure_of_the_digital_government_policy(record: Record) -> None:
    instruments = by_id(record.instruments)
    policy = instruments["digital-government-policy"]
    assert Counter(element.role for element in policy.elements) == {
        "objective": 1,
        "component": 2,
        "enabler": 3,
        "purpose": 5,
    }
    assert [i.id for i in record.instruments if policy.id in i.establishes] == ["decree-1008-2018"]
    assert {i.id for i in record.instruments if policy.id in i.implements} == {
        "digital-government-manual",
        "sectoral-plan",
        "institutional-plan",
    }
    assert {"national-development-plan", "sdg"} <= set(policy.aligned_with)
    assert Counter(element.role for element in instruments["conpes-3918"].elements) == {
        "objective": 4,
        "action-line": 4,
    }
    assert {p.pages or p.section for p in instruments["digital-government-manual"].passages} == {
        "22-27",
        "28-39",
        "23 and 37",
        "42-44",
        "2.1.1",
    }


def test_social_media_guidance_and_figures(record: Record) -> None:
    guidance = {i.id for i in record.instruments if "social-media" in i.features}
    pages = {(i.id, p.pages) for i in record.instruments for p in i.passages if "social-media" in p.features}
    assert guidance == {"social-media-manual", "presidential-directive-03-2019"}
    assert pages == {("digital-government-manual", "42-44")}
    assert by_id(record.instruments)["social-media-manual"].issued_by == "urna-de-cristal"
    assert {i.indicator: i.value for i in record.indicators if i.about == "digital-task-force"} == {
        "digital-campaigns": 2425,
        "national-entities-coordinated": 275,
        "social-media-accounts-national": 748,
        "social-media-accounts-territorial": 1556,
    }


def test_initiatives_and_policies_by_technology(record: Record) -> None:
    of = {i.id: (i.technologies, i.led_by, i.partners) for i in record.initiatives if i.technologies}
    assert of == {
        "sofia": (["ai", "data-analytics"], ["mintic"], ["dian"]),
        "blockchain-document-integrity": (["blockchain"], ["mintic"], []),
        "blockchain-diplomas": (["blockchain"], ["mintic"], ["universidad-distrital"]),
    }
    assert [i.id for i in record.instruments if "big-data" in i.technologies] == ["conpes-3920"]


def test_body_created_in_2019(record: Record) -> None:
    created = [(b.name, b.established_by, b.part_of) for b in record.bodies if b.established == 2019]
    council = "Presidential Council for Innovation and Digital Transformation"
    assert created == [(council, "decree-179-2019", "presidency")]


def test_memberships(record: Record) -> None:
    assert {m.organisation: (m.participation, m.since) for m in record.memberships} == {
        "oecd": ("participant", 2015),
        "ogp": ("member", None),
        "oas": ("member", None),
        "red-gealc": ("member", None),
    }
    registered = {o.id: o.register_key for o in record.organisations if o.register_key}
    assert registered == {key: key for key in ("oecd", "ogp", "oas", "red-gealc", "wef", "un")}


def test_seven_bilateral_cooperations(record: Record) -> None:
    assert {c.partner: (c.kind, c.lifecycle, c.year) for c in record.cooperations} == {
        "HND": ("knowledge-exchange", "unknown", None),
        "GTM": ("agreement", "signed", None),
        "URY": ("mou", "signed", None),
        "PER": ("agreement", "signed", 2017),
        "MEX": ("knowledge-exchange", "active", None),
        "GBR": ("mou", "in-negotiation", None),
        "CHL": ("mou", "signed", 2019),
    }
    topics = {c.partner: set(c.topics) for c in record.cooperations}
    assert topics["CHL"] == {"cybersecurity", "cyberdefence", "cybercrime"}
    assert {partner for partner, of in topics.items() if "open-data" in of} == {"HND", "GTM", "PER"}
    bodies = by_id(record.bodies)
    for cooperation in record.cooperations:
        assert all(bodies[key].country == cooperation.partner for key in cooperation.partner_bodies)
        assert all(bodies[key].country is None for key in cooperation.own_bodies)
    assert bodies["agesic"].acronym == "AGESIC"


def test_open_state_committee_has_nine_members(record: Record) -> None:
    committee = by_id(record.partnerships)["open-state-committee"]
    bodies, organisations = by_id(record.bodies), by_id(record.organisations)
    public = [key for key in committee.members if key in bodies]
    civil_society = [key for key in committee.members if key in organisations]
    assert (committee.kind, committee.framework, len(public), len(civil_society)) == (
        "multistakeholder",
        "ogp",
        5,
        4,
    )
    assert all(organisations[key].type == "civil-society" for key in civil_society)


def test_indicators_of_questions_17_to_20(record: Record) -> None:
    assert [(i.q, i.value, i.unit, i.year, i.estimate) for i in record.indicators if not i.about] == [
        (["17"], 79, "percent", 2017, False),
        (["18"], 0.09, "percent-of-gdp", 2018, True),
        (["19"], 89, "percent", 2015, False),
        (["20"], 33, "percent", 2015, False),
    ]


# Against the document, and against an independent list of its facts


@needs_document
def test_made_from_this_document(record: Record) -> None:
    assert record.source.sha256 == hashlib.sha256(DOCUMENT.read_bytes()).hexdigest()


@needs_document
def test_addresses_and_citations_stand_on_the_lines_that_are_given(record: Record) -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").replace("\\", "").split("\n")
    missing = []
    for name in (*Record.ENTITY_LISTS, "memberships", "cooperations"):
        for fact in getattr(record, name):
            text = " ".join(lines[span.line - 1] for span in fact.spans)
            stated = [
                getattr(fact, "url", None),
                getattr(fact, "number", None),
                getattr(fact, "acronym", None),
            ]
            for field in ("urls", "other_urls", "url_candidates"):
                stated += getattr(fact, field, [])
            missing += [(name, value) for value in stated if value and value not in text]
    assert missing == []


@needs_document
def test_no_address_of_the_answers_is_left_out(record: Record) -> None:
    dumped = str(record.model_dump())
    of_the_form = ("unstats.un.org", "publicadministration.un.org")
    lines = DOCUMENT.read_text(encoding="utf-8").replace("\\", "").split("\n")
    addresses = {
        address.split(">")[0].split("](")[0].rstrip(").,")
        for line in lines
        for address in ("http" + rest.split()[0] for rest in line.split("http")[1:] if rest.strip())
    }
    assert len(addresses) > 40
    left_out = {
        a for a in addresses if not any(host in a for host in of_the_form) and a.rstrip("]") not in dumped
    }
    assert left_out == set()


@needs_facts
def test_independent_list_of_facts_agrees_save_where_explained(record: Record) -> None:
    findings = compare(record, yaml.safe_load(FACTS.read_text(encoding="utf-8")))
    departures = {(f.path, f.status): str(f) for f in findings if f.status != "matched"}
    assert len(findings) > 800
    assert departures.keys() - EXPLAINED.keys() == set(), "differences without an explanation"
    assert EXPLAINED.keys() - departures.keys() == set(), "explanations of differences that are gone"


@needs_facts
@pytest.mark.parametrize(
    ("entries", "key", "field", "value", "path"),
    [
        ("instruments", "law-1712-2014", "urls", [], "laws.law-1712-2014.url"),
        ("instruments", "law-1712-2014", "number", "1713", "laws.law-1712-2014"),
        ("instruments", "digital-government-policy", "elements", [], "policies.dgp.components"),
        ("instruments", "decree-law-019-2012", "passages", [], "laws.declaw-019-2012.article"),
        ("portals", "datos", "replaced_by", None, "portals.p-datos.replaced_by"),
        ("bodies", "mintic", "aliases", [], "bodies.mintic.name"),
        ("bodies", "minsalud", "responsible_for", ["health"], "bodies.minsalud.responsible_for"),
        ("initiatives", "sofia", "partners", [], "projects.sofia.partners"),
        (
            "partnerships",
            "open-state-committee",
            "members",
            ["mintic"],
            "cooperation.partnership.osc.member_count",
        ),
    ],
)
def test_comparison_notices_a_change(
    record: Record, entries: str, key: str, field: str, value: Any, path: str
) -> None:
    changed = [
        entry.model_copy(update={field: value}) if entry.id == key else entry
        for entry in getattr(record, entries)
    ]
    facts = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
    findings = compare(record.model_copy(update={entries: changed}), facts)
    assert path in {finding.path for finding in findings if finding.status != "matched"}
