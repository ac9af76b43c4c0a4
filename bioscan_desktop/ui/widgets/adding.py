"""The foot of the library page: adding the user's own specimens, and how far that is."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui import library_work, wording
from bioscan_desktop.ui.dialogs.add_specimens import AddSpecimensDialog
from bioscan_desktop.ui.jobs import Job
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import ProgressBar, label
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.services.own_specimens import Added


class Adding(QWidget):
    """A button; while something is added, a bar and the word Stop."""

    def __init__(self, bench: Workbench, source: TaxonomySource) -> None:
        super().__init__()
        self._bench, self._source = bench, source
        self._job: Job | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(6)
        row = QHBoxLayout()
        self.button = QPushButton(tr("Add your own specimens…"))
        self.button.setToolTip(
            tr("From a table with names, barcodes and photos; it can also be dropped here")
        )
        self.button.clicked.connect(lambda: self.ask())
        self.stop = QPushButton(tr("Stop"))
        self.stop.clicked.connect(self._stop)
        row.addWidget(self.button, 1)
        row.addWidget(self.stop)
        self._bar = ProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of adding specimens"))
        self.words = label(look="muted")
        column.addWidget(self.words)
        column.addWidget(self._bar)
        column.addLayout(row)
        source.changed.connect(self._enable)
        self._show_work(False)

    def _enable(self) -> None:
        self.button.setEnabled(self._source.engine is not None and self._job is None)

    def _show_work(self, on: bool) -> None:
        for widget in (self._bar, self.words, self.stop):
            widget.setVisible(on)
        self._enable()

    def ask(self, table: Path | None = None) -> None:
        """Shows the dialog, with a table filled in if one was dropped."""
        engine = self._source.engine
        if engine is None or self._job is not None:
            return
        copy = library_work.copy_for_own(engine.library_folder)
        what = tr("They are added to {library}.").format(library=engine.library_title)
        if copy is not None:
            what = tr(
                "{library} came with the program and stays as it is: a copy named {copy} is made, with your "
                "specimens, and opened."
            ).format(library=engine.library_title, copy=copy.name)
        last = self._bench.settings.get("last_folder")
        dialog = AddSpecimensDialog(what, last or str(Path.home()), self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if table is not None:
            dialog.set_table(table)
        dialog.accepted.connect(lambda: self.add(*dialog.paths))
        dialog.open()

    def add(self, table: Path, images: Path | None) -> None:
        """Adds the specimens of a table."""
        engine = self._source.engine
        if engine is None or self._job is not None:
            return
        job = self._bench.jobs.make(
            "packs", "add specimens", partial(library_work.add_specimens, engine.identifier, table, images)
        )
        job.progressed.connect(self._on_progress)
        job.done.connect(self._on_added)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(lambda: self._bench.said.emit(tr("Stopped. The library is as it was."), None))
        job.ended.connect(self._on_ended)
        self._job = job
        self._bench.change_setting("last_folder", str(table.parent))
        self._bar.setRange(0, 0)
        self.words.setText(tr("Reading the table…"))
        self._show_work(True)
        self._bench.jobs.run(job)

    def _on_progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.done)
        self.words.setText(f"{translated(progress.label)}…")

    def _on_failed(self, error: BioscanError) -> None:
        self._bench.said.emit(tr("Nothing was added: {error}").format(error=translated(error.message)), None)

    def _on_ended(self) -> None:
        self._job = None
        self._show_work(False)

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _on_added(self, added: Added) -> None:
        self._bench.said.emit(told(added), None)
        self._bench.library_asked.emit(added.folder.name if added.copied else str(added.folder))


def told(added: Added) -> str:
    """What became of it, in a few sentences."""
    change = added.change
    parts = [wording.count(change.added_keys, "new reference")]
    if change.joined:
        parts.append(tr("%n joined to references that were there", "", change.joined))
    if change.known:
        parts.append(tr("%n known already", "", change.known))
    text = tr("Added to {library}: {what}.").format(library=added.folder.name, what=", ".join(parts))
    if change.skipped:
        unused = tr("%n could not be used, such as: {reason}", "", len(change.skipped))
        text += " " + unused.format(reason=translated(change.skipped[0][1]))
    return text
