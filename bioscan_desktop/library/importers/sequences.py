"""Sequence files: FASTA, FASTQ, bare text, gzipped or not, and AB1 traces."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from bioscan_desktop.core.barcode import SequenceRecord, clean, read_records
from bioscan_desktop.core.errors import BarcodeError, reason
from bioscan_desktop.files import file_size, shown
from bioscan_desktop.library.importers.tables import text_of

SUFFIXES: frozenset[str] = frozenset(".fasta .fa .fna .fas .fsa .ffn .seq .fastq .fq .ab1 .abi".split())
"""File endings that are taken for sequences."""

LINE = 1 << 20
"""Characters that are read of a line at once: what is no text may go on for gigabytes without a line end."""

TRACE_BYTES = 50_000_000
"""A trace has some hundred kilobytes; it is read as a whole."""


def is_sequence_file(path: Path) -> bool:
    """True by name; `.gz` is looked through."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix in SUFFIXES


def is_fasta_text(path: Path) -> bool:
    """True for a text file that begins as FASTA does, such as one that an editor has saved as `.txt`."""
    if path.suffix.lower() not in ("", ".txt", ".text"):
        return False
    try:
        file_size(path)  # a pipe would be waited for
        with path.open("rb") as file:
            return file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b">")
    except OSError:
        return False


def read_sequences(path: Path) -> Iterator[SequenceRecord]:
    """Yields the records of a file; broken ones carry their error.

    Raises:
        BarcodeError: if the file as a whole is missing, empty or not text.
    """
    if path.suffix.lower() in (".ab1", ".abi"):
        yield _read_trace(path)
        return
    empty, name = True, shown(path.name)
    try:
        file_size(path)  # a pipe would be waited for
        with path.open("rb") as file:
            for record in read_stream(file, name):
                empty = False
                yield record
    except FileNotFoundError:
        raise BarcodeError(f"{name}: the file is no longer there.", "file_missing") from None
    except OSError as error:
        raise BarcodeError(f"{name}: the file cannot be read ({reason(error)}).", "file_unreadable") from None
    if empty:
        raise BarcodeError(f"{name}: the file holds no sequence.", "empty_file")


def read_stream(file: io.BufferedReader, name: str) -> Iterator[SequenceRecord]:
    """Yields the records of an open file, such as standard input; none if it is empty.

    Raises:
        BarcodeError: if it cannot be read or is not text.
    """
    try:
        # Headers may be in any encoding; bases are ASCII in all of them.
        with text_of(file, errors="replace") as stream:
            yield from read_records(_text_only(stream, name))
    except (OSError, EOFError, zlib.error) as error:
        raise BarcodeError(f"{name}: the file cannot be read ({reason(error)}).", "file_unreadable") from None


def _text_only(stream: TextIO, name: str) -> Iterator[str]:
    while line := stream.readline(LINE):
        if "\0" in line:
            raise BarcodeError(f"{name}: this is not a sequence file; it is not text.", "not_text")
        yield line


def _check_directory(data: bytes) -> None:
    """Raises ValueError where a trace claims more entries than fit in it: the parser would read for hours."""
    size, entries = struct.unpack(">HI", data[16:22])
    if size != 28 or entries * size > len(data):
        raise ValueError("its directory does not fit in the file")


def _read_trace(path: Path) -> SequenceRecord:
    """An AB1 trace: the base caller's sequence with its low-quality ends cut off."""
    from Bio import SeqIO  # 0.3 s to import, needed for traces alone

    name = shown(path.name)
    try:
        if file_size(path) > TRACE_BYTES:
            raise BarcodeError(f"{name}: this is not a trace; it is too large for one.", "damaged_trace")
        data = path.read_bytes()
        _check_directory(data)
        trace = SeqIO.read(io.BytesIO(data), "abi-trim")
    except BarcodeError:
        raise
    except FileNotFoundError:
        raise BarcodeError(f"{name}: the file is no longer there.", "file_missing") from None
    except OSError as error:
        raise BarcodeError(f"{name}: the file cannot be read ({reason(error)}).", "file_unreadable") from None
    except Exception as error:  # the parser raises struct.error, KeyError, … on damaged files
        raise BarcodeError(f"{name}: the trace is damaged ({error}).", "damaged_trace") from None
    try:
        return SequenceRecord(path.stem, path.name, clean(str(trace.seq), path.name))
    except BarcodeError as error:
        return SequenceRecord(path.stem, path.name, None, error)
