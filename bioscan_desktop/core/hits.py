"""A reference near a query, as a search finds it."""

from __future__ import annotations

from dataclasses import dataclass

from bioscan_desktop.core.taxonomy import Lineage


@dataclass(frozen=True, slots=True)
class Hit:
    """One reference key near the query.

    Attributes:
        key_id: primary key in the library.
        query_modality, key_modality: `image` or `dna`.
        score: cosine similarity, -1 to 1.
        n_records: specimens behind the key.
        percent_identity: matches / alignment columns without terminal gaps x 100, where the key
            has a barcode and the query is one.
        overlap_bp: aligned columns without terminal gaps.
        consensus: the key's computed barcode, if it has one.
        isolation: cosine from the key to the nearest key of another species; None if not known.
        mismatch: share of differing bases of two barcodes placed in the common frame.
        relatedness: the same weighed by kind and codon position of the difference, see
            `index.aligned`; larger is closer.
        shift: cosine to add for judging what the key says, see `core.leaning`; not part of `score`.
    """

    key_id: int
    query_modality: str
    key_modality: str
    score: float
    lineage: Lineage
    processid: str | None = None
    bin_uri: str | None = None
    country: str | None = None
    n_records: int = 1
    percent_identity: float | None = None
    overlap_bp: int | None = None
    consensus: str | None = None
    image_file: str | None = None
    isolation: float | None = None
    mismatch: float | None = None
    relatedness: float | None = None
    shift: float = 0.0

    @property
    def leaned(self) -> float:
        """The cosine that evidence is drawn from."""
        return self.score + self.shift

    @property
    def pair(self) -> str:
        """`image->dna` and the like: what was compared with what."""
        return f"{self.query_modality}->{self.key_modality}"
