"""The calibration of a library pack, which may be fitted anew at any time.

So the manifest need not list its hash, and a hash that a manifest lists is not all that is asked: a file
that was cut short or is none is found by reading it.
"""

from __future__ import annotations

import json
from pathlib import Path

from bioscan_desktop.core.calibration import Calibration
from bioscan_desktop.core.errors import PackError

CALIBRATION = "calibration.json"

UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError)
"""What a damaged calibration leads into."""


def read_calibration(path: Path) -> tuple[Calibration, bytes]:
    """A calibration, and the bytes that it was read from.

    Raises:
        UNREADABLE: one of these.
    """
    data = path.read_bytes()
    return Calibration.from_dict(json.loads(data)), data


def check_calibration(path: Path) -> None:
    """Refuses a calibration that cannot be used; a library need not have one.

    Raises:
        PackError: in one sentence.
    """
    try:
        if path.exists():
            read_calibration(path)
    except UNREADABLE as error:
        raise PackError(f"{path} is damaged ({error}); calibrate the library again.") from None
