"""`bioscan library taxa` and `bioscan library map`: what a library holds, and what lies near what."""

from __future__ import annotations

import argparse
import contextlib
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioscan_desktop.cli_parts import EXIT_OK, ProgressLine, command, output
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS

if TYPE_CHECKING:
    from bioscan_desktop.library.pack import Library
    from bioscan_desktop.services.browse import Taxonomy


TAXA = ("rank", "name", "species", "barcodes", "photos", "barcodes_to_species", "photos_to_species")
LISTED = ("entry", "found", "rank", "barcodes", "photos", "similar")
GAPS = ("keys", "within_mean", "within_max", "nearest_species", "nearest_distance", "gap")


def add(actions: Any) -> None:
    """Adds the commands to the group `library`."""
    taxa = command(
        actions,
        "taxa",
        "list what a library holds below a name, and how far species stand apart",
        "bioscan library taxa my-library Noctuidae --distances dna --out species.csv",
    )
    taxa.add_argument("library", metavar="LIB", help="name or folder")
    taxa.add_argument("name", nargs="?", default="", metavar="NAME", help="of any rank, or a BIN")
    taxa.add_argument("--rank", choices=RANKS, help="taxa of this rank (those right below the name)")
    taxa.add_argument(
        "--distances",
        choices=("dna", "image"),
        help="species with the distances (1 - cosine) within and to the nearest other species",
    )
    taxa.add_argument(
        "--list",
        type=Path,
        metavar="FILE",
        help="look up the names of a checklist: what the library has of each, and what may have been meant",
    )
    taxa.add_argument("--out", type=Path, metavar="FILE", help="write here instead of standard output")
    taxa.set_defaults(run=_run_taxa)
    map_ = command(
        actions,
        "map",
        "lay the keys of a library out on a plane, as CSV with names",
        "bioscan library map my-library --out map.csv",
    )
    map_.add_argument("library", metavar="LIB", help="name or folder")
    map_.add_argument("name", nargs="?", default="", metavar="NAME", help="a taxon instead of the whole")
    map_.add_argument(
        "--kind",
        choices=("components", "neighbourhoods"),
        default="components",
        help="principal components, or t-SNE (needs the package openTSNE)",
    )
    map_.add_argument("--out", type=Path, metavar="FILE", help="write here instead of standard output")
    map_.set_defaults(run=_run_map)


@contextlib.contextmanager
def _opened(name: str, progress: ProgressLine) -> Iterator[tuple[Library, Taxonomy]]:
    from bioscan_desktop.services import packs
    from bioscan_desktop.services.browse import Taxonomy

    library = packs.open_library(name, exact=True)
    try:
        yield library, Taxonomy(library.records, library.manifest.title, progress.show)
    finally:
        library.close()


def _number(taxonomy: Taxonomy, name: str) -> int:
    """The taxon of a name; the whole library for none."""
    from bioscan_desktop.services.browse import ROOT, fold

    if not name:
        return ROOT
    found = taxonomy.search(name)
    exact = [match for match in found if fold(match.text) == fold(name)]
    if exact:
        return exact[0].taxon
    near = ", ".join(match.text for match in found[:5])
    hint = f"; did you mean {near}?" if near else "."
    raise ArgumentError(f"The library has no name or BIN '{name}'{hint}")


def _run_taxa(arguments: argparse.Namespace) -> int:
    with ProgressLine() as progress, _opened(arguments.library, progress) as (library, taxonomy):
        number = _number(taxonomy, arguments.name)
        header: tuple[str, ...] = TAXA
        if arguments.list is not None:
            if arguments.name or arguments.rank or arguments.distances:
                raise ArgumentError("--list looks up the names of a file; give no name, rank or distances.")
            header, rows = LISTED, _listed_rows(library, taxonomy, arguments.list)
        elif arguments.distances is not None:
            rows = _gap_rows(library, taxonomy, number, arguments.distances, progress)
            header = (*TAXA, *GAPS)
        elif arguments.rank is not None:
            rows = [_taxon_row(taxonomy, n) for n in taxonomy.at_rank(number, arguments.rank)]
        else:
            rows = [_taxon_row(taxonomy, n) for n in (number, *taxonomy.children(number))]
    with output(arguments.out) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return EXIT_OK


def _taxon_row(taxonomy: Taxonomy, number: int) -> list[object]:
    from bioscan_desktop.services.export.escaping import safe_cell

    counts = taxonomy.counts(number)
    return [
        taxonomy.rank(number) or "library",
        safe_cell(taxonomy.name(number)),
        counts.n_species,
        counts.records["dna"],
        counts.records["image"],
        counts.named["dna"][-1],
        counts.named["image"][-1],
    ]


def _listed_rows(library: Library, taxonomy: Taxonomy, path: Path) -> list[list[object]]:
    """A row for each name of a checklist; tells on standard error how many the library has."""
    from bioscan_desktop.core.names import NameIndex
    from bioscan_desktop.library import checklist
    from bioscan_desktop.services.export.escaping import safe_cell

    rows: list[list[object]] = []
    matches = checklist.match(checklist.read_names(path), NameIndex(library.records.names()))
    for one in matches:
        entry, similar = safe_cell(one.entry), safe_cell("; ".join(one.similar))
        if one.found is None:
            rows.append([entry, "", "", 0, 0, similar])
        else:
            records = taxonomy.counts(_number(taxonomy, one.found)).records
            rows.append([entry, safe_cell(one.found), one.rank, records["dna"], records["image"], similar])
    there = sum(one.found is not None for one in matches)
    print(f"bioscan: {there:,} of {len(matches):,} names are in the library.", file=sys.stderr)
    return rows


def _gap_rows(
    library: Library, taxonomy: Taxonomy, number: int, modality: str, progress: ProgressLine
) -> list[list[object]]:
    from bioscan_desktop.services.distances import species_gaps
    from bioscan_desktop.services.export.escaping import safe_cell

    gaps = species_gaps(taxonomy, library.key_rows(modality), modality, number, progress.show)
    rows = []
    for gap in gaps:
        nearest = safe_cell(taxonomy.name(gap.nearest)) if gap.nearest is not None else ""
        values = (gap.within_mean, gap.within_max, nearest, gap.between, gap.gap)
        shown = [f"{v:.4f}" if isinstance(v, float) else v if v is not None else "" for v in values]
        rows.append([*_taxon_row(taxonomy, gap.taxon), gap.n_keys, *shown])
    return rows


def _run_map(arguments: argparse.Namespace) -> int:
    from bioscan_desktop import paths
    from bioscan_desktop.library.pack import MODALITIES
    from bioscan_desktop.services import embedding_map
    from bioscan_desktop.services.export.escaping import safe_cell

    with ProgressLine() as progress, _opened(arguments.library, progress) as (library, taxonomy):
        points = embedding_map.choose_points(taxonomy, _number(taxonomy, arguments.name))
        folder = paths.cache_dir() / "maps"
        layout = embedding_map.cached(folder, library, points, arguments.kind, progress.show)
        with output(arguments.out) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("x", "y", "kind", "key_id", *RANKS))
            for place, (x, y) in enumerate(layout.xy):
                names = taxonomy.taxon(int(points.taxon[place])).lineage.names()
                kind = MODALITIES[points.modality[place]]
                key_id = int(points.key_id[place])
                writer.writerow(
                    (f"{x:.5f}", f"{y:.5f}", kind, key_id, *(safe_cell(name or "") for name in names))
                )
    return EXIT_OK
