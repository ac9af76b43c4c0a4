"""The lean of a photo encoder to the species that it was trained on, and what makes up for it.

An encoder that learned names from photos puts a photo of any species near the species it learned, so
a species that it never saw is hardly ever the nearest, even where the library holds its photo or
barcode. The remedy is calibrated stacking (Chao et al. 2016, arXiv:1605.04253): a constant is taken off
the scores of the species that were trained on. It is small between genera, which a photo tells apart
by itself, and larger between the species of a genus. There, too, the species with more different
references is the likelier one: it is the commoner and more variable.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_NUMBERS = ("off", "within", "abundance")


@dataclass(frozen=True)
class Leaning:
    """How the keys of a library are ranked for a photo, by modality of the key.

    Attributes:
        species: that the encoder was trained on with photos.
        off: cosine taken off keys of these species.
        within: cosine taken off them in comparing the species of one genus; `off` is for genera then.
        abundance: cosine added, in comparing the species of one genus, for each natural logarithm of
            the number of keys of the species.
    """

    species: frozenset[str]
    off: Mapping[str, float] = field(default_factory=dict)
    within: Mapping[str, float] = field(default_factory=dict)
    abundance: Mapping[str, float] = field(default_factory=dict)

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
        return bool(self.off.get(modality)) or self.by_genus(modality)

    def by_genus(self, modality: str) -> bool:
        """The species of a genus are compared otherwise than the genera are."""
        return bool(self.within.get(modality) or self.abundance.get(modality))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a manifest."""
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
        numbers = {
            name: {str(modality): float(value) for modality, value in values.get(name, {}).items()}
            for name in _NUMBERS
        }
        if not all(math.isfinite(value) for table in numbers.values() for value in table.values()):
            raise ValueError("cosines are finite")
        return cls(frozenset(species), **numbers)
