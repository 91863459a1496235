"""The explorer: what the graph says about countries, as pages for people and as JSON for programs.

    graph.py       reads a store: labels in the reader's language, sources, references
    profiles.py    the document of one country
    overview.py    what all countries have in common: list, coverage, indicators, names to search
    snapshot.py    makes these documents once per dataset version (a job of derived.py)
    reviews.py     makes and reads the documents for those who review records (another job)
    catalogue.py   holds them in the server
    charts.py, maps.py   geometry of the pictures, drawn by the templates as SVG
    search.py      typo-tolerant search in the names
    pages.py, entity_pages.py   the addresses

Every page is made from the document that its `.json` gives, so nothing is only in the HTML.
"""
