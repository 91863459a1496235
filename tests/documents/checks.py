"""What holds for every document, whatever it was read from."""

from __future__ import annotations

from kg.documents import Block, Document


def check(document: Document) -> Document:
    """Asserts the promises of the model, and gives the document back."""
    assert document.text == "\n".join(block.text for block in document.blocks)
    glyphs = {"checked": "☒", "unchecked": "☐", "unknown": "⍰"}
    for block in document.blocks:
        where = block.position
        assert block.text.strip()
        assert "\n" not in block.text
        assert document.text[where.start : where.end] == block.text
        for link in block.links:
            assert where.start <= link.start < link.end <= where.end
            assert document.text[link.start : link.end] == link.text
        for box in block.checkboxes:
            assert where.start <= box.start < box.end <= where.end
            assert document.text[box.start : box.end] == glyphs[box.state]
            assert where.start <= box.label_start <= box.label_end <= where.end
        assert document.locate(where.start).block is block
        assert document.locate(where.end).block is block
    return document


def texts(document: Document) -> list[str]:
    """The texts of what the author says."""
    return [block.text for block in document.body]


def only(document: Document, start: str) -> Block:
    """The one block that begins like this."""
    found = [block for block in document.blocks if block.text.startswith(start)]
    assert len(found) == 1, [block.text for block in document.blocks]
    return found[0]


def boxes(document: Document) -> list[tuple[str, str]]:
    """State and label of each box in order."""
    return [
        (box.state.value, document.text[box.label_start : box.label_end])
        for block in document.blocks
        for box in block.checkboxes
    ]


def links(document: Document) -> list[tuple[str, str]]:
    """Text and target of each link in order."""
    return [(link.text, link.url) for block in document.blocks for link in block.links]
