"""Identify specimens: decode, embed, search, align, decide.

`bioscan identify` and the window both call `Identifier.identify`, a generator that yields one
`Identification` per specimen in order of input, tells progress and can be stopped between items.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from bioscan_desktop.core.barcode import Barcode, reverse_complement
from bioscan_desktop.core.calibration import Calibration, log_distance
from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.matching import DECISION_K, agreement_levels, decide, decide_both
from bioscan_desktop.core.near import Hits
from bioscan_desktop.core.several import mixed_up
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.inference.encoders import ModelPack, mean_row
from bioscan_desktop.inference.session import default_threads
from bioscan_desktop.library.pack import Library
from bioscan_desktop.library.placing import asked_barcodes, misread_notice
from bioscan_desktop.library.restriction import Restriction
from bioscan_desktop.services.export.words import percent
from bioscan_desktop.services.identification import Identification, Provenance
from bioscan_desktop.services.photo_input import Prepared, Seen, prepare
from bioscan_desktop.services.ranking import (
    align_many,
    aligned,
    by_evidence,
    species_missing,
    together,
)
from bioscan_desktop.services.specimens import Specimen, in_steps
from bioscan_desktop.services.tasks import CancelToken, Progress, ProgressCallback, silent

T = TypeVar("T")

FIRST_CHUNK, LAST_CHUNK = 1, 512
"""Specimens per step: the first answer comes at once, then steps double, since batches are faster."""

SHOWN = 5
"""Hits shown per key modality, if nothing else is asked for."""

DECODERS = max(2, min(8, os.cpu_count() or 2))
"""Threads that decode photos; fewer than cores would keep a fast encoder waiting."""


@dataclass
class Neighbours:
    """What a search brought for one specimen, before anything is decided.

    Attributes:
        hits: by modality of the query.
        left_out: sentences about references that a restriction left out.
        unrestricted: as `hits`, of the whole library, where nearer ones were left out.
        sequence: the barcode as it was searched, turned round if need be.
        is_coi: False for a barcode without a place in the frame where the library's have theirs.
        misread: bases of the barcode that are left open, see `inference.misread`.
        missing: share of the photo that the file lacks.
        identity: best percent identity to a key, see `services.ranking.align_nearest`.
        aligned: so many hits at least are aligned, where they have a barcode.
        problems: why its photo or barcode could not be used.
        elapsed_ms: its share of the step's time.
        apart: what the search brought for each of several photos; `hits` are those of their mean then.
    """

    specimen: Specimen
    hits: dict[str, Hits] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    unrestricted: dict[str, Hits] = field(default_factory=dict)
    sequence: str | None = None
    is_coi: bool = True
    misread: int = 0
    missing: float = 0.0
    identity: float | None = None
    aligned: int = 0
    problems: list[BioscanError] = field(default_factory=list)
    elapsed_ms: float = 0.0
    apart: list[Neighbours] = field(default_factory=list)

    @classmethod
    def of(cls, specimen: Specimen) -> Neighbours:
        """Of a specimen that has yet to be searched."""
        return cls(specimen, apart=[cls(photo) for photo in specimen.photos] if specimen.more else [])

    @property
    def photos(self) -> list[Neighbours]:
        """Each photo apart; itself where there is one at most."""
        return self.apart or [self]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdicts on one specimen.

    Attributes:
        verdict: of all its evidence; None if there is none.
        by_modality: of photo and barcode apart.
        agreed: finest rank that both share; None unless there are both.
        by_photo: of each of several photos, None for one that has no hits.
    """

    verdict: Verdict | None
    by_modality: dict[str, Verdict]
    agreed: str | None
    by_photo: tuple[Verdict | None, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """What a search asks for.

    Attributes:
        rows: (n, d) unit rows.
        placed: (n, 658) codes of barcodes in the frame of COI; None if they have none there.
        views: of photos, see `core.near.Hits`; None if the model sees one view only.
    """

    rows: np.ndarray
    placed: np.ndarray | None = None
    views: Sequence[float] | None = None

    def told(self, hits: Hits, number: int) -> Hits:
        """The hits of one query, with what is known of the query itself."""
        return hits if self.views is None else hits.with_views(self.views[number])


class Identifier:
    """Identifies specimens against one library with one model.

    Args:
        model, library: opened packs.
        restriction: the part of the library that may answer; None takes all of it.
        decoders: threads that decode photos.

    Raises:
        PackError: if they do not belong together.
    """

    def __init__(
        self,
        model: ModelPack,
        library: Library,
        restriction: Restriction | None = None,
        decoders: int = DECODERS,
    ) -> None:
        library.check_model(model.manifest)
        self._decoders = decoders
        self.model = model
        self.library = library
        self.restriction = restriction

    def identify(
        self,
        specimens: Iterable[Specimen],
        top_k: int = SHOWN,
        progress: ProgressCallback = silent,
        cancel: CancelToken | None = None,
        keys: Sequence[str] | None = None,
        total: int | None = None,
        first_step: int = FIRST_CHUNK,
        last_step: int = LAST_CHUNK,
        seen: Seen | None = None,
    ) -> Iterator[Identification]:
        """Yields one identification per specimen, in order.

        Args:
            specimens: may be a generator; it is read two steps ahead.
            top_k: hits to show per key modality.
            progress: told after each specimen.
            cancel: looked at between specimens; raises Cancelled.
            keys: key modalities to search; None searches all.
            total: for progress, if known.
            first_step, last_step: specimens embedded together at first, and at most; steps double.
            seen: see `look_up`.
        """
        k = max(top_k, DECISION_K)
        near = self.look_up(specimens, k, keys, cancel, first_step, last_step, seen, top_k)
        provenance = None
        for done, found in enumerate(near, start=1):
            provenance = provenance or self.provenance()
            result = self._decide(found, top_k, provenance)
            progress(Progress(done, total, found.specimen.query_id))
            yield result

    def identify_one(self, specimen: Specimen, top_k: int = SHOWN) -> Identification:
        """One specimen."""
        return next(self.identify([specimen], top_k))

    def look_up(
        self,
        specimens: Iterable[Specimen],
        k: int = DECISION_K,
        keys: Sequence[str] | None = None,
        cancel: CancelToken | None = None,
        first_step: int = FIRST_CHUNK,
        last_step: int = LAST_CHUNK,
        seen: Seen | None = None,
        align: int = 0,
    ) -> Iterator[Neighbours]:
        """Decodes, embeds and searches, without deciding; yields in order of input.

        Args:
            seen: given each specimen's photo as it was read, by the threads that decode.
            align: keys to align each barcode with at once; 0 leaves that to `judge`.

        Raises:
            Cancelled: at the next specimen after `cancel`.
            PackError: if an encoder, what it learned of kin, or a key file cannot be used.
        """
        cancel, model = cancel or CancelToken(), self.model
        with ThreadPoolExecutor(self._decoders, thread_name_prefix="decode") as pool:
            ahead: list[tuple[Neighbours, list[Future[Prepared]]]] = []
            answered: list[Neighbours] = []
            try:
                for chunk in in_steps(specimens, first_step, last_step):
                    cancel.check()
                    # Decoded while the step before is embedded, and the answers of that before it are used.
                    submitted = [
                        (Neighbours.of(s), [pool.submit(prepare, one, model, seen) for one in s.photos])
                        for s in chunk
                    ]
                    yield from cancel.between(answered)
                    answered = self._step(ahead, k, keys, cancel, align)
                    ahead = submitted
                yield from cancel.between(answered)
                yield from cancel.between(self._step(ahead, k, keys, cancel, align))
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

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

    def _step(
        self,
        batch: list[tuple[Neighbours, list[Future[Prepared]]]],
        k: int,
        keys: Sequence[str] | None,
        cancel: CancelToken,
        align: int,
    ) -> list[Neighbours]:
        """Embeds and searches the photos of a step together, then its barcodes, and aligns these."""
        start = time.perf_counter()
        photos: list[tuple[list[Neighbours], list[np.ndarray]]] = []
        barcodes: dict[str, list[Neighbours]] = {}  # equal ones are searched once
        for found, futures in batch:
            cancel.check()
            if found.specimen.error is not None:
                found.problems.append(found.specimen.error)
            usable: list[np.ndarray] = []
            for photo, future in zip(found.photos, futures, strict=False):
                try:
                    loaded, pixels = future.result()
                except BioscanError as error:
                    found.problems.append(error)
                else:
                    found.notices.extend(notice for notice in loaded.notices if notice not in found.notices)
                    photo.missing = loaded.missing
                    usable.append(pixels)
                    if photo is not found:
                        photos.append(([photo], [pixels]))
            if usable:
                photos.append(([found], usable))
            if found.specimen.barcode is not None:
                barcode = self._orient(found.specimen.barcode)
                found.notices.extend(barcode.notices)
                found.sequence = barcode.sequence
                barcodes.setdefault(barcode.sequence, []).append(found)
        self._search("image", photos, self._ask_photos, k, keys)
        self._search(
            "dna", [(same, sequence) for sequence, same in barcodes.items()], self._ask_barcodes, k, keys
        )
        self._align([found for found, _ in batch], align)
        for found, _ in batch:
            found.elapsed_ms = (time.perf_counter() - start) * 1000 / len(batch)
        return [found for found, _ in batch]

    def _search(
        self,
        modality: str,
        inputs: Sequence[tuple[list[Neighbours], T]],
        ask: Callable[[Sequence[tuple[list[Neighbours], T]]], _Asked],
        k: int,
        keys: Sequence[str] | None,
    ) -> None:
        """Searches photos or barcodes, each with the specimens that it is of."""
        if not inputs:
            return
        self._open(modality, keys)
        try:
            asked = ask(inputs)
            rows, placed = asked.rows, asked.placed
            leaning = self.model.leaning if modality == "image" else None
            if self.restriction is None:
                results = self.library.search(modality, rows, k, keys, placed, leaning=leaning)
            else:
                results, left_out = self.restriction.search(modality, rows, k, keys, placed, leaning)
                for number in (n for n, told in enumerate(left_out) if told):
                    at = slice(number, number + 1)
                    there = placed[at] if placed is not None else None
                    (whole,) = self.library.search(modality, rows[at], k, keys, there, leaning=leaning)
                    for found in inputs[number][0]:
                        found.left_out.extend(left_out[number])
                        found.unrestricted[modality] = asked.told(whole, number)
        except BioscanError as error:
            if len(inputs) == 1:
                for found in inputs[0][0]:
                    found.problems.append(error)
            else:  # one bad item must not take the others of its step along
                for one in inputs:
                    self._search(modality, [one], ask, k, keys)
            return
        for number, ((same, _), hits) in enumerate(zip(inputs, results, strict=True)):
            for found in same:
                found.hits[modality] = asked.told(hits, number)

    def _ask_photos(self, photos: Sequence[tuple[list[Neighbours], list[np.ndarray]]]) -> _Asked:
        """Of several photos their mean; photos have no place in the frame."""
        each = {id(pixels): pixels for _, several in photos for pixels in several}
        found, cosines = self.model.embed_views(list(each.values()))
        rows = dict(zip(each, found, strict=True))
        mean = np.stack([mean_row([rows[id(pixels)] for pixels in several]) for _, several in photos])
        if cosines is None:
            return _Asked(mean)
        apart = dict(zip(each, map(log_distance, cosines.tolist()), strict=True))
        views = [sum(apart[id(pixels)] for pixels in several) / len(several) for _, several in photos]
        return _Asked(mean, views=views)

    def _ask_barcodes(self, barcodes: Sequence[tuple[list[Neighbours], str]]) -> _Asked:
        sequences = [sequence for _, sequence in barcodes]
        asked = asked_barcodes(self.library, sequences)
        if asked is None:
            return _Asked(self.model.embed_barcodes(sequences))
        for (same, _), is_coi, misread in zip(barcodes, asked.is_coi, asked.misread.tolist(), strict=True):
            for found in same:
                found.is_coi, found.misread = bool(is_coi), misread
        return _Asked(self.model.embed_barcodes(sequences, asked.codes), asked.codes)

    def _open(self, modality: str, keys: Sequence[str] | None) -> None:
        """Opens what a search needs. A damaged pack is no single item's fault: it stops the run.

        Raises:
            PackError: if an encoder or a key file cannot be used.
        """
        if self.model.has(modality):
            self.model.session(modality)
            if modality == "image":
                _ = self.model.leaning
        for kind in self.library.modalities:
            if keys is None or kind in keys:
                self.library.index(kind)

    def judge(self, found: Neighbours, top_k: int = SHOWN) -> Judgement:
        """The verdicts on what a search brought. Aligns the nearest keys in place.

        Args:
            found: with hits of at least one modality.
        """
        self._align([found], top_k)
        calibration, hits = self.calibration_for(found), found.hits
        apart = [photo.hits.get("image") for photo in found.apart]
        own = self.library.calibration
        by_photo = tuple(None if near is None else decide(near, own) for near in apart)
        by_modality = {
            modality: decide(near, calibration, found.identity, found.is_coi)
            if modality == "dna"
            else mixed_up(by_photo) or decide(near, own, apart=[one for one in apart if one is not None])
            for modality, near in hits.items()
        }
        if len(by_modality) == 2:
            image, dna, pictured = by_modality["image"], by_modality["dna"], self.library.pictured
            verdict, agreed = decide_both(image, dna, hits["image"], hits["dna"], calibration, pictured)
            return Judgement(mixed_up(by_photo, dna) or verdict, by_modality, agreed, by_photo)
        return Judgement(next(iter(by_modality.values())), by_modality, None, by_photo)

    def _align(self, batch: Sequence[Neighbours], top_k: int) -> None:
        """Aligns barcodes with their nearest keys, in place; specimens of one barcode have equal hits."""
        asked = [found for found in batch if "dna" in found.hits and found.aligned < top_k]
        if not asked:
            return
        near = {found.sequence: found.hits["dna"] for found in asked if found.sequence is not None}
        results = align_many(near, top_k, default_threads())
        for found in asked:
            if found.sequence is not None:
                found.hits["dna"], found.identity = results[found.sequence]
                found.aligned = top_k

    def calibration_for(self, found: Neighbours) -> Calibration:
        """The library's calibration, for a short barcode the one of short barcodes."""
        calibration = self.library.calibration
        return calibration.for_barcode(len(found.sequence)) if found.sequence is not None else calibration

    def _decide(self, found: Neighbours, top_k: int, provenance: Provenance) -> Identification:
        start = time.perf_counter()
        problems = list(found.problems)
        judged = self.judge(found, top_k) if found.hits else Judgement(None, {}, None)
        verdict = judged.verdict
        shown = self._shown(found, top_k, verdict)
        for photo in found.photos:
            if photo.missing:
                name, share = photo.specimen.input, photo.missing
                message = f"{name}: the file is cut short, {share:.0%} of it is missing."
                problems.append(BioscanError(message, "truncated_photo"))
        notices = list(found.notices)
        if found.misread and found.identity != 100:  # what the library has itself is no error of reading
            notices.append(misread_notice(found.misread))
        badges = tuple(agreement_levels(shown, verdict)) if verdict else ("none",) * len(shown)
        restricted = self._told_of_restriction(found, verdict)
        return Identification(
            specimen=found.specimen,
            status="failed" if verdict is None else "partial" if problems else "ok",
            error=problems[0] if problems else None,
            verdict=verdict,
            by_modality=judged.by_modality,
            modality_agreement=judged.agreed,
            hits=shown,
            badges=badges,
            # Of several photos more than one may be unusable.
            notices=(*notices, *(one.message for one in problems[1:] if found.apart)),
            elapsed_ms=found.elapsed_ms + (time.perf_counter() - start) * 1000,
            provenance=provenance,
            restricted=restricted,
            by_photo=judged.by_photo or (None,) * len(found.apart),
        )

    def _told_of_restriction(self, found: Neighbours, verdict: Verdict | None) -> tuple[str, ...]:
        """What could answer, what was left out, and the answer without that where it is another one."""
        if self.restriction is None:
            return ()
        told = [self.restriction.told, *found.left_out]
        if found.unrestricted:
            free = self.judge(replace(_unrestricted(found), aligned=0, identity=None)).verdict
            if free is not None and free.name and (verdict is None or free.name != verdict.name):
                told.append(
                    f"The whole library would answer {free.name} ({free.rank}, {percent(free.confidence)})."
                )
        return tuple(told)

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

    def ranked(self, found: Neighbours, verdict: Verdict | None = None) -> list[Hit]:
        """All hits of a specimen, best first by calibrated evidence.

        Args:
            verdict: tells whether the species is missing, which other scales hold for.
        """
        calibration, lacking = self.calibration_for(found), species_missing(verdict)
        both = together(found.hits, calibration, lacking, self.library.pictured)
        return by_evidence(found.hits, calibration, lacking, together=both)

    def _shown(self, found: Neighbours, top_k: int, verdict: Verdict | None) -> tuple[Hit, ...]:
        """The best `top_k` hits of each modality of the query, barcodes aligned."""
        calibration, lacking = self.calibration_for(found), species_missing(verdict)
        best = {
            modality: by_evidence({modality: hits}, calibration, lacking, top_k)
            for modality, hits in found.hits.items()
        }
        if found.sequence is not None and "dna" in best:
            sequence = found.sequence  # with two kinds of keys, the shown are not always the nearest
            best["dna"] = [
                aligned(hit, sequence) if hit.percent_identity is None else hit for hit in best["dna"]
            ]
        if len(best) == 1:
            return tuple(next(iter(best.values())))
        both = together(found.hits, calibration, lacking, self.library.pictured)
        return tuple(by_evidence(best, calibration, lacking, together=both))


def _unrestricted(found: Neighbours) -> Neighbours:
    """With the hits that there would be without a restriction."""
    apart = [_unrestricted(photo) for photo in found.apart]
    return replace(found, hits={**found.hits, **found.unrestricted}, apart=apart)
