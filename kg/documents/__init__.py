"""The first room of the flow: a file becomes a `Document`, whatever its format (see docs/documents.md)."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kg.documents.builder import Builder
from kg.documents.docx import read_docx
from kg.documents.encoding import decode
from kg.documents.formats import Format, recognise
from kg.documents.html import read_html
from kg.documents.limits import Deadline, Limits, UnreadableDocument
from kg.documents.markdown import read_markdown
from kg.documents.model import (
    Anchor,
    Block,
    BlockKind,
    Checkbox,
    CheckState,
    Document,
    Link,
    Location,
    Position,
)
from kg.documents.pdf import read_pdf

__all__ = [
    "Anchor",
    "Block",
    "BlockKind",
    "CheckState",
    "Checkbox",
    "Document",
    "Limits",
    "Link",
    "Location",
    "Position",
    "UnreadableDocument",
    "read_bytes",
    "read_document",
]


def read_document(path: str | Path, limits: Limits | None = None) -> Document:
    """Reads a PDF, DOCX, HTML, Markdown or plain text file.

    The format is told from the content, not from the name. Nothing is fetched from the network, whatever the file
    refers to. Raises UnreadableDocument, which says which file, why and what to do, for anything that cannot be read
    or exceeds the limits.
    """
    path = Path(path)
    limits = limits or Limits()
    try:
        if path.is_dir():
            raise UnreadableDocument("this is a folder", where=str(path), hint="Name a file in it.")
        with path.open("rb") as file:
            # One byte more than allowed tells a file that is too large, also when it is growing or has no size.
            data = file.read(limits.max_bytes + 1)
    except FileNotFoundError:
        raise UnreadableDocument("there is no such file", where=str(path), hint="Check the name.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableDocument(
            f"the file could not be opened ({reason})",
            where=str(path),
            hint="Check the name and the permissions.",
        ) from None
    return read_bytes(data, path.name, limits)


def read_bytes(data: bytes, name: str, limits: Limits | None = None) -> Document:
    """Reads a document that is not a file, such as an upload; `name` is shown and its ending helps to tell text formats apart.

    Raises UnreadableDocument like `read_document`.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise UnreadableDocument(
            f"the file is larger than {limits.max_bytes} bytes",
            where=name,
            hint="Remove pictures from it, split it, or raise the limit.",
        )
    deadline = Deadline(name, limits.max_seconds)
    builder = Builder()
    form = recognise(data, name)
    if form is Format.PDF:
        read_pdf(data, name, builder, limits, deadline)
    elif form is Format.DOCX:
        read_docx(data, name, builder, limits, deadline)
    elif form is Format.HTML:
        read_html(data, name, builder, deadline)
    else:
        text, warning = decode(data, name)
        if warning is not None:
            builder.warn(warning)
        read_markdown(text, builder, deadline)
    if not builder.drafts:
        raise UnreadableDocument(
            "the file holds no text",
            where=name,
            hint="Check that it is the filled-in document and not an empty copy.",
        )
    return builder.document(name, form.value, hashlib.sha256(data).hexdigest())
