"""What the mapping speaks in: triples, and which ontology class each code of a record stands for."""

from __future__ import annotations

from typing import TypeAlias

from rdflib import URIRef
from rdflib.term import Node

from kg.namespaces import DG

Triple: TypeAlias = tuple[Node, URIRef, Node]

BODY_CLASSES: dict[str, URIRef] = {
    "ministry": DG.Ministry,
    "agency": DG.Agency,
    "directorate": DG.Directorate,
    "department": DG.Department,
    "council": DG.Council,
    "committee": DG.Committee,
    "commission": DG.Commission,
    "authority": DG.Authority,
    "executive-office": DG.ExecutiveOffice,
    "local-government": DG.LocalGovernment,
    "other": DG.GovernmentBody,
}

ORGANISATION_CLASSES: dict[str, URIRef] = {
    "international": DG.InternationalOrganisation,
    "network": DG.CooperationNetwork,
    "civil-society": DG.CivilSocietyOrganisation,
    "company": DG.Company,
    "academic": DG.AcademicInstitution,
    "research-centre": DG.ResearchCentre,
    "other": DG.Organisation,
}

INSTRUMENT_CLASSES: dict[str, URIRef] = {
    "constitution": DG.Constitution,
    "act": DG.Act,
    "decree": DG.Decree,
    "decree-law": DG.DecreeLaw,
    "resolution": DG.Resolution,
    "directive": DG.Directive,
    "regulation": DG.Regulation,
    "executive-order": DG.ExecutiveOrder,
    "policy": DG.Policy,
    "strategy": DG.Strategy,
    "plan": DG.Plan,
    "guideline": DG.Guideline,
    "standard": DG.Standard,
    "other": DG.Instrument,
}
