"""Beside the map: the specimen that is placed, the groups, and what was selected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui.models.key_records import KeyRecordModel
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.map_legend import MapLegend
from bioscan_desktop.ui.widgets.parts import label
from bioscan_desktop.ui.widgets.tables import set_up_table
from bioscan_desktop.ui.workbench import Workbench

QUERIES_MAX = 200
"""Specimens that are offered; the newest."""


class MapSide(QWidget):
    """The right side of the page.

    Signals:
        query_chosen: (key) of a specimen to place; 0 for none.
        scope_asked: (taxon) to make a map of; 0 for the whole library.
        cleared: the selection is to be given up.
        row_chosen: (row) of the selection, to be found on the map.
    """

    query_chosen = Signal(int)
    scope_asked = Signal(int)
    cleared = Signal()
    row_chosen = Signal(int)

    def __init__(self, theme: Theme, bench: Workbench, source: TaxonomySource) -> None:
        super().__init__()
        self._only = 0
        self.setProperty("look", "side")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        caption = label(tr("Your specimen"), "caption")
        column.addWidget(caption)
        self.queries = QComboBox()
        caption.setBuddy(self.queries)
        self.queries.setAccessibleName(tr("Specimen to place on the map"))
        self.queries.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.queries.activated.connect(lambda _: self.query_chosen.emit(self.queries.currentData() or 0))
        column.addWidget(self.queries)
        self.query_words = label(look="muted", scale=0.94)
        column.addWidget(self.query_words)
        column.addSpacing(6)
        head = QHBoxLayout()
        self.scope = label(tr("Groups"), "caption")
        self.only = QPushButton(tr("Map only these"))
        self.only.clicked.connect(lambda: self.scope_asked.emit(self._only))
        self.whole = QPushButton(tr("Whole library"))
        self.whole.clicked.connect(lambda: self.scope_asked.emit(0))
        head.addWidget(self.scope, 1)
        head.addWidget(self.only)
        head.addWidget(self.whole)
        column.addLayout(head)
        self.legend = MapLegend(theme)
        column.addWidget(self.legend, 3)
        row = QHBoxLayout()
        self.count = label("", "caption")
        self.clear = QPushButton(tr("Clear"))
        self.clear.setToolTip(tr("Gives the selection up"))
        self.clear.clicked.connect(self.cleared)
        row.addWidget(self.count, 1)
        row.addWidget(self.clear)
        column.addLayout(row)
        self.selected = KeyRecordModel(theme, bench, source, slim=True)
        self.selected.setParent(self)
        self.table = QTableView()
        self._set_up_table()
        column.addWidget(self.table, 4)
        self.hint = label(tr("Shift+drag around marks to list them here."), "muted", scale=0.94)
        column.addWidget(self.hint)
        self.show_selection(())
        self.show_scope("", None, False)

    def _set_up_table(self) -> None:
        table = self.table
        set_up_table(table, self.selected, tr("Selected on the map"), padding=10)
        table.horizontalHeader().hide()
        for column in (2, 3, 5):
            table.setColumnHidden(column, True)
        header = table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(0, 34)
        table.setColumnWidth(4, 96)
        table.selectionModel().currentRowChanged.connect(lambda new, _: self._on_row(new))

    def _on_row(self, index: QModelIndex) -> None:
        if index.isValid():
            self.row_chosen.emit(index.row())

    def show_queries(self, queries: Sequence[tuple[int, str]], current: int) -> None:
        """Specimens (key, name) that can be placed, the newest first."""
        self.queries.clear()
        self.queries.addItem(tr("none", "specimen"), 0)
        for key, name in queries[:QUERIES_MAX]:
            self.queries.addItem(name, key)
        self.queries.setCurrentIndex(max(0, self.queries.findData(current)))
        self.queries.setEnabled(bool(queries))
        if not queries:
            self.query_words.setText(tr("Identify a specimen to see it among its neighbours."))

    def show_selection(self, key_ids: Sequence[int] | np.ndarray) -> None:
        """What the lasso took in."""
        self.selected.show_keys(key_ids)
        there = bool(len(key_ids))
        for widget in (self.count, self.clear, self.table):
            widget.setVisible(there)
        self.hint.setVisible(not there)
        self.count.setText(tr("%n references selected", "", len(key_ids)))

    def show_scope(self, title: str, only: int | None, partial: bool) -> None:
        """What the map is of.

        Args:
            title: of the groups.
            only: a taxon that a map of its own can be made of; None if there is none.
            partial: the map is not of the whole library.
        """
        self.scope.setText(title or tr("Groups"))
        self._only = only or 0
        self.only.setVisible(only is not None)
        self.whole.setVisible(partial and only is None)
