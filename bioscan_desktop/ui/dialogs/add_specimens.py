"""The dialog in which a table of the user's own specimens, and its photos, are chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import label, size_to_fit

TABLES = (".xlsx", ".tsv", ".csv", ".txt", ".gz")
"""Endings of what may be such a table."""

PHOTO_FOLDERS = ("photos", "images", "pictures", "fotos")

COLUMNS = mark(
    "The table is an .xlsx, .tsv or .csv file with a header, one row a photo or barcode. It needs the column "
    "nucleotides or image_file; order, family, genus and species give the names, and processid, bin_uri "
    "and country are kept with the record. These are the column names of BOLD."
)


def photos_beside(table: Path) -> Path:
    """Where the photos of a table probably are: a folder of photos beside it, or its own folder."""
    for name in PHOTO_FOLDERS:
        if (table.parent / name).is_dir():
            return table.parent / name
    return table.parent


class AddSpecimensDialog(Dialog):
    """Two paths, and what will happen.

    Args:
        what: which library takes the specimens, in one sentence.
        start: folder in which choosing begins.
    """

    def __init__(self, what: str, start: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self.setWindowTitle(tr("Add your own specimens"))
        size_to_fit(self, 620, 0)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.setContentsMargins(20, 18, 20, 16)
        column.addWidget(label(tr("Add your own specimens"), scale=1.3, bold=True))
        column.addWidget(label(what))
        column.addWidget(label(tr(COLUMNS), "muted"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        self.table = self._line(grid, 0, tr("&Table"), tr("Table of specimens"), self._choose_table)
        self.images = self._line(grid, 1, tr("&Photos in"), tr("Folder of their photos"), self._choose_images)
        self.images.setPlaceholderText(tr("only needed if the table names photos"))
        column.addLayout(grid)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._add = self._buttons.addButton(tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._add.setProperty("look", "primary")
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        column.addWidget(self._buttons)
        self.table.textChanged.connect(lambda _: self._enable())
        self._enable()

    def _line(self, grid: QGridLayout, row: int, text: str, name: str, choose) -> QLineEdit:  # type: ignore[no-untyped-def]
        words, line, button = QLabel(text), QLineEdit(), QPushButton(tr("Choose…"))
        words.setBuddy(line)
        line.setAccessibleName(name)
        button.setAccessibleName(tr("Choose: {name}").format(name=name))
        button.setAutoDefault(False)
        button.clicked.connect(choose)
        for column, widget in enumerate((words, line, button)):
            grid.addWidget(widget, row, column)
        return line

    def set_table(self, table: Path) -> None:
        """Fills a table in, and where its photos probably are."""
        self.table.setText(str(table))
        if not self.images.text():
            self.images.setText(str(photos_beside(table)))

    @property
    def paths(self) -> tuple[Path, Path | None]:
        """The table, and the folder of the photos."""
        images = self.images.text().strip()
        return Path(self.table.text().strip()), Path(images) if images else None

    def _enable(self) -> None:
        self._add.setEnabled(bool(self.table.text().strip()))

    def _choose_table(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("Table of specimens"),
            self._start,
            tr("Tables (*.xlsx *.tsv *.csv *.txt *.gz);;All files (*)"),
        )
        if chosen:
            self.set_table(Path(chosen))

    def _choose_images(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, tr("Folder of the photos"), self.images.text() or self._start
        )
        if chosen:
            self.images.setText(chosen)
