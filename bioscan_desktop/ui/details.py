"""The windows that stay open beside the list: quick look, why this rank, bases and photos side by side."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from bioscan_desktop.ui import deciding, regrouping
from bioscan_desktop.ui.models.specimens import Row, State, spoken
from bioscan_desktop.ui.pages.identify import IdentifyPage
from bioscan_desktop.ui.telling import announce
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.ui.dialogs.alignment import AlignmentDialog
    from bioscan_desktop.ui.dialogs.photos import PhotosDialog
    from bioscan_desktop.ui.dialogs.quick_look import QuickLook
    from bioscan_desktop.ui.dialogs.why import WhyDialog


class Details(QObject):
    """Opens them, and lets them follow the row that is looked at. Each is made, and imported, when it is
    first asked for: the start of the program pays for none.

    Args:
        window: what they belong to.
    """

    def __init__(self, theme: Theme, bench: Workbench, page: IdentifyPage, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._bench, self._page, self._window = theme, bench, page, window
        page.panel.why_asked.connect(self.show_why)
        page.panel.alignment_asked.connect(lambda key_id: self.show_alignment(key_id or None))
        page.panel.photos_asked.connect(lambda key_id: self.show_photos(key_id or None))
        page.panel.crop_asked.connect(self.crop)
        page.shown.connect(self._follow)
        bench.evidences.ready.connect(lambda _: self._follow())

    @cached_property
    def why(self) -> WhyDialog:
        """Explains a rank."""
        from bioscan_desktop.ui.dialogs.why import WhyDialog

        return WhyDialog(self._theme, self._window)

    @cached_property
    def alignment(self) -> AlignmentDialog:
        """Shows bases side by side."""
        from bioscan_desktop.ui.dialogs.alignment import AlignmentDialog

        return AlignmentDialog(self._theme, self._window)

    @cached_property
    def photos(self) -> PhotosDialog:
        """Shows photos side by side."""
        from bioscan_desktop.ui.dialogs.photos import PhotosDialog

        return PhotosDialog(self._theme, self._bench.pictures, self._window)

    @cached_property
    def quick_look(self) -> QuickLook:
        """Shows one specimen after the other."""
        from bioscan_desktop.ui.dialogs.quick_look import QuickLook

        dialog = QuickLook(self._theme, self._bench, self._window)
        dialog.stepped.connect(self._page.step)
        dialog.decided.connect(lambda action: self.decide(action, only_current=True))
        return dialog

    def can_explain(self, row: Row | None) -> bool:
        """There is a verdict."""
        return row is not None and row.result is not None and row.result.verdict is not None

    def can_name(self, row: Row | None) -> bool:
        """The user can say what it is: there is a verdict, or there will be none."""
        return row is not None and (self.can_explain(row) or row.state is State.FAILED)

    def can_align(self, row: Row | None) -> bool:
        """There are alignments, or will be in a moment."""
        return row is not None and row.result is not None and "dna" in row.result.by_modality

    def look(self) -> None:
        """Shows the current specimen as large as the window; others by the arrow keys."""
        if self._page.current is not None:
            self._fill_quick_look()
            _raise(self.quick_look)

    def _fill_quick_look(self) -> None:
        row, listed = self._page.current, self._page.listed
        if row is None:
            self.quick_look.close()
            return
        number = self._page.list.currentIndex().row()
        ahead = listed.rows_at(place for place in (number + 1, number - 1) if place >= 0)
        self.quick_look.show_row(row, number, listed.rowCount(), ahead)

    def show_why(self) -> None:
        """Explains the rank of the row that is shown."""
        if self.can_explain(self._page.current):
            self._fill_why()
            _raise(self.why)

    def show_alignment(self, key_id: int | None = None) -> None:
        """Shows the barcode beside a reference; the most identical one, if none is named."""
        if self._fill_alignment(key_id):
            _raise(self.alignment)

    def can_show_photos(self, row: Row | None) -> bool:
        """The specimen has a photo and an answer, so that there may be others to compare it with."""
        return row is not None and row.specimen.photo is not None and row.result is not None

    def show_photos(self, key_id: int | None = None) -> None:
        """Shows the photo beside that of a reference or of another specimen."""
        row = self._page.current
        if row is not None and self.can_show_photos(row):
            self._fill_photos(row, key_id)
            _raise(self.photos)

    def _fill_photos(self, row: Row, key_id: int | None = None) -> None:
        from bioscan_desktop.ui.dialogs.photos import counterparts

        self.photos.show_row(row, counterparts(row, self._bench.model.rows, self._bench.engine), key_id)

    def can_crop(self, row: Row | None) -> bool:
        """There is a photo; of several that is meant which is shown large."""
        return row is not None and row.specimen.photo is not None

    def crop(self) -> None:
        """Asks which part of the photo is to be used."""
        from bioscan_desktop.ui.dialogs.crop import CropDialog

        row = self._page.current
        if row is None or not self.can_crop(row):
            return
        key, photo = row.key, self._page.panel.shown_photo
        dialog = CropDialog(self._theme, self._bench, row, self._window, photo)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda boxes: self._bench.crop(key, boxes, photo))
        dialog.open()

    def join_by_name(self) -> None:
        """Shows which photos their names join: of the selected rows, or of all if one is selected at most."""
        from bioscan_desktop.ui.dialogs.join_by_name import JoinByNameDialog

        selected = self._page.selected
        rows = selected if len(selected) > 1 else self._bench.model.rows
        dialog = JoinByNameDialog(self._bench, rows, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda groups: regrouping.join_by_name(self._bench, groups))
        dialog.open()

    def can_show_file(self, row: Row | None) -> bool:
        """The photo is a file."""
        return row is not None and isinstance(row.specimen.photo, Path)

    def show_file(self) -> None:
        """Opens the folder of the photo in the system's file manager."""
        row = self._page.current
        photo = row.specimen.photo if row is not None else None
        if not isinstance(photo, Path):
            return
        if not photo.parent.is_dir():
            said = tr("The folder {path} is not there; is its drive plugged in?").format(path=photo.parent)
        elif QDesktopServices.openUrl(QUrl.fromLocalFile(str(photo.parent.absolute()))):
            return
        else:
            said = tr("No program opens folders here; the photo is {path}.").format(path=photo)
        self._bench.said.emit(said, None)

    def show_dna(self) -> None:
        """Scrolls to the DNA evidence."""
        panel = self._page.panel
        if panel.dna.isVisibleTo(panel):
            panel.ensureWidgetVisible(panel.dna, 0, 12)
            panel.dna.setFocus()

    def name(self) -> None:
        """Puts the cursor into the line for the user's own name."""
        if self._enter(self._page.panel.own_name):
            self._page.panel.own_name.selectAll()

    def note(self) -> None:
        """Puts the cursor into the note."""
        self._enter(self._page.panel.determination.note)

    def _enter(self, edit: QWidget) -> bool:
        if edit.isVisible():
            panel = self._page.panel
            body = panel.widget()
            assert body is not None
            # Whole, with what is said below; Qt is content once the cursor can be seen.
            foot = edit.mapTo(body, edit.rect().bottomLeft())
            panel.ensureVisible(foot.x(), foot.y(), 0, 80)
            edit.setFocus()
        return edit.isVisible()

    def decide(self, action: str, only_current: bool = False) -> None:
        """Decides about all selected rows: `accept`, `reject`, or "" to take decisions back."""
        current = self._page.current
        for row in [current] if only_current and current is not None else self._page.selected:
            if action == "accept":
                decision = deciding.accept(row.result)
            else:
                decision = deciding.simple(action, row.result) if action else None
            if decision is not None or not action:
                self._bench.decide(row.key, decision)
        if self._page.current is not None:
            announce(self._page, spoken(self._page.current))

    def _follow(self) -> None:
        if self._is_open("quick_look"):
            self._fill_quick_look()
        if self._is_open("why"):
            self._fill_why()
        row = self._page.current
        if self._is_open("photos") and row is not None and row.key != self.photos.key:
            if self.can_show_photos(row):
                self._fill_photos(row)
            else:
                self.photos.close()
        if self._is_open("alignment"):
            self._fill_alignment(None, keep=True)

    def _is_open(self, name: str) -> bool:
        return name in vars(self) and getattr(self, name).isVisible()

    def _fill_why(self) -> None:
        row, engine = self._page.current, self._bench.engine
        if row is None:
            self.why.close()
            return
        verdict = row.result.verdict if row.result is not None else None
        asked = engine.asked(row.result) if engine is not None and row.result is not None else {}
        self.why.show_verdict(row.specimen.query_id, verdict, asked)

    def _fill_alignment(self, key_id: int | None, keep: bool = False) -> bool:
        """False if there is nothing to show.

        Args:
            keep: the window shows some row already; nothing is changed if it still is that one.
        """
        row = self._page.current
        evidence = self._bench.evidences.of(row) if row is not None else None
        if row is None or evidence is None or not (evidence.compared or evidence.loose):
            return False
        if keep and self.alignment.evidence is evidence:
            return True
        self.alignment.show_evidence(row.specimen.query_id, evidence, key_id)
        return True


def _raise(dialog: QWidget) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
