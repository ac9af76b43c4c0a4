"""The records of a taxon as a table, and what stands behind the one that is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.models.key_records import KeyRecordModel, name_of
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import frame, label
from bioscan_desktop.ui.widgets.tables import set_up_table, set_widths
from bioscan_desktop.ui.widgets.views import BarcodeView
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.library.records import KeyRecord

WIDTHS = (100, 250, 76, 124, 130, 140)
KIND_MARGIN = 50
"""Pixels beside the words for the kind of a record: its icon, and what the table leaves free."""

BIN_COLUMN = 3
GIVE_WAY = (3, 2, 4, 0)
"""Columns that are left out where there is little room: BIN, specimens, country, kind."""


class TaxonRecords(QWidget):
    """Table above, details below."""

    def __init__(self, theme: Theme, bench: Workbench, source: TaxonomySource) -> None:
        super().__init__()
        self._bench, self._source = bench, source
        self.model = KeyRecordModel(theme, bench, source)
        self.model.setParent(self)
        self.table = QTableView()
        self._set_up_table()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 8, 12)
        column.setSpacing(10)
        column.addWidget(self.table, 1)
        self._card = frame("card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(14, 10, 14, 12)
        inner.setSpacing(6)
        head = QHBoxLayout()
        self._title = label(bold=True, rich=True)
        self._bold = QPushButton(tr("Open on BOLD"))
        self._bold.setToolTip(tr("Opens the record's page at boldsystems.org in the browser"))
        self._bold.clicked.connect(self._open)
        self._copy = QPushButton(tr("Copy as FASTA"))
        self._copy.setToolTip(tr("Copies the consensus barcode (Ctrl+C in the table)"))
        self._copy.clicked.connect(self.copy)
        head.addWidget(self._title, 1)
        head.addWidget(self._copy)
        head.addWidget(self._bold)
        self._facts = label(look="muted")
        self._bases = BarcodeView(theme)
        inner.addLayout(head)
        inner.addWidget(self._facts)
        inner.addWidget(self._bases)
        column.addWidget(self._card)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy)
        self.model.dataChanged.connect(lambda *_: self._show_current())
        self.model.modelReset.connect(self._show_current)
        self._show_current()

    def _set_up_table(self) -> None:
        table = self.table
        set_up_table(table, self.model, tr("Records of the taxon"))
        header = table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        set_widths(table, {column: width for column, width in enumerate(WIDTHS) if column != 1})
        kinds = [wording.upper_first(wording.modality_noun(kind)) for kind in ("dna", "image")]
        widest = max(table.fontMetrics().horizontalAdvance(kind) for kind in kinds)
        table.setColumnWidth(0, max(table.columnWidth(0), widest + KIND_MARGIN))
        table.selectionModel().currentRowChanged.connect(lambda *_: self._show_current())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Leaves columns out where there is little room, the least telling first."""
        taxonomy = self._source.taxonomy
        hidden = {BIN_COLUMN} if taxonomy is not None and not taxonomy.has_bins else set()
        for column in GIVE_WAY:
            if sum(width for at, width in enumerate(WIDTHS) if at not in hidden) <= self.width():
                break
            hidden.add(column)
        for column in range(len(WIDTHS)):
            self.table.setColumnHidden(column, column in hidden)

    def show_taxon(self, number: int | None) -> None:
        """The records of a taxon; None empties the table."""
        self.model.show_taxon(number)
        self._fit_columns()
        self.table.setCurrentIndex(QModelIndex())
        self.table.scrollToTop()

    @property
    def current(self) -> KeyRecord | None:
        """The record that is selected."""
        index = self.table.currentIndex()
        return self.model.record(index.row()) if index.isValid() else None

    def _show_current(self) -> None:
        record = self.current
        self._card.setVisible(record is not None)
        if record is None:
            return
        title = tr("Photo of {name}") if record.modality == "image" else tr("Barcode of {name}")
        self._title.setText(title.format(name=name_of(record).html))
        facts = [
            tr("%n specimens share this reference", "", record.n_records)
            if record.n_records > 1
            else wording.count(1, "specimen")
        ]
        if record.process_ids:
            more = record.n_records - len(record.process_ids)
            names = ", ".join(record.process_ids)
            facts.append(
                tr("{names} and {number} more").format(names=names, number=more) if more > 0 else names
            )
        if record.modality == "dna" and not record.consensus:
            facts.append(tr("The library keeps no bases of this reference"))
        self._facts.setText(" · ".join(facts))
        self._bases.setVisible(bool(record.consensus))
        self._bases.show_sequence(record.consensus or "")
        self._copy.setEnabled(bool(record.consensus))
        self._bold.setEnabled(bool(record.processid))

    def copy(self) -> None:
        """Puts the consensus barcode on the clipboard."""
        record = self.current
        if record is not None and record.consensus:
            header = "|".join(
                part for part in (record.processid, name_of(record).text, record.bin_uri) if part
            )
            QGuiApplication.clipboard().setText(f">{header}\n{record.consensus}\n")
            self._bench.said.emit(tr("The barcode was copied as FASTA."), None)

    def _open(self) -> None:
        record = self.current
        if record is not None and record.processid:
            QDesktopServices.openUrl(QUrl(wording.BOLD_RECORD.format(record.processid)))
