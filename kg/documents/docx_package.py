"""The package of a DOCX file: its parts and relationships (ECMA-376 part 2), opened with the care a hostile file needs."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from io import BytesIO
from typing import Any, NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from kg.documents.limits import RATIO_FLOOR, Deadline, Limits, UnreadableDocument

XmlElement = Any
"""lxml publishes no types."""


class Relationship(NamedTuple):
    """What a part refers to: the last segment of the relationship's type, and the target as written."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of a DOCX file.

    Raises UnreadableDocument when the archive is damaged, is no Word document, or would unpack to more than the limits
    allow. What is read is counted, whatever sizes the archive claims.
    """

    def __init__(self, data: bytes, name: str, limits: Limits, deadline: Deadline) -> None:
        self._name = name
        self._limits = limits
        self._deadline = deadline
        self._left = limits.max_decompressed_bytes
        try:
            self._archive = zipfile.ZipFile(BytesIO(data))
            self._members = {member.filename: member for member in self._archive.infolist()}
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, OverflowError) as error:
            raise self._damaged() from error
        self._refuse_other_archives()
        self._refuse_bombs()
        main = next((rel for rel in self.relationships("").values() if rel.kind == "officeDocument"), None)
        self.main = self.resolve("", main.target) if main is not None else "word/document.xml"
        if self.main not in self._members:
            raise self._damaged()

    def xml(self, part: str) -> XmlElement | None:
        """The root element of a part, None when the package has no such part."""
        if part not in self._members:
            return None
        data = self._bytes(part)
        # OPC forbids document type definitions (part 2, 8.3.1); they are what entity attacks are made of.
        if any("<!DOCTYPE".encode(encoding) in data for encoding in ("ascii", "utf-16-le", "utf-16-be")):
            raise self._hostile()
        for strict, transitional in _STRICT_NAMESPACES:
            data = data.replace(strict, transitional)
        parser = etree.XMLParser(
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.LxmlError, ValueError) as error:
            raise self._damaged() from error
        if root is None or root.getroottree().docinfo.internalDTD is not None:
            raise self._hostile()
        return root

    def relationships(self, part: str) -> dict[str, Relationship]:
        """The relationships of a part by identifier; of the package itself for ""."""
        folder, base = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        relationships: dict[str, Relationship] = {}
        for element in root if root is not None else ():
            kind = (element.get("Type") or "").rpartition("/")[2]
            external = element.get("TargetMode") == "External"
            relationships[element.get("Id") or ""] = Relationship(kind, element.get("Target") or "", external)
        return relationships

    @staticmethod
    def resolve(part: str, target: str) -> str:
        """The name of the part that a relationship of `part` leads to."""
        return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")

    def _bytes(self, part: str) -> bytes:
        chunks: list[bytes] = []
        try:
            with self._archive.open(self._members[part]) as stream:
                while chunk := stream.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise self._bomb()
                    self._deadline.check()
                    chunks.append(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            RuntimeError,
            ValueError,
        ) as error:
            raise self._damaged() from error
        return b"".join(chunks)

    def _refuse_other_archives(self) -> None:
        if any(member.flag_bits & 1 for member in self._members.values()):
            raise UnreadableDocument(
                "the document is protected with a password",
                where=self._name,
                hint="Open it with the password and save a copy without one.",
            )
        if "[Content_Types].xml" in self._members:
            folders = {member.partition("/")[0] for member in self._members}
            for folder, what in (("xl", "a spreadsheet"), ("ppt", "a presentation")):
                if folder in folders and "word" not in folders:
                    raise UnreadableDocument(
                        f"the file is {what}", where=self._name, hint="Save it as PDF or DOCX."
                    )
            return
        what = "an OpenDocument or EPUB file" if "mimetype" in self._members else "an archive (ZIP)"
        hint = (
            "Save it as DOCX or PDF."
            if "mimetype" in self._members
            else "Unpack it and give the document inside."
        )
        raise UnreadableDocument(f"the file is {what}", where=self._name, hint=hint)

    def _refuse_bombs(self) -> None:
        packed = sum(member.compress_size for member in self._members.values())
        unpacked = sum(member.file_size for member in self._members.values())
        if unpacked > self._limits.max_decompressed_bytes or len(self._members) > _MOST_MEMBERS:
            raise self._bomb()
        if unpacked > RATIO_FLOOR and unpacked > packed * self._limits.max_ratio:
            raise self._bomb()

    def _bomb(self) -> UnreadableDocument:
        return UnreadableDocument(
            "the file unpacks to far more than a document holds",
            where=self._name,
            hint="If it is genuine, save it again with its word processor, without pictures.",
        )

    def _damaged(self) -> UnreadableDocument:
        return UnreadableDocument(
            "the Word document is damaged or incomplete",
            where=self._name,
            hint="Open it with a word processor, let it repair the file and save it again.",
        )

    def _hostile(self) -> UnreadableDocument:
        return UnreadableDocument(
            "the file declares XML entities, which no word processor writes",
            where=self._name,
            hint="Do not trust it; ask the sender for a fresh copy.",
        )


_CHUNK = 1 << 20
_MOST_MEMBERS = 10_000
_STRICT_NAMESPACES = tuple(
    (b"http://purl.oclc.org/ooxml/" + strict, b"http://schemas.openxmlformats.org/" + transitional)
    for strict, transitional in (
        (b"wordprocessingml/main", b"wordprocessingml/2006/main"),
        (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
        (b"officeDocument/math", b"officeDocument/2006/math"),
    )
)
