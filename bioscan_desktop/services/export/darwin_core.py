"""Darwin Core Archive: Occurrence core with Identification, Multimedia and DNA-derived-data extensions.

One occurrence per specimen that could be read. The core carries the name to use, a person's where
there is one; the Identification extension keeps every identification, the machine's and the
person's, with who made it. Files are tab-separated without quotes. The archive is checked by
`darwin_core_check` before it is handed over.
"""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from bioscan_desktop.services.export import darwin_core_check
from bioscan_desktop.services.export.eml import eml
from bioscan_desktop.services.export.escaping import one_line
from bioscan_desktop.services.export.items import PREDICTED, ExportItem, Name, epithet, split_species
from bioscan_desktop.services.export.provenance import ExportOptions, Provenance
from bioscan_desktop.services.export.sample_sheet import TERMS
from bioscan_desktop.services.export.tables import SEPARATOR

DWC = "http://rs.tdwg.org/dwc/terms/"
DC = "http://purl.org/dc/terms/"
NAMESPACE = uuid.UUID("6f1d6c1e-6f0e-5b3c-9a55-0d5f3c1b7a10")
"""Of our occurrence ids; made up once, and never to change."""

_TAXON = ("kingdom", "phylum", "class", "order", "family", "genus", "specificEpithet")


@dataclass(frozen=True, eq=False)
class Table:
    """A file of the archive; its columns with their terms, the core's id left out."""

    file: str
    row_type: str
    columns: Mapping[str, str]


OCCURRENCE = Table(
    "occurrence.txt",
    DWC + "Occurrence",
    {
        name: DWC + name
        for name in (
            "occurrenceID", "basisOfRecord", "occurrenceStatus", "recordNumber", "scientificName",
            "taxonRank", *_TAXON, "higherClassification", "identificationQualifier", "verbatimIdentification",
            "identifiedBy", "dateIdentified", "identificationReferences", "identificationRemarks",
            "identificationVerificationStatus", "previousIdentifications", "associatedMedia",
            "dynamicProperties", *TERMS,
        )
    },
)  # fmt: skip

IDENTIFICATION = Table(
    "identification.txt",
    DWC + "Identification",
    {
        name: DWC + name
        for name in (
            "identificationID", "scientificName", "taxonRank", *_TAXON, "identificationQualifier",
            "verbatimIdentification", "identifiedBy", "dateIdentified", "identificationReferences",
            "identificationRemarks", "identificationVerificationStatus",
        )
    },
)  # fmt: skip

MULTIMEDIA = Table(
    "multimedia.txt",
    "http://rs.gbif.org/terms/1.0/Multimedia",
    {name: DC + name for name in ("type", "format", "identifier", "title", "creator", "license")},
)

DNA = Table(
    "dna.txt",
    "http://rs.gbif.org/terms/1.0/DNADerivedData",
    {
        "DNA_sequence": "http://rs.gbif.org/terms/dna_sequence",
        "target_gene": "https://w3id.org/mixs/0000044",
    },
)

TABLES = (OCCURRENCE, IDENTIFICATION, MULTIMEDIA, DNA)

_FORMATS = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "tif": "image/tiff",
            "tiff": "image/tiff", "webp": "image/webp", "gif": "image/gif", "bmp": "image/bmp",
            "heic": "image/heic", "heif": "image/heif", "avif": "image/avif"}  # fmt: skip

INCERTAE = "incertae sedis"
"""What GBIF and OBIS want where there is no name at all."""


def write(items: Iterable[ExportItem], path: Path, options: ExportOptions, provenance: Provenance) -> None:
    """Writes the archive and checks it.

    Raises:
        ArgumentError: if no specimen could be read.
        OSError: if it cannot be written.
    """
    parts = {table: path.with_name(f"{path.name}.{table.file}") for table in TABLES}
    try:
        streams = {
            t: p.open("w", encoding="utf-8", errors="backslashreplace", newline="") for t, p in parts.items()
        }
        try:
            used: set[str] = set()
            for table, stream in streams.items():
                stream.write("\t".join(["id", *table.columns]) + "\n")
            for item in items:
                if not item.failed:
                    _add(item, streams, options, used)
        finally:
            for stream in streams.values():
                stream.close()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            stamp = _stamp(options)
            for name, text in (("meta.xml", meta()), ("eml.xml", eml(options, provenance))):
                archive.writestr(_entry(name, stamp), text)
            for table, part in parts.items():
                with part.open("rb") as source, archive.open(_entry(table.file, stamp), "w") as target:
                    while block := source.read(1 << 20):
                        target.write(block)
        darwin_core_check.check(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def occurrence_id(item: ExportItem, used: set[str]) -> str:
    """The same for the same specimen in every export: from its id, its source and its barcode.

    Args:
        used: ids given out so far; a second result of the same specimen gets an id of its own.
    """
    seed = "\n".join([item.query_id, str(item.record["input"]), item.sequence or ""])
    # File names that are no text in the file system's encoding come as lone surrogates.
    seed = seed.encode("utf-8", "backslashreplace").decode()
    number, found = 1, uuid.uuid5(NAMESPACE, seed).urn
    while found in used:
        number += 1
        found = uuid.uuid5(NAMESPACE, f"{seed}\n{number}").urn
    used.add(found)
    return found


def _add(item: ExportItem, streams: Mapping[Table, IO[str]], options: ExportOptions, used: set[str]) -> None:
    core = occurrence_id(item, used)
    machine = _identification(item, item.machine, options, by_human=False)
    rows = [machine]
    if item.decision is not None and item.human is not None:
        rows.append(_identification(item, item.human, options, by_human=True))
    final = rows[-1] if item.decision is None or item.human is not None else _unnamed(item, options)
    media = [_media(name, options) for name in item.file_names]
    own = (item.final.text, final["scientificName"])
    above = [name for name in item.final.lineage.values() if name not in own]
    _line(
        streams[OCCURRENCE],
        OCCURRENCE,
        core,
        {
            **item.collected,
            **final,
            "occurrenceID": core,
            "basisOfRecord": options.basis_of_record,
            "occurrenceStatus": "present",
            "recordNumber": item.query_id,
            "higherClassification": SEPARATOR.join(above),
            "previousIdentifications": _previous(item),
            "associatedMedia": SEPARATOR.join(media),
            "dynamicProperties": json.dumps(_properties(item, options), ensure_ascii=False, sort_keys=True),
        },
    )
    for number, row in enumerate(rows):
        kind = "human" if number else "machine"
        identification = uuid.uuid5(NAMESPACE, f"{core}\n{kind}").urn
        _line(streams[IDENTIFICATION], IDENTIFICATION, core, {**row, "identificationID": identification})
    for name, identifier in zip(item.file_names, media, strict=True):
        suffix = identifier.rsplit(".", 1)[-1].lower()
        values = {"type": "StillImage", "format": _FORMATS.get(suffix, ""), "identifier": identifier}
        row = {**values, "title": name, "creator": options.made_by, "license": options.licence}
        _line(streams[MULTIMEDIA], MULTIMEDIA, core, row)
    if item.sequence:
        _line(streams[DNA], DNA, core, {"DNA_sequence": item.sequence, "target_gene": "COI"})


def _identification(item: ExportItem, name: Name, options: ExportOptions, by_human: bool) -> dict[str, str]:
    """The columns of one identification, of the machine or of a person."""
    text, rank, qualifier = name.text, name.rank or "", ""
    if rank == "species":
        text, rank, qualifier = split_species(name.text)
    lineage = {r: n for r, n in name.lineage.items() if r != "species"}
    if not text:  # nothing but a number: the name above is what is certain
        above = list(lineage.items())
        rank, text = above[-1] if above else ("", INCERTAE)
    row = {
        "scientificName": text,
        "taxonRank": rank,
        **{r: n for r, n in lineage.items() if r in _TAXON},
        "specificEpithet": epithet(text) if rank == "species" else "",
        "identificationQualifier": qualifier,
    }
    if by_human:
        assert item.decision is not None
        return row | {
            "verbatimIdentification": name.text,
            "identifiedBy": item.decision.by or options.made_by,
            "dateIdentified": item.decision.at,
            "identificationRemarks": item.decision.notes,
            "identificationVerificationStatus": item.decision.status,
        }
    status = item.status if item.decision is not None and item.human is None else PREDICTED
    return row | {
        "verbatimIdentification": item.top.get("species") or item.top.get("genus") or "",
        "identifiedBy": item.machine_name,
        "dateIdentified": item.identified_at,
        "identificationReferences": _references(item, options),
        "identificationRemarks": remarks(item),
        "identificationVerificationStatus": status,
    }


def _unnamed(item: ExportItem, options: ExportOptions) -> dict[str, str]:
    """The core of a specimen whose machine name a person rejected without another."""
    assert item.decision is not None
    return {
        "scientificName": INCERTAE,
        "identifiedBy": item.decision.by or options.made_by,
        "dateIdentified": item.decision.at,
        "identificationRemarks": item.decision.notes,
        "identificationVerificationStatus": item.decision.status,
    }


def remarks(item: ExportItem) -> str:
    """How sure the machine was, in words and numbers."""
    verdict, parts = item.verdict, []
    if verdict.get("name"):
        sure = "certainty" if verdict["calibrated"] else "uncalibrated share"
        parts.append(f"classified by a machine with a {sure} of {verdict['confidence']:.2f}")
    top = item.top
    if top:
        nearest = top["processid"] or top["bin_uri"] or top["species"] or "a reference without a number"
        identity = top.get("percent_identity")
        percent = f", {identity:.2f} % identity over {top['overlap_bp']} bp" if identity is not None else ""
        parts.append(f"nearest reference {nearest} (similarity {top['score']:.3f}{percent})")
    parts += [str(verdict.get("reason") or "")] + [flag for flag in item.flags if flag != "not_calibrated"]
    return "; ".join(part for part in parts if part)


def _references(item: ExportItem, options: ExportOptions) -> str:
    library = item.record["library"]
    title = options.library.title if options.library is not None and options.library.made(item) else ""
    return f"{title or 'library'} ({library['id']} {library['version']})"


def _previous(item: ExportItem) -> str:
    if item.decision is None or not item.machine.text:
        return ""
    sure = f"{item.verdict['confidence']:.2f}"
    return f"{item.machine.text} ({item.machine.rank}, {sure}) by {item.machine_name}"


def _media(name: str, options: ExportOptions) -> str:
    if not options.photo_base:
        return name
    # What is no text in the file system's encoding is written as in the other columns.
    return f"{options.photo_base.rstrip('/')}/{quote(name, errors='backslashreplace')}"


def _properties(item: ExportItem, options: ExportOptions) -> dict[str, object]:
    record = item.record
    shares = {share["rank"]: share["share"] for share in record["ranks"]}
    values: dict[str, object] = {"share": shares} if shares else {}
    for name in ("novelty", "novelty_p", "calibrated"):
        if item.verdict.get(name) is not None:
            values[name] = item.verdict[name]
    if item.top.get("bin_uri"):
        values["nearest_bin_uri"] = item.top["bin_uri"]
    if record.get("modality_agreement"):
        values["modality_agreement"] = record["modality_agreement"]
    values["model_sha256"] = record["model"].get("sha256") or ""
    if options.library is not None and options.library.made(item):
        values["library_manifest_sha256"] = options.library.manifest_sha256
        modality = "both" if len(record["by_modality"]) > 1 else next(iter(record["by_modality"]), None)
        values["threshold"] = dict(options.library.thresholds.get(modality or "", {}))
    return values


def _line(stream: IO[str], table: Table, core: str, row: Mapping[str, str]) -> None:
    values = [core, *(row.get(name) or "" for name in table.columns)]
    stream.write("\t".join(one_line(value) for value in values) + "\n")


def meta() -> str:
    """meta.xml: which file holds what."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<archive xmlns="http://rs.tdwg.org/dwc/text/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
        'http://rs.tdwg.org/dwc/text/ http://rs.tdwg.org/dwc/text/tdwg_dwc_text.xsd" metadata="eml.xml">',
    ]
    for table in TABLES:
        kind, key = ("core", "id") if table is OCCURRENCE else ("extension", "coreid")
        lines += [
            f'  <{kind} encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" '
            f'fieldsEnclosedBy="" ignoreHeaderLines="1" rowType={quoteattr(table.row_type)}>',
            f"    <files><location>{table.file}</location></files>",
            f'    <{key} index="0"/>',
        ]
        for number, term in enumerate(table.columns.values(), start=1):
            lines.append(f'    <field index="{number}" term={quoteattr(term)}/>')
        lines.append(f"  </{kind}>")
    return "\n".join([*lines, "</archive>", ""])


def _stamp(options: ExportOptions) -> tuple[int, int, int, int, int, int]:
    year, month, day = (int(part) for part in options.created_at[:10].split("-"))
    return (max(1980, year), month, day, 0, 0, 0)


def _entry(name: str, stamp: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, stamp)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
