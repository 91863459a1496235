"""IRIs are minted from what identifies a thing, and only from that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import URIRef

from kg.iris import Iris, host_of, slug

IRIS = Iris()


@pytest.mark.parametrize(
    ("minted", "expected"),
    [
        (IRIS.country("COL"), "id/country/COL"),
        (IRIS.body("COL", "mintic"), "id/body/COL/mintic"),
        (IRIS.law("COL", "act", 2014, "1712", "x"), "id/law/COL/law/2014/1712"),
        (IRIS.law("COL", "decree-law", 2012, "019", "x"), "id/law/COL/decree-law/2012/019"),
        (IRIS.law("COL", "act", None, "1712", "x"), "id/law/COL/law/1712"),
        (
            IRIS.law("ALB", "act", None, None, "public-information-act"),
            "id/law/ALB/law/public-information-act",
        ),
        (IRIS.policy("COL", "sdg-strategy", "CONPES", "3918"), "id/policy/COL/conpes/3918"),
        (IRIS.policy("COL", "digital-government-policy"), "id/policy/COL/digital-government-policy"),
        (IRIS.portal("https://www.datos.gov.co/", "COL", "datos"), "id/portal/www.datos.gov.co"),
        (
            IRIS.portal("https://WWW.example.org/Services/?x=1", "COL", "x"),
            "id/portal/www.example.org/Services",
        ),
        (IRIS.portal(None, "MEX", "gob-mx"), "id/portal/MEX/gob-mx"),
        (IRIS.organisation("oecd"), "id/organisation/oecd"),
        (IRIS.cooperation(2020, "COL", "URY"), "id/cooperation/2020/COL/URY"),
        (IRIS.answer(2020, "COL", "9"), "id/response/2020/COL/q9"),
        (IRIS.source_graph(2020, "COL"), "graph/response/2020/COL"),
    ],
)
def test_contract_iris(minted: URIRef, expected: str) -> None:
    assert str(minted) == "https://w3id.org/digigov/" + expected


def test_the_base_is_one_setting() -> None:
    assert str(Iris("https://kg.example/").country("COL")) == "https://kg.example/id/country/COL"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://www.gov.co", "gov.co"),
        ("https://WWW.Datos.gov.co:443/x", "datos.gov.co"),
        ("www.gov.co/portal", "gov.co"),
        ("ftp://gov.co", None),
        ("https://", None),
        ("https://[broken", None),
        ("not a url", None),
    ],
)
def test_host_is_the_key_of_web_addresses(url: str, host: str | None) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Corporación Somos Más", "corporacion-somos-mas"),
        ("  Łódź / IT ", "lodz-it"),
        ("e-Gov_2.0", "e-gov-2-0"),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text(max_size=60))
def test_slug_is_safe_in_an_iri_and_stable(text: str) -> None:
    once = slug(text)
    assert not set(once) & set(' <>"{}|\\^`/?#[]')
    assert once.isascii()
    if "%" not in once:
        assert slug(once) == once


@given(st.text(max_size=80))
def test_any_text_has_a_host_or_none(text: str) -> None:
    host = host_of(text)
    assert host is None or (host == host.lower() and " " not in host)
