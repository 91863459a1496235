"""Web addresses written out in running text, and the tidy form of a link's target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the web addresses written out in a text, without the punctuation that follows them.

    An address begins with `http://`, `https://`, `ftp://` or `www.` and runs to the next blank or sign that no address
    contains. A backslash before punctuation (Markdown) is part of it. Linear in the length of the text.
    """
    position = 0
    for start in _starts(text):
        if start < position or (match := _REST.match(text, start)) is None:
            continue
        position = match.end()
        end = _end(text, start, position)
        if end - start > _SHORTEST:
            yield start, end


def may_hold_address(text: str) -> bool:
    """A quick look before a search."""
    return "://" in text or "www." in text or "WWW." in text


def link_target(target: str) -> str | None:
    """The target as an absolute address, or None when it leads nowhere outside the document.

    Fragments, relative and local paths, scripts and telephone numbers lead nowhere; a target without a scheme that
    begins with `www.` gets `http://`. Blanks and, behind the host, letters beyond ASCII are percent-encoded (RFC 3986),
    so that all formats give one address alike; nothing else is repaired: what a source mistyped stays visible.
    """
    # A place in the target, as Word's fields write it, is a fragment.
    target = _PLACE.sub("#", target)
    # No address holds a quotation mark: what follows one is a remnant of the markup around it.
    target = _LINE_BREAK.sub("", target).partition('"')[0].strip()
    if target[:4].lower() == "www.":
        target = "http://" + target
    match = _SCHEME.match(target)
    if match is None:
        return None
    scheme = match.group(1).lower()
    if scheme in _LOCAL or (match.group(2) is None and scheme != "mailto"):
        return None
    if len(target) == match.end():
        return None
    return _BLANK.sub("%20", target if target.isascii() else _encoded(_decoded_again(target)))


def _encoded(target: str) -> str:
    """The target with the letters beyond ASCII behind its host percent-encoded; a host keeps its own."""
    match = _HOST.match(target)
    at = match.end() if match is not None else 0
    return target[:at] + "".join(c if c.isascii() else quote(c, safe="") for c in target[at:])


def _decoded_again(target: str) -> str:
    """Undoes the decoding of UTF-8 as Latin-1, which converters do to targets (`isaÂ²` for `isa²`)."""
    try:
        return target.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return target


def _starts(text: str) -> list[int]:
    # Looking for the rare "://" and stepping back is several times faster than trying a pattern at each letter.
    starts: list[int] = []
    position = -1
    while (position := text.find("://", position + 1)) >= 0:
        scheme = _SCHEME_BEFORE.search(text[max(0, position - 5) : position])
        if scheme is not None:
            starts.append(position - len(scheme.group()))
    for www in ("www.", "WWW.", "Www."):
        position = -1
        while (position := text.find(www, position + 1)) >= 0:
            before = text[position - 1 : position]
            if not (before.isalnum() or (before and before in "@./-_")):
                starts.append(position)
    return sorted(starts)


def _end(text: str, start: int, end: int) -> int:
    """Where an address ends once sentence punctuation and unbalanced brackets are left out."""
    surplus = text.count(")", start, end) - text.count("(", start, end)
    while end > start:
        last = text[end - 1]
        if last == ")" and surplus > 0:
            surplus -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return end


_SCHEME_BEFORE = re.compile(r"(?:https?|ftp)$", re.IGNORECASE)
# Each sign is looked at once, with a look-ahead of fixed length: linear. An address also ends where the next one begins
# that was typed without a blank between them: "https://a.example;https://b.example".
_REST = re.compile(
    r"(?:[A-Za-z]{3,5}://|[wW]{3}\.)(?=\w)"
    r"(?:(?![;,)](?:https?://|www\.))(?:\\[!-/:-@\[-`{-~]|[^\s<>\"|\\^`{}\[\]，。、；：（）「」『』“”„«»]))+"
)
_TRAILING = ".,;:!?'’‘…*_~"
_SHORTEST = len("www.x")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):(//)?")
_LOCAL = frozenset(
    {"file", "javascript", "vbscript", "data", "about", "blob", "tel", "sms", "callto", "cid", "mid"}
)
_PLACE = re.compile(r"\"\s+\\l\s+\"?")
_HOST = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)
_LINE_BREAK = re.compile(r"[\r\n]\s*")
_BLANK = re.compile(r"\s")
