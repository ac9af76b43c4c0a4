"""Tables of records, set up alike: whole rows, one at a time, no grid, rows of one height."""

from __future__ import annotations

from collections.abc import Mapping

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
