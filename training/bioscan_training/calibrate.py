"""`bioscan-train calibrate`: fit a library's calibration and draw how far it can be trusted."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.services import calibrate, packs
from bioscan_desktop.services.identify import Identifier


def calibrate_library(
    library: Path,
    queries: Path,
    images: Path | None,
    unseen: Path | None,
    target_precision: float,
    model: str | None = None,
) -> dict[str, Any]:
    """Fits and writes `calibration.json` into a library pack.

    Args:
        library: folder of the pack.
        queries: records TSV of held-out specimens, none of them in the library.
        images: folder that `image_file` is relative to.
        unseen: names of species that the encoders were not trained on, one a line.
        target_precision: of the names given at each rank.
        model: id or folder of the model pack; by default the one that the library names.

    Returns:
        What was fitted, without the long lists.
    """
    opened = packs.open_library(str(library), exact=True)
    try:
        pack = packs.open_model(model, "cpu", "fp32") if model else packs.model_for(opened, "cpu", "fp32")
        identifier = Identifier(pack, opened)
        names = frozenset(unseen.read_text(encoding="utf-8").split("\n")) - {""} if unseen else frozenset()
        fitted = calibrate.fit(identifier, read_table(queries), images, names, target_precision)
    finally:
        opened.close()
    write_calibration(library, fitted)
    values = fitted.to_dict()
    return {key: values[key] for key in ("pairs", "thresholds", "image_weight", "provenance")}


def write_calibration(library: Path, calibration: Calibration) -> None:
    """Writes `calibration.json` atomically: a library in use never sees half of it."""
    part = library / f"calibration.json.{os.getpid()}.part"
    part.write_text(json.dumps(calibration.to_dict()) + "\n", encoding="utf-8")
    part.replace(library / "calibration.json")
