"""The lean of a photo encoder to the species that it was trained on, and what makes up for it.

An encoder that learned names from photos puts a photo of any species near the species it learned, so
a species that it never saw is hardly ever the nearest, even where the library holds its photo or
barcode. The remedy is calibrated stacking (Chao et al. 2016, arXiv:1605.04253): a constant is taken off
the scores of the species that were trained on. It is small between genera, which a photo tells apart
by itself, and larger between the species of a genus. There, too, the species with more different
references is the likelier one: it is the commoner and more variable.

Instead of a constant, the distance (1 - cosine) to these species can be stretched by a share: species
that were trained on lie in tight clusters, so that a photo of theirs is near, and loses little.

Some photos are near to photos of everything. A part of how near a key is to the nearest key of another
species is taken off, too, as cross-domain similarity local scaling does with the nearest of all (Conneau
et al. 2018, arXiv:1710.04087).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bioscan_desktop.core.kin import Kin

_NUMBERS = ("off", "within", "abundance", "stretch", "crowding")


@dataclass(frozen=True)
class Leaning:
    """How the keys of a library are ranked for a photo, by modality of the key.

    Attributes:
        species: that the encoder was trained on with photos.
        off: cosine taken off keys of these species.
        within: cosine taken off them in comparing the species of one genus; `off` is for genera then.
        abundance: cosine added, in comparing the species of one genus, for each natural logarithm of
            the number of keys of the species.
        stretch: by this share the distance to keys of the species trained on counts for more.
        crowding: by this share of it a key's isolation, less the mean of all keys, is taken off (see
            `index.isolation`); nothing where a library has no isolations.
        kin: what the encoder learned of genera and families; it helps to find barcodes.
    """

    species: frozenset[str]
    off: Mapping[str, float] = field(default_factory=dict)
    within: Mapping[str, float] = field(default_factory=dict)
    abundance: Mapping[str, float] = field(default_factory=dict)
    stretch: Mapping[str, float] = field(default_factory=dict)
    crowding: Mapping[str, float] = field(default_factory=dict)
    kin: tuple[Kin, ...] = field(default=(), compare=False)

    def between_genera(self, species: str | None, modality: str) -> float:
        """What is added to the cosine of a key; 0 for one without a name."""
        return -self.off.get(modality, 0.0) if species in self.species else 0.0

    def within_genus(self, species: str | None, keys: int, modality: str) -> float:
        """What is added in comparing the species of a genus, of which this one has so many keys."""
        if species is None:
            return 0.0
        value = self.abundance.get(modality, 0.0) * math.log(max(keys, 1))
        return value - self.within.get(modality, 0.0) if species in self.species else value

    def touches(self, modality: str) -> bool:
        """Keys of this modality are ranked otherwise than by plain cosine."""
        tables = (self.off, self.stretch, self.crowding)
        return any(table.get(modality) for table in tables) or bool(
            self.by_genus(modality) or self.kin_of(modality)
        )

    def kin_of(self, modality: str) -> tuple[Kin, ...]:
        """What counts for keys of this modality. Photos of a species are nearer than those of its kin."""
        return self.kin if modality == "dna" else ()

    def by_genus(self, modality: str) -> bool:
        """The species of a genus are compared otherwise than the genera are."""
        return bool(self.within.get(modality) or self.abundance.get(modality))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a manifest, without `kin`, which has a file of its own."""
        return {name: dict(getattr(self, name)) for name in _NUMBERS} | {"species": sorted(self.species)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Leaning:
        """The inverse of `to_dict`.

        Raises:
            TypeError, ValueError, AttributeError: the values are of another kind.
        """
        species = values.get("species", [])
        if not all(isinstance(name, str) for name in species):
            raise TypeError("names of species are texts")
        numbers: dict[str, Any] = {
            name: {str(modality): float(value) for modality, value in values.get(name, {}).items()}
            for name in _NUMBERS
        }
        if not all(math.isfinite(value) for table in numbers.values() for value in table.values()):
            raise ValueError("cosines are finite")
        return cls(frozenset(species), **numbers)
