"""Tab-separated hits in the twelve columns of BLAST's and vsearch's output format 6.

Only hits that were aligned base by base are written. As vsearch does, the last two columns hold -1
and 0: there is no e-value and no bit score in a global alignment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.services.export.alignments import align_hit
from bioscan_desktop.services.export.escaping import one_word
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions

COLUMNS = ("query", "target", "id", "alnlen", "mism", "opens", "qlo", "qhi", "tlo", "thi", "evalue", "bits")


def write(items: Iterable[ExportItem], stream: IO[str], options: ExportOptions) -> None:
    """One line per aligned hit, no header.

    Raises:
        ArgumentError: if there is no library to align with, or it is not the one of the results.
    """
    facts = options.library
    for item in items:
        aligned = [hit for hit in item.hits if hit.get("percent_identity") is not None]
        if aligned and (facts is None or not facts.made(item)):
            library = item.record["library"]
            raise ArgumentError(
                f"BLAST lines need the library {library['id']} {library['version']} that the results were "
                "made with; install it, or name its folder."
            )
        if aligned and item.sequence is None:
            raise ArgumentError(
                f"The results lack the barcode of {item.query_id}; identify it again with this version."
            )
        for hit in aligned:
            found = align_hit(item, hit, facts)
            if found is None:
                raise ArgumentError(
                    f"The barcode of {item.query_id} and its reference {hit.get('processid')} do not align "
                    "as the results say; identify it again with the library that is installed."
                )
            target = hit.get("processid") or hit.get("bin_uri") or f"key_{hit['key_id']}"
            values = (
                one_word(item.query_id), one_word(target), f"{found.percent_identity:.2f}", found.columns,
                found.mismatches, found.gap_opens, found.query_start, found.query_end, found.target_start,
                found.target_end, -1, 0,
            )  # fmt: skip
            stream.write("\t".join(map(str, values)) + "\n")
