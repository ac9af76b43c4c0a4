"""The dialog for what holds in all exports: who hands out, under which licence, collected when and where."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.ui import work
from bioscan_desktop.ui.jobs import Job
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import mark, thousands, tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import label, size_to_fit
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.services.specimens import Specimen

LICENCES = ("", "CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0")

DIGITS: tuple[tuple[int | None, str], ...] = (
    (None, mark("As they are")),
    (2, mark("Rounded, to about 800 m")),
    (1, mark("Rounded, to about 8 km")),
    (0, mark("Rounded, to about 80 km")),
)
"""Decimals of coordinates, and how it is said."""

ABOUT = mark(
    "Darwin Core for GBIF and BOLD's table ask for date and place. A sample sheet has a row for each "
    "specimen, found by its id, its photo, or plate and well. The sheet stays with the session, with a copy."
)


class ExportDetailsDialog(Dialog):
    """Name and licence are kept with the settings; sheet and choices with the session."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._job: Job | None = None
        choice = bench.collecting.choice
        self.sheet: Path | None = None
        self._copy = b""
        self.setWindowTitle(tr("Details for exports"))
        size_to_fit(self, 600, 430)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        column.addWidget(label(tr("Details for exports"), scale=1.3, bold=True))
        column.addWidget(label(tr(ABOUT), "muted"))
        inside = QWidget()
        form = QFormLayout(inside)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(16)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.name = QLineEdit(bench.settings.get("made_by"))
        self.name.setPlaceholderText(tr("Stands beside your decisions"))
        form.addRow(tr("Your &name"), self.name)
        self.licence = QComboBox()
        self.licence.setEditable(True)
        self.licence.addItems(list(LICENCES))
        self.licence.setCurrentText(bench.settings.get("licence"))
        field = self.licence.lineEdit()
        assert field is not None
        field.setPlaceholderText(tr("None stated"))
        form.addRow(tr("&Licence of the records"), self.licence)
        self.sheet_words = label()
        self.choose = QPushButton(tr("&Choose…"))
        self.choose.setAccessibleName(tr("Choose a sample sheet"))
        self.choose.clicked.connect(self._choose)
        self.forget = QPushButton(tr("&Without"))
        self.forget.setAccessibleName(tr("Without a sample sheet"))
        self.forget.clicked.connect(lambda: self.use_sheet(None))
        line = QHBoxLayout()
        line.addWidget(self.sheet_words, 1)
        for button in (self.forget, self.choose):
            button.setAutoDefault(False)
            line.addWidget(button)
        self.found = label(look="muted")
        sheet = QVBoxLayout()
        sheet.setSpacing(4)
        sheet.addLayout(line)
        sheet.addWidget(self.found)
        form.addRow(tr("Sample sheet"), sheet)
        self.country = QLineEdit(choice.country)
        self.country.setPlaceholderText(tr("Where the sheet names none"))
        form.addRow(tr("Co&untry"), self.country)
        self.dates = QCheckBox(tr("&Dates of the photos, where the sheet has none"))
        self.dates.setChecked(choice.dates)
        self.places = QCheckBox(tr("&Places of the photos, where the sheet has none"))
        self.places.setChecked(choice.places)
        form.addRow(tr("From the camera"), self.dates)
        form.addRow("", self.places)
        self.digits = QComboBox()
        for digits, words in DIGITS:
            self.digits.addItem(tr(words), digits)
        self.digits.setCurrentIndex([digits for digits, _ in DIGITS].index(choice.digits))
        form.addRow(tr("C&oordinates"), self.digits)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column.addWidget(area, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.take = buttons.addButton(tr("Keep"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setProperty("look", "primary")
        self.take.setDefault(True)
        buttons.accepted.connect(self._on_taken)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.name.setFocus()
        self.use_sheet(choice.sheet, choice.copy)

    @property
    def choice(self) -> CollectingChoice:
        """What is chosen."""
        return CollectingChoice(
            self.sheet,
            self.dates.isChecked(),
            self.places.isChecked(),
            self.digits.currentData(),
            self._copy,
            " ".join(self.country.text().split()),
        )

    def use_sheet(self, path: Path | None, copy: bytes = b"") -> None:
        """Takes a sample sheet, and tells how many specimens of the list it knows; None takes none.

        Args:
            copy: content of the sheet as it was read last.
        """
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self.sheet, self._copy = path, b""
        self.sheet_words.setText(path.name if path is not None else tr("No sample sheet"))
        self.forget.setVisible(path is not None)
        self.take.setEnabled(path is None)
        self.found.setText(tr("Reading…") if path is not None else "")
        if path is None:
            return
        names = [(row.specimen.query_id, *_file_names(row.specimen)) for row in self._bench.model.rows]
        job = self._bench.jobs.make("library", "samples", partial(work.look_into_sheet, path, copy, names))
        job.done.connect(partial(self._on_looked, job, len(names)))
        job.failed.connect(partial(self._on_refused, job))
        self.destroyed.connect(job.cancel)
        self._job = self._bench.jobs.run(job)

    def _on_looked(self, job: Job, total: int, found: tuple[int, tuple[str, ...], bytes]) -> None:
        if job is self._job:
            self._copy = found[2]
            told = tr("{number} of %n specimens of the list have a row.", "", total)
            sentences = [told.format(number=thousands(found[0])), *(translated(one) for one in found[1])]
            self.found.setText(" ".join(sentences))
            self.take.setEnabled(True)

    def _on_refused(self, job: Job, error: BioscanError) -> None:
        if job is self._job:
            self.use_sheet(None)
            self.found.setText(translated(error.message))

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("Sample sheet"),
            self._bench.settings.get("last_folder"),
            tr("Tables (*.xlsx *.csv *.tsv *.txt);;All files (*)"),
        )
        if chosen:
            self.use_sheet(Path(chosen))

    def _on_taken(self) -> None:
        self._bench.change_setting("made_by", " ".join(self.name.text().split()))
        self._bench.change_setting("licence", self.licence.currentText().strip())
        self._bench.collecting.choose(self.choice)
        self.accept()


def _file_names(specimen: Specimen) -> list[str]:
    return [one.photo.name for one in specimen.photos if isinstance(one.photo, Path)]
