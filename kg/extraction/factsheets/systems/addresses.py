"""The address of the system that an item is about."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from kg.extraction.factsheets.reading import FactsheetReading, link_of, word_set, words
from kg.extraction.factsheets.systems.candidates import Candidates
from kg.extraction.factsheets.systems.nouns import DOMAIN, is_self
from kg.iris import host_of
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


def address_of(
    reading: FactsheetReading, candidates: Candidates, item: OutlineItem, names: list[str], *, alone: bool
) -> str | None:
    """The address of a system: on its name, on a host or a word such as "portal", or the only one of the item."""
    found = link_of(reading, names, item.start, item.end)
    if found is not None:
        return found
    links = [link for link in reading.links_between(item.start, item.end) if not candidates.is_other(link)]
    title = fold(" ".join(names))
    for link in links:
        text, host = fold(link.text).strip(), host_of(link.url) or "-"
        if DOMAIN.fullmatch(text) and (text in title or host in title):
            return link.url
    slug = next((link.url for link in links if _slug_says(link.url, names)), None)
    if slug is not None:
        return slug
    stated = next((m[1].lower() for name in names if (m := _SITE_TITLE.search(name))), None)
    if stated is not None:
        # "General Access Point – administracion.gob.es": the heading gives the address.
        label = stated.split(".")[0]
        own = next(
            (
                link.url
                for link in links
                if (host_of(link.url) or "").removeprefix("www.").split(".")[0] == label
            ),
            None,
        )
        return own or f"https://{stated}"
    if not alone:
        return None
    for link in links:
        if is_self(fold(link.text).strip()) or DOMAIN.fullmatch(fold(link.text).strip()):
            return link.url
    key = set(words_key(title).split())
    for link in links:
        if len(key & set(words_key(link.text).split()) - word_set("small_words")) >= 2:
            return link.url
    if len({link.url for link in links}) == 1:
        return links[0].url
    said = {
        m[1].lower() for a, b in reading.sentences(item)[:3] for m in _SITE_NAME.finditer(reading.text, a, b)
    }
    site = words("portal_words").search(title) is not None
    return f"https://{said.pop()}" if site and not links and len(said) == 1 else None


def _slug_says(url: str, names: list[str]) -> bool:
    """Whether the last part of an address is made of the words of a name: ".../systems/driving-licence-app/"."""
    parts = urlsplit(url).path.strip("/").split("/")
    slug = set(re.split(r"[-_.]", parts[-1].lower().replace("license", "licence"))) - word_set("small_words")
    for name in names:
        said = set(words_key(name).replace("license", "licence").split()) - word_set("small_words")
        if len(slug & said) > 1 and 2 * len(slug & said) >= 0.6 * (len(slug) + len(said)):
            return True
    return False


_SITE_NAME = re.compile(
    r"(?<![\w@./-])(?:www\.)?((?:[A-Za-z0-9-]{2,40}\.){1,3}(?:[a-z]{2}|com|org|net|info|digital|online))(?![\w.@-]*\w)"
)
_SITE_TITLE = re.compile(rf"(?:^|[:–—-]\s){_SITE_NAME.pattern}(?=$|:|\s[–—-]|\s\()")
