"""The dialog in which photos of the session that were moved are found again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui.jobs import Job
from bioscan_desktop.ui.photo_care import Found, Lost, PhotoCare
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import mark, thousands, tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import ProgressBar, label, size_to_fit

SHOWN = 500
"""Photos that are named."""

ABOUT = mark(
    "Choose the folder that the photos are in now, or one above it. A photo is recognized by its content, "
    "whatever it is called. The files themselves are left alone."
)


class RelinkDialog(Dialog):
    """What is missing, where to look, and what was found.

    Args:
        start: folder in which choosing begins.
    """

    def __init__(self, care: PhotoCare, start: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._care, self._start = care, start
        self._job: Job | None = None
        self.setWindowTitle(tr("Find moved photos"))
        size_to_fit(self, 620, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        column.addWidget(label(tr("Find moved photos"), scale=1.3, bold=True))
        column.addWidget(label(tr(ABOUT), "muted"))
        self.words = label()
        column.addWidget(self.words)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Photos that are not where they were"))
        self.list.setProperty("look", "popup")
        column.addWidget(self.list, 1)
        line = QHBoxLayout()
        self._bar = ProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the search"))
        self._now = label(look="muted")
        line.addWidget(self._bar, 1)
        line.addWidget(self._now, 2)
        column.addLayout(line)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.choose = QPushButton(tr("&Look in a folder…"))
        self.choose.setProperty("look", "primary")
        self.choose.clicked.connect(self._choose)
        self.stop = QPushButton(tr("&Stop"))
        self.stop.clicked.connect(self._stop)
        for button in (self.choose, self.stop):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.finished.connect(self._stop)
        self._show_busy(False)
        self.choose.setEnabled(False)
        self._look()

    def _look(self) -> None:
        job = self._care.look()
        if job is None:
            self.words.setText(tr("No session is open: nothing is kept on the disk yet."))
            return
        self.words.setText(tr("Looking whether the photos are where they were…"))
        job.done.connect(self._on_looked)
        self._begin(job)

    def look_in(self, folder: Path) -> None:
        """Looks through a folder and all within."""
        job = self._care.find_in(folder)
        if job is None or self._job is not None:
            return
        self.words.setText(tr("Looking through {path}…").format(path=folder))
        job.progressed.connect(self._on_progress)
        job.done.connect(self._on_found)
        job.cancelled.connect(self._on_cancelled)
        self._begin(job)

    def _begin(self, job: Job) -> None:
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        self._job = job
        self._show_busy(True)
        self._care.run(job)

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder that the photos are in now"), self._start)
        if chosen:
            self._start = chosen
            self.look_in(Path(chosen))

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    # -- news ----------------------------------------------------------------------------------

    def _on_looked(self, lost: Lost) -> None:
        self._show_lost(lost)
        if not lost.photos:
            self.words.setText(
                tr("All %n photos of this session are where they were.", "", lost.total)
                if lost.total
                else tr("This session has no photos.")
            )
        else:
            self.words.setText(
                tr("{number} of %n photos are not where they were.", "", lost.total).format(
                    number=thousands(len(lost.photos))
                )
                + unknown_text(lost)
            )

    def _on_progress(self, progress: Progress) -> None:
        self._now.setText(tr("%n files looked at: {name}", "", progress.done).format(name=progress.label))

    def _on_found(self, found: Found) -> None:
        self._show_lost(found.lost)
        self.words.setText(report(found))

    def _on_cancelled(self) -> None:
        self.words.setText(tr("Stopped; nothing was changed."))

    def _on_failed(self, error: BioscanError) -> None:
        self.words.setText(translated(error.message))

    def _on_ended(self) -> None:
        self._job = None
        self._show_busy(False)

    def _show_lost(self, lost: Lost) -> None:
        self.list.clear()
        names = list(lost.photos.items())
        for number, photo in names[:SHOWN]:
            is_unknown = number in lost.unknown
            self.list.addItem(tr("{file} (content not known)").format(file=photo) if is_unknown else photo)
        if len(names) > SHOWN:
            self.list.addItem(tr("and %n more", "", len(names) - SHOWN))
        self.list.setVisible(bool(names))
        self.choose.setEnabled(len(lost.photos) > len(lost.unknown))

    def _show_busy(self, busy: bool) -> None:
        self._bar.setRange(0, 0 if busy else 1)
        self._bar.setVisible(busy)
        self.stop.setVisible(busy)
        self.choose.setVisible(not busy)
        self._now.setText("")
        if not busy and self.isVisible():
            self.choose.setFocus()


def report(found: Found) -> str:
    """What became of a search, in a few sentences."""
    looked = tr("%n files looked at.", "", found.files)
    left = len(found.lost.photos)
    if not found.places:
        none = tr("None of the %n missing photos is there.", "", left)
        return f"{looked} {none}{unknown_text(found.lost)}"
    text = tr("%n photos found again", "", len(found.places))
    if not left:
        return f"{looked} " + tr("{text}; none is missing any more.").format(text=text)
    text = tr("{text}; %n still missing.", "", left).format(text=text)
    return f"{looked} {text}{unknown_text(found.lost)}"


def unknown_text(lost: Lost) -> str:
    """A sentence about those that cannot be recognized, with a space before it."""
    if not lost.unknown:
        return ""
    return " " + tr(
        "%n of them were never read while they were there, so that they cannot be recognized.",
        "",
        len(lost.unknown),
    )
