"""Three editions of one made-up country's response, and its factsheet: what changes between them is said here, by hand.

2018 → 2020: two ministries merged, an agency took a new name (same id) and address, an authority took another's place, a law was
repealed and another amended, a portal replaced, the strategy superseded; the statistics office is not mentioned again.
2020 → 2022: the merged ministry was split, an office was dissolved. Health, the register law and the tax portal never change.
"""

from __future__ import annotations

from kg.records.load import parse_record
from kg.records.model import Record

COUNTRY = "AND"

_2018 = """\
format: 1
status: reviewed
source: {title: Test response, edition: 2018, country: AND}
answers:
  - {q: 9, value: yes, basis: text, options: [{item: data-protection, checked: yes}, {item: open-data, checked: no},
     {item: digital-identity, checked: unknown}]}
  - {q: 4, value: no, basis: box}
bodies:
  - {id: ministry-of-trade, name: Ministry of Trade, type: ministry, responsible_for: [trade], q: 5i}
  - {id: ministry-of-finance, name: Ministry of Finance, type: ministry, responsible_for: [finance], q: 5h}
  - {id: dga, name: Agency for Electronic Government, acronym: DGA, type: directorate, urls: ['https://egov.example.ad'], q: 3,
     responsible_for: [e-government], established: 2010}
  - {id: data-inspectorate, name: Data Inspectorate, type: authority, q: 9}
  - {id: statistics-office, name: Statistics Office, type: department, q: 16}
  - {id: ministry-of-health, name: Ministry of Health, type: ministry, responsible_for: [health], q: 5c}
portals:
  - {id: old-portal, name: Citizen portal, url: 'https://citizen.example.ad', kinds: [national], q: 1}
  - {id: tax, name: Tax online, url: 'https://tax.example.ad', kinds: [e-services], q: 2a}
instruments:
  - {id: data-act, name: Act 15 of 2003, kind: act, number: 15, year: 2003, topics: [data-protection], q: 9}
  - {id: records-act, name: Act 3 of 2010, kind: act, number: 3, year: 2010, topics: [base-registries], q: 9}
  - {id: agenda, name: Digital agenda, kind: strategy, start_year: 2015, end_year: 2019, lifecycle: active, q: 7}
initiatives:
  - {id: paperless, name: Paperless office, lifecycle: planned, q: 15}
cooperations:
  - {partner: ESP, kind: mou, lifecycle: in-negotiation, q: 23}
"""

_2020 = """\
format: 1
status: reviewed
source: {title: Test response, edition: 2020, country: AND}
answers:
  - {q: 9, value: yes, basis: text, options: [{item: data-protection, checked: yes}, {item: open-data, checked: yes},
     {item: digital-identity, checked: unknown}]}
  - {q: 4, value: yes, basis: box}
bodies:
  - {id: ministry-of-trade, name: Ministry of Trade, type: ministry, until: 2019, q: 5i}
  - {id: ministry-of-finance, name: Ministry of Finance, type: ministry, until: 2019, q: 5h}
  - {id: ministry-of-economy, name: Ministry of the Economy, type: ministry, responsible_for: [trade, finance], q: [5h, 5i],
     established: 2019, established_by: economy-decree}
  - {id: dga, name: Digital Government Agency, acronym: DGA, type: agency, urls: ['https://digital.example.ad'], q: 3,
     responsible_for: [e-government], established: 2010}
  - {id: data-inspectorate, name: Data Inspectorate, type: authority, until: 2018, q: 9}
  - {id: data-authority, name: Data Protection Authority, type: authority, q: 9}
  - {id: ministry-of-health, name: Ministry of Health, type: ministry, responsible_for: [health], q: 5c}
portals:
  - {id: old-portal, name: Citizen portal, url: 'https://citizen.example.ad', kinds: [national], replaced_by: new-portal,
     replacement_status: completed, until: 2019, q: 1}
  - {id: new-portal, name: One portal, url: 'https://one.example.ad', kinds: [national], start_year: 2019, q: 1}
  - {id: tax, name: Tax online, url: 'https://tax.example.ad', kinds: [e-services], q: 2a}
instruments:
  - {id: data-act, name: Act 15 of 2003, kind: act, number: 15, year: 2003, topics: [data-protection], until: 2019, q: 9}
  - {id: new-data-act, name: Act 29 of 2019, kind: act, number: 29, year: 2019, topics: [data-protection], repeals: [data-act], q: 9}
  - {id: records-act, name: Act 3 of 2010, kind: act, number: 3, year: 2010, topics: [base-registries], q: 9}
  - {id: records-reform, name: Act 8 of 2019, kind: act, number: 8, year: 2019, topics: [base-registries], amends: [records-act], q: 9}
  - {id: economy-decree, name: Decree 7 of 2019, kind: decree, number: 7, year: 2019, q: 5i}
  - {id: agenda, name: Digital agenda, kind: strategy, start_year: 2015, end_year: 2019, lifecycle: completed, q: 7}
  - {id: plan, name: Digital plan, kind: strategy, start_year: 2020, end_year: 2024, replaces: [agenda], q: 7}
initiatives:
  - {id: paperless, name: Paperless office, lifecycle: active, q: 15}
cooperations:
  - {partner: ESP, kind: mou, lifecycle: signed, year: 2019, q: 23}
changes:
  - {kind: merger, before: [ministry-of-trade, ministry-of-finance], after: [ministry-of-economy], date: 2019-07-01,
     under: [economy-decree], q: 5i}
  - {kind: renaming, before: [data-inspectorate], after: [data-authority], year: 2018, q: 9}
"""

_2022 = """\
format: 1
status: reviewed
source: {title: Test response, edition: 2022, country: AND}
bodies:
  - {id: ministry-of-economy, name: Ministry of Economy, type: ministry, established: 2019, until: 2021, q: [5h, 5i]}
  - {id: ministry-of-trade-and-industry, name: Ministry of Trade and Industry, type: ministry, responsible_for: [trade], q: 5i}
  - {id: treasury, name: Treasury, type: ministry, responsible_for: [finance], q: 5h}
  - {id: dga, name: Digital Government Agency, acronym: DGA, type: agency, urls: ['https://digital.example.ad'], q: 3,
     responsible_for: [e-government]}
  - {id: data-authority, name: Data Protection Authority, type: authority, until: 2021, q: 9}
  - {id: ministry-of-health, name: Ministry of Health, type: ministry, responsible_for: [health], q: 5c}
portals:
  - {id: new-portal, name: One portal, url: 'https://one.example.ad', kinds: [national], start_year: 2019, q: 1}
  - {id: tax, name: Tax online, url: 'https://tax.example.ad', kinds: [e-services], q: 2a}
instruments:
  - {id: records-act, name: Act 3 of 2010, kind: act, number: 3, year: 2010, topics: [base-registries], q: 9}
changes:
  - {kind: split, before: [ministry-of-economy], after: [ministry-of-trade-and-industry, treasury], year: 2021, q: 5i}
  - {kind: dissolution, before: [data-authority], year: 2021, q: 9}
"""

_FACTSHEET = """\
format: 1
status: extracted
source: {title: Test factsheet, family: factsheet, edition: 2020, country: AND}
bodies:
  - {id: dga, name: Digital Government Agency of Andorra, type: agency, q: '4.1'}
  - {id: treasury-board, name: Treasury Board, type: council, q: '4.1'}
"""


def response(edition: int) -> Record:
    """The country's response of 2018, 2020 or 2022."""
    return parse_record({2018: _2018, 2020: _2020, 2022: _2022}[edition], f"{COUNTRY} {edition}")


def factsheet() -> Record:
    """Its factsheet of 2020."""
    return parse_record(_FACTSHEET, f"{COUNTRY} factsheet")
