"""The card on which a batch is set up: folder, place of the results, and what would be joined."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.batch_control import Setup
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.parts import Banner, frame, label

if TYPE_CHECKING:
    from bioscan_desktop.services.batch_preview import Preview

SETTLE_MS = 400
"""Typing has to rest so long before the folder is looked through."""

VIEWS: dict[str | None, str] = {
    None: mark("only as a table says"),
    "words": mark("whose names differ in a view: _dorsal, _head, _V"),
    "numbers": mark("whose names differ in a view or a number: -1, (2)"),
}
"""Which photos become one specimen, by what `Setup.views` has for it."""

PAIRS, PROBLEMS = 6, 3
"""So many examples are named."""


class BatchSetup(QWidget):
    """Fields, preview and the button that starts.

    Signals:
        start_asked: a Setup.
        preview_asked: a Setup whose folder is there.
        open_asked: the folder of an earlier run.
    """

    start_asked = Signal(object)
    preview_asked = Signal(object)
    open_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._own_out = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._ask_preview)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self._make_fields())
        column.addWidget(self._make_preview())
        self._banner = Banner(theme, aloud=True)
        self._banner.show_text("error", "")
        column.addWidget(self._banner)
        column.addLayout(self._make_buttons())
        theme.changed.connect(self._paint)
        self._paint()
        self._on_edited()

    def _make_fields(self) -> QWidget:
        card = frame("card")
        grid = QGridLayout(card)
        grid.setContentsMargins(18, 16, 18, 16)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        self.folder = self._field(
            grid,
            0,
            tr("F&older"),
            tr("drop a folder with photos and FASTA files here, or choose it"),
            self._choose_folder,
        )
        self.out = self._field(grid, 1, tr("&Results in"), tr("a folder of its own"), self._choose_out)
        self.table = self._field(
            grid,
            2,
            tr("&Table (optional)"),
            tr("says which photos and barcodes belong together"),
            self._choose_table,
        )
        self.recursive = QCheckBox(tr("Look into folders &within the folder"))
        self.recursive.setChecked(True)
        self.watch = QCheckBox(tr("&Keep watching for new files, such as those of a camera or microscope"))
        self.views = QComboBox()
        self.views.addItems([tr(way) for way in VIEWS.values()])
        self.views.setAccessibleName(tr("Photos joined by file name"))
        words = label(tr("&Join photos"), wrap=False)
        words.setBuddy(self.views)
        grid.addWidget(words, 3, 0)
        grid.addWidget(self.views, 3, 1, 1, 2)
        grid.addWidget(self.recursive, 4, 0, 1, 3)
        grid.addWidget(self.watch, 5, 0, 1, 3)
        self.folder.textChanged.connect(self._on_folder)
        self.out.textEdited.connect(self._on_out)
        for field in (self.out, self.table):
            field.textChanged.connect(self._on_edited)
        self.recursive.toggled.connect(self._on_edited)
        self.views.currentIndexChanged.connect(self._on_edited)
        return card

    def _field(self, grid: QGridLayout, row: int, title: str, hint: str, choose) -> QLineEdit:  # type: ignore[no-untyped-def]
        name = title.replace("&", "")
        field = QLineEdit()
        field.setPlaceholderText(hint)
        field.setAccessibleName(name)
        field.setClearButtonEnabled(True)
        words = label(title, wrap=False)
        words.setBuddy(field)
        button = QPushButton(tr("Choose…"))
        button.setAccessibleName(tr("Choose {what}").format(what=wording.lower_first(name)))
        button.clicked.connect(choose)
        grid.addWidget(words, row, 0)
        grid.addWidget(field, row, 1)
        grid.addWidget(button, row, 2)
        return field

    def _make_preview(self) -> QWidget:
        self._preview = frame("card")
        column = QVBoxLayout(self._preview)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(6)
        self._found = label(bold=True)
        self._pairs = label(look="muted")
        self._apart = label()
        column.addWidget(self._found)
        column.addWidget(self._pairs)
        column.addWidget(self._apart)
        self._preview.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return self._preview

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.begin = QPushButton(tr("Start"))
        self.begin.setProperty("look", "primary")
        font = self.begin.font()
        font.setBold(True)
        self.begin.setFont(font)
        self.begin.setMinimumWidth(150)
        self.begin.clicked.connect(self._on_start)
        self.earlier = QPushButton(tr("Open an earlier run…"))
        self.earlier.clicked.connect(self._choose_run)
        row.addWidget(self.begin)
        row.addStretch(1)
        row.addWidget(self.earlier)
        return row

    # -- what is asked for ---------------------------------------------------------------------

    @property
    def setup(self) -> Setup | None:
        """What the fields say; None while they do not make sense."""
        folder, out = Path(self.folder.text().strip()), self.out.text().strip()
        if not self.folder.text().strip() or not folder.is_dir() or not out:
            return None
        table = self.table.text().strip()
        return Setup(
            Path(out),
            folder,
            Path(table) if table else None,
            self.recursive.isChecked(),
            self.watch.isChecked(),
            resume=self.holds_run,
            views=None if self.holds_run else list(VIEWS)[self.views.currentIndex()],  # a run keeps its own
        )

    @property
    def holds_run(self) -> bool:
        """True if the place of the results has a run already."""
        out = self.out.text().strip()
        return bool(out) and (Path(out) / "session.sqlite").is_file()

    def use_folder(self, folder: Path) -> None:
        """Fills in a folder, such as one that was dropped."""
        self.folder.setText(str(folder))

    def show_preview(self, found: Preview | str) -> None:
        """What would be identified and joined, or why that cannot be told."""
        self._preview.setVisible(True)
        if isinstance(found, str):
            self._found.setText("")
            self._found.setVisible(False)
            self._pairs.setVisible(False)
            self._apart.setText(found)
            self._apart.setVisible(True)
            return
        placed = found.placed
        parts = [wording.count(placed.photos, "photo"), wording.count(placed.barcodes, "barcode")]
        if placed.photos and placed.barcodes:
            parts.append(tr("%n joined by name", "", placed.joined))
        if placed.several:
            parts.append(tr("%n of several photos", "", placed.several))
        words = wording.labelled(", ".join(parts), wording.count(found.total, "specimen"))
        self._found.setText(
            words if found.total else tr("There is no photo and no sequence file in this folder.")
        )
        self._found.setVisible(True)
        lines = [f"{photo}  +  {barcode}" for _, photo, barcode in found.examples[:PAIRS]]
        if placed.joined > len(lines) > 0:
            lines.append(tr("and %n more pairs", "", placed.joined - len(lines)))
        groups = [f"{name}:  {'  +  '.join(photos)}" for name, photos in found.several[:PAIRS]]
        if placed.several > len(groups) > 0:
            groups.append(tr("and %n more of several photos", "", placed.several - len(groups)))
        lines = groups + lines
        self._pairs.setText("\n".join(lines))
        self._pairs.setVisible(bool(lines))
        faults = [translated(text) for text in (*(text for _, text in placed.apart), *found.problems)]
        shown = faults[:PROBLEMS]
        if len(faults) > len(shown):
            shown.append(
                tr("and %n more; each of them gets a row in the results.", "", len(faults) - len(shown))
            )
        self._apart.setText("\n".join(shown))
        self._apart.setVisible(bool(shown))

    def show_looking(self, seen: int) -> None:
        """How far the look through the folder is."""
        self._preview.setVisible(True)
        self._found.setText(tr("Looking through the folder… %n files so far", "", seen))
        self._found.setVisible(True)
        self._pairs.setVisible(False)
        self._apart.setVisible(False)

    def show_trouble(self, sentence: str) -> None:
        """Why it cannot be started; "" hides it."""
        self._banner.show_text("error", sentence)

    # -- fields --------------------------------------------------------------------------------

    def _on_folder(self, text: str) -> None:
        if not self._own_out:
            folder = Path(text.strip())
            usable = bool(text.strip()) and folder.is_dir() and bool(folder.name)
            self.out.setText(str(folder.with_name(f"{folder.name} - identified")) if usable else "")
        self._on_edited()

    def _on_out(self, text: str) -> None:
        self._own_out = bool(text.strip())

    def _on_edited(self, *_: object) -> None:
        setup = self.setup
        self.begin.setEnabled(setup is not None)
        goes_on = self.holds_run
        self.begin.setText(tr("Go on with the run") if goes_on else tr("Start"))
        self.begin.setAccessibleName(self.begin.text())
        self._preview.setVisible(False)
        typed = self.folder.text().strip()
        if typed and not Path(typed).is_dir():
            self.show_trouble(tr("There is no folder {path}.").format(path=typed))
        else:
            self.show_trouble("")
        if setup is not None and not goes_on:
            self._timer.start()
        elif goes_on:
            self._timer.stop()
            self._preview.setVisible(True)
            self._found.setText(
                tr("There is a run in the folder of the results; it is taken up where it was.")
            )
            self._found.setVisible(True)
            self._pairs.setVisible(False)
            self._apart.setVisible(False)

    def _ask_preview(self) -> None:
        setup = self.setup
        if setup is not None and not self.holds_run:
            self.show_looking(0)
            self.preview_asked.emit(setup)

    def _on_start(self) -> None:
        setup = self.setup
        if setup is not None:
            self._timer.stop()
            self.start_asked.emit(setup)

    def _choose_folder(self) -> None:
        self._choose_into(self.folder, tr("Folder to identify"))

    def _choose_out(self) -> None:
        if self._choose_into(self.out, tr("Folder for the results")):
            self._own_out = True

    def _choose_into(self, field: QLineEdit, title: str) -> bool:
        chosen = QFileDialog.getExistingDirectory(self, title, field.text())
        if chosen:
            field.setText(chosen)
        return bool(chosen)

    def _choose_table(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("Table of specimens"),
            self.folder.text(),
            tr("Tables (*.xlsx *.tsv *.csv *.txt *.gz);;All files (*)"),
        )
        if chosen:
            self.table.setText(chosen)

    def _choose_run(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder of an earlier run"), self.out.text())
        if chosen and (Path(chosen) / "session.sqlite").is_file():
            self.open_asked.emit(Path(chosen))
        elif chosen:
            self.show_trouble(
                tr("{path} holds no run; choose the folder with results.csv in it.").format(path=chosen)
            )

    def _paint(self) -> None:
        c = self._theme.colours
        icons.put_beside_text(self.earlier, icons.icon("folder", c.text))
