"""Tables of records, set up alike: whole rows, one at a time, no grid, rows of one height."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QTreeView

TITLE_MARGIN, TREE_TITLE_MARGIN = 22, 16
"""Pixels beside the title of a column, as the style sheet has them."""


def set_up_table(table: QTableView, model: QAbstractItemModel, name: str, padding: int = 12) -> None:
    """Gives a table its model, its look and its manners.

    Args:
        name: for screen readers.
        padding: pixels of a row beside the line of text.
    """
    table.setModel(model)
    table.setProperty("look", "table")
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.horizontalHeader().setHighlightSections(False)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + padding)


def set_widths(table: QTableView | QTreeView, widths: Mapping[int, int]) -> None:
    """Widths of columns in pixels; one whose title needs more gets more."""
    header = table.header() if isinstance(table, QTreeView) else table.horizontalHeader()
    margin = TREE_TITLE_MARGIN if isinstance(table, QTreeView) else TITLE_MARGIN
    for column, width in widths.items():
        title = table.model().headerData(column, Qt.Orientation.Horizontal)
        header.resizeSection(column, max(width, header.fontMetrics().horizontalAdvance(title) + margin))


def shared_out(needs: Sequence[int], shares: Sequence[float], room: int) -> list[int]:
    """Widths of columns in pixels: each has what it needs, as long as there is room for all.

    What is left over goes to all by their shares. Where there is too little, a column that needs less than
    its share still has all of it, and the others share the rest.
    """
    spare = room - sum(needs)
    if spare >= 0:
        return [need + int(spare * share / sum(shares)) for need, share in zip(needs, shares, strict=True)]
    widths = [0] * len(needs)
    tight = set(range(len(needs)))
    while tight:
        total = sum(shares[one] for one in tight)
        least = min(tight, key=lambda one: needs[one] / shares[one])
        widths[least] = min(needs[least], int(max(0, room) * shares[least] / total))
        room -= widths[least]
        tight.remove(least)
    return widths
