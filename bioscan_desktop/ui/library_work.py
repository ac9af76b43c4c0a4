"""What the pages of library, map and packs run in workers: plain functions over `services`, without Qt.

As in `work`, what takes long to load is imported inside the functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.library.records import KeyRecord
    from bioscan_desktop.services.browse import Taxonomy
    from bioscan_desktop.services.distances import SpeciesGap
    from bioscan_desktop.services.download import Offer
    from bioscan_desktop.services.embedding_map import Layout, Placed, Points
    from bioscan_desktop.services.identify import Identifier
    from bioscan_desktop.services.own_specimens import Added
    from bioscan_desktop.services.pack_facts import PackFacts
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.services.text_query import TextAnswer
    from bioscan_desktop.ui.jobs import Reporter


def taxonomy(identifier: Identifier, reporter: Reporter) -> Taxonomy:
    """The names of a library as a tree, with what there is of each."""
    from bioscan_desktop.services.browse import Taxonomy

    library = identifier.library
    return Taxonomy(library.records, library.manifest.title, reporter.progress, reporter.cancel)


def records(identifier: Identifier, key_ids: Sequence[int], _: Reporter) -> list[KeyRecord]:
    """What some keys of a library stand for."""
    return identifier.library.records.by_id(key_ids)


def species_gaps(
    identifier: Identifier, names: Taxonomy, modality: str, taxon: int, reporter: Reporter
) -> list[SpeciesGap]:
    """How far the species of a taxon stand apart from all others of the library."""
    from bioscan_desktop.services.distances import species_gaps

    keys = identifier.library.key_rows(modality)
    return species_gaps(names, keys, modality, taxon, reporter.progress, reporter.cancel)


def nearest_by_text(identifier: Identifier, names: Taxonomy, text: str, _: Reporter) -> TextAnswer:
    """The keys nearest to some words, where the model can read."""
    from bioscan_desktop.services import text_query

    return text_query.ask(identifier, names, text)


def map_layout(
    identifier: Identifier, names: Taxonomy, taxon: int, kind: str, reporter: Reporter
) -> tuple[Points, Layout]:
    """The keys of a taxon and their places on the map, from the cache where they were made before."""
    from bioscan_desktop import paths
    from bioscan_desktop.services import embedding_map

    points = embedding_map.choose_points(names, taxon)
    folder = paths.cache_dir() / "maps"
    library = identifier.library
    return points, embedding_map.cached(folder, library, points, kind, reporter.progress, reporter.cancel)


def place_on_map(
    identifier: Identifier, points: Points, layout: Layout, specimen: Specimen, _: Reporter
) -> list[Placed]:
    """Where a specimen's photo and barcode belong on the map."""
    from bioscan_desktop.services import embedding_map

    return embedding_map.place_specimen(identifier, layout, points, specimen)


def why_no_neighbourhoods() -> str:
    """Why there can be no map of neighbourhoods; "" if there can."""
    from bioscan_desktop.services import embedding_map

    if embedding_map.has_neighbourhoods():
        return ""
    return tr("Needs the package openTSNE, which is not installed (pip install openTSNE)")


def pack_facts(_: Reporter) -> list[PackFacts]:
    """Every installed pack."""
    from bioscan_desktop.services import pack_facts

    return pack_facts.all_facts()


def check_pack(kind: str, folder: Path, reporter: Reporter) -> int:
    """Checks the hash of every file of a pack; returns how many."""
    from bioscan_desktop.services import pack_facts

    return pack_facts.check(kind, folder, reporter.progress, reporter.cancel)


def remove_pack(kind: str, name: str, _: Reporter) -> None:
    """Deletes an installed pack."""
    from bioscan_desktop.services import pack_facts

    pack_facts.remove(kind, name)


def install_pack(source: Path, reporter: Reporter) -> Path:
    """Installs whatever pack a file or folder holds; returns its folder."""
    from bioscan_desktop.services import packs

    reporter.progress(Progress(0, None, tr("Installing {name}").format(name=source.name)))
    return packs.install(packs.kind_of(source), source)


def read_index(address: str, _: Reporter) -> list[Offer]:
    """The packs that can be downloaded."""
    from bioscan_desktop.services import download

    return download.read_index(address)


def download_pack(offer: Offer, reporter: Reporter) -> Path:
    """Downloads and installs a pack; returns its folder."""
    from bioscan_desktop.services import download

    return download.install(offer, reporter.progress, reporter.cancel)


def add_specimens(identifier: Identifier, table: Path, images: Path | None, reporter: Reporter) -> Added:
    """Adds a table of specimens to the library that is open, or to a copy of it."""
    from bioscan_desktop.services import own_specimens

    return own_specimens.add_specimens(identifier, table, images, reporter.progress, reporter.cancel)


def copy_for_own(folder: Path) -> Path | None:
    """Where a copy of a library goes that must stay as it is; None if it is changed in place."""
    from bioscan_desktop.services import own_specimens

    return own_specimens.target_of(folder)
