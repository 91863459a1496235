"""Files that are refused: each names the file, the reason and what to do."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from test_docx_reader import p, r, raw, rewritten

from kg.documents import Limits, UnreadableDocument, read_bytes, read_document
from kg.errors import KgError


def refusal(data: bytes, name: str = "answer.bin", limits: Limits | None = None) -> UnreadableDocument:
    with pytest.raises(UnreadableDocument) as caught:
        read_bytes(data, name, limits)
    error = caught.value
    assert isinstance(error, KgError)
    assert error.where == name
    assert error.hint
    assert str(error) == f"{name}: {error.message}. {error.hint}"
    return error


def pdf(pages: int = 1, text: str = "Hello there", encrypt: StandardEncryption | None = None) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=encrypt)
    for _ in range(pages):
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b" \n\t\r\n ", b"\0" * 100, b"\xef\xbb\xbf", b"<!-- only a comment -->", b"***\n\n---\n"]
)
def test_empty_files(data: bytes) -> None:
    assert refusal(data, "a.md").message in ("the file is empty", "the file holds no text")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "picture"),
        (b"{\\rtf1 hello}", "Rich Text"),
        (b"\x1f\x8b\x08" + bytes(50), "gzip"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100) + "WordDocument".encode("utf-16-le"),
            "old Word document",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100) + "EncryptedPackage".encode("utf-16-le"),
            "password",
        ),
        (b"<?xml version='1.0'?><data>1</data>", "XML"),
        (bytes(range(256)) * 20, "not text"),
        (b"text " * 50 + b"\x01\x02\x03\x04\x05\x06\x07\x08" * 20, "not text"),
    ],
)
def test_other_formats_and_noise(data: bytes, what: str) -> None:
    assert what in refusal(data).message


@pytest.mark.parametrize(
    ("members", "what"),
    [
        (["[Content_Types].xml", "xl/workbook.xml"], "spreadsheet"),
        (["[Content_Types].xml", "ppt/presentation.xml"], "presentation"),
        (["mimetype", "content.xml"], "OpenDocument"),
        (["report.txt"], "archive"),
        (["[Content_Types].xml", "_rels/.rels"], "damaged"),
    ],
)
def test_other_archives(members: list[str], what: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in members:
            archive.writestr(name, "<x/>")
    assert what in refusal(stream.getvalue()).message


def test_protected_documents() -> None:
    assert "password" in refusal(pdf(encrypt=StandardEncryption("secret", canPrint=0))).message
    # Only what may be done with it is restricted: it opens without a password, so it is read.
    assert read_bytes(pdf(encrypt=StandardEncryption("", "owner")), "a.pdf").text == "Hello there"
    locked = bytearray(raw(p(r("x"))))
    at = locked.find(b"PK\x01\x02")
    locked[at + 8] |= 1
    assert "password" in refusal(bytes(locked)).message


def test_scans() -> None:
    picture = Image.effect_noise((200, 280), 50).convert("RGB")
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    canvas.showPage()
    canvas.save()
    error = refusal(stream.getvalue(), "scan.pdf")
    assert "pictures" in error.message
    assert error.hint is not None
    assert "OCR" in error.hint

    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(72, 700, "A page of text before the scanned annex.")
    canvas.showPage()
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    canvas.showPage()
    canvas.save()
    assert read_bytes(stream.getvalue(), "a.pdf").warnings == ("Pictures of text, not read, are on page 2.",)


def test_pages_without_anything() -> None:
    assert "no text" in refusal(pdf(text="")).message


def test_damaged_files() -> None:
    whole = pdf(3)
    for data in (b"%PDF-1.7\n", whole[:200], b"%PDF-1.4 garbage" * 20):
        assert "damaged" in refusal(data).message or "no text" in refusal(data).message
    docx = raw(p(r("x")))
    for data in (docx[:100], docx[:-30], docx.replace(b"PK\x01\x02", b"PK\x01\x03")):
        assert "damaged" in refusal(data).message
    broken = rewritten(docx, lambda xml: xml.replace(b"</w:body>", b""))
    assert "damaged" in refusal(broken).message


def test_limits_of_size_pages_and_time() -> None:
    assert "larger than 10 bytes" in refusal(b"0123456789 and more", limits=Limits(max_bytes=10)).message
    assert "3 pages, more than 2" in refusal(pdf(3), limits=Limits(max_pages=2)).message
    for data in (b"text\n" * 10, raw(p(r("x")) * 600), pdf(3), b"<html><body>" + b"<p>x</p>" * 2000):
        assert "longer than 0 seconds" in refusal(data, limits=Limits(max_seconds=0)).message


def test_archives_that_unpack_to_too_much() -> None:
    big = raw(p(r("A" * 3_000_000)))
    assert "unpacks" in refusal(big, limits=Limits(max_decompressed_bytes=1_000_000)).message
    bomb = raw(p(r("A" * 30_000_000)))
    assert len(bomb) < 100_000
    assert "unpacks" in refusal(bomb).message


def test_archives_that_lie_about_their_size() -> None:
    data = bytearray(raw(p(r("A" * 3_000_000))))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        if data[at + 46 : at + 46 + 13] == b"word/main.xml":
            data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
        at = data.find(b"PK\x01\x02", at + 4)
    assert refusal(bytes(data), limits=Limits(max_decompressed_bytes=1_000_000))


def test_pdf_streams_that_unpack_to_too_much() -> None:
    bomb = zlib.compress(b"q " * 20_000_000, 9)
    data = pdf().replace(
        b"trailer",
        b"99 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\ntrailer"
        % (len(bomb), bomb),
    )
    assert "unpacks" in refusal(data).message
    twice = zlib.compress(bomb, 9)
    data = pdf().replace(
        b"trailer",
        b"99 0 obj\n<< /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream\nendobj\ntrailer"
        % twice,
    )
    assert "unpacks" in refusal(data).message


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    "declaration",
    [
        LAUGHS,
        '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_hostile_xml(declaration: str, encoding: str) -> None:
    def infect(xml: bytes) -> bytes:
        if b"<w:document" not in xml:
            return xml
        text = xml.decode().replace("AA", "&i;")
        return f'<?xml version="1.0" encoding="{encoding}"?>{declaration}{text}'.encode(encoding)

    error = refusal(rewritten(raw(p(r("AA"))), infect))
    assert "entities" in error.message


def test_html_entities_of_its_own_are_not_fetched_or_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    page = f'<!DOCTYPE html [<!ENTITY s SYSTEM "file://{secret}">]><html><body><p>before &s; after</p><img src="file://{secret}"></body></html>'
    assert "the secret" not in read_bytes(page.encode(), "a.html").text


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    page = b'<html><head><link rel=stylesheet href="http://127.0.0.1:9/a.css"><base href="http://127.0.0.1:9/"></head><body><img src=x><p>Text</body>'
    assert read_bytes(page, "a.html").text == "Text"
    assert read_bytes(raw(p(r("Text"))), "a.docx").text == "Text"
    assert read_bytes(b"![x](http://127.0.0.1:9/x.png) Text", "a.md").text == "Text"


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path, "folder"),
        (tmp_path / "none.md", "no such file"),
        ("a\0b", "could not be opened"),
    ):
        with pytest.raises(UnreadableDocument, match=reason):
            read_document(path)
    if os.geteuid() != 0:
        closed = tmp_path / "closed.md"
        closed.write_text("x")
        closed.chmod(0)
        with pytest.raises(UnreadableDocument, match="could not be opened"):
            read_document(closed)


def test_the_name_does_not_decide(tmp_path: Path) -> None:
    path = tmp_path / "really-a.docx"
    path.write_bytes(pdf())
    document = read_document(path)
    assert (document.media_type, document.name, document.text) == (
        "application/pdf",
        "really-a.docx",
        "Hello there",
    )
