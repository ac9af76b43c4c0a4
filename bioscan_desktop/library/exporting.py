"""A library as one file: a zip to pass on, a table for spreadsheets and R, or FASTA."""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from bioscan_desktop import paths
from bioscan_desktop.core.errors import ArgumentError, PackError
from bioscan_desktop.inference.manifest import sha256_of
from bioscan_desktop.library.calibrated import CALIBRATION
from bioscan_desktop.library.cells import safe_cell
from bioscan_desktop.library.pack import MODALITIES, Library

COLUMNS = (
    "processid modality order family genus species bin_uri country "
    "n_records process_ids nucleotides image_file"
).split()


def export_library(folder: Path, out: Path) -> int:
    """Writes a library to a file of the kind that its name asks for; it appears when it is complete.

    - `.zip`: the pack itself, for `bioscan library install`.
    - `.tsv`: one row a key, with the consensus barcode of keys that have one; what a spreadsheet would take
      for a formula has an apostrophe in front.
    - `.fasta`: those consensus barcodes, `>processid|name|COI-5P|BIN|records` as BOLD has it.

    Returns:
        the number of keys written.

    Raises:
        ArgumentError: if `out` has another ending or cannot be written.
        PackError: if the library cannot be used.
    """
    writers: dict[str, Callable[[Library, Path], int]] = {
        ".zip": _write_zip,
        ".tsv": _write_table,
        ".fasta": _write_fasta,
    }
    writer = writers.get(out.suffix.lower())
    if writer is None:
        raise ArgumentError(f"{out.name} should end in {', '.join(writers)}, which says what to write.")
    final = paths.replaceable(out)
    if final is None:
        raise ArgumentError(f"{out} cannot be written (a device or a pipe is there).")
    library = Library(folder, exact=True)
    part = final.with_name(f"{final.name}.{os.getpid()}.part")
    try:
        count = writer(library, part)
        part.replace(final)
        return count
    except OSError as error:
        raise ArgumentError(f"{out} cannot be written ({error.strerror or error}).") from None
    finally:
        library.close()
        part.unlink(missing_ok=True)


def _write_zip(library: Library, path: Path) -> int:
    """The files under the names that they have in a new library; others beside them as they are."""
    manifest, folder = library.manifest, library.folder
    manifest.verify(folder)
    back = {stored: name for name, stored in manifest.stored_as.items()}
    plain = {back.get(stored, stored): sha for stored, sha in manifest.files.items()}
    if (calibration := manifest.path(folder, CALIBRATION)).is_file():
        plain[CALIBRATION] = sha256_of(calibration)  # packs of earlier programs do not list it
    # Packages of some systems date all of their files to 1970, which zip files cannot say.
    deflated = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", deflated, compresslevel=6, strict_timestamps=False) as archive:
        archive.writestr("manifest.json", manifest.renamed(plain).text())
        for name in plain:
            source = manifest.path(folder, name)
            if source.is_file() and name not in archive.namelist():
                archive.write(source, name)
        for card in sorted(folder.glob("*.md")):
            archive.write(card, card.name)
    return sum(manifest.counts.get(f"{modality}_keys", 0) for modality in MODALITIES)


def _write_table(library: Library, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(
            stream, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
        )
        writer.writerow(COLUMNS)
        for modality in MODALITIES:
            for key in library.records.every(modality):
                cells = (
                    key.processid,
                    modality,
                    *key.lineage.names(),
                    key.bin_uri,
                    key.country,
                    key.n_records,
                    "|".join(key.process_ids),
                    key.consensus,
                    key.image_file,
                )
                row = ["" if cell is None else _one_line(str(cell)) for cell in cells]
                writer.writerow(
                    [
                        text if name == "nucleotides" else safe_cell(text)
                        for name, text in zip(COLUMNS, row, strict=True)
                    ]
                )
                count += 1
    return count


def _write_fasta(library: Library, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for key in library.records.every("dna"):
            if key.consensus is None:
                continue
            rank = key.lineage.finest_rank()
            name = key.lineage.at(rank) if rank is not None else None
            parts = (key.processid or f"key{key.key_id}", name, "COI-5P", key.bin_uri, str(key.n_records))
            stream.write(f">{'|'.join(_one_line(part or '').replace('|', ' ') for part in parts)}\n")
            stream.write(f"{key.consensus.replace('-', '')}\n")
            count += 1
    if not count:
        raise PackError(f"The library {library.manifest.id} has no consensus barcodes to write.")
    return count


def _one_line(text: str) -> str:
    return " ".join(text.split())
