"""What the user chooses by dialogs: files, folders, packs, a barcode to attach, where to export to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from bioscan_desktop.ui import intake, joining, sharing
from bioscan_desktop.ui.dialogs import simple
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.workbench import Workbench

FILE_FILTER = mark(
    "Photos and sequences (*.jpg *.jpeg *.png *.tif *.tiff *.webp *.bmp *.gif *.heic *.heif *.avif "
    "*.cr2 *.cr3 *.nef *.arw *.dng *.orf *.rw2 *.raf *.pef *.srw "
    "*.fasta *.fa *.fna *.fas *.fsa *.seq *.fastq *.fq *.gz *.ab1);;All files (*)"
)


def open_dialog(dialog: QDialog) -> None:
    """Shows a dialog over its window; it is gone once closed."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


class Choosing(QObject):
    """Asks, and hands the answer to the workbench.

    Args:
        window: what the dialogs belong to.

    Signals:
        library_chosen, model_chosen: (folder) of a pack to open.
    """

    library_chosen = Signal(str)
    model_chosen = Signal(str)

    def __init__(self, window: QWidget, bench: Workbench) -> None:
        super().__init__(window)
        self._window, self._bench = window, bench

    def files(self) -> None:
        """Photos and sequence files to identify."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self._window, tr("Open photos or barcodes"), self._folder(), tr(FILE_FILTER)
        )
        if chosen:
            self._bench.change_setting("last_folder", str(Path(chosen[0]).parent))
            self._bench.take(intake.Intake(paths=tuple(Path(name) for name in chosen)))

    def folder(self) -> None:
        """A folder of what is to be identified."""
        chosen = QFileDialog.getExistingDirectory(self._window, tr("Open folder"), self._folder())
        if chosen:
            self._bench.change_setting("last_folder", chosen)
            self._bench.take(intake.Intake(paths=(Path(chosen),)))

    def library(self) -> None:
        """A library pack."""
        chosen = QFileDialog.getExistingDirectory(
            self._window, tr("Choose the folder of a library pack"), self._folder()
        )
        if chosen:
            self.library_chosen.emit(chosen)

    def model(self) -> None:
        """A model pack."""
        chosen = QFileDialog.getExistingDirectory(
            self._window, tr("Choose the folder of a model pack"), self._folder()
        )
        if chosen:
            self.model_chosen.emit(chosen)

    def export(self, keys: Sequence[int] | None = None) -> None:
        """Where the results go, all or those of some rows, and in which format."""
        target, kind = sharing.ask(self._window, self._folder())
        if target is not None:
            self._bench.export(target, keys, kind)

    def attach(self, row: Row | None) -> None:
        """The photo or barcode that a specimen lacks."""
        missing = joining.lacks(row.specimen) if row is not None else None
        if row is None or missing is None:
            return
        if missing == "image":
            self._attach_file(tr("Attach photo"), row.key)
            return
        clipboard = intake.clipboard()
        dialog = simple.AttachDialog(row.specimen.query_id, clipboard.text, self._window)
        dialog.accepted.connect(lambda: self._attach(dialog, row.key))
        open_dialog(dialog)

    def _attach(self, dialog: simple.AttachDialog, key: int) -> None:
        if dialog.from_file:
            self._attach_file(tr("Attach barcode"), key)
        else:
            self._bench.take(intake.Intake(text=dialog.text), key)

    def _attach_file(self, title: str, key: int) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._window, title, self._folder(), tr(FILE_FILTER))
        if chosen:
            self._bench.take(intake.Intake(paths=(Path(chosen),)), key)

    def _folder(self) -> str:
        last = self._bench.settings.get("last_folder")
        return last if last and Path(last).is_dir() else str(Path.home())
