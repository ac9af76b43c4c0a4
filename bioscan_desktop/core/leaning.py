"""The lean of a photo encoder to the species that it was trained on, and what makes up for it.

An encoder that learned names from photos puts a photo of any species near the species it learned, so
a species that it never saw is hardly ever the nearest, even where the library holds its photo or
barcode. The remedy is calibrated stacking (Chao et al. 2016, arXiv:1605.04253): a constant is taken off
the scores of the species that were trained on. Beside it, of two species that a photo is as near to,
the one with more different references is the likelier: it is the commoner and more variable one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Leaning:
    """What is added to the cosine of a photo and a key, by the species of the key.

    Attributes:
        species: that the encoder was trained on with photos.
        off: cosine taken off keys of these species, by modality of the key.
        abundance: cosine added for each natural logarithm of the number of keys of a species, by
            modality of the key.
    """

    species: frozenset[str]
    off: Mapping[str, float] = field(default_factory=dict)
    abundance: Mapping[str, float] = field(default_factory=dict)

    def shift(self, species: str | None, keys: int, modality: str) -> float:
        """For a key of a species that has so many keys of this modality; 0 for one without a name."""
        if species is None:
            return 0.0
        value = self.abundance.get(modality, 0.0) * math.log(max(keys, 1))
        return value - self.off.get(modality, 0.0) if species in self.species else value

    def touches(self, modality: str) -> bool:
        """Keys of this modality are ranked otherwise than by plain cosine."""
        return bool(self.off.get(modality) or self.abundance.get(modality))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a manifest."""
        return {
            "off": dict(self.off),
            "abundance": dict(self.abundance),
            "species": sorted(self.species),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Leaning:
        """The inverse of `to_dict`.

        Raises:
            TypeError, ValueError, AttributeError: the values are of another kind.
        """
        species = values.get("species", [])
        if not all(isinstance(name, str) for name in species):
            raise TypeError("names of species are texts")
        off, abundance = (
            {str(modality): float(value) for modality, value in values.get(name, {}).items()}
            for name in ("off", "abundance")
        )
        if not all(map(math.isfinite, (*off.values(), *abundance.values()))):
            raise ValueError("cosines are finite")
        return cls(frozenset(species), off, abundance)
