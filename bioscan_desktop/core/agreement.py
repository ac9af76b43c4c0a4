"""Agreement badges: the finest rank at which two lineages carry the same name.

Levels, fine to coarse: species, genus, family, order, none. The rules:
- An unknown name never agrees with anything, least of all with another unknown name.
- An interim species name (`sp.`, `cf.`, numbers) agrees at species only if both specimens are in
  the same BIN.
- Agreement at a rank needs no agreement above it: names, not paths, are compared, because
  libraries differ in their higher classification and leave ranks blank.
"""

from __future__ import annotations

from bioscan_desktop.core.taxonomy import RANKS, Lineage, is_interim

STANDARDS: tuple[str, ...] = ("verdict", "user", "other_modality")
"""What references can be compared with: the verdict, which is the consensus of the nearest
references themselves; the name that the user gave; the verdict of the other of photo and barcode."""

LEVELS: tuple[str, ...] = ("species", "genus", "family", "order", "none")

LETTERS: dict[str, str] = {"species": "S", "genus": "G", "family": "F", "order": "O", "none": "–"}


def agreement(a: Lineage, b: Lineage, bin_a: str | None = None, bin_b: str | None = None) -> str:
    """Returns the finest level of `LEVELS` at which the two lineages agree."""
    for rank in reversed(RANKS):
        name_a, name_b = a.at(rank), b.at(rank)
        if name_a is None or name_b is None or name_a.casefold() != name_b.casefold():
            continue
        if rank == "species" and is_interim(name_a) and not (bin_a and bin_a == bin_b):
            continue
        return rank
    return "none"


def level_text(level: str) -> str:
    """The words on the badge: `Same species`, …, `No shared rank`."""
    return "No shared rank" if level == "none" else f"Same {level}"
