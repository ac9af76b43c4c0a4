"""One specimen of a public data set, whatever file it comes from, and the table reader beneath.

Readers are generators: BIOSCAN-5M has 5,150,850 records, and none of them holds more than a row.
"""

from __future__ import annotations

import csv
import hashlib
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bioscan_desktop.core.errors import reason
from bioscan_desktop.core.taxonomy import Lineage, clean_name
from bioscan_desktop.library.importers.tables import open_text
from bioscan_training.data.records import Record, RecordsError, haplotype_of, without_gaps

MAX_NUCLEOTIDES = 660
"""What lies beyond is no barcode: COI-5P has 658 bases. As in the bioscan-dataset package."""

PRIVATE_COLUMNS = frozenset({"identifier_email"})
"""Personal data that BOLD's tables carry; it goes no further."""

_UNKNOWN = frozenset({"", "none", "na", "nan", "n/a", "null", "not_classified"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A specimen with a photo, a barcode, or both; unknown texts are empty.

    Attributes:
        row: its number in the file or HDF5 group, from 0.
        dataset: `bioscan1m`, `bioscan5m`, or whatever the reader calls it; says how photos are filed.
        order, family, genus, species: cleaned names; interim names (`Megaselia BioLep88`) included.
        nucleotides: upper-case bases without gaps.
        image_file: as the data set names it; `images.image_paths` says where it may lie.
        split: name of its part of the data set, as its publishers spell it.
        chunk: folder of its photo within the split (5M) or the package (1M).
        latitude, longitude: degrees, WGS 84.
        extra: further columns that the caller asked for.
    """

    row: int
    dataset: str = ""
    processid: str = ""
    sampleid: str = ""
    image_file: str = ""
    nucleotides: str = ""
    order: str = ""
    family: str = ""
    genus: str = ""
    species: str = ""
    bin_uri: str = ""
    country: str = ""
    province: str = ""
    latitude: float | None = None
    longitude: float | None = None
    split: str = ""
    chunk: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def lineage(self) -> Lineage:
        """The names as the app understands them."""
        names = {"order": self.order, "family": self.family, "genus": self.genus, "species": self.species}
        return Lineage.from_row(names)

    def named(self, names: Mapping[str, str]) -> Entry:
        """The specimen with these names: any of order, family, genus, species."""
        wanted = {rank: names[rank] for rank in _NAMES if rank in names}
        return replace(self, **wanted)  # type: ignore[arg-type]

    def record(self, image_file: str | None = None) -> Record:
        """The specimen as training and `bioscan library build` read it.

        Args:
            image_file: where its photo lies, relative to the folder of photos, if known better.
        """
        return Record(
            processid=self.processid or self.sampleid,
            image_file=self.image_file if image_file is None else image_file,
            nucleotides=self.nucleotides,
            lineage=self.lineage,
            raw_species=self.species,
            country=self.country,
            source=self.dataset,
            haplotype=haplotype_of(self.nucleotides),
            split=self.split,
            bin_uri=self.bin_uri,
        )


class _Quoted(csv.excel):
    """Quotation marks enclose cells."""


class _Bare(csv.excel):
    """Quotation marks are letters."""

    quoting = csv.QUOTE_NONE


def known(text: str | None) -> str:
    """The text without outer blanks; '' where it says that it is unknown."""
    text = (text or "").strip()
    return "" if text.lower() in _UNKNOWN else text


def bases(text: str | None, max_nucleotides: int | None = MAX_NUCLEOTIDES) -> str:
    """Upper-case bases without gaps, cut to `max_nucleotides`; '' where unknown."""
    return without_gaps(known(text))[:max_nucleotides]


def degrees(text: str | None, limit: float) -> float | None:
    """A latitude (limit 90) or longitude (180); None if it is none."""
    try:
        value = float(known(text))
    except ValueError:
        return None
    return value if abs(value) <= limit else None  # also drops "nan"


_PLAIN = ("processid", "sampleid", "image_file", "bin_uri", "country", "province", "split", "chunk")
_NAMES = ("order", "family", "genus", "species")


def table_entries(
    path: Path,
    columns: Mapping[str, tuple[str, ...]],
    required: Collection[str],
    *,
    dataset: str = "",
    quoted: bool = True,
    keep: Collection[str] = (),
    max_nucleotides: int | None = MAX_NUCLEOTIDES,
    accept: Callable[[Mapping[str, str]], bool] | None = None,
) -> Iterator[Entry]:
    """Streams a table, comma- or tab-separated, gzipped or not.

    Args:
        columns: which columns of the file feed which field of `Entry`, first choice first; `coord`
            feeds both latitude and longitude.
        required: fields that must have a column.
        quoted: whether quotation marks enclose cells; in BOLD's tables they are letters.
        keep: further columns, kept as `extra`.
        max_nucleotides: longer barcodes are cut; None leaves them.
        accept: is shown the cells of each row by field, and says whether to take it.

    Raises:
        RecordsError: if the file is missing, is no text, or lacks a required column.
    """
    private = sorted(PRIVATE_COLUMNS & set(keep))
    if private:
        raise RecordsError(f"The column {private[0]} holds personal data and is never read.")
    try:
        with open_text(path) as stream:
            header = stream.readline().lstrip("\ufeff").rstrip("\r\n")
            separator = "\t" if "\t" in header else ","
            names = [name.strip().strip('"').lower() for name in header.split(separator)]
            at = {
                what: next((names.index(name) for name in choices if name in names), None)
                for what, choices in {**columns, **{name: (name,) for name in keep}}.items()
            }
            missing = [what for what in (*required, *keep) if at[what] is None]
            if missing:
                raise RecordsError(f"{path.name} has no column for {', '.join(missing)}.")
            dialect: type[csv.Dialect] = _Quoted if quoted else _Bare
            found = {what: index for what, index in at.items() if index is not None}
            rows = (cells for cells in csv.reader(stream, dialect, delimiter=separator) if cells)
            for number, cells in enumerate(rows):
                width = len(cells)
                got = {what: cells[index] if index < width else "" for what, index in found.items()}
                if accept is None or accept(got):
                    yield _entry(number, dataset, got, keep, max_nucleotides)
    except FileNotFoundError:
        raise RecordsError(f"There is no file at {path}.") from None
    except (OSError, UnicodeDecodeError, EOFError, zlib.error, csv.Error) as error:
        raise RecordsError(f"{path.name} cannot be read as a table ({reason(error)}).") from None


def _entry(
    number: int, dataset: str, got: Mapping[str, str], keep: Collection[str], max_nucleotides: int | None
) -> Entry:
    latitude, longitude = got.get("latitude"), got.get("longitude")
    if got.get("coord"):
        latitude, longitude = split_coordinates(got["coord"])
    return Entry(
        row=number,
        dataset=dataset,
        nucleotides=bases(got.get("nucleotides"), max_nucleotides),
        latitude=degrees(latitude, 90),
        longitude=degrees(longitude, 180),
        extra={name: known(got[name]) for name in keep},
        **{name: known(got.get(name)) for name in _PLAIN},
        **{name: clean_name(got.get(name)) or "" for name in _NAMES},
    )


def read_records_table(path: Path) -> Iterator[Entry]:
    """Streams a records table, as `bioscan-train convert` and `prepare` write it.

    Raises:
        RecordsError: if the file is not such a table.
    """
    columns: dict[str, tuple[str, ...]] = {name: (name,) for name in (*_PLAIN, *_NAMES)}
    columns |= {"processid": ("processid", "sampleid"), "nucleotides": ("nucleotides", "nuc")}
    yield from table_entries(path, columns, ("image_file",), dataset="records")


def split_coordinates(text: str) -> tuple[str, str]:
    """BOLD's `[lat, lon]` as two texts; brackets of any kind or none."""
    latitude, _, longitude = text.strip().strip("[]()").partition(",")
    return latitude, longitude


def header_of(path: Path) -> list[str]:
    """The column names of a table, in lower case.

    Raises:
        RecordsError: if the file is missing or is no text.
    """
    try:
        with open_text(path) as stream:
            line = stream.readline().lstrip("\ufeff").rstrip("\r\n")
    except FileNotFoundError:
        raise RecordsError(f"There is no file at {path}.") from None
    except (OSError, UnicodeDecodeError, EOFError, zlib.error) as error:
        raise RecordsError(f"{path.name} cannot be read as a table ({reason(error)}).") from None
    return [name.strip().strip('"').lower() for name in line.split("\t" if "\t" in line else ",")]


def unique_barcodes(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The first entry of each barcode, `N`s at its end aside; those without a barcode all pass.

    `reduce_repeated_barcodes` of the bioscan-dataset package draws which one stays; here it is the
    first, so that one pass is enough. Memory: a set of hashes, 70 bytes per distinct barcode (175 MB for
    the 2.5 million of BIOSCAN-5M).
    """
    seen: set[int] = set()
    for entry in entries:
        barcode = entry.nucleotides.rstrip("N")
        if barcode:
            key = int.from_bytes(hashlib.blake2b(barcode.encode(), digest_size=8).digest(), "big")
            if key in seen:
                continue
            seen.add(key)
        yield entry


def with_genus(entry: Entry) -> Entry:
    """Fills a missing genus from the species, as the bioscan-dataset package does for BIOSCAN-1M."""
    if entry.genus or not entry.species:
        return entry
    return replace(entry, genus=entry.species.split()[0])
