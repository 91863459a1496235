"""How values of the graph look on a page: short names, links to the pages of this server, numbers. Templates get these.

IRIs of the dataset are shown with a link to this server's own page about the thing, so that a copy of the graph under
another host can be browsed there; all other IRIs link to where they point.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request

from kg import __version__
from kg.namespaces import DG, DGSH, HOME, PREFIXES
from kg.web.messages import has_message, message
from kg.web.reader import LANGUAGES, THEMES, origin, reader

STATIC: Final = Path(__file__).parent / "static"

IN_PATH: Final = "/%-._~:@!$&'()*+,;="
"""Characters that stand in the path of an IRI as they are."""

BRIEF: Final = 24
"""Characters that a cell shows on one line."""

Term = Mapping[str, Any]
"""A term of the query worker's page document: `type`, `value`, and for literals `lang` and `datatype`."""


def render(template: str, **values: Any) -> str:
    """A page from `templates/`, in the language of the reader (kg.web.reader); `t` gives a message of the catalogue."""
    who = reader()
    return (
        _environment()
        .get_template(template)
        .render(
            {
                "version": None,
                "here": "",
                "base_iri": HOME,
                "reader": who,
                "t": partial(message, who.lang),
                "has_message": partial(has_message, who.lang),
                **values,
            }
        )
    )


def short(iri: str) -> str:
    """An IRI with a prefix of the project where one fits.

    >>> short("https://w3id.org/digigov/ontology#Act")
    'dg:Act'
    """
    for prefix, namespace in _by_length():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def local_path(iri: str, base_iri: str = HOME) -> str | None:
    """The path of this server's page about an IRI of the dataset or the ontology; None for all others.

    >>> local_path("https://w3id.org/digigov/id/country/COL")
    '/doc/country/COL'
    """
    for base in dict.fromkeys((base_iri, HOME)):
        if iri.startswith(base + "id/"):
            return "/doc/" + quote(iri[len(base) + 3 :], safe=IN_PATH)
    if iri.startswith(str(DG)):
        return "/ontology#" + quote(iri[len(DG) :], safe=IN_PATH)
    return "/shapes" if iri.startswith(str(DGSH)) else None


def link(iri: str, base_iri: str = HOME) -> str:
    """Where an IRI leads: a page of this server, the web, or nowhere (`#`) for schemes that a browser must not open."""
    return local_path(iri, base_iri) or (iri if is_web(iri) else "#")


def is_web(iri: str) -> bool:
    """Whether it is an http(s) address with a host."""
    try:
        parts = urlsplit(iri)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def origin_of(request: Request) -> str:
    """Scheme and host that the client used, for addresses to show."""
    return origin(request.scope)


def encoded(parameters: Mapping[str, object]) -> str:
    """A query string with its question mark, empty for no parameters."""
    return "?" + urlencode(parameters) if parameters else ""


def is_number(term: Term | None) -> bool:
    """Whether a term is a numeric literal (shown at the right of its column)."""
    return (
        isinstance(term, Mapping)  # not so where a variable is unbound, or a column has no value at all
        and term["type"] == "literal"
        and term["datatype"].startswith(_XSD)
        and term["datatype"][len(_XSD) :] in _NUMERIC
    )


def term_markup(term: Term | None, base_iri: str = HOME) -> Markup:
    """A term as it looks on a page, with a link where it leads somewhere. In Python, since answers have thousands of them.

    >>> str(term_markup({"type": "uri", "value": "https://w3id.org/digigov/ontology#Act"}))
    '<a href="/ontology#Act">dg:Act</a>'
    """
    return Markup(_html(term, base_iri))  # noqa: S704 (values are escaped there)


def row_markup(row: Sequence[Term | None], base_iri: str = HOME) -> Markup:
    """The cells of a row of an answer: figures to the right, what is short on one line, what is long with room."""
    cells = "".join(f"<td{_look(term)}>{_html(term, base_iri)}</td>" for term in row)
    return Markup(cells)  # noqa: S704 (values are escaped there)


def first_sentence(text: str) -> str:
    """The first sentence of a description."""
    return re.split(r"(?<=[.;])\s", text.strip(), maxsplit=1)[0].rstrip(";.") + "."


def bare(url: str) -> str:
    """A web address without what people do not read aloud.

    >>> bare("https://www.gov.co/")
    'www.gov.co'
    """
    return re.sub(r"^https?://", "", url).rstrip("/")


def one_scheme(urls: Sequence[str]) -> list[str]:
    """Web addresses without those that differ from an earlier or secure one in nothing that `bare` shows.

    >>> one_scheme(["http://www.gov.co/", "https://www.gov.co"])
    ['https://www.gov.co']
    """
    found: dict[str, str] = {}
    for url in urls:
        if url.startswith("https:") or bare(url) not in found:
            found[bare(url)] = url
    return list(found.values())


def in_bytes(size: int) -> str:
    """A file's size as people read it.

    >>> in_bytes(900), in_bytes(1_234_567)
    ('900 B', '1.2 MB')
    """
    if size < 1000:
        return f"{size} B"
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def site(url: str) -> str:
    """The host of a web address, without `www.`.

    >>> site("https://www.gov.co/ley?n=1")
    'gov.co'
    """
    return (urlsplit(url).hostname or url).removeprefix("www.")


def plain(value: float) -> str:
    """A number as people write it: no decimals that are zero, thin spaces between thousands."""
    return number(int(value)) if float(value).is_integer() else f"{value:g}"


def anchor(iri: str) -> str:
    """The fragment under which a page shows a thing: the end of its IRI, in characters that need no escaping."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", iri.partition("/id/")[2] or iri).strip("-")


def fragment(iri: str) -> str:
    """The name of a term in its vocabulary: what follows `#`."""
    return iri.rpartition("#")[2]


def structured(document: Any) -> Markup:
    """A document as JSON-LD to stand inside a `script` element: nothing in it can end that element."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 (escaped above for this place)


def number(value: float) -> str:
    """With thin spaces between thousands."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


# --- private helpers ---

_XSD: Final = PREFIXES["xsd"]
_NUMERIC: Final = {
    "integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger",
    "unsignedInt", "unsignedLong",
}  # fmt: skip


def _html(term: Term | None, base_iri: str) -> str:
    if term is None:
        return '<span class="none">–</span>'
    kind, value = term["type"], term["value"]
    if kind == "uri":
        return f'<a href="{_address(value, base_iri)}">{escape(_short(value))}</a>'
    if kind == "link":
        return f'<a href="{_address(value, base_iri)}" title="{escape(value)}">{escape(term["label"])}</a>'
    if kind == "bnode":
        return f'<span class="none">_:{escape(value[:8])}</span>'
    if kind != "literal":
        return f"<code>{escape(value)}</code>"
    if term["datatype"].endswith("#anyURI") and is_web(value):
        return f'<a href="{escape(value)}" rel="nofollow noopener">{escape(value)}</a>'
    lang = f' <span class="tag">{escape(term["lang"])}</span>' if term["lang"] else ""
    return f"{escape(value)}{lang}"


def _look(term: Term | None) -> str:
    if term is None:
        return ""
    if is_number(term):
        return ' class="number"'
    shown = term["label"] if "label" in term else term["value"]
    return (
        ' class="brief"'
        if len(_short(shown) if term["type"] == "uri" else shown) <= BRIEF
        else ' class="wide"'
    )


@lru_cache(4096)
def _address(iri: str, base_iri: str) -> str:
    return escape(link(iri, base_iri))


@lru_cache(4096)
def _short(iri: str) -> str:
    return short(iri)


@cache
def _by_length() -> list[tuple[str, str]]:
    return sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("kg.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        asset=_asset,
        asset_exists=_asset_exists,
        program_version=__version__,
        languages=LANGUAGES,
        themes=THEMES,
    )
    environment.filters.update(
        bare=bare,
        bytes=in_bytes,
        one_scheme=one_scheme,
        site=site,
        plain=plain,
        anchor=anchor,
        fragment=fragment,
        ld=structured,
        short=_short,
        local=link,
        term=term_markup,
        cells=row_markup,
        number=number,
        first_sentence=first_sentence,
    )
    environment.tests.update(numeric=is_number, web_address=is_web)
    return environment


def _asset_exists(name: str) -> bool:
    """Whether there is a static file of that name: the bundle of the front end may not have been built."""
    return (STATIC / name).is_file()


@cache
def _asset(name: str) -> str:
    """The address of a static file, with its content's hash so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
