"""Things dragged over the window: what a drop would do, and doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from bioscan_desktop.ui import intake, joining
from bioscan_desktop.ui.pages.identify import IdentifyPage
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.bars import MessageBar
from bioscan_desktop.ui.widgets.drop_overlay import DropOverlay
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.services.specimens import Specimen
    from bioscan_desktop.ui.models.specimens import Row


class Dropping(QObject):
    """Takes the window's drag events.

    Args:
        window: in whose coordinates the events are.
    """

    def __init__(
        self,
        window: QWidget,
        bench: Workbench,
        page: IdentifyPage,
        overlay: DropOverlay,
        messages: MessageBar,
    ) -> None:
        super().__init__(window)
        self._window, self._bench, self._page = window, bench, page
        self._overlay, self._messages = overlay, messages

    def enter(self, event: QDragEnterEvent) -> None:
        """Something is dragged into the window."""
        if intake.can_take(event.mimeData()):
            intake.accept_copy(event)
            self._hint(event)

    def move(self, event: QDropEvent) -> None:
        """It is moved on."""
        intake.accept_copy(event)
        self._hint(event)

    def leave(self) -> None:
        """It is dragged out again."""
        self._overlay.hide()
        self._page.mark_target(None)

    def drop(self, event: QDropEvent) -> None:
        """It is let go."""
        self.leave()
        intake.accept_copy(event)
        what = intake.read_mime(event.mimeData())
        row = self._row_at(event.position().toPoint())
        target = row.key if row is not None and _could_join(what, row.specimen) else None
        self._messages.hide()
        if target is not None:
            self._page.select(target)  # what comes of it should be seen
        # Reading starts after the drop has ended, so that the program dragged from is not held up.
        QTimer.singleShot(0, self, lambda: self._bench.take(what, target))

    def _row_at(self, position: QPoint) -> Row | None:
        if not self._page.isVisible():
            return None
        key = self._page.drop_target(self._page.mapFrom(self._window, position))
        return self._bench.model.find(key) if key is not None else None

    def _hint(self, event: QDropEvent) -> None:
        row = self._row_at(event.position().toPoint())
        what = intake.read_mime(event.mimeData()) if row is not None else None
        if row is not None and what is not None and _could_join(what, row.specimen):
            words = (
                tr("Drop to attach the photo to {specimen}")
                if joining.lacks(row.specimen) == "image"
                else tr("Drop to attach the barcode to {specimen}")
            )
            self._page.mark_target(row.key)
            self._overlay.show_words(words.format(specimen=row.specimen.query_id))
        else:
            self._page.mark_target(None)
            self._overlay.show_words(tr("Drop to identify"))


def _could_join(what: intake.Intake, specimen: Specimen) -> bool:
    missing = joining.lacks(specimen)
    return (missing == "dna" and what.may_be_barcode) or (missing == "image" and what.may_be_photo)
