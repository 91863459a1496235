"""A factsheet as extraction sees it: sections, items, sentences and addresses in offsets of the document's text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import unquote, urlsplit

from rapidfuzz import fuzz

from kg.documents import BlockKind, Document, Link
from kg.extraction.gazetteer import Coded, Phrases, data
from kg.extraction.names import Name, names_between
from kg.extraction.reading import split_sentences
from kg.iris import host_of
from kg.questionnaire.outline import FoundSection, Outline, OutlineItem, parse_outline
from kg.questionnaire.wording import fold, words_key
from kg.records.model import Span


@cache
def words(name: str) -> Phrases:
    """The phrases of that name in `data/factsheets.yaml`."""
    return Phrases(data("factsheets")[name])


@cache
def word_set(name: str) -> frozenset[str]:
    """The words of that name in `data/factsheets.yaml`, to be compared with whole words."""
    return frozenset(data("factsheets")[name])


@cache
def noun_phrase(name: str, ending: str = "") -> re.Pattern[str]:
    """What is made of the adjectives and one of the nouns of that name: "the new national" + "strategy" (+ an ending of plurals)."""
    adjectives, nouns = (
        "|".join(re.escape(word) for word in data("factsheets")[f"{name}_{part}"])
        for part in ("adjectives", "nouns")
    )
    return re.compile(rf"(?:(?:{adjectives}) )*(?:{nouns}){ending}")


@cache
def coded_words(name: str) -> Coded:
    """The coded phrases of that name in `data/factsheets.yaml`."""
    return Coded(data("factsheets")[name])


@dataclass(slots=True)
class FactsheetReading:
    """One factsheet read against its outline."""

    document: Document
    outline: Outline
    country: str
    edition: int
    sections: list[FoundSection] = field(init=False)
    text: str = field(init=False)
    folded: str = field(init=False)
    links: list[Link] = field(init=False)
    _link_starts: list[int] = field(init=False)
    _uncertain: frozenset[str] = field(init=False)
    _names: dict[tuple[int, int], list[Name]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.document = in_latin(self.document)
        self.text = self.document.text
        self.folded = fold(self.text)
        self.sections = parse_outline(self.document, self.outline)
        self._uncertain = frozenset(s.number for s in self.sections if not s.certain)
        self.links = sorted(
            (
                replace(link, url=url)
                for block in self.document.blocks
                if block.kind is not BlockKind.FURNITURE
                for link in block.links
                if (url := mended(unwrapped(link.url), link.text, self.text[link.end : link.end + 8]))
                is not None
            ),
            key=lambda link: link.start,
        )
        self._link_starts = [link.start for link in self.links]

    def items(self, *expected: str) -> list[OutlineItem]:
        """The items of the sections that expect one of these kinds of thing, in the order of the document."""
        return [item for s in self.sections if s.section.expects in expected for item in s.items]

    def links_between(self, start: int, end: int) -> list[Link]:
        """Web links that start in a stretch of text."""
        return self.links[bisect_left(self._link_starts, start) : bisect_left(self._link_starts, end)]

    def sentences(self, item: OutlineItem) -> list[tuple[int, int]]:
        """The sentences of an item, without its title, block by block."""
        return [
            span
            for block in item.blocks
            for span in split_sentences(self.text, block.position.start, block.position.end)
        ]

    def names(self, start: int, end: int) -> list[Name]:
        """The proper names between two offsets."""
        if (start, end) not in self._names:
            self._names[start, end] = names_between(self.text, self.folded, start, end)
        return self._names[start, end]

    def is_certain(self, q: str) -> bool:
        return q not in self._uncertain

    def span(self, q: str, start: int, end: int) -> Span:
        place = self.document.locate(start)
        return Span(q=q, page=place.page, line=place.line, start=start, end=end)


def in_latin(document: Document) -> Document:
    """The document with Greek and Cyrillic capitals put right where they stand for the Latin ones that look the same.

    A word is put right when all its other letters are Latin, or when it has figures ("50(Ι)/2019"); offsets stay as they are.
    """
    if _LOOK_ALIKE.search(document.text) is None:
        return document
    blocks = tuple(
        replace(
            block,
            text=_latin(block.text),
            links=tuple(replace(link, text=_latin(link.text)) for link in block.links),
        )
        for block in document.blocks
    )
    return replace(document, blocks=blocks)


def _latin(text: str) -> str:
    return _LOOK_ALIKE.sub(lambda match: _mended_word(match[0]), text)


def _mended_word(word: str) -> str:
    latin = word.translate(_LATIN)
    rest = [char for char in latin if char.isalpha() and not char.isascii()]
    sure = re.search(r"[A-Za-z0-9]", word) is not None
    return latin if sure and not rest else word


def unwrapped(url: str) -> str:
    """The address inside one of a search engine or a mail filter that leads on to it."""
    for pattern in _WRAPPERS:
        match = pattern.match(url)
        if match is not None:
            inner = unquote(match[1])
            return re.sub(r"^(https?):/(?!/)", r"\1://", inner)
    return url


def is_law_address(url: str) -> bool:
    """Whether an address is that of an act in a register of laws, which is no website of a body or system."""
    host = host_of(url) or ""
    path = urlsplit(url).path.lower()
    known = data("factsheets")
    return any(host == h or host.endswith(f".{h}") for h in known["law_hosts"]) or any(
        p in path for p in known["law_paths"]
    )


def mended(url: str, text: str, behind: str) -> str | None:
    """The address that a link means: editors' drives, hosts cut short and addresses of something else are put right.

    `text` is what the link stands on and `behind` what follows it. None for what leads nowhere.

    >>> mended("https://drive.sharepoint.com/sites/Factsheet/data.gov.be", "portal", ", where")
    'https://data.gov.be'
    >>> mended("https://law.example/act/12", "sikker.dk", " has")
    'https://sikker.dk'
    >>> mended("http://www.mygov", "www.mygov", ".mt now")
    'http://www.mygov.mt'
    """
    if not url.startswith(("http://", "https://")):
        return None
    if _DRAWER.match(url):
        # An address typed without its scheme was taken for a file beside the document.
        inner = _IN_DRAWER.search(unquote(url))
        return f"https://{inner[1].lower()}" if inner is not None else None
    # Where a browser is to scroll to is no part of an address.
    url = url.split("#:~:")[0]
    host = (host_of(url) or "").removeprefix("www.")
    cut, rest = _CUT_HOST.fullmatch(text.strip().lower()), re.match(r"\.[a-z]{2,3}\b", behind)
    if cut is not None and rest is not None and host == cut[1]:
        return f"{url.rstrip('/')}{rest[0]}"
    stated = _STATED_HOST.fullmatch(text.strip().lower())
    if stated is None:
        return url
    label = stated[1].split(".")[0]
    if (
        len(label) < 4
        or label in host
        or host.split(".")[0] in stated[1]
        or fuzz.partial_ratio(label, host) > 80
    ):
        return url
    return f"https://{stated[1]}"


@dataclass(frozen=True, slots=True)
class Title:
    """A heading as a name: without numbers, footnote marks, years and remarks in brackets."""

    name: str
    aliases: tuple[str, ...] = ()
    years: tuple[int, ...] = ()


def clean_title(text: str) -> Title:
    """The name that a heading gives to its item, and the other names in it (in brackets, behind a dash)."""
    name = " ".join(text.replace("\u00ad", "").split())
    name = _FOOTNOTE.sub("", name)
    name = _NUMBERED.sub("", name).strip(" .:;,–—-\u200b")
    # The title of a page of the platform on which the factsheets stand.
    name = re.sub(r"\s[-–|]\sJoinup$", "", name)
    aliases: list[str] = []
    years: list[int] = []
    while match := _TRAILING_BRACKET.search(name):
        inner = match[1].strip()
        before = name[: match.start()].strip(" –-,")
        if not before:
            break
        if _YEARS.fullmatch(inner):
            years += [int(y) for y in re.findall(r"(?:19|20)\d\d", inner)]
        elif _REMARK.search(fold(inner)) or _ROMAN_DAY.fullmatch(inner):
            pass
        elif 1 < len(inner) <= 90 and not inner.isdigit():
            aliases.append(name)
            aliases += [part.strip(" ‘’'\"“”") for part in _OR.split(inner)]
        name = before
    name = _quotes(name)
    if not name:
        name = " ".join(text.split())
    middle = _MIDDLE_BRACKET.search(name)
    if middle is not None:
        rest = name[middle.end() :]
        aliases += [name[: middle.start()].strip() + rest, middle[1]]
        if middle[1].isupper() and _ONE_OR_TWO.fullmatch(rest):
            aliases.append(f"{middle[1]} {rest.strip()}")
    for part in _parts(name):
        aliases.append(part)
    distinct = [a for a in dict.fromkeys(aliases) if len(a) > 1 and words_key(a) != words_key(name)]
    return Title(name[:400], tuple(a[:400] for a in distinct), tuple(years))


def tidy(name: str) -> str | None:
    """A name as a record states it: whole brackets and quotes, no article before it, no verb behind it.

    None when nothing that could be a name is left, such as an address or a part of a sentence.
    """
    name = " ".join(name.split())
    name = _SAYS.split(name)[0]
    if name.count("(") > name.count(")"):
        name = name.rpartition("(")[0]
    elif name.count(")") > name.count("("):
        name = name.replace(")", "", 1) if name.startswith(")") else name.rpartition(")")[0]
    name = _quotes(name.strip(" ,;:–—-"))
    if sum(name.count(c) for c in "‘“") != sum(name.count(c) for c in "’”") and not re.search(
        r"\w’\w|s’", name
    ):
        name = re.sub(r"[‘’“”]", "", name)
    name = _SMALL_END.sub("", name)
    name = re.sub(r"^www\.", "", name)
    lead = _SMALL_START.match(name)
    if lead is not None:
        name = name[lead.end() :]
    if len(name) < 2 or "://" in name or _LOWER_START.match(name):
        return None
    return name.strip(" ,;:–—-")


def _quotes(name: str) -> str:
    stripped = name.strip()
    for left, right in (("‘", "’"), ("“", "”"), ('"', '"'), ("'", "'"), ("”", "”")):
        if (
            stripped.startswith(left)
            and stripped.endswith(right)
            and stripped.count(left) == 1 + (left == right)
        ):
            return stripped[1:-1].strip()
    return stripped


def _parts(name: str) -> list[str]:
    """ "Borger.dk – Citizen Portal": both names, when each can stand alone."""
    pieces = re.split(r"\s[–—-]\s", name)
    if len(pieces) != 2:
        return []
    return [piece.strip(" ‘’'\"“”") for piece in pieces if len(piece) > 2]


def link_of(reading: FactsheetReading, names: list[str], start: int, end: int) -> str | None:
    """The address that one of the names leads to, between two offsets: the link on it or on most of its words."""
    keys = {words_key(name) for name in names if name}
    best: tuple[float, str] | None = None
    for link in reading.links_between(start, end):
        key = words_key(link.text)
        if not key:
            continue
        if key in keys:
            return link.url
        for known in keys:
            score = _overlap(key, known)
            if score >= 0.6 and (best is None or score > best[0]):
                best = (score, link.url)
    return best[1] if best else None


def _overlap(key: str, known: str) -> float:
    a, b = (
        set(key.split()) - word_set("small_words_of_links"),
        set(known.split()) - word_set("small_words_of_links"),
    )
    if not a or not b:
        return 0.0
    return 2 * len(a & b) / (len(a) + len(b))


_SAYS = re.compile(r"\s(?:was|were|is|are|which|has been|have been|provides|entered into|came into)(?:\s|$)")
_SMALL_END = re.compile(r"(?:\s(?:and|or|of|the|for|to|in|on|by|with|a|an|as|from))+$")
_SMALL_START = re.compile(
    r"(?:(?:to|the|a|an|of|by|in|its|new|former|now|under|as|online|also|and)\s)+(?=[A-Z]|e[A-Z])"
)
_LOWER_START = re.compile(r"[a-z]{2,}\s(?!Connect|Citizen)")
_WRAPPERS = (
    re.compile(r"https?://urldefense\.com/v3/__(https?:/.+?)__;"),
    re.compile(r"https?://www\.google\.[a-z.]{2,6}/url\?(?:[^#]*&)?(?:url|q)=(https?[:%][^&]+)"),
    re.compile(r"https?://[a-z0-9]+\.safelinks\.protection\.outlook\.com/\?url=(https?[:%].+?)&data="),
)
_STATED_HOST = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]{2,60}\.){1,3}[a-z]{2,6})/?")
_CUT_HOST = re.compile(r"(?:https?://)?(?:www\.)?([a-z0-9-]{2,60})")
_IN_DRAWER = re.compile(r"/((?:www\.)?(?:[A-Za-z0-9-]{2,60}\.){1,3}[A-Za-z]{2,4}(?:/[\w-]+)?)/?$")
_LATIN = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЅІЈКМНОРСТХ", "ABEZHIKMNOPTYXABESIJKMHOPCTX")
_LOOK_ALIKE = re.compile(r"[\w()/.]*[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЅІЈКМНОРСТХ][\w()/.]*")
_DRAWER = re.compile(r"https?://[\w-]+\.sharepoint\.com/", re.IGNORECASE)
"""Files of the editors that no reader can open."""
_FOOTNOTE = re.compile(r"(?<=[^\W\d_])[¹²³⁰⁴-⁹]+|\s*\[\d{1,3}\]|(?<=[a-z)])\d{1,2}$(?<!\b5G)")
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}(?:\.\d{1,2}){1,3}\.?|\d{1,2}[.)])\s+(?=\D)")
_TRAILING_BRACKET = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]$")
_MIDDLE_BRACKET = re.compile(r"\s\(([^()]{2,40})\)(?=\s)")
_ONE_OR_TWO = re.compile(r"(?:\s[A-Z][\w-]+){1,2}")
_YEARS = re.compile(
    r"(?:since |from )?(?:[a-z]+ )?(?:19|20)\d\d(?:\s*[-–—/]\s*(?:(?:19|20)?\d\d|present|ongoing)?)?(?:\s*(?:,|and)\s*(?:19|20)\d\d)*"
)
_REMARK = re.compile(
    r"^(?:only|in [a-z]+$|available|draft|english|updated|amended|as amended|last|ongoing|formerly|former|see|link)\b|\bversion\b"
)
_ROMAN_DAY = re.compile(r"(?:\d{4}\.?\s)?[IVX]{1,4}\.?\s\d{1,2}\.?")
"""The day of a Hungarian decree."""
_OR = re.compile(r"\s(?:or|also|/)\s|\s?;\s?|\s–\s|,\s(?=[A-Z]{2,8}$)")
