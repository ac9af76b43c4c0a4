"""The dialog in which photos of the session that were moved are found again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.jobs import Job
from bioscan_desktop.ui.photo_care import Found, Lost, PhotoCare
from bioscan_desktop.ui.widgets.parts import label, size_within_screen

SHOWN = 500
"""Photos that are named."""

ABOUT = (
    "Choose the folder that the photos are in now, or one above it. A photo is recognized by its content, "
    "whatever it is called. The files themselves are left alone."
)


class RelinkDialog(QDialog):
    """What is missing, where to look, and what was found.

    Args:
        start: folder in which choosing begins.
    """

    def __init__(self, care: PhotoCare, start: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._care, self._start = care, start
        self._job: Job | None = None
        self.setWindowTitle("Find moved photos")
        size_within_screen(self, 620, 480)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        column.addWidget(label("Find moved photos", scale=1.3, bold=True))
        column.addWidget(label(ABOUT, "muted"))
        self.words = label()
        column.addWidget(self.words)
        self.list = QListWidget()
        self.list.setAccessibleName("Photos that are not where they were")
        self.list.setProperty("look", "popup")
        column.addWidget(self.list, 1)
        line = QHBoxLayout()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the search")
        self._now = label(look="muted")
        line.addWidget(self._bar, 1)
        line.addWidget(self._now, 2)
        column.addLayout(line)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.choose = QPushButton("&Look in a folder…")
        self.choose.setProperty("look", "primary")
        self.choose.clicked.connect(self._choose)
        self.stop = QPushButton("&Stop")
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
            self.words.setText("No session is open: nothing is kept on the disk yet.")
            return
        self.words.setText("Looking whether the photos are where they were…")
        job.done.connect(self._on_looked)
        self._begin(job)

    def look_in(self, folder: Path) -> None:
        """Looks through a folder and all within."""
        job = self._care.find_in(folder)
        if job is None or self._job is not None:
            return
        self.words.setText(f"Looking through {folder}…")
        job.progressed.connect(self._on_progress)
        job.done.connect(self._on_found)
        job.cancelled.connect(lambda: self.words.setText("Stopped; nothing was changed."))
        self._begin(job)

    def _begin(self, job: Job) -> None:
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        self._job = job
        self._show_busy(True)
        self._care.run(job)

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder that the photos are in now", self._start)
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
                f"All {wording.count(lost.total, 'photo')} of this session are where they were."
                if lost.total
                else "This session has no photos."
            )
        else:
            self.words.setText(
                f"{wording.thousands(len(lost.photos))} of {wording.count(lost.total, 'photo')} are not "
                f"where they were.{unknown_text(lost)}"
            )

    def _on_progress(self, progress: Progress) -> None:
        self._now.setText(f"{wording.count(progress.done, 'file')} looked at: {progress.label}")

    def _on_found(self, found: Found) -> None:
        self._show_lost(found.lost)
        self.words.setText(report(found))

    def _on_failed(self, error: BioscanError) -> None:
        self.words.setText(error.message)

    def _on_ended(self) -> None:
        self._job = None
        self._show_busy(False)

    def _show_lost(self, lost: Lost) -> None:
        self.list.clear()
        names = list(lost.photos.items())
        self.list.addItems(
            [f"{photo}{' (content not known)' if n in lost.unknown else ''}" for n, photo in names[:SHOWN]]
        )
        if len(names) > SHOWN:
            self.list.addItem(f"and {wording.thousands(len(names) - SHOWN)} more")
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
    looked = f"{wording.count(found.files, 'file')} looked at."
    left = len(found.lost.photos)
    if not found.places:
        return (
            f"{looked} None of the {wording.count(left, 'missing photo')} is there.{unknown_text(found.lost)}"
        )
    text = f"{looked} {wording.count(len(found.places), 'photo')} found again"
    if not left:
        return f"{text}; none is missing any more."
    return f"{text}; {wording.thousands(left)} still missing.{unknown_text(found.lost)}"


def unknown_text(lost: Lost) -> str:
    """A sentence about those that cannot be recognized."""
    if not lost.unknown:
        return ""
    many = len(lost.unknown)
    if many == 1:
        return " One of them was never read while it was there, so that it cannot be recognized."
    return (
        f" {wording.thousands(many)} of them were never read while they were there, so that they cannot "
        "be recognized."
    )
