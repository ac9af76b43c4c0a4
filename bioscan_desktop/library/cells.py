"""Text in tables that people open with a spreadsheet. Names and ids come from files: from anyone."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell must begin with to be taken for a formula, or to hide one; the last four where Excel
speaks Chinese, Japanese or Korean."""


def safe_cell(text: str) -> str:
    """Free text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
