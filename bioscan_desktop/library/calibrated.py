"""The calibration of a library pack, which may be fitted anew at any time (`library.recalibrating`).

The manifest lists its hash, as that of all files. A pack of an earlier program need not do so, and is
only asked for one that can be read. That is asked of the others, too: a hash fits what was no calibration
when it was listed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from bioscan_desktop.core.calibration import DEFAULT, Calibration
from bioscan_desktop.core.errors import PackError

CALIBRATION = "calibration.json"

TOLERATED_CHANGE = 0.01
"""Share of keys added and removed since calibration up to which verdicts still count as calibrated.
A verdict changes only if the keys near its specimen do; where as many of a hundred keys were
changed, about as many of a hundred verdicts can be touched, and so precision moves by a point at most."""


def fitted_before(values: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a manifest says of a calibration that was fitted before the library was changed.

    Raises:
        TypeError, ValueError, AttributeError: it says so in no form that is understood.
    """
    if values is None:
        return None
    return {**values, **{name: int(values.get(name, 0)) for name in ("keys", "added", "removed")}}


def in_force(path: Path, listed: str | None, before: dict[str, Any] | None) -> tuple[Calibration, str]:
    """What a library answers with.

    Args:
        path: of its calibration; it need not exist.
        listed: hash of that file in the manifest; None if the manifest has none.
        before: what the manifest says of a calibration that was fitted before the library was changed.

    Returns:
        the calibration, `DEFAULT` where there is none that can be used, and a sentence of what is wrong
        with it, or "".
    """
    if listed is None and not path.exists():
        return DEFAULT, ""
    try:
        calibration, sha256 = _read(path)
    except PackError as error:
        return DEFAULT, error.message
    if listed is not None and sha256 != listed:
        return DEFAULT, (
            "The library's calibration is not the one that its manifest lists and is not used; "
            "calibrate the library again or install it again."
        )
    if before is None or before.get("sha256") != sha256:
        return calibration, ""  # never changed since, or calibrated again
    added, removed = before["added"], before["removed"]
    kept = (added + removed) <= TOLERATED_CHANGE * before["keys"]
    notice = (
        f"The library's calibration was fitted on its version {before.get('version')}; since then {added} "
        f"keys were added and {removed} removed"
        + ("." if kept else ", so answers count as not calibrated until it is calibrated again.")
    )
    return calibration if kept else calibration.lapsed(), notice


def check_calibration(path: Path) -> None:
    """Refuses a calibration that cannot be used; a library need not have one.

    Raises:
        PackError: in one sentence.
    """
    if path.exists():
        _read(path)


def _read(path: Path) -> tuple[Calibration, str]:
    """A calibration, and the sha256 of the file.

    Raises:
        PackError: if it cannot be used.
    """
    try:
        data = path.read_bytes()
        return Calibration.from_dict(json.loads(data)), hashlib.sha256(data).hexdigest()
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise PackError(f"The library's calibration cannot be read and is not used ({error}).") from None
