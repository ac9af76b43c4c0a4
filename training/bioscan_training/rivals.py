"""`bioscan-train rivals`: the sense of missing species beside what plainer means have of it.

Every means gives each barcode one score, larger for species that the library has: the program its
familiarity, the others the percent identity or the cosine of the best reference. All see the same
queries and the same barcodes of the library.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from bioscan_desktop.core.barcode import clean
from bioscan_desktop.core.errors import ArgumentError, BarcodeError
from bioscan_desktop.core.matching import LEAST_IDENTITY
from bioscan_desktop.library.importers.tables import Record, read_table
from bioscan_desktop.services import packs
from bioscan_desktop.services.evaluate import answer
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.missing_species import (
    apart,
    missing_species,
    reaching,
    separation,
    separations,
)
from bioscan_training import skipped

ABOUT = "How well known and missing species of a library are told apart, beside vsearch and 5-mers."
EXAMPLE = "bioscan-train rivals starter-without-unseen --queries prepared/queries-test.tsv.gz"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "library", metavar="ID|PATH", help="a library that lacks some of the species that ask"
    )
    parser.add_argument("--queries", type=Path, required=True, metavar="TSV", help="labelled barcodes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")


def run(args: argparse.Namespace) -> int:
    """Runs the command; returns its exit code: 1 if some barcode could not be used."""
    library = packs.open_library(args.library, exact=True)
    left_out: list[str] = []
    try:
        identifier = Identifier(packs.model_for(library, "cpu", "fp32"), library)
        judgements = rivals(identifier, read_table(args.queries), left_out)
    finally:
        library.close()
    if args.json:
        args.json.write_text(json.dumps(judgements, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(separations(judgements) + "\n")
    return skipped.tell(left_out)


def rivals(
    identifier: Identifier, records: Iterable[Record], left_out: list[str] | None = None
) -> dict[str, dict[str, Any]]:
    """`missing_species.separation` by the program and by each rival; identity also at the usual 97 %.

    Args:
        left_out: gets a sentence for each barcode that cannot be used.

    Raises:
        ArgumentError: if there are not both known and missing species among the barcodes.
    """
    from bioscan_training.evaluate import spectra, vsearch_top_hit

    usable = []
    for record in records:
        if not record.lineage.species or not record.nucleotides:
            continue
        try:
            name = record.processid or f"row {record.row}"
            usable.append((record, clean(record.nucleotides, name).sequence))
        except BarcodeError as error:
            if left_out is not None:
                left_out.append(error.message)
    answered, _ = answer(identifier, [record for record, _ in usable], "dna", "all", None)
    known = frozenset(
        lineage.species
        for modality in identifier.library.modalities
        for lineage in identifier.library.records.lineages(modality)
        if lineage.species
    )
    own = missing_species(*apart(answered, known))
    if own is None:
        raise ArgumentError("To compare, some species of the queries must be in the library, and some not.")
    judgements = own["judgements"]
    lineages = identifier.library.records.lineages("dna")
    references = [s for s in identifier.library.records.barcodes(len(lineages)) if s]
    queries = [sequence for _, sequence in usable]
    is_known = np.array([record.lineage.species in known for record, _ in usable])
    species = [record.lineage.species for record, _ in usable if record.lineage.species not in known]
    cosines = _nearest_cosines(spectra(queries), spectra(references))
    judgements["5-mer_cosine"] = separation(cosines[is_known], cosines[~is_known], species)
    found = vsearch_top_hit(queries, references)
    if found is not None:
        identity = found[1]
        usual = LEAST_IDENTITY["species"]
        judgements["vsearch_identity"] = {
            **separation(identity[is_known], identity[~is_known], species),
            f"at_{usual:g}": reaching(identity[is_known], identity[~is_known], usual),
        }
    return judgements


def _nearest_cosines(queries: np.ndarray, keys: np.ndarray, block: int = 512) -> np.ndarray:
    """(n,) cosine of the nearest key of each query; both unit rows."""
    return np.concatenate(
        [(queries[at : at + block] @ keys.T).max(axis=1) for at in range(0, len(queries), block)]
    )
