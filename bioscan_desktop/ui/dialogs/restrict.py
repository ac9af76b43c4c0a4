"""The dialog in which the answers are restricted: to countries, to taxa, to the names of a list."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.restricting import ALL, Limits, countries_of
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import label, size_to_fit
from bioscan_desktop.ui.workbench import Workbench

ABOUT = mark(
    "Species that cannot occur where you collect need not compete for a name. A country allows every species "
    "and BIN that the library has a record of from there. What is nearer but not allowed is told with "
    "each answer."
)


class RestrictDialog(Dialog):
    """Takes effect through the workbench; see `Restricting.restrict`."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        limits = bench.limits
        self._list_file: Path | None = None
        self._listed, self._file = limits.listed, limits.file
        self._chosen = set(limits.countries)
        self.setWindowTitle(tr("Restrict the answers"))
        size_to_fit(self, 560, 620)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(8)
        column.addWidget(label(tr("Which part of the library may answer?"), scale=1.3, bold=True))
        column.addWidget(label(tr(ABOUT), "muted"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a country"))
        self.search.setAccessibleName(tr("Find a country"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._show_matching)
        self.countries = QListWidget()
        self.countries.setAccessibleName(tr("Countries with records in the library"))
        self.countries.setProperty("look", "popup")
        self.countries.setMinimumHeight(60)  # windows of 400 pixels have no more
        self.countries.itemChanged.connect(self._on_ticked)
        self.countries.itemActivated.connect(self._turn)
        caption = QLabel(tr("&Countries"))
        caption.setBuddy(self.search)
        self.words = label(look="muted")
        for widget in (caption, self.search, self.countries, self.words):
            column.addWidget(widget, 1 if widget is self.countries else 0)
        self.taxa = QLineEdit(", ".join(limits.taxa))
        self.taxa.setPlaceholderText("Noctuidae, Pieris rapae, BOLD:AAA0001 …")
        self.taxa.setAccessibleName(tr("Taxa or BINs, with commas between them"))
        names = QLabel(tr("&Taxa or BINs, with commas between them"))
        names.setBuddy(self.taxa)
        column.addWidget(names)
        column.addWidget(self.taxa)
        column.addLayout(self._make_list_line())
        column.addWidget(self._make_buttons())
        self.search.setFocus()
        self._show_list()
        self._ask_countries()

    def _make_list_line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        self._list_words = label()
        self.choose = QPushButton(tr("Choose a &list…"))
        self.choose.setToolTip(
            tr(
                "A text with one name a line, or a table such as a national checklist, with authors "
                "and synonyms"
            )
        )
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._choose_list)
        self.forget = QPushButton(tr("Without the list"))
        self.forget.setAutoDefault(False)
        self.forget.clicked.connect(lambda: self.use_list(None))
        line.addWidget(self._list_words, 1)
        line.addWidget(self.forget)
        line.addWidget(self.choose)
        return line

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.whole = buttons.addButton(tr("Whole library"), QDialogButtonBox.ButtonRole.ResetRole)
        self.whole.setEnabled(bool(self._bench.limits))
        self.whole.setAutoDefault(False)
        self.whole.clicked.connect(self._on_whole)
        self.take = buttons.addButton(tr("Restrict"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setProperty("look", "primary")
        self.take.setDefault(True)
        buttons.accepted.connect(self._on_taken)
        buttons.rejected.connect(self.reject)
        return buttons

    # -- countries -----------------------------------------------------------------------------

    def _ask_countries(self) -> None:
        engine = self._bench.engine
        if engine is None:
            self._show_countries([])
            return
        self.words.setText(tr("Counting the library…"))
        job = self._bench.jobs.make("library", "countries", partial(countries_of, engine.identifier))
        job.done.connect(self._show_countries)
        # The dialog may be closed before they come.
        self.destroyed.connect(job.cancel)
        self._bench.jobs.run(job)

    def _show_countries(self, found: list[tuple[str, int]]) -> None:
        known = dict(found)
        self.countries.blockSignals(True)
        for name in [*sorted(known, key=str.casefold), *sorted(self._chosen - known.keys())]:
            records = wording.count(known[name], "record") if name in known else tr("not in this library")
            item = QListWidgetItem(f"{name}  ({records})", self.countries)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            is_chosen = name in self._chosen
            item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
        self.countries.blockSignals(False)
        if self.countries.count():
            self.countries.setCurrentRow(0)
        self._tell_countries()

    def _show_matching(self, text: str) -> None:
        wanted = text.strip().casefold()
        first = None
        for number in range(self.countries.count()):
            item = self.countries.item(number)
            item.setHidden(wanted not in item.text().casefold())
            first = first if first is not None or item.isHidden() else item
        if first is not None:
            self.countries.setCurrentItem(first)

    def _turn(self, item: QListWidgetItem) -> None:
        is_on = item.checkState() == Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)

    def _on_ticked(self, item: QListWidgetItem) -> None:
        name = item.data(Qt.ItemDataRole.UserRole)
        if item.checkState() == Qt.CheckState.Checked:
            self._chosen.add(name)
        else:
            self._chosen.discard(name)
        self._tell_countries()

    def _tell_countries(self) -> None:
        if not self.countries.count():
            self.words.setText(
                tr("The library does not say where its records are from.")
                if self._bench.engine is not None
                else tr("Open a library first.")
            )
        elif self._chosen:
            self.words.setText(tr("Chosen: {names}").format(names=", ".join(sorted(self._chosen))))
        else:
            self.words.setText(tr("None is chosen: all countries may answer."))

    # -- list ----------------------------------------------------------------------------------

    def _choose_list(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self,
            tr("List of names"),
            self._bench.settings.get("last_folder"),
            tr("Lists (*.txt *.xlsx *.csv *.tsv *.tab);;All files (*)"),
        )
        if chosen:
            self.use_list(Path(chosen))

    def use_list(self, path: Path | None) -> None:
        """Takes the names of a file; None takes none."""
        self._list_file = path
        self._listed, self._file = (), path.name if path is not None else ""
        self._show_list()

    def _show_list(self) -> None:
        self.forget.setVisible(bool(self._file))
        if not self._file:
            words = tr("No list of names")
        elif self._listed:
            words = tr("List: {file} (%n names)", "", len(self._listed)).format(file=self._file)
        else:
            words = tr("List: {file}").format(file=self._file)
        self._list_words.setText(words)

    # -- taking it -----------------------------------------------------------------------------

    @property
    def limits(self) -> Limits:
        """What is chosen; the names of a file just chosen are not read yet."""
        taxa = (" ".join(name.split()) for name in self.taxa.text().split(","))
        return Limits(
            tuple(sorted(self._chosen)), tuple(name for name in taxa if name), self._listed, self._file
        )

    def _on_taken(self) -> None:
        self._bench.restrict(self.limits, self._list_file)
        self.accept()

    def _on_whole(self) -> None:
        self._bench.restrict(ALL)
        self.accept()
