"""The names of a restriction that the library lacks, with those that may have been meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialogButtonBox, QHeaderView, QPushButton, QTableView, QVBoxLayout, QWidget

from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import label, size_to_fit
from bioscan_desktop.ui.widgets.tables import set_up_table

if TYPE_CHECKING:
    from bioscan_desktop.library.checklist import Match

ABOUT = mark(
    "No reference of the library has these names, so specimens of them can only be named wrongly, or "
    "further up. Where a name is spelled otherwise here, change the list."
)


class MissingNamesDialog(Dialog):
    """A table to read and to copy."""

    def __init__(self, missing: Sequence[Match], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Names not in the library"))
        size_to_fit(self, 620, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        self.title = label(tr("%n names are not in the library", "", len(missing)), scale=1.3, bold=True)
        column.addWidget(self.title)
        column.addWidget(label(tr(ABOUT), "muted"))
        self._rows = [(one.entry, ", ".join(one.similar)) for one in missing]
        self._model = QStandardItemModel(0, 2, self)
        self._model.setHorizontalHeaderLabels([tr("Name in the list"), tr("In the library, perhaps")])
        for row in self._rows:
            self._model.appendRow([QStandardItem(text) for text in row])
        self.table = QTableView()
        set_up_table(self.table, self._model, tr("Names not in the library"))
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        column.addWidget(self.table, 1)
        buttons = QDialogButtonBox()
        self.copy = QPushButton(tr("&Copy all"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.addButton(QDialogButtonBox.StandardButton.Close)
        close.setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.table.setCurrentIndex(self._model.index(0, 0))
        self.table.setFocus()

    def _copy(self) -> None:
        """As two columns for a spreadsheet."""
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in self._rows))
