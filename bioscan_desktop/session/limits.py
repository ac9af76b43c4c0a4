"""How much can be taken back. Apart from the database, which a window needs only after it is shown."""

KEPT = 500
"""Steps that are kept, the latest."""

ROWS_KEPT = 200_000
"""Rows of all steps together from which on the oldest are given up; the latest step stays, however large."""
