"""Specimens and answers on their way into a session and out of it again.

An answer is kept as the line that `bioscan identify --format jsonl` writes, with one key more, `kept`:
what the window shows beside it and the line leaves out or rounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, TypeVar

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.core.hits import Hit
from bioscan_desktop.core.taxonomy import Lineage
from bioscan_desktop.core.verdict import RankShare, Verdict
from bioscan_desktop.files import comparable
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.services.identify import Identification
from bioscan_desktop.services.identify import Provenance as MadeWith
from bioscan_desktop.services.specimens import Specimen
from bioscan_desktop.session import photos
from bioscan_desktop.session.further import FurtherPhoto
from bioscan_desktop.session.specimens import Answer, StoredSpecimen

D = TypeVar("D")

_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (Hit, Lineage, RankShare, Verdict)
}


def stored_of(
    specimen: Specimen,
    root: Path | None = None,
    sample: str | None = None,
    parts: Sequence[Specimen] | None = None,
) -> StoredSpecimen:
    """A specimen as a session keeps it.

    Args:
        root: folder that photos are named relative to.
        sample: name by which it may be joined; its id by default.
        parts: photos and barcode that it was joined of.
    """
    photo = specimen.photo
    further = tuple(stored_of(one, root) for one in specimen.more)
    return StoredSpecimen(
        query_id=specimen.query_id,
        sample=sample if sample is not None else comparable(specimen.query_id),
        input=specimen.input,
        photo=photos.relative(photo, root) if isinstance(photo, Path) else None,
        picture=photo if isinstance(photo, bytes) else None,
        crop=astuple(specimen.crop) if specimen.crop is not None else None,
        more=tuple(
            FurtherPhoto(one.query_id, one.input, one.photo, picture=one.picture, crop=one.crop)
            for one in further
        ),
        barcode=specimen.barcode,
        parts=_parts_values(parts) if parts is not None else None,
        error=specimen.error,
    )


def _parts_values(parts: Sequence[Specimen]) -> tuple[str, ...]:
    """Id and origin of the first photo, and of the barcode where there is one; further photos keep theirs."""
    first, *others = parts
    barcode = next((one for one in others if one.photo is None), None)
    return first.query_id, first.input, *((barcode.query_id, barcode.input) if barcode is not None else ())


def specimen_of(stored: StoredSpecimen, root: Path | None = None) -> Specimen:
    """The inverse of `stored_of`."""
    more = tuple(Specimen(one.query_id, one.input, **_photo_of(one, root)) for one in stored.more)
    return Specimen(
        stored.query_id,
        stored.input,
        barcode=stored.barcode,
        error=stored.error,
        more=more,
        **_photo_of(stored, root),
    )


def _photo_of(one: StoredSpecimen | FurtherPhoto, root: Path | None) -> dict[str, Any]:
    """`photo` and `crop` of a specimen."""
    photo = photos.absolute(one.photo, root) if one.photo is not None else one.picture
    return {"photo": photo, "crop": Box(*one.crop) if one.crop is not None else None}


def parts_of(stored: StoredSpecimen, specimen: Specimen) -> tuple[Specimen, ...] | None:
    """The photos and the barcode that a specimen was joined of; None if it was not."""
    if stored.parts is None:
        return None
    photo_id, photo_input, *barcode = stored.parts
    parts = (Specimen(photo_id, photo_input, specimen.photo, crop=specimen.crop), *specimen.more)
    if not barcode:
        return parts
    barcode_id, barcode_input = barcode
    return *parts, Specimen(barcode_id, barcode_input, None, specimen.barcode)


def answer_of(result: Identification) -> Answer:
    """An answer as a session keeps it."""
    kept = {
        "verdict": _verdict_values(result.verdict) if result.verdict else None,
        "by_modality": {name: _verdict_values(verdict) for name, verdict in result.by_modality.items()},
        "hits": [{**_values(hit), "lineage": _values(hit.lineage), "consensus": None} for hit in result.hits],
        "by_photo": [_verdict_values(verdict) if verdict else None for verdict in result.by_photo],
        "elapsed_ms": result.elapsed_ms,
        "restricted": len(result.restricted),
    }
    names = result.verdict.lineage.path() if result.verdict else ()
    return Answer({**result.to_json(), "kept": kept}, tuple(names), contradicts(result))


def contradicts(result: Identification) -> bool:
    """True if photo and barcode, or two photos, name different orders or families."""
    if result.photo_conflict is not None:
        return True
    image, dna = result.by_modality.get("image"), result.by_modality.get("dna")
    if image is None or dna is None:
        return False
    pairs = [(image.lineage.at(rank), dna.lineage.at(rank)) for rank in ("order", "family")]
    return any(a and b and a != b for a, b in pairs)


def identification_of(record: Mapping[str, Any], specimen: Specimen) -> Identification:
    """The answer that a record was made of. The barcodes of the references are not kept in it.

    Raises:
        KeyError, TypeError: if it is no record of this program.
    """
    kept = record["kept"]
    error = record["error"]
    library, model = record["library"], record["model"]
    limited = kept.get("restricted", 0)  # so many of the notices come first
    made_with = (library["id"], library["version"], model["id"], model["version"], model["sha256"])
    return Identification(
        specimen=specimen,
        status=record["status"],
        error=BioscanError(error["message"], error["code"]) if error else None,
        verdict=_verdict(kept["verdict"]) if kept["verdict"] else None,
        by_modality={modality: _verdict(values) for modality, values in kept["by_modality"].items()},
        modality_agreement=record["modality_agreement"],
        hits=tuple(
            _known(Hit, {**values, "lineage": _known(Lineage, values["lineage"])}) for values in kept["hits"]
        ),
        badges=tuple(hit["badge"] for hit in record["hits"]),
        notices=tuple(record["notices"][limited:]),
        elapsed_ms=kept["elapsed_ms"],
        provenance=MadeWith(*made_with, record["provider"]),
        restricted=tuple(record["notices"][:limited]),
        by_photo=tuple(_verdict(values) if values else None for values in kept.get("by_photo", ())),
    )


def _verdict_values(verdict: Verdict) -> dict[str, Any]:
    return {**_values(verdict), "ranks": tuple(_values(share) for share in verdict.ranks)}


def _values(one: Hit | Lineage | RankShare | Verdict) -> dict[str, Any]:
    """The fields of a dataclass. `asdict` copies each value, and takes ten times as long."""
    return {name: getattr(one, name) for name in _FIELDS[type(one)]}


def _verdict(values: Mapping[str, Any]) -> Verdict:
    return _known(Verdict, {**values, "ranks": tuple(_known(RankShare, share) for share in values["ranks"])})


def _known(kind: type[D], values: Mapping[str, Any]) -> D:
    """A dataclass of those values that it has a field for: records of other versions may have more."""
    return kind(**{name: values[name] for name in _FIELDS[kind] if name in values})
