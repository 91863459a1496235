"""A release as an RO-Crate 1.2 (https://www.w3id.org/ro/crate/1.2): what its files are, how they were made, in JSON-LD.

Research archives read it beside the files. The crate is the folder of copies (`/dump/`); its files are named relative to
it, so that the description stays true wherever they are copied to together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kg import __version__
from kg.publishing.catalogue import DESCRIPTION, KEYWORDS, LICENCE, PUBLISHER, TITLE, Distribution

NAME: Final = "ro-crate-metadata.json"
"""The name that the specification gives the file."""
_CRATE: Final = "https://w3id.org/ro/crate/1.2"
_SOFTWARE: Final = "#digigov-kg"
_MAKING: Final = "#publication"


def describe_crate(
    *,
    identifier: str,
    modified: str,
    home: str,
    files: Iterable[Distribution],
    made: Mapping[str, tuple[int, str]],
) -> dict[str, Any]:
    """The metadata document of a version with that identifier, published at `modified` (xsd:dateTime).

    `home` is the address of the site. `made` gives size in bytes and SHA-256 of every file; those of `files` that it
    lacks are left out.
    """
    parts = [file for file in files if file.name in made]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{TITLE['en']}, version {identifier[:12]}",
        "description": DESCRIPTION["en"],
        "identifier": identifier,
        "version": identifier,
        "datePublished": modified,
        "license": {"@id": str(LICENCE)},
        "publisher": {"@id": str(PUBLISHER)},
        "creator": {"@id": str(PUBLISHER)},
        "url": home,
        "keywords": ", ".join(KEYWORDS),
        "inLanguage": ["en", "es"],
        "hasPart": [{"@id": file.name} for file in parts],
        "mentions": {"@id": _MAKING},
    }
    return {
        "@context": f"{_CRATE}/context",
        "@graph": [
            {
                "@id": NAME,
                "@type": "CreativeWork",
                "conformsTo": {"@id": _CRATE},
                "about": {"@id": "./"},
            },
            root,
            *(_file(file, *made[file.name], modified) for file in parts),
            {
                "@id": str(LICENCE),
                "@type": "CreativeWork",
                "name": "Creative Commons Attribution 4.0 International",
                "identifier": "CC-BY-4.0",
            },
            {"@id": str(PUBLISHER), "@type": "Organization", "name": TITLE["en"], "url": str(PUBLISHER)},
            {
                "@id": _SOFTWARE,
                "@type": "SoftwareApplication",
                "name": "digigov-kg",
                "version": __version__,
                "url": str(PUBLISHER),
            },
            {
                "@id": _MAKING,
                "@type": "CreateAction",
                "name": "Records mapped, reasoned over, validated and published",
                "endTime": modified,
                "instrument": {"@id": _SOFTWARE},
                "result": [{"@id": "./"}],
            },
        ],
    }


# --- private helpers ---


def _file(file: Distribution, size: int, digest: str, modified: str) -> dict[str, Any]:
    packed = file.name.endswith(".gz")
    return {
        "@id": file.name,
        "@type": "File",
        "name": file.title,
        "encodingFormat": ["application/gzip", file.media_type] if packed else file.media_type,
        "contentSize": str(size),
        "sha256": digest,
        "dateModified": modified,
    }
