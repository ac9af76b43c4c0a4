"""Widths of columns that share what room there is."""

from __future__ import annotations

import pytest

from bioscan_desktop.ui.widgets.tables import shared_out


@pytest.mark.parametrize(
    ("needs", "room", "widths"),
    [
        ([100, 100, 100], 400, [125, 125, 150]),  # what is left over goes by shares
        ([300, 50, 50], 400, [300, 50, 50]),  # a long id has the room of short neighbours
        ([300, 50, 50], 300, [200, 50, 50]),
        ([300, 300, 300], 400, [100, 100, 200]),  # all are cut alike, by shares
        ([300, 300, 20], 220, [100, 100, 20]),
        ([10, 10, 10], 0, [0, 0, 0]),
    ],
)
def test_columns_have_what_they_need(needs: list[int], room: int, widths: list[int]) -> None:
    assert shared_out(needs, [1, 1, 2], room) == widths
    assert sum(widths) <= max(room, 0)
