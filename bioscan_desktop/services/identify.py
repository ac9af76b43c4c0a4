"""Identify specimens: decode, embed, search, align, decide.

`bioscan identify` and the window both call `Identifier.identify`, a generator that yields one
`Identification` per specimen in order of input, tells progress and can be stopped between items.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from bioscan_desktop import __version__
from bioscan_desktop.core.agreement import agreement
from bioscan_desktop.core.barcode import Barcode, reverse_complement
from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.core.matching import DECISION_K, Hit, Verdict, decide, decide_both
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.index.barcodes import align
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.inference.images import LoadedImage, load_rgb
from bioscan_desktop.library.pack import Library
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback, silent

CHUNK = 8
"""Specimens per step: small enough for progress to move, large enough to keep decoders busy."""

DECODERS = 2


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer was made with."""

    library_id: str
    library_version: str
    model_id: str
    model_version: str
    model_sha256: str
    provider: str


@dataclass(frozen=True, slots=True)
class Identification:
    """The answer for one specimen.

    Attributes:
        status: `ok`, `partial` (something could not be used) or `failed`.
        verdict: None if failed.
        by_modality: the verdict of each modality apart.
        modality_agreement: finest rank shared by photo and barcode; None unless both were used.
        hits: shown hits, best first.
        badges: agreement of each hit with the verdict.
        notices: sentences about the input.
    """

    specimen: Specimen
    status: str
    error: BioscanError | None
    verdict: Verdict | None
    by_modality: dict[str, Verdict]
    modality_agreement: str | None
    hits: tuple[Hit, ...]
    badges: tuple[str, ...]
    notices: tuple[str, ...]
    elapsed_ms: float
    provenance: Provenance

    def to_json(self) -> dict[str, Any]:
        """One line of `bioscan identify --format jsonl`."""
        p = self.provenance
        return {
            "query_id": self.specimen.query_id,
            "input": self.specimen.input,
            "modality": self.specimen.modality,
            "status": self.status,
            "error": {"code": self.error.code, "message": self.error.message} if self.error else None,
            "verdict": _verdict_json(self.verdict) if self.verdict else None,
            "ranks": [
                {"rank": s.rank, "name": s.name, "share": round(s.share, 4)}
                for s in (self.verdict.ranks if self.verdict else ())
            ],
            "by_modality": {m: _verdict_json(v) for m, v in self.by_modality.items()},
            "modality_agreement": self.modality_agreement,
            "hits": [
                _hit_json(number, hit, badge)
                for number, (hit, badge) in enumerate(zip(self.hits, self.badges, strict=True), start=1)
            ],
            "notices": list(self.notices),
            "library": {"id": p.library_id, "version": p.library_version},
            "model": {"id": p.model_id, "version": p.model_version, "sha256": p.model_sha256},
            "provider": p.provider,
            "elapsed_ms": round(self.elapsed_ms, 1),
            "app_version": __version__,
        }


@dataclass
class Neighbours:
    """What a search brought, before anything is decided.

    Attributes:
        hits: by modality of the query.
        sequence: the barcode as it was searched, turned round if need be.
        partial: part of the photo is missing.
    """

    hits: dict[str, list[Hit]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    sequence: str | None = None
    partial: bool = False


class Identifier:
    """Identifies specimens against one library with one model.

    Args:
        model, library: opened packs.

    Raises:
        PackError: if they do not belong together.
    """

    def __init__(self, model: ModelPack, library: Library) -> None:
        library.check_model(model.manifest)
        self.model = model
        self.library = library

    def identify(
        self,
        specimens: Iterable[Specimen],
        top_k: int = 5,
        progress: ProgressCallback = silent,
        cancel: CancelToken | None = None,
        keys: Sequence[str] | None = None,
        total: int | None = None,
    ) -> Iterator[Identification]:
        """Yields one identification per specimen, in order.

        Args:
            specimens: may be a generator; it is read a chunk ahead only.
            top_k: hits to show per key modality.
            progress: told after each specimen.
            cancel: looked at between specimens; raises Cancelled.
            keys: key modalities to search; None searches all.
            total: for progress, if known.
        """
        cancel = cancel or CancelToken()
        done = 0
        with ThreadPoolExecutor(DECODERS, thread_name_prefix="decode") as pool:
            for chunk in _chunks(specimens, CHUNK):
                photos = [pool.submit(self._load, s) if s.photo is not None else None for s in chunk]
                for specimen, photo in zip(chunk, photos, strict=True):
                    if cancel.cancelled:
                        pool.shutdown(wait=False, cancel_futures=True)
                        cancel.check()
                    result = self._one(specimen, photo, top_k, keys)
                    done += 1
                    progress(Progress(done, total, specimen.query_id))
                    yield result

    def identify_one(self, specimen: Specimen, top_k: int = 5) -> Identification:
        """One specimen."""
        return next(self.identify([specimen], top_k))

    def neighbours(
        self, specimen: Specimen, k: int = DECISION_K, keys: Sequence[str] | None = None
    ) -> Neighbours:
        """Decodes, embeds and searches one specimen, without deciding.

        Raises:
            BioscanError: if its photo or barcode cannot be used.
        """
        found = Neighbours()
        if specimen.photo is not None:
            self._search_photo(self._load(specimen), k, keys, found)
        if specimen.barcode is not None:
            self._search_barcode(specimen.barcode, k, keys, found)
        return found

    def provenance(self) -> Provenance:
        """What answers are made with now."""
        model, library = self.model.manifest, self.library.manifest
        return Provenance(
            library.id,
            library.version,
            model.id,
            model.version,
            model.fingerprint,
            self.model.provider_report().active,
        )

    def _load(self, specimen: Specimen) -> LoadedImage:
        assert specimen.photo is not None
        return load_rgb(specimen.photo, self.model.preprocessing.min_side)

    def _one(
        self,
        specimen: Specimen,
        photo: Future[LoadedImage] | None,
        top_k: int,
        keys: Sequence[str] | None,
    ) -> Identification:
        start = time.perf_counter()
        problems: list[BioscanError] = [specimen.error] if specimen.error else []
        found = Neighbours()
        k = max(top_k, DECISION_K)
        if photo is not None:
            try:
                self._search_photo(photo.result(), k, keys, found)
            except BioscanError as error:
                problems.append(error)
        if specimen.barcode is not None:
            try:
                self._search_barcode(specimen.barcode, k, keys, found)
            except BioscanError as error:
                problems.append(error)
        hits, notices, partial = found.hits, found.notices, found.partial
        by_modality = {m: decide(found, self.library.calibration) for m, found in hits.items()}
        agreed: str | None = None
        verdict: Verdict | None = None
        if len(by_modality) == 2:
            verdict, agreed = decide_both(
                by_modality["image"],
                by_modality["dna"],
                hits["image"],
                hits["dna"],
                self.library.calibration,
            )
        elif by_modality:
            verdict = next(iter(by_modality.values()))
        shown = self._shown(found, top_k)
        if partial:
            problems.append(BioscanError(f"{specimen.input}: {notices[-1]}", "truncated_photo"))
        status = "failed" if verdict is None else "partial" if problems else "ok"
        return Identification(
            specimen=specimen,
            status=status,
            error=problems[0] if problems else None,
            verdict=verdict,
            by_modality=by_modality,
            modality_agreement=agreed,
            hits=shown,
            badges=tuple(agreement(hit.lineage, verdict.lineage) if verdict else "none" for hit in shown),
            notices=tuple(notices),
            elapsed_ms=(time.perf_counter() - start) * 1000,
            provenance=self.provenance(),
        )

    def _orient(self, barcode: Barcode) -> Barcode:
        """Turns a barcode round if the library's own barcodes clearly read the other way."""
        orientation = self.library.orientation
        if orientation is None or orientation.score(barcode.sequence) >= 0:
            return barcode
        turned = reverse_complement(barcode.sequence)
        if orientation.score(turned) <= 0:
            return barcode
        kept = tuple(n for n in barcode.notices if "reversed" not in n and "Stop codons" not in n)
        notice = () if barcode.reversed else ("The sequence was reversed; its reverse complement is used.",)
        return replace(barcode, sequence=turned, notices=(*notice, *kept), reversed=not barcode.reversed)

    def ranked(self, hits: dict[str, list[Hit]]) -> list[Hit]:
        """All hits, best first: by calibrated evidence where scales of several kinds meet."""
        calibration = self.library.calibration

        def rank(hit: Hit) -> tuple[float, float, int]:
            scale = calibration.pair(hit.pair)
            return (-(scale.slope * hit.score + scale.offset), -hit.score, hit.key_id)

        return sorted((hit for found in hits.values() for hit in found), key=rank)

    def _search_photo(
        self, photo: LoadedImage, k: int, keys: Sequence[str] | None, found: Neighbours
    ) -> None:
        found.notices.extend(photo.notices)
        found.partial = photo.partial
        row = self.model.embed_images([photo.image])
        found.hits["image"] = self.library.search("image", row, k, keys)[0]

    def _search_barcode(
        self, barcode: Barcode, k: int, keys: Sequence[str] | None, found: Neighbours
    ) -> None:
        barcode = self._orient(barcode)
        found.notices.extend(barcode.notices)
        row = self.model.embed_barcodes([barcode.sequence])
        found.sequence = barcode.sequence
        found.hits["dna"] = self.library.search("dna", row, k, keys)[0]

    def _shown(self, found: Neighbours, top_k: int) -> tuple[Hit, ...]:
        """The best `top_k` hits of each modality of the query, barcodes aligned."""
        best = {modality: self.ranked({modality: hits})[:top_k] for modality, hits in found.hits.items()}
        if found.sequence is not None:
            best["dna"] = [_aligned(hit, found.sequence) for hit in best["dna"]]
        return tuple(self.ranked(best))


def _aligned(hit: Hit, sequence: str) -> Hit:
    """The hit with its percent identity, if its key has a barcode."""
    if hit.consensus is None:
        return hit
    found = align(sequence, hit.consensus)
    return replace(hit, percent_identity=found.percent_identity, overlap_bp=found.overlap_bp)


def _chunks(items: Iterable[Specimen], size: int) -> Iterator[list[Specimen]]:
    chunk: list[Specimen] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "rank": verdict.rank,
        "confidence": round(verdict.confidence, 4),
        "calibrated": verdict.calibrated,
        "novelty": verdict.novelty,
        "novelty_p": round(verdict.novelty_p, 4) if verdict.novelty_p is not None else None,
        "reason": verdict.reason,
    }


def _hit_json(number: int, hit: Hit, badge: str) -> dict[str, Any]:
    return {
        "hit_rank": number,
        "query_modality": hit.query_modality,
        "key_modality": hit.key_modality,
        "score": round(hit.score, 5),
        "percent_identity": round(hit.percent_identity, 2) if hit.percent_identity is not None else None,
        "overlap_bp": hit.overlap_bp,
        "processid": hit.processid,
        "bin_uri": hit.bin_uri,
        **dict(zip(RANKS, hit.lineage.names(), strict=True)),
        "country": hit.country,
        "badge": badge,
        "badge_against": "verdict",
        "n_records": hit.n_records,
        "image_file": hit.image_file,
    }
