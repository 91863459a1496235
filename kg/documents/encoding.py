"""Bytes to text: byte-order marks, UTF-8, UTF-16 and the legacy encodings that old questionnaires come in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

from charset_normalizer import from_bytes

from kg.documents.limits import UnreadableDocument


def decode(data: bytes, name: str) -> tuple[str, str | None]:
    """The text of a file, and a warning when the encoding had to be guessed.

    Raises UnreadableDocument when the bytes are not text.
    """
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(marked, "replace"), None
    if b"\0" in data:
        if (encoding := _utf16_without_mark(data)) is not None:
            return data.decode(
                encoding, "replace"
            ), f"The file does not state its encoding; read as {encoding}."
        raise not_text(name)
    if len(_CONTROL.findall(data)) * _FEWEST_TEXT_PER_CONTROL > len(data):
        raise not_text(name)
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        return _legacy(data, name)


def not_text(name: str) -> UnreadableDocument:
    """The refusal of a file that is not a document at all."""
    return UnreadableDocument(
        "the content is not text, nor any document format we know",
        where=name,
        hint="Give a PDF, DOCX, HTML, Markdown or plain text file.",
    )


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_FEWEST_TEXT_PER_CONTROL = 200


def _utf16_without_mark(data: bytes) -> str | None:
    sample = data[:4000]
    zeros = [sample[parity::2].count(0) * 2 / len(sample) for parity in (0, 1)]
    for parity, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Most of what is written here is in the Latin script, whose high bytes are zero and low bytes are not.
        if zeros[parity] > 0.5 and zeros[1 - parity] < 0.02:
            return encoding
    return None


def _legacy(data: bytes, name: str) -> tuple[str, str]:
    nearly = data.decode("utf-8", "replace")
    broken = nearly.count("\ufffd")
    if sum(1 for character in nearly if character > "\x7f") > 5 * broken:
        return nearly, f"{broken} characters of the file are broken (not valid UTF-8)."
    sample = b"\n".join(_lines_beyond_ascii(data))
    best = from_bytes(sample, cp_isolation=list(_CANDIDATES)).best()
    if best is None or _is_latin(str(best)):
        encoding = max(_ALPHABETS, key=lambda candidate: _plausibility(sample, *candidate))[0]
    else:
        encoding = best.encoding
    text = data.decode(encoding, "replace")
    if text.count("\ufffd") * _FEWEST_TEXT_PER_CONTROL > len(text):
        raise not_text(name)
    return text, f"The file does not state its encoding; read as {encoding}."


def _lines_beyond_ascii(data: bytes, enough: int = 32_000) -> Iterable[bytes]:
    taken = 0
    for line in data.splitlines():
        if not line.isascii():
            yield line[:2000]
            taken += min(len(line), 2000)
            if taken > enough:
                return


def _is_latin(text: str) -> bool:
    """Whether the characters beyond ASCII stand in words with ASCII letters, as accented letters do."""
    words = [word for word in _WORD.findall(text[:8000]) if not word.isascii()]
    return sum(1 for word in words if _ASCII_LETTER.search(word) is not None) * 2 >= len(words)


def _plausibility(sample: bytes, encoding: str, alphabet: frozenset[str]) -> float:
    beyond = [character for character in sample.decode(encoding, "replace") if character > "\x7f"]
    return sum(1 for character in beyond if character in alphabet) / max(len(beyond), 1)


_WORD = re.compile(r"\w+")
_ASCII_LETTER = re.compile(r"[A-Za-z]")
_CANDIDATES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "koi8_r",
    "iso8859_2", "iso8859_5", "iso8859_7", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "mac_roman",
)  # fmt: skip
_SIGNS_OF_ALL = "’‘“”„–—…•«»°§€№"


def _alphabet(letters: str, signs: str = "") -> frozenset[str]:
    return frozenset(letters + letters.upper() + signs + _SIGNS_OF_ALL + "\xa0")


# Frequency detectors fail on a few accented letters in a page of ASCII; which alphabet the bytes spell does not.
# The first of equals wins, so the commonest comes first.
_ALPHABETS = (
    ("cp1252", _alphabet("áàâäãåæçéèêëíìîïñóòôöõøœúùûüß", "ºª¿¡·®©")),
    ("cp1252", _alphabet("áðéíóúýþæö")),
    ("cp1250", _alphabet("ąćęłńóśźżáčďéěíľĺňôřŕšťúůýžäöüőűßăâîşţđ")),
    ("cp1254", _alphabet("ğışçöüâîû", "İ")),
    ("cp1257", _alphabet("āčēģīķļņšūžąęėįųõäöüå")),
    ("mac_roman", _alphabet("áàâäãåæçéèêëíìîïñóòôöõøœúùûüß", "ºª¿¡·®©")),
    ("iso8859_2", _alphabet("ąćęłńóśźżáčďéěíľĺňôřŕšťúůýžäöüőűßăâîşţđ")),
    ("cp850", _alphabet("áàâäãåæçéèêëíìîïñóòôöõøúùûüß", "ºª¿¡·")),
)
