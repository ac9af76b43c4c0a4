"""BOLD's tables (BCDM) and FASTA files with names in their headers, as streams of entries.

Columns: https://github.com/DNAdiversity/BCDM, field_definitions.tsv.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

from bioscan_desktop.core.errors import reason
from bioscan_desktop.core.taxonomy import clean_name, is_interim
from bioscan_desktop.library.importers.tables import open_text
from bioscan_training.data.entries import MAX_NUCLEOTIDES, Entry, bases, known, table_entries
from bioscan_training.data.records import RecordsError

MARKERS = frozenset({"COI-5P"})

# R turns the slashes of column names into dots when it writes them.
_BCDM = {
    "processid": ("processid",),
    "sampleid": ("sampleid",),
    "bin_uri": ("bin_uri",),
    "order": ("order",),
    "family": ("family",),
    "genus": ("genus",),
    "species": ("species",),
    "country": ("country/ocean", "country.ocean", "country_ocean", "country"),
    "province": ("province/state", "province.state", "province_state"),
    "nucleotides": ("nuc", "nucleotides", "nucraw"),
    "coord": ("coord",),
}


def read_bcdm(
    path: Path,
    markers: Collection[str] = MARKERS,
    keep: Collection[str] = (),
    max_nucleotides: int | None = MAX_NUCLEOTIDES,
) -> Iterator[Entry]:
    """Streams a BOLD table or data package. Personal data (`identifier_email`) is never read.

    Args:
        markers: rows of other markers are left out; empty takes all.
        keep: further columns, kept as `extra`.
        max_nucleotides: longer barcodes are cut; None leaves them.

    Raises:
        RecordsError: if the file is not such a table.
    """
    columns = {**_BCDM, "marker": ("marker_code", "markercode")}
    yield from table_entries(
        path,
        columns,
        ("processid", "nucleotides"),
        dataset="bold",
        quoted=False,
        keep=keep,
        max_nucleotides=max_nucleotides,
        accept=lambda got: not markers or known(got.get("marker")) in {"", *markers},
    )


def read_fasta(path: Path, max_nucleotides: int | None = MAX_NUCLEOTIDES) -> Iterator[Entry]:
    """Streams a FASTA file, gzipped or not; see `names_in_header` for its headers.

    Raises:
        RecordsError: if the file is missing or does not begin with a header.
    """
    header: str | None = None
    parts: list[str] = []
    row = 0
    try:
        with open_text(path, errors="replace") as stream:
            for line in stream:
                line = line.lstrip("\ufeff").strip()
                if line.startswith(">"):
                    if header is not None:
                        yield _fasta_entry(row, header, parts, max_nucleotides)
                        row += 1
                    header, parts = line[1:].strip(), []
                elif line and not line.startswith(";"):
                    if header is None:
                        raise RecordsError(f"{path.name} is no FASTA file: it does not begin with '>'.")
                    parts.append(line)
    except FileNotFoundError:
        raise RecordsError(f"There is no file at {path}.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise RecordsError(f"{path.name} cannot be read ({reason(error)}).") from None
    if header is None:
        raise RecordsError(f"{path.name} holds no sequence.")
    yield _fasta_entry(row, header, parts, max_nucleotides)


def _fasta_entry(row: int, header: str, parts: list[str], max_nucleotides: int | None) -> Entry:
    names = names_in_header(header)
    nucleotides = bases("".join(parts), max_nucleotides).replace("U", "T")
    entry = Entry(row=row, dataset="fasta", processid=names.get("processid", ""), nucleotides=nucleotides)
    return entry.named(names)


_VSEARCH_RANKS = {"o": "order", "f": "family", "g": "genus", "s": "species"}
_RANK_OF_ENDING = (("idae", "family"), ("inae", ""), ("ini", ""))
_ORDERS = frozenset(
    """Archaeognatha Blattodea Coleoptera Dermaptera Diptera Embioptera Ephemeroptera Hemiptera
    Hymenoptera Lepidoptera Mantodea Mecoptera Megaloptera Neuroptera Odonata Orthoptera Phasmatodea
    Plecoptera Psocodea Raphidioptera Siphonaptera Strepsiptera Thysanoptera Trichoptera Zoraptera
    Zygentoma""".split()
)
_SUBGENUS_OR_YEAR = re.compile(r"\([^)]*\)|,?\s+(1[789]|20)\d\d\b")
_ACCESSION = re.compile(r"[A-Z]{1,2}_?\d{5,9}(\.\d+)?|SUPPRESSED")


def names_in_header(header: str) -> dict[str, str]:
    """`processid` and names of a FASTA header.

    Forms: `processid|identification|marker|accession` (BOLD), `processid|species or Unknown`,
    `processid|genus|species` (BarcodeBERT), `label;size=2;tax=k:Animalia,o:Diptera,…,s:Aedes_vexans`
    (vsearch, SINTAX), or a bare id.
    """
    label, _, tail = header.partition(";")
    fields = dict(part.partition("=")[::2] for part in tail.split(";") if "=" in part)
    first, *rest = label.split("|")
    found = {"processid": first.split()[0] if first.split() else ""}
    if "tax" in fields:
        for part in fields["tax"].split(","):
            rank, _, name = part.partition(":")
            if rank.strip() in _VSEARCH_RANKS:
                found[_VSEARCH_RANKS[rank.strip()]] = clean_name(name) or ""
        return found
    for text in rest:
        found_name = clean_name(text)
        if found_name and not _ACCESSION.fullmatch(found_name) and not found_name.startswith("COI"):
            found.update(names_of(found_name))
    return found


def names_of(name: str) -> dict[str, str]:
    """Which ranks an identification fills: an order, a family, a genus, or a species with its genus.

    `Diptera` → order; `Culicidae` → family; `Aedes` → genus; `Aedes vexans` → species and genus. A
    name of a subfamily or tribe fills nothing.
    """
    name = " ".join(_SUBGENUS_OR_YEAR.sub("", name).split())
    words = name.split()
    if not words or not words[0][0].isupper():
        return {}
    if len(words) == 1:
        if name in _ORDERS:
            return {"order": name}
        for ending, rank in _RANK_OF_ENDING:
            if name.endswith(ending):
                return {rank: name} if rank else {}
        return {"genus": name} if name.isalpha() else {}
    if is_interim(name):
        return {"genus": words[0], "species": name}
    if words[1][0].isupper():  # an author, not an epithet
        return names_of(words[0])
    return {"genus": words[0], "species": " ".join(words[:2])}
