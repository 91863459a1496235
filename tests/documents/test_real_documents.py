"""Every real document of the corpus is read, and what a person counted in it is found."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest
from checks import boxes, check, links

from kg.documents import BlockKind, Document, read_document

FACTSHEETS = [
    "austria", "belgium", "bulgaria", "croatia", "cyprus", "czechia", "denmark", "estonia", "eu", "finland", "france",
    "germany", "greece", "hungary", "italy", "liechtenstein", "lithuania", "luxembourg", "malta", "netherlands", "norway",
    "poland", "romania", "slovakia", "spain", "sweden",
]  # fmt: skip


def kinds(document: Document) -> Counter[BlockKind]:
    return Counter(block.kind for block in document.blocks)


def test_the_colombian_response(corpus: Path) -> None:
    document = check(read_document(corpus / "msq-2020-colombia.md"))
    assert not document.warnings
    assert kinds(document)[BlockKind.FOOTNOTE] == 11
    numbers = [block.text.split(".")[0] for block in document.blocks if block.kind is BlockKind.LIST_ITEM]
    for question in range(1, 25):
        assert str(question) in numbers
    assert boxes(document) == []
    targets = {url for _, url in links(document)}
    assert "http://gobiernodigital.gov.co/623/articles-81473_recurso_1.pdf" in targets
    assert not any("\\" in text for text, _ in links(document))
    assert any(block.text == "Yes\tNo" for block in document.blocks)
    address = document.text.index("https://www.colombiacompra.gov.co/secop-ii")
    assert document.locate(address).line == 37


def test_the_philippine_response(corpus: Path) -> None:
    document = check(read_document(corpus / "philippines.md"))
    found = boxes(document)
    assert found[:2] == [("unchecked", "Yes"), ("checked", "No")]
    assert ("checked", "has an implementation plan") in found
    assert ("unchecked", "data interoperability") in found


def test_the_portuguese_response(corpus: Path) -> None:
    document = check(read_document(corpus / "portugal.md"))
    targets = [url for _, url in links(document)]
    assert "https://dre.pt/dre/detalhe/lei/26-2016-75177807" in targets
    assert not any(url.endswith((")", ",", ".", ";")) for url in targets)


@pytest.mark.parametrize("country", FACTSHEETS)
def test_a_factsheet(corpus: Path, country: str) -> None:
    document = check(read_document(corpus / "factsheets-2023" / f"{country}.html"))
    assert document.media_type == "text/html"
    assert not document.warnings
    headings = [block for block in document.body if block.kind is BlockKind.HEADING]
    first = next(block.text for block in headings if block.level == 1)
    assert first in ("Interoperability State-of-Play", "Interoperability State of Play", "Executive Summary")
    assert {1, 2, 3, 4} <= {block.level for block in headings}
    furniture = [block.text for block in document.blocks if block.kind is BlockKind.FURNITURE]
    assert sum(text[:2].strip().isdigit() and text[-1].isdigit() for text in furniture) >= 3
    assert not any(url.startswith(("file:", "#", "javascript:")) for _, url in links(document))


@pytest.mark.parametrize("country", ["denmark", "liechtenstein"])
def test_a_factsheet_is_the_same_as_docx_and_html(corpus: Path, country: str) -> None:
    page = check(read_document(corpus / "factsheets-2023" / f"{country}.html"))
    word = check(read_document(corpus / "factsheets-2023" / f"{country}.docx"))

    def said(document: Document) -> list[tuple[BlockKind, str]]:
        # Word computes numbers of headings and lists that the page lost, and writes the dash of a span another way.
        return [(block.kind, block.text.lstrip("0123456789.) ").replace("−", "-")) for block in document.body]

    without_titles = [pair for pair in said(page) if pair[1] != "Table of Contents"]
    assert without_titles == said(word)

    def targets(document: Document) -> set[str]:
        # The two files quote some characters differently, and the page lost what follows the "#" of one.
        return {unquote(url).partition("#")[0].strip() for _, url in links(document)}

    assert targets(page) == targets(word)
