"""Barcodes as people paste them: reading FASTA and FASTQ text, cleaning, orientation, checks.

Tolerant by design: BOM, CRLF, wrapped lines, digits, gaps, lower case, U for T and a bare sequence
without a header are all accepted. A broken record becomes a row with an error sentence; the other
records are unharmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bioscan_desktop.core.errors import BarcodeError
from bioscan_desktop.core.ids import UniqueIds

MIN_BASES = 100
"""Fewer bases than this are refused; BOLD too asks for an overlap of 100 bp."""

SHORT_BASES = 500
"""Below this a notice is given: BOLD's library of record starts here."""

MAX_BASES = 20_000
"""Longer input is no barcode but a genome or a mistake."""

MAX_N_SHARE = 0.5

_NOISE = re.compile(r"[\s\d\-.*]+")
_NOT_IUPAC = re.compile(r"[^ACGTRYSWKMBDHVN]")
_COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")
_STOPS_CODE_5 = ("TAA", "TAG")
_PROTEIN_ONLY = frozenset("EFILPQ")


@dataclass(frozen=True, slots=True)
class Barcode:
    """A cleaned barcode.

    Attributes:
        sequence: upper-case IUPAC bases, 5' to 3' of the coding strand as far as can be told.
        notices: sentences for the user.
        reversed: True if the input was the reverse complement.
    """

    sequence: str
    notices: tuple[str, ...] = ()
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class SequenceRecord:
    """One record of a file: a barcode, or the sentence that says why it is none.

    Attributes:
        id: first word of the header, unique within the file.
        header: the whole header line without its mark.
    """

    id: str
    header: str
    barcode: Barcode | None
    error: BarcodeError | None = None


def reverse_complement(sequence: str) -> str:
    """The other strand, IUPAC codes included."""
    return sequence.translate(_COMPLEMENT)[::-1]


def stop_codons(sequence: str) -> int:
    """Fewest stop codons over the three reading frames, invertebrate mitochondrial code (5).

    TAA and TAG are its only stops. A real COI barcode has 0 in one frame.
    """
    return min(
        sum(sequence[i : i + 3] in _STOPS_CODE_5 for i in range(frame, len(sequence) - 2, 3))
        for frame in range(3)
    )


def clean(text: str, name: str = "The sequence") -> Barcode:
    """Cleans one sequence and puts it the right way round.

    Raises:
        BarcodeError: if it is empty, too short, too long, mostly N, or not DNA.
    """
    sequence = _NOISE.sub("", text.lstrip("﻿")).upper().replace("U", "T").replace("?", "N")
    sequence = sequence.replace("X", "N")
    if not sequence:
        raise BarcodeError(f"{name} is empty.", "empty_barcode")
    wrong = sorted(set(_NOT_IUPAC.findall(sequence)))
    if wrong:
        shown = ", ".join(wrong[:6])
        hint = "; this looks like a protein" if set(wrong) & _PROTEIN_ONLY else ""
        raise BarcodeError(f"{name} has letters that are no bases ({shown}){hint}.", "not_dna")
    sequence = sequence.strip("N")
    if len(sequence) < MIN_BASES:
        raise BarcodeError(
            f"{name} has only {len(sequence)} bases; at least {MIN_BASES} are needed to identify a specimen.",
            "too_short",
        )
    if len(sequence) > MAX_BASES:
        raise BarcodeError(
            f"{name} has {len(sequence):,} bases; a COI barcode has about 658. Cut it to the barcode region.",
            "too_long",
        )
    n_share = sequence.count("N") / len(sequence)
    if n_share > MAX_N_SHARE:
        raise BarcodeError(f"{name} is unreadable: {n_share:.0%} of its bases are N.", "mostly_n")
    notices: list[str] = []
    forward, backward = stop_codons(sequence), stop_codons(reverse_complement(sequence))
    turned = forward > 0 and backward == 0
    if turned:
        sequence = reverse_complement(sequence)
        notices.append("The sequence was reversed; its reverse complement is used.")
    elif forward > 0:
        notices.append("Stop codons in every reading frame: perhaps a pseudogene, or not COI.")
    if len(sequence) < SHORT_BASES:
        notices.append(f"Short barcode: {len(sequence)} bases.")
    if n_share > 0.01:
        notices.append(f"{n_share:.1%} of the bases are N.")
    return Barcode(sequence, tuple(notices), turned)


def read_records(lines: Iterable[str]) -> Iterator[SequenceRecord]:
    """Yields the records of FASTA, FASTQ or bare sequence text, broken ones included.

    Duplicate ids get a suffix (`id.2`), so that results can be told apart.
    """
    ids = UniqueIds()
    for number, (header, text) in enumerate(_split(lines), start=1):
        first_word = header.split()[0].split("|")[0] if header else ""
        identifier = ids.take(first_word or f"sequence_{number}")
        try:
            yield SequenceRecord(identifier, header, clean(text, identifier))
        except BarcodeError as error:
            yield SequenceRecord(identifier, header, None, error)


def _split(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Cuts text into (header, sequence); the format is seen from the first mark."""
    iterator = iter(lines)
    starts = (line.lstrip("﻿").lstrip() for line in iterator)
    first = next((line for line in starts if line and not line.startswith(";")), None)
    if first is None:
        return
    if first.startswith("@"):
        yield from _split_fastq(first, iterator)
    else:
        yield from _split_fasta(first, iterator)


def _split_fasta(first: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    header, parts, started = "", [] if first.startswith(">") else [first], not first.startswith(">")
    if first.startswith(">"):
        header, started = first[1:].strip(), True
    for line in rest:
        line = line.strip()
        if line.startswith(">"):
            if started:
                yield header, "".join(parts)
            header, parts, started = line[1:].strip(), [], True
        elif not line.startswith(";"):
            parts.append(line)
    if started:
        yield header, "".join(parts)


def _split_fastq(first: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    """FASTQ: qualities are skipped by count, since a quality line may begin with @.

    After a record that breaks off or has lines too many, reading goes on at the next header.
    """
    header: str | None = first[1:].strip()
    while header is not None:
        parts: list[str] = []
        following = ""
        for line in rest:
            if line.startswith(("+", "@")):  # bases begin with neither
                following = line
                break
            parts.append(line.strip())
        sequence = "".join(parts)
        yield header, sequence
        if following.startswith("+"):
            _skip_qualities(rest, len(parts), len(sequence))
            following = next((line for line in rest if line.startswith("@")), "")
        header = following[1:].strip() if following else None


def _skip_qualities(rest: Iterator[str], lines: int, bases: int) -> None:
    """Skips one line for a sequence of one line, whatever its length; else as many as it has bases."""
    if lines == 1:
        next(rest, "")
        return
    left = bases
    while left > 0:
        line = next(rest, "")
        if not line:
            return
        left -= len(line.strip("\r\n"))


def looks_like_sequence(text: str) -> bool:
    """True for pasted text that is meant as DNA: a FASTA header, or at least 80 % ACGTN letters."""
    stripped = text.lstrip("﻿ \t\r\n")
    if stripped.startswith(">"):
        return True
    letters = _NOISE.sub("", stripped).upper()
    return len(letters) >= 20 and sum(letters.count(base) for base in "ACGTUN") >= 0.8 * len(letters)
