"""Records that could not be used: told on standard error, and by the exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

SHOWN = 20
"""Sentences that are told one by one."""


def tell(sentences: Sequence[str]) -> int:
    """Tells why records were left out; returns the exit code of the command: 1 if there are any, else 0."""
    for sentence in sentences[:SHOWN]:
        sys.stderr.write(f"Left out: {sentence}\n")
    if len(sentences) > SHOWN:
        sys.stderr.write(f"Left out: {len(sentences) - SHOWN:,} more.\n")
    return 1 if sentences else 0
