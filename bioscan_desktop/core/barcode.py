"""Barcodes as people paste them: reading FASTA and FASTQ text, cleaning, orientation, checks.

Tolerant by design: BOM, CRLF, wrapped lines, digits, gaps, lower case, U for T and a bare sequence
without a header are all accepted. A broken record becomes a row with an error sentence; the other
records are unharmed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from bioscan_desktop.core.errors import BarcodeError
from bioscan_desktop.core.ids import UniqueIds

MIN_BASES = 100
"""Fewer bases than this are refused; BOLD too asks for an overlap of 100 bp."""

SHORT_BASES = 500
"""Below this a notice is given: BOLD's library of record starts here."""

MAX_BASES = 20_000
"""Longer input is no barcode but a genome or a mistake."""

MAX_N_SHARE = 0.5

_NOISE = re.compile(r"[\s\d\-.*~]+")
"""Blanks, counts of bases, and gaps; `~` is BioEdit's and GCG's beyond the ends."""
_NOT_IUPAC = re.compile(r"[^ACGTRYSWKMBDHVN]")
_BASES_OF = {
    "A": "A", "C": "C", "G": "G", "T": "T",
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT",
}  # fmt: skip
_CODE_5 = dict(
    zip(
        ("".join(codon) for codon in product("TCAG", repeat=3)),
        "FFLLSSSSYY**CCWWLLLLPPPPHHQQRRRRIIMMTTTTNNKKSSSSVVVVAAAADDEEGGGG",
        strict=True,
    )
)
"""NCBI's translation table 5. It differs from the standard code in TGA (W, not a stop), ATA (M, not
I) and AGA, AGG (S, not R): read with the standard code, every insect's COI would show stops."""

_COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")
_STOP = re.compile("TA[AGR]")
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


def translate(sequence: str, frame: int = 1) -> str:
    """Amino acids of a barcode by the invertebrate mitochondrial code (5), one letter a codon.

    Insects, spiders and most other invertebrates read COI with this code. The vertebrate (2) or
    the standard code (1) would be wrong: they turn codons that are common in insects into stops.

    Args:
        sequence: upper-case IUPAC bases.
        frame: 1, 2 or 3: the base at which the first whole codon begins.

    Returns:
        `*` for a stop, `X` for a codon whose ambiguous bases leave several amino acids open. An
        incomplete codon at the end is left out.
    """
    return "".join(_amino_acid(sequence[i : i + 3]) for i in range(frame - 1, len(sequence) - 2, 3))


@lru_cache(maxsize=4096)
def _amino_acid(codon: str) -> str:
    meant = {_CODE_5["".join(bases)] for bases in product(*(_BASES_OF[base] for base in codon))}
    return meant.pop() if len(meant) == 1 else "X"


def stop_codons(sequence: str) -> int:
    """Fewest stop codons over the three reading frames, invertebrate mitochondrial code (5).

    TAA and TAG are its only stops. A real COI barcode has 0 in one frame.
    """
    counts = [0, 0, 0]
    for found in _STOP.finditer(sequence):
        counts[found.start() % 3] += 1
    return min(counts)


@dataclass(frozen=True, slots=True)
class BarcodeFacts:
    """What a barcode's bases say about its quality, before it is compared with anything.

    Attributes:
        length: bases.
        n_count: bases that are N.
        ambiguous: bases that are another IUPAC code than A, C, G, T or N.
        gc: share of G and C among the bases A, C, G, T, 0 to 1.
        frame: 1, 2 or 3: the base at which the first whole codon of the likeliest reading frame
            begins: the frame with the fewest stops; of several, the one whose third codon
            positions hold the most A and T, which is where insect mitochondria have them.
        stops: stop codons in frames 1, 2, 3.
        protein: the translation in `frame`.
        shift_at: a base near which an insertion or deletion that is no multiple of three would
            explain the stops: before it one frame is free of stops, after it another. None if
            a frame is free of stops, or if no single shift explains them.
        reversed: the input was the reverse complement and has been turned round.
    """

    length: int
    n_count: int
    ambiguous: int
    gc: float
    frame: int
    stops: tuple[int, int, int]
    protein: str
    shift_at: int | None
    reversed: bool

    @property
    def n_share(self) -> float:
        """Share of N, 0 to 1."""
        return self.n_count / self.length if self.length else 0.0

    @property
    def fewest_stops(self) -> int:
        """Stop codons in the likeliest frame; a real COI barcode has none."""
        return self.stops[self.frame - 1]

    def sentences(self) -> tuple[str, ...]:
        """What the user should know, one sentence each, the gravest first; empty if all is well."""
        stops = self._stops_sentence() if self.fewest_stops else ""
        return _sentences(stops, self.n_share, self.length, self.reversed)

    def _stops_sentence(self) -> str:
        if self.shift_at is not None:
            return (
                "Stop codons in every reading frame, but a single shift of the frame near base "
                f"{self.shift_at} explains them: perhaps a base is missing or one too many there, by a "
                "sequencing error or in a nuclear copy (pseudogene)."
            )
        number = f"at least {self.fewest_stops}" if self.fewest_stops > 1 else "at least one"
        return (
            f"Stop codons in every reading frame, {number}: perhaps a nuclear copy (pseudogene), a "
            "sequencing error, or no COI at all."
        )


def _sentences(stops: str, n_share: float, length: int, reversed: bool) -> tuple[str, ...]:
    said = [stops] if stops else []
    if n_share > NOTED_N_SHARE:
        said.append(f"{n_share:.1%} of the bases are N.")
    if length < SHORT_BASES:
        said.append(f"Short barcode: {length} bases.")
    if reversed:
        said.append("The sequence was reversed; its reverse complement is used.")
    return tuple(said)


NOTED_N_SHARE = 0.01
"""More N than this is told."""


def facts(sequence: str, reversed: bool = False) -> BarcodeFacts:
    """The facts of a barcode.

    Args:
        sequence: upper-case IUPAC bases in coding direction, as `clean` gives them.
        reversed: passed through: it was turned round before.
    """
    proteins = [translate(sequence, frame) for frame in (1, 2, 3)]
    stops = (proteins[0].count("*"), proteins[1].count("*"), proteins[2].count("*"))
    frame = min((1, 2, 3), key=lambda f: (stops[f - 1], -_weak_thirds(sequence, f), f))
    counts = {base: sequence.count(base) for base in "ACGTN"}
    known = sum(counts[base] for base in "ACGT")
    return BarcodeFacts(
        length=len(sequence),
        n_count=counts["N"],
        ambiguous=len(sequence) - known - counts["N"],
        gc=(counts["G"] + counts["C"]) / known if known else 0.0,
        frame=frame,
        stops=stops,
        protein=proteins[frame - 1],
        shift_at=_shift(proteins) if min(stops) else None,
        reversed=reversed,
    )


def _weak_thirds(sequence: str, frame: int) -> float:
    """Share of A and T at the third codon positions of a frame."""
    thirds = sequence[frame + 1 :: 3]
    return sum(map(thirds.count, "ATW")) / len(thirds) if thirds else 0.0


def _shift(proteins: list[str]) -> int | None:
    """The base in the middle of where one frame may go over into another, both free of stops."""
    best: tuple[int, int] | None = None
    for before in range(3):
        first_stop = proteins[before].find("*")
        for after in range(3):
            if before == after:
                continue
            last_stop = proteins[after].rfind("*")
            # Bases are counted from 1. Read up to base p in one frame and on in the other, the
            # first stop is not met if p lies before its end, the last one if p is not before it.
            low, high = 3 * last_stop + after + 1, 3 * first_stop + before + 2
            if low <= high and (best is None or high - low > best[0]):
                best = (high - low, (low + high) // 2)
    return best[1] if best is not None else None


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
    stopped = stop_codons(sequence) > 0
    turned = stopped and stop_codons(reverse_complement(sequence)) == 0
    if turned:
        sequence = reverse_complement(sequence)
    if stopped and not turned:
        return Barcode(sequence, facts(sequence).sentences())
    # Nearly all have a frame without stops, and need not be translated to say so.
    return Barcode(sequence, _sentences("", n_share, len(sequence), turned), turned)


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
