"""Characters: the spelling all readers agree on, and the signs and symbol fonts that stand for check boxes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kg.documents.model import CheckState

CHECKED, UNCHECKED, UNKNOWN = "☒", "☐", "⍰"
"""How a box is written in `Document.text`, whatever the file used."""

GLYPH = {CheckState.CHECKED: CHECKED, CheckState.UNCHECKED: UNCHECKED, CheckState.UNKNOWN: UNKNOWN}

CHECKED_SIGNS = "☑☒✅✓✔🗹🗷🗸⌧◉⦿🗵🗶"
UNCHECKED_SIGNS = "☐□▢◻◽⬜❏❐❑❒🗆"
CROSSES = "✗✘✕✖"
"""A cross marks a ballot in one country and says no in another; the document as a whole decides (see Builder)."""
ROUND_OR_FILLED = {
    "●": CheckState.CHECKED,
    "■": CheckState.CHECKED,
    "⬛": CheckState.CHECKED,
    "○": CheckState.UNCHECKED,
    "◯": CheckState.UNCHECKED,
}
"""Also used as bullets: boxes only where two stand on one line."""

BULLETS = "•‣⁃∙·▪▫◦●○■◆◇❖➢➤►▶▸➔→⇒*–—-"
"""Signs that open an item of a bulleted list in typeset text."""


def clean(text: str) -> str:
    """The same text in the spelling of this package.

    Composed form (NFC), no soft hyphens or zero-width characters, plain spaces and hyphens for their typographic
    variants, ligatures spelled out. Dashes, quotes and letters stay as the author chose them.
    """
    if text.isascii():
        return text if _CONTROL.search(text) is None else _CONTROL.sub("", text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if _SPECIAL.search(text) is not None:
        text = text.translate(_SPELLING)
    return text


def is_right_to_left(character: str) -> bool:
    """Whether a character is a letter of a script written from right to left."""
    return character > "\u0590" and unicodedata.bidirectional(character) in ("R", "AL")


def superscript(text: str) -> str:
    """Raised digits as characters (ISA², 10⁶); any other raised text (1st) unchanged."""
    stripped = text.strip()
    if stripped and all(character in _RAISED for character in stripped):
        return stripped.translate(_RAISED_TABLE)
    return text


@lru_cache(maxsize=4096)
def symbol(font: str, code: int) -> str:
    """The Unicode text of a character of a symbol font, "" when the font is not one or the sign says nothing.

    `code` may be in the private-use range F000–F0FF where Word and PDF writers put symbol fonts, or bare.
    """
    table = _SYMBOL_FONTS.get(re.sub(r"[^a-z0-9]", "", font.rpartition("+")[2].lower()))
    if table is None:
        return ""
    return table.get(code - 0xF000 if 0xF000 <= code <= 0xF0FF else code, "")


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")

_SPECIAL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\xa0\xad\u1680\u2000-\u200b\u200e-\u2011\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000"
    "\ud800-\udfff\ue000-\uf8ff\ufb00-\ufb06\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\ufe0e\ufe0f\ufeff\ufff9-\uffff]"
)

_RAISED = "0123456789+-=()n"
_RAISED_TABLE = str.maketrans(_RAISED, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")

_WINGDINGS = {
    0x6C: "●", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "❑", 0x72: "❒", 0x73: "•", 0x76: "•", 0x77: "•", 0x78: "☒",
    0x9E: "•", 0x9F: "•", 0xA1: "○", 0xA4: "◉", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢", 0xE0: "→", 0xE8: "➔",
    0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2 = {0x2A: "☐", 0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x96: "•", 0x97: "●",
                0x98: "●", 0x99: "○", 0xA2: "■", 0xA3: "☐", 0xA4: "☐", 0xA6: "☐"}  # fmt: skip
_WEBDINGS = {0x61: "✓", 0x63: "☐", 0x67: "■", 0x72: "✗", 0x3D: "•"}
_DINGBATS = {
    0x33: "✓", 0x34: "✔", 0x35: "✕", 0x36: "✖", 0x37: "✗", 0x38: "✘", 0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "❏",
    0x70: "❐", 0x71: "❑", 0x72: "❒", 0x77: "❖", 0xD4: "➔", 0xE4: "➤",
}  # fmt: skip
_SYMBOL = {
    0xB7: "•", 0xA8: "◆", 0xAE: "→", 0xDE: "⇒", 0xA0: "€", 0xB3: "≥", 0xA3: "≤", 0xB1: "±", 0xB0: "°", 0xD6: "√",
    0x2D: "-", 0x2A: "*",
}  # fmt: skip
_SYMBOL_FONTS = {
    "wingdings": _WINGDINGS, "wingdingsregular": _WINGDINGS, "wingdings2": _WINGDINGS_2, "webdings": _WEBDINGS,
    "zapfdingbats": _DINGBATS, "dingbats": _DINGBATS, "zadb": _DINGBATS, "itczapfdingbats": _DINGBATS,
    "symbol": _SYMBOL, "symbolmt": _SYMBOL,
}  # fmt: skip

_SPACES = [0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}


def _spelling() -> dict[int, str]:
    table = dict.fromkeys(map(ord, _SPECIAL.findall("".join(map(chr, range(0x10000))))), "")
    table |= dict.fromkeys(_SPACES, " ") | _LIGATURES
    # The shapes that Hebrew and Arabic letters take in a word, which PDF writers leave in the text.
    for code in [*range(0xFB1D, 0xFDD0), *range(0xFDF0, 0xFE00), *range(0xFE70, 0xFEFD)]:
        table[code] = unicodedata.normalize("NFKC", chr(code))
    table |= {0x2010: "-", 0x2011: "-", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0xFFFD: "\ufffd"}
    # A sign of a symbol font whose font the file lost: nearly always Wingdings, and the round bullet of Symbol.
    table |= {0xF000 + code: sign for code, sign in _WINGDINGS.items()} | {0xF0B7: "•"}
    return table


_SPELLING = _spelling()
