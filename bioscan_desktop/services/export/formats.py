"""Every format of results, declared once.

The command line, the window, the documents and the tests take their lists from here. Nothing else is
loaded with it, so that a window can show the list before anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Attributes:
        name: as `--to` takes it.
        suffix: of the file, with the dot.
        title: in the window's list, for people.
        use: whom it is for, in a few words.
        carries_provenance: the file says itself what it was made with; otherwise a JSON file beside
            it does.
        needs_library: cannot be written without the library of the results.
    """

    name: str
    suffix: str
    title: str
    use: str
    carries_provenance: bool = False
    needs_library: bool = False


FORMATS: tuple[Format, ...] = (
    Format("csv", ".csv", "Two tables", "spreadsheets, R, Python"),
    Format("xlsx", ".xlsx", "Excel workbook", "Excel, LibreOffice", carries_provenance=True),
    Format("species", ".species.csv", "Species list", "recorders, checklists"),
    Format("html", ".html", "Report with pictures", "reading, printing, sending", carries_provenance=True),
    Format("pdf", ".pdf", "Sheets, one per specimen", "printing, filing", carries_provenance=True),
    Format("dwca", ".zip", "Darwin Core Archive", "GBIF, Symbiota, Specify", carries_provenance=True),
    Format("bold", ".tsv", "BOLD table", "BOLD, BOLDconnectR"),
    Format("library", ".records.tsv", "Records for your library", "confirmed names"),
    Format("fasta", ".fasta", "Barcodes with names", "alignment and tree programs"),
    Format("blast6", ".b6", "Alignment hits", "BLAST and vsearch pipelines", needs_library=True),
    Format("pybioclip", ".pybioclip.csv", "Table of pybioclip", "scripts made for pybioclip"),
    Format("jsonl", ".jsonl", "JSON lines", "scripts"),
    Format("json", ".json", "One JSON document", "scripts, archives", carries_provenance=True),
)

BY_NAME = {kind.name: kind for kind in FORMATS}

ENDINGS: dict[str, str] = {
    **{kind.suffix: kind.name for kind in FORMATS},
    ".htm": "html",
    ".fa": "fasta",
    ".fas": "fasta",
    ".fna": "fasta",
    ".ndjson": "jsonl",
    ".blast6": "blast6",
}
"""Formats by the end of a file's name."""


def of_path(path: Path) -> Format | None:
    """The format that a file's name stands for; the longest known ending counts."""
    name = path.name.lower()
    fits = [ending for ending in ENDINGS if name.endswith(ending)]
    return BY_NAME[ENDINGS[max(fits, key=len)]] if fits else None
