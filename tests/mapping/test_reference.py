"""The reference data themselves, against ISO 3166-1 and the facts of UN M49, and their mapping to triples."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pycountry
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS, XSD

from kg.errors import KgError
from kg.iris import Iris, slug
from kg.mapping.reference import (
    Country,
    Organisation,
    Region,
    read_countries,
    read_organisations,
    read_regions,
    reference_triples,
)
from kg.mapping.tables import read_table
from kg.namespaces import DG
from kg.resources import bundled

FOLDER = bundled("data") / "reference"
IRIS = Iris()

# How many countries and areas UN M49 lists in each region (Taiwan is not listed; Antarctica is in the world only).
M49_AREAS = {
    "002": 60, "015": 7, "202": 53, "014": 22, "017": 9, "018": 5, "011": 17,
    "019": 57, "021": 5, "419": 52, "029": 28, "013": 8, "005": 16,
    "142": 50, "143": 5, "030": 7, "035": 11, "034": 9, "145": 18,
    "150": 51, "151": 10, "154": 16, "039": 16, "155": 9,
    "009": 29, "053": 6, "054": 5, "057": 8, "061": 10,
}  # fmt: skip


@pytest.fixture(scope="module")
def regions() -> dict[str, Region]:
    return read_regions(FOLDER)


@pytest.fixture(scope="module")
def countries(regions: dict[str, Region]) -> dict[str, Country]:
    return read_countries(FOLDER, regions)


@pytest.fixture(scope="module")
def organisations(regions: dict[str, Region]) -> dict[str, Organisation]:
    return read_organisations(FOLDER, regions)


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph()
    for triple in reference_triples():
        graph.add(triple)
    return graph


def test_every_country_of_iso_3166_with_its_three_codes(countries: dict[str, Country]) -> None:
    iso = {(c.alpha_3, c.alpha_2, c.numeric) for c in pycountry.countries}
    assert {(c.iso3, c.iso2, c.m49) for c in countries.values()} == iso
    assert len(countries) == 249


def test_the_united_nations_have_193_member_states(countries: dict[str, Country]) -> None:
    members = {c.iso3: c.un_member_since for c in countries.values() if c.un_member}
    assert len(members) == 193
    assert not members.keys() & {"TWN", "PSE", "VAT", "COK", "NIU", "HKG", "ESH", "GRL"}
    assert (
        sum(year == 1945 for year in members.values()) == 49
    )  # the 51 original members less Czechoslovakia and Yugoslavia
    assert (members["SSD"], members["MNE"], members["CHE"], members["COL"]) == (2011, 2006, 2002, 1945)


def test_regions_hold_as_many_areas_as_in_m49(
    countries: dict[str, Country], regions: dict[str, Region]
) -> None:
    areas: Counter[str] = Counter()
    for country in countries.values():
        code = country.region
        while code:
            areas[code] += 1
            code = regions[code].parent
    assert areas.pop("001") == 248
    assert dict(areas) == M49_AREAS
    assert set(regions) == {"001", *M49_AREAS}


@pytest.mark.parametrize(
    ("iso3", "region"),
    [
        *(("COL", "005"), ("MEX", "013"), ("CUB", "029"), ("USA", "021"), ("KEN", "014"), ("NGA", "011")),
        *(("ZAF", "018"), ("COD", "017"), ("EGY", "015"), ("CYP", "145"), ("IRN", "034"), ("KAZ", "143")),
        *(("VNM", "035"), ("KOR", "030"), ("RUS", "151"), ("EST", "154"), ("ITA", "039"), ("AUT", "155")),
        *(("NZL", "053"), ("FJI", "054"), ("KIR", "057"), ("TON", "061"), ("ATA", "001"), ("TWN", None)),
    ],
)
def test_narrowest_region(countries: dict[str, Country], iso3: str, region: str | None) -> None:
    assert countries[iso3].region == region


@pytest.mark.parametrize(
    ("name", "iso3"),
    [
        *(("United Kingdom", "GBR"), ("UK", "GBR"), ("Great Britain", "GBR"), ("Reino Unido", "GBR")),
        *(
            ("Corea del Sur", "KOR"),
            ("Republic of Korea", "KOR"),
            ("Korea, Republic of", "KOR"),
            ("North Korea", "PRK"),
        ),
        *(
            ("Türkiye", "TUR"),
            ("Turkey", "TUR"),
            ("Turquía", "TUR"),
            ("Czechia", "CZE"),
            ("Czech Republic", "CZE"),
        ),
        *(("Bolivia (Plurinational State of)", "BOL"), ("Iran", "IRN"), ("Tanzania", "TZA"), ("Laos", "LAO")),
        *(
            ("Viet Nam", "VNM"),
            ("Vietnam", "VNM"),
            ("Ivory Coast", "CIV"),
            ("Cote d'Ivoire", "CIV"),
            ("Costa de Marfil", "CIV"),
        ),
        *(
            ("Moçambique", "MOZ"),
            ("São Tomé and Príncipe", "STP"),
            ("Cabo Verde", "CPV"),
            ("Cape Verde", "CPV"),
        ),
        *(
            ("Swaziland", "SWZ"),
            ("Macedonia", "MKD"),
            ("Burma", "MMR"),
            ("Russia", "RUS"),
            ("Holanda", "NLD"),
        ),
        *(
            ("Congo", "COG"),
            ("DR Congo", "COD"),
            ("États-Unis", "USA"),
            ("EE. UU.", "USA"),
            ("Alemanha", "DEU"),
        ),
    ],
)
def test_country_is_found_by_name(countries: dict[str, Country], name: str, iso3: str) -> None:
    found = {c.iso3 for c in countries.values() if slug(name) in map(slug, _names(c))}
    assert found == {iso3}


def test_every_name_of_the_iso_table_is_known(countries: dict[str, Country]) -> None:
    for entry in pycountry.countries:
        known = {slug(name) for name in _names(countries[entry.alpha_3])}
        for field in ("name", "common_name", "official_name"):
            if value := getattr(entry, field, None):
                assert slug(value.removeprefix("the ")) in known, (entry.alpha_3, value)


def test_register_covers_the_field_in_several_languages(organisations: dict[str, Organisation]) -> None:
    assert len(organisations) >= 80
    languages = Counter(language for o in organisations.values() for language in o.aliases)
    assert min(languages[code] for code in ("en", "es", "fr", "pt")) >= 60
    required = (
        "oecd ogp oas red-gealc clad eclac digital-nations itu world-bank undp african-union smart-africa asean apec "
        "gcc escwa cis eu nordic-council caricom pif commonwealth oif brics sco wef niis undesa unesco idb caf adb afdb "
        "isdb ecowas eac sadc comesa arab-league oic benelux council-of-europe osce visegrad-group pacific-alliance "
        "mercosur sica andean-community unece escap eca w3c iso iec etsi icann igf dpga govstack cept upu wipo wto imf "
        "g20 g7 segib cplp"
    )
    assert set(required.split()) <= organisations.keys()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *(("Organisation for Economic Co-operation and Development", "oecd"), ("OCDE", "oecd")),
        *(
            ("Organization for Economic Co-operation and Development", "oecd"),
            ("Alliance for Open Government", "ogp"),
        ),
        *(
            ("AOG", "ogp"),
            ("Alianza para el Gobierno Abierto", "ogp"),
            ("OEA", "oas"),
            ("Red Gealc", "red-gealc"),
        ),
        *(
            ("Red de Gobierno Electrónico de América Latina y el Caribe", "red-gealc"),
            ("D9", "digital-nations"),
        ),
        *(
            ("Comunidade dos Países de Língua Portuguesa", "cplp"),
            ("Unión Europea", "eu"),
            ("CEPAL", "eclac"),
        ),
        *(
            ("International Telecommunication Union", "itu"),
            ("UN DESA", "undesa"),
            ("Gulf Cooperation Council", "gcc"),
        ),
    ],
)
def test_organisation_is_found_by_name(organisations: dict[str, Organisation], name: str, key: str) -> None:
    assert {o.id for o in organisations.values() if slug(name) in map(slug, o.all_names())} == {key}


def test_networks_are_told_from_organisations(organisations: dict[str, Organisation]) -> None:
    networks = {o.id for o in organisations.values() if o.kind == "CooperationNetwork"}
    assert {"red-gealc", "ogp", "digital-nations", "niis", "smart-africa"} <= networks
    assert not networks & {"oecd", "oas", "un", "eu", "g20", "itu"}


def test_a_country_as_triples(graph: Graph) -> None:
    colombia = IRIS.country("COL")
    assert set(graph.objects(colombia, RDFS.label)) == {Literal("Colombia", "en"), Literal("Colombia", "es")}
    assert (colombia, RDF.type, DG.Country) in graph
    assert (colombia, DG.iso2, Literal("CO")) in graph
    assert (colombia, DG.iso3, Literal("COL")) in graph
    assert (colombia, DG.m49, Literal("170")) in graph
    assert (colombia, DG.unMember, Literal(True)) in graph
    assert (colombia, DG.inRegion, IRIS.region("005")) in graph
    assert (colombia, SKOS.altLabel, Literal("República de Colombia", "es")) in graph
    assert set(graph.objects(colombia, SKOS.exactMatch)) == {
        URIRef("http://publications.europa.eu/resource/authority/country/COL"),
        URIRef("http://metadata.un.org/sdg/codes/geoArea/170"),
        URIRef("https://ld.admin.ch/country/COL"),
        URIRef("http://www.wikidata.org/entity/Q739"),
    }


def test_numeric_codes_keep_zeros_as_codes_and_lose_them_in_un_links(graph: Graph) -> None:
    brazil = IRIS.country("BRA")
    assert (brazil, DG.m49, Literal("076")) in graph
    assert (brazil, SKOS.exactMatch, URIRef("http://metadata.un.org/sdg/codes/geoArea/76")) in graph
    taiwan = list(graph.objects(IRIS.country("TWN"), SKOS.exactMatch))
    assert not [link for link in taiwan if "geoArea" in str(link)]


def test_regions_lead_up_to_the_world(graph: Graph) -> None:
    path = list(graph.transitive_objects(IRIS.region("005"), DG.partOf))
    assert path == [IRIS.region(code) for code in ("005", "419", "019", "001")]
    query = "SELECT (COUNT(DISTINCT ?c) AS ?n) WHERE { ?c dg:inRegion/dg:partOf* ?region }"
    bindings = {"region": IRIS.region("419")}
    assert [int(n) for (n,) in graph.query(query, initNs={"dg": DG}, initBindings=bindings)] == [52]


def test_an_organisation_as_triples(graph: Graph) -> None:
    oecd = IRIS.organisation("oecd")
    assert (oecd, RDF.type, DG.InternationalOrganisation) in graph
    assert (oecd, DG.abbreviation, Literal("OECD")) in graph
    assert (oecd, SKOS.altLabel, Literal("OCDE", "es")) in graph
    assert (oecd, DG.website, Literal("https://www.oecd.org", datatype=XSD.anyURI)) in graph
    assert (oecd, DG.host, Literal("oecd.org")) in graph
    corporate_body = URIRef("http://publications.europa.eu/resource/authority/corporate-body/OECD")
    assert (oecd, SKOS.exactMatch, corporate_body) in graph
    assert (IRIS.organisation("red-gealc"), RDF.type, DG.CooperationNetwork) in graph


def test_links_are_matches_never_identity(graph: Graph) -> None:
    assert not list(graph.subject_objects(OWL.sameAs))
    # No two countries, regions or organisations are tied to one outside resource.
    links = Counter(graph.objects(None, SKOS.exactMatch))
    assert [link for link, count in links.items() if count > 1] == []


def test_same_input_same_triples_each_once_and_well_formed() -> None:
    triples = list(reference_triples())
    assert triples == list(reference_triples())
    assert len(set(triples)) == len(triples)
    for subject, _, object_ in triples:
        ox.NamedNode(str(subject))
        if isinstance(object_, URIRef):
            ox.NamedNode(str(object_))


def test_data_iris_follow_the_base() -> None:
    subjects = {subject for subject, _, _ in reference_triples(iris=Iris("http://localhost:8000/"))}
    assert all(subject.startswith("http://localhost:8000/id/") for subject in subjects)


Edit = Callable[[str], str]


@pytest.mark.parametrize(
    ("file", "edit", "line", "message"),
    [
        ("countries.csv", lambda t: t.replace("COL,CO,170", "COL,AO,170"), 51, "the code AO is also in line 4"),
        ("countries.csv", lambda t: t.replace("COL,CO,170", "COL,CO,17"), 51, "'17' in column m49"),
        ("countries.csv", lambda t: t.replace("019,419,005,true,1945,COL", "019,419,015,true,1945,COL"), 51, "015 is not part of 419"),
        ("countries.csv", lambda t: t.replace("019,419,005,true,1945,COL", "019,999,,true,1945,COL"), 51, "999 is not in regions.csv"),
        ("countries.csv", lambda t: t.replace("true,1945,COL", "yes,1945,COL"), 51, "'yes' in column un_member is not true or false"),
        ("countries.csv", lambda t: t.replace("true,1945,COL", "false,1945,COL"), 51, "no member"),
        ("countries.csv", lambda t: t.replace("COL,Q739", "COL"), 51, "has 12 values, expected 13"),
        ("countries.csv", lambda t: t.replace("COL,Q739", "COL,739"), 51, "is not a Wikidata item"),
        ("countries.csv", lambda t: t.replace("iso3,iso2", "iso2,iso3", 1), 1, "the header line is 'iso2,iso3"),
        ("country-aliases.csv", lambda t: t + "CHL,Colombia,en\n", -1, "'Colombia' stands for both COL and CHL"),
        ("country-aliases.csv", lambda t: t + "XKX,Kosovo,en\n", -1, "the country XKX is not in countries.csv"),
        ("country-aliases.csv", lambda t: t + "COL,Nueva Granada,Spanish!\n", -1, "is not a language tag"),
        ("country-aliases.csv", lambda t: t + "COL,,es\n", -1, "the alias is empty"),
        ("regions.csv", lambda t: t.replace("World,Mundo,", "World,Mundo,005"), 2, "the region 001 is part of itself"),
        ("regions.csv", lambda t: t.replace("013,Central America", "005,Central America"), 15, "the region 005 is listed twice"),
        ("regions.csv", lambda t: t.replace("América del Sur,419", "América del Sur,420"), 15, "the parent region 420 is not in this table"),
        ("regions.csv", lambda t: t.replace("Central Asia,Asia central", "Central Asia,"), 17, "a name is missing"),
        ("organisations.yaml", lambda t: t + "- {id: x, class: CooperationNetwork, name: OEA, scope: global}\n", -1, "'OEA' stands for both 'oas' and 'x'"),
        ("organisations.yaml", lambda t: t + "- {id: oas, class: CooperationNetwork, name: Y, scope: global}\n", -1, "the id 'oas' is used twice"),
        ("organisations.yaml", lambda t: t + "- {id: x, class: Club, name: Y, scope: global}\n", -1, "class: "),
        ("organisations.yaml", lambda t: t + "- {id: x, class: Company, name: Y, scope: global, site: z}\n", -1, "site: "),
        ("organisations.yaml", lambda t: t + "- {id: x, class: Company, name: Y, scope: global, region_m49: '005'}\n", -1, "global and yet has a region"),
        ("organisations.yaml", lambda t: t + "- {id: x, class: Company, name: Y, scope: regional, region_m49: '500'}\n", -1, "the region 500 is not in regions.csv"),
        ("organisations.yaml", lambda t: t + "- just a name\n", -1, "valid dictionary"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_by_file_and_line(
    tmp_path: Path, file: str, edit: Edit, line: int, message: str
) -> None:
    shutil.copytree(FOLDER, tmp_path / "reference")
    path = tmp_path / "reference" / file
    before = path.read_text(encoding="utf-8")
    path.write_text(edit(before), encoding="utf-8")
    assert edit(before) != before
    with pytest.raises(KgError) as caught:
        list(reference_triples(tmp_path))
    at = line if line > 0 else len(path.read_text(encoding="utf-8").splitlines())
    assert caught.value.where == f"{path}:{at}"
    assert message in caught.value.message


@pytest.mark.parametrize(
    "file", ["countries.csv", "country-aliases.csv", "regions.csv", "organisations.yaml"]
)
def test_a_missing_file_is_an_error_for_people(tmp_path: Path, file: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "reference")
    (tmp_path / "reference" / file).unlink()
    with pytest.raises(KgError, match=file):
        list(reference_triples(tmp_path))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_an_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(b"a,b\n" + content)
    with suppress(KgError):  # anything else that escapes fails the test
        for row in read_table(file, ("a", "b")):
            assert set(row.values) == {"a", "b"}


def _names(country: Country) -> list[str]:
    return [*country.names.values(), *(name for name, _ in country.aliases)]
