"""What a run's answers are made with, and that it stays the same until the run is done."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from bioscan_desktop import __version__
from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.calibrated import CALIBRATION
from bioscan_desktop.library.pack import LibraryManifest
from bioscan_desktop.library.restriction import Restriction
from bioscan_desktop.services import packs
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.specimens import Provenance, first_run

LIMITS: tuple[str, ...] = ("restrict_to", "countries")
"""Settings that say which part of the library may answer."""


def settle(model: ModelPack, before: Provenance | None) -> ModelPack:
    """The model as a run uses it: many photos at a time, at one precision.

    `auto` chooses by speed, and may choose otherwise next time.

    Args:
        before: what the run was begun with; None if it begins now.

    Raises:
        ArgumentError: if another precision is asked for than that of the run.
    """
    if before is not None:
        wanted = before.precision
        if model.precision not in ("auto", wanted):
            raise ArgumentError(
                f"The run was begun with precision {wanted}; it cannot go on with {model.precision}."
            )
    elif model.precision == "auto":
        wanted = precision_in_use(model)
    else:
        wanted = model.precision
    return ModelPack(model.folder, model.provider, wanted, model.threads, side_by_side=True)


def open_identifier(
    database: Database,
    library: str | None,
    model: str | None,
    provider: str = "auto",
    precision: str = "auto",
    limits: Mapping[str, Sequence[str]] | None = None,
) -> Identifier:
    """The packs that are named, or else those that a run was begun with. Close its library in the end.

    Args:
        database: of the run; it remembers the packs of its beginning.
        library, model: ids or paths; None takes those of the run, then the starter library and the
            model that belongs to it.

    Raises:
        ArgumentError, PackError: if they cannot be had.
    """
    opened = packs.open_library(library or database.fact("library") or packs.STARTER)
    try:
        name = model or (database.fact("model") if library is None else None)
        if name is None:
            encoders = packs.model_for(opened, provider, precision)
        else:
            encoders = packs.open_model(name, provider, precision)
        before = first_run(database)
        encoders = settle(encoders, before)
        wanted = [(limits or {}).get(name, ()) for name in LIMITS]
        identifier = Identifier(encoders, opened, Restriction(opened, *wanted) if any(wanted) else None)
        if before is None:
            folders = {"library": opened.folder, "model": encoders.folder}
            database.set_facts({name: str(folder.resolve()) for name, folder in folders.items()})
    except BaseException:
        opened.close()
        raise
    return identifier


def check_same(before: Provenance | None, now: Provenance) -> None:
    """Refuses to go on with something else than a run was begun with.

    Raises:
        ArgumentError: naming the first difference.
    """
    if before is None:
        return
    a, b = _named(before), _named(now)
    for what in a:
        if a[what] != b[what]:
            raise ArgumentError(
                f"The run was begun with {what} {a[what]}; it cannot go on with {b[what]}. Use that one, or "
                "begin a new run in another folder."
            )
    for what, one, other in (
        ("library", before.library_sha256, now.library_sha256),
        ("model", before.model_sha256, now.model_sha256),
    ):
        if one != other:
            raise ArgumentError(
                f"The {what} {a[what]} has changed since the run was begun, though its version is the same. "
                "Begin a new run in another folder."
            )


def precision_in_use(model: ModelPack) -> str:
    """`int8` or `fp32`: what `auto` has chosen for the first encoder of the model."""
    modality = next(m for m in ("image", "dna", *model.manifest.encoders) if model.has(m))
    variants = model.manifest.encoders[modality].variants
    used = model.session(modality).path.name
    return next((name for name, variant in variants.items() if Path(variant.file).name == used), "fp32")


def provenance_of(
    identifier: Identifier, top_k: int, limits: Mapping[str, Sequence[str]] | None = None
) -> Provenance:
    """What answers are made with now, with the hashes of the packs.

    Args:
        limits: names that the identifier's restriction was made of, by `LIMITS`.
    """
    made_with = identifier.provenance()
    return Provenance(
        app_version=__version__,
        library_id=made_with.library_id,
        library_version=made_with.library_version,
        library_sha256=library_hash(identifier.library.folder),
        model_id=made_with.model_id,
        model_version=made_with.model_version,
        model_sha256=made_with.model_sha256,
        provider=made_with.provider,
        precision=identifier.model.precision,
        settings={"top_k": top_k, **{name: sorted((limits or {}).get(name, ())) for name in LIMITS}},
    )


def library_hash(folder: Path) -> str:
    """SHA-256 of a library's manifest, which holds the hashes of its files, and of its calibration."""
    digest = hashlib.sha256()
    for path in (folder / "manifest.json", LibraryManifest.load(folder).path(folder, CALIBRATION)):
        digest.update(path.read_bytes() if path.is_file() else b"")
        digest.update(b"\0")
    return digest.hexdigest()


def _named(made_with: Provenance) -> dict[str, str]:
    return {
        "library": f"{made_with.library_id} {made_with.library_version}",
        "model": f"{made_with.model_id} {made_with.model_version}",
        "precision": made_with.precision,
        "--top-k": str(made_with.settings.get("top_k")),
        "--restrict-to": _listed(made_with.settings.get("restrict_to")),
        "--country": _listed(made_with.settings.get("countries")),
    }


def _listed(names: Sequence[str] | None) -> str:
    names = names or ()
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return (", ".join(names[:5]) + more) if names else "none"
