"""Checks a Darwin Core Archive before it is handed over: what GBIF's validator refuses, is refused here.

- meta.xml and eml.xml are well-formed, and every file that meta.xml names is there;
- every row has as many columns as its header, and the header names the terms of meta.xml;
- occurrenceID is filled and unique, and every extension row belongs to an occurrence;
- scientificName, basisOfRecord (of Darwin Core's vocabulary) and the verification status are filled.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from bioscan_desktop.core.errors import BioscanError

TEXT = "{http://rs.tdwg.org/dwc/text/}"

BASES = (
    "PreservedSpecimen", "FossilSpecimen", "LivingSpecimen", "MaterialSample", "MaterialEntity",
    "HumanObservation", "MachineObservation", "Occurrence", "MaterialCitation",
)  # fmt: skip

REQUIRED = ("occurrenceID", "scientificName", "basisOfRecord", "identificationVerificationStatus")


class ArchiveError(BioscanError):
    """An archive that no portal would take."""

    code = "bad_archive"


@dataclass(frozen=True)
class _File:
    name: str
    columns: list[str]
    is_core: bool


def check(path: Path) -> dict[str, int]:
    """The number of rows by file.

    Raises:
        ArchiveError: with the first thing that is wrong.
    """
    with zipfile.ZipFile(path) as archive:
        files, metadata = _descriptor(archive)
        _parse(archive, metadata)
        counts: dict[str, int] = {}
        ids: set[str] = set()
        for file in files:
            counts[file.name] = 0
            for number, row in enumerate(_rows(archive, file), start=2):
                counts[file.name] += 1
                place = f"{file.name}, line {number}"
                if file.is_core:
                    _check_core(row, file, ids, place)
                elif row[0] not in ids:
                    raise ArchiveError(f"{place}: there is no occurrence {row[0]}.")
        return counts


def _descriptor(archive: zipfile.ZipFile) -> tuple[list[_File], str]:
    root = _parse(archive, "meta.xml")
    files = []
    for node in root:
        location = node.findtext(f"{TEXT}files/{TEXT}location") or ""
        terms = sorted((int(f.attrib["index"]), f.attrib["term"]) for f in node.findall(f"{TEXT}field"))
        if [index for index, _ in terms] != list(range(1, len(terms) + 1)):
            raise ArchiveError(f"meta.xml numbers the columns of {location} wrongly.")
        if len({term for _, term in terms}) != len(terms):
            raise ArchiveError(f"meta.xml names a column of {location} twice.")
        if location not in archive.namelist():
            raise ArchiveError(f"meta.xml names {location}, which is not in the archive.")
        files.append(
            _File(location, [term.rsplit("/", 1)[-1] for _, term in terms], node.tag == f"{TEXT}core")
        )
    if [file.is_core for file in files].count(True) != 1 or not files[0].is_core:
        raise ArchiveError("meta.xml must name one core, before the extensions.")
    return files, root.attrib.get("metadata", "eml.xml")


def _parse(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(archive.read(name))
    except (KeyError, ElementTree.ParseError) as error:
        raise ArchiveError(f"{name} of the archive cannot be read ({error}).") from None


def _rows(archive: zipfile.ZipFile, file: _File) -> Iterator[list[str]]:
    with archive.open(file.name) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as stream:
        width = len(next(stream, "").rstrip("\n").split("\t"))
        if width != len(file.columns) + 1:
            raise ArchiveError(f"{file.name} has {width} columns, meta.xml says {len(file.columns) + 1}.")
        for number, line in enumerate(stream, start=2):
            row = line.rstrip("\n").split("\t")
            if len(row) != width:
                raise ArchiveError(f"{file.name}, line {number} has {len(row)} columns instead of {width}.")
            yield row


def _check_core(row: list[str], file: _File, ids: set[str], place: str) -> None:
    values = dict(zip(file.columns, row[1:], strict=True))
    for name in REQUIRED:
        if not values.get(name):
            raise ArchiveError(f"{place}: {name} is blank.")
    if values["occurrenceID"] != row[0] or row[0] in ids:
        raise ArchiveError(f"{place}: the occurrence {row[0]} is there twice.")
    if values["basisOfRecord"] not in BASES:
        raise ArchiveError(
            f"{place}: basisOfRecord is {values['basisOfRecord']}; Darwin Core knows {', '.join(BASES)}."
        )
    ids.add(row[0])
