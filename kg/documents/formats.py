"""Which format a file is in, told from its first bytes; the refusal of the formats we know but do not read."""

from __future__ import annotations

import re
from enum import StrEnum

from kg.documents.limits import UnreadableDocument


class Format(StrEnum):
    """The formats that are read, by media type (IANA)."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    HTML = "text/html"
    MARKDOWN = "text/markdown"
    TEXT = "text/plain"


def recognise(data: bytes, name: str) -> Format:
    """The format of a file. The ending of its name decides only between kinds of text.

    Raises UnreadableDocument for an empty file and for formats that are not read.
    """
    if not data.strip(b"\0 \t\r\n\x0c"):
        raise UnreadableDocument(
            "the file is empty", where=name, hint="Check that it was saved or uploaded completely."
        )
    # Readers of PDF accept some bytes before the header (ISO 32000-1, annex H.3, note 13).
    if b"%PDF-" in data[:1024]:
        return Format.PDF
    if data.startswith(b"PK\x03\x04"):
        return Format.DOCX
    if data.startswith(_COMPOUND_FILE):
        raise _refusal_of_compound_file(data, name)
    for signature, what, hint in _REFUSED:
        if data.startswith(signature):
            raise UnreadableDocument(f"the file is {what}", where=name, hint=hint)
    ending = name.rpartition(".")[2].lower()
    start = data[:4096].replace(b"\0", b"")
    if _PAGE_START.match(start) is not None or (
        ending in ("html", "htm", "xhtml") and _ELEMENT.search(start)
    ):
        return Format.HTML
    if _XML_START.match(start) is not None:
        raise UnreadableDocument(
            "the file is XML of a kind we do not read", where=name, hint="Export it as PDF, DOCX or HTML."
        )
    return Format.MARKDOWN if ending in ("md", "markdown", "mkd") else Format.TEXT


def _refusal_of_compound_file(data: bytes, name: str) -> UnreadableDocument:
    """Old Office files and encrypted new ones share a container (MS-CFB); its stream names are UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return UnreadableDocument(
            "the document is protected with a password",
            where=name,
            hint="Open it with the password and save a copy without one.",
        )
    what = (
        "an old Word document (.doc)" if "WordDocument".encode("utf-16-le") in data else "an old Office file"
    )
    return UnreadableDocument(f"the file is {what}", where=name, hint="Save it as DOCX or PDF.")


_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURE = "Recognise its text (OCR) and save that as PDF, DOCX or plain text."
_SAVE_AS = "Save it as DOCX or PDF."
_UNPACK = "Unpack it and give the document inside."
_REFUSED = (
    (b"{\\rtf", "in Rich Text Format", _SAVE_AS),
    (b"\x89PNG\r\n", "a picture (PNG)", _PICTURE),
    (b"\xff\xd8\xff", "a picture (JPEG)", _PICTURE),
    (b"GIF8", "a picture (GIF)", _PICTURE),
    (b"II*\0", "a picture (TIFF)", _PICTURE),
    (b"MM\0*", "a picture (TIFF)", _PICTURE),
    (b"%!PS", "a PostScript file", "Convert it to PDF."),
    (b"PK\x05\x06", "an empty archive", _UNPACK),
    (b"Rar!", "an archive (RAR)", _UNPACK),
    (b"7z\xbc\xaf", "an archive (7z)", _UNPACK),
    (b"\x1f\x8b", "compressed (gzip)", _UNPACK),
    (b"BZh", "compressed (bzip2)", _UNPACK),
    (b"\xfd7zXZ", "compressed (xz)", _UNPACK),
)

_BLANK_OR_COMMENT = (
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\s+|<!--(?:[^-]|-(?!->)){0,2000}-->|<\?xml[^>]{0,200}\?>)*+"
)
_PAGE_START = re.compile(_BLANK_OR_COMMENT + rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_ELEMENT = re.compile(rb"<[a-zA-Z][a-zA-Z0-9]*[\s/>]")
_XML_START = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<\?xml\s")
