"""PDF files: text with page numbers, links, form fields and check boxes; headers, footers and broken lines mended.

The engine is PDFium. It is not safe for threads, so one document is read at a time in a process.
"""

from __future__ import annotations

import ctypes
import threading
import zlib

import pypdfium2  # type: ignore[import-untyped]
from pypdfium2 import raw

from kg.documents.builder import Builder
from kg.documents.limits import RATIO_FLOOR, Deadline, Limits, UnreadableDocument
from kg.documents.pdf_layout import arranged
from kg.documents.pdf_page import PageContent, page_content
from kg.documents.pdf_paragraphs import add_paragraphs


def read_pdf(data: bytes, name: str, builder: Builder, limits: Limits, deadline: Deadline) -> None:
    """Adds the blocks of a PDF.

    Raises UnreadableDocument for files that are damaged, protected, too long, without text (scans), or that unpack to
    more than the limits allow.
    """
    _refuse_bombs(data, name, limits)
    with _ENGINE:
        pages = _pages(data, name, builder, limits, deadline)
    _refuse_pictures(pages, name, builder)
    elements = []
    for number, page in enumerate(pages, start=1):
        deadline.check()
        elements.append(arranged(page, number))
    add_paragraphs(elements, [(page.width, page.height) for page in pages], builder)
    for number, page in enumerate(pages, start=1):
        if page.unread:
            builder.warn(f"Text that stands askew on page {number} was left out.")


_ENGINE = threading.Lock()


def _pages(data: bytes, name: str, builder: Builder, limits: Limits, deadline: Deadline) -> list[PageContent]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise UnreadableDocument(
                "the document is protected with a password",
                where=name,
                hint="Open it with the password and save a copy without one.",
            ) from None
        raise _damaged(name) from None
    try:
        # The engine wants the form set up before anything else is asked.
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()
        form = document.formenv.raw if document.formenv is not None else None
        if len(document) > limits.max_pages:
            raise UnreadableDocument(
                f"the document has {len(document)} pages, more than {limits.max_pages}",
                where=name,
                hint="Split it, or raise the limit.",
            )
        builder.language = _language(document)
        contents = []
        for number in range(len(document)):
            deadline.check()
            try:
                page = document[number]
            except pypdfium2.PdfiumError:
                builder.warn(f"Page {number + 1} is damaged and could not be read.")
                contents.append(PageContent(0, 0))
                continue
            contents.append(page_content(page, form))
            page.close()
        if not contents:
            raise _damaged(name)
        return contents
    finally:
        document.close()


def _language(document: pypdfium2.PdfDocument) -> str | None:
    """The language the catalogue states (ISO 32000-1, 14.9.2)."""
    size = raw.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < size < 200:
        return None
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\0") or None


def _refuse_bombs(data: bytes, name: str, limits: Limits) -> None:
    """Unpacks the compressed streams that are no pictures, to know before the engine does what they hold."""
    total = 0
    position = 0
    while (start := data.find(b"stream", position)) >= 0:
        position = start + len(b"stream")
        if data[start - 3 : start] == b"end":
            continue
        opening = data.rfind(b"obj", max(0, start - _LONGEST_DICTIONARY), start)
        dictionary = data[max(opening, 0) : start]
        filters = dictionary.count(b"/FlateDecode") + dictionary.count(b"/Fl ")
        if not filters or b"/Image" in dictionary:
            continue
        body = start + len(b"stream") + (2 if data[position : position + 2] == b"\r\n" else 1)
        end = data.find(b"endstream", body)
        end = len(data) if end < 0 else end
        unpacked = _unpacked_size(data[body:end], min(filters, 3), limits.max_decompressed_bytes - total)
        total += unpacked
        if total >= limits.max_decompressed_bytes or (
            unpacked > RATIO_FLOOR and unpacked > (end - body) * limits.max_ratio
        ):
            raise UnreadableDocument(
                "the file unpacks to far more than a document holds",
                where=name,
                hint="If it is genuine, print it to a new PDF and give that.",
            )
        position = end


def _unpacked_size(packed: bytes, layers: int, budget: int) -> int:
    """How large a stream is once unpacked, or `budget` when it is larger; broken streams count as far as they go."""
    size = 0
    unpacker = zlib.decompressobj()
    inner = bytearray()
    pending = packed
    try:
        while pending and size < budget and not unpacker.eof:
            chunk = unpacker.decompress(pending, 1 << 20)
            size += len(chunk)
            if layers > 1:
                inner += chunk
            pending = unpacker.unconsumed_tail
    except zlib.error:
        pass
    if layers > 1 and size < budget:
        return max(size, _unpacked_size(bytes(inner), layers - 1, budget))
    return min(size, budget)


def _refuse_pictures(pages: list[PageContent], name: str, builder: Builder) -> None:
    """Refuses scans; names the pages without text of a document that has text elsewhere."""
    letters = [sum(character.isalnum() for word in page.words for character in word.text) for page in pages]
    pictures = [
        number
        for number, page in enumerate(pages, start=1)
        if page.pictured > 0.5 and letters[number - 1] < 20
    ]
    if not any(letters):
        what = (
            "the pages are pictures of text"
            if any(page.pictured > 0.1 for page in pages)
            else "the pages hold no text"
        )
        raise UnreadableDocument(what, where=name, hint="Recognise the text (OCR) and save it as a new PDF.")
    if len(pictures) == len(pages):
        raise UnreadableDocument(
            "the pages are pictures of text",
            where=name,
            hint="Recognise the text (OCR) and save it as a new PDF.",
        )
    if pictures:
        builder.warn(f"Pictures of text, not read, are on page {', '.join(map(str, pictures))}.")
    if sum(page.undecoded for page in pages) > 0.3 * sum(page.characters for page in pages):
        builder.warn("The file does not say what many of its characters mean; the text may be garbled.")


def _damaged(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        "the PDF is damaged or incomplete", where=name, hint="Open it in a viewer and print it to a new PDF."
    )


_LONGEST_DICTIONARY = 4000
