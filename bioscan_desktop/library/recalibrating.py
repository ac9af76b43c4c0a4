"""Gives a library another calibration, together with its hash in the manifest."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.errors import PackError
from bioscan_desktop.library.calibrated import CALIBRATION
from bioscan_desktop.library.draft import Draft
from bioscan_desktop.library.pack import LibraryManifest


def store_calibration(folder: Path, calibration: Calibration, fitted_on: LibraryManifest) -> LibraryManifest:
    """Puts a calibration in force. Whenever the program is killed, the library has the old one or the new.

    Args:
        fitted_on: the library as it was when its answers were looked at.

    Raises:
        PackError: if the library was changed since, is just being changed, or cannot be written.
    """
    with Draft(folder) as draft:
        if draft.manifest != fitted_on:
            raise PackError(f"The library {folder} was changed by another program meanwhile; try again.")
        path = draft.file(CALIBRATION)
        path.write_text(json.dumps(calibration.to_dict()) + "\n", encoding="utf-8")
        return draft.commit(replace(draft.manifest, calibrated=None))
