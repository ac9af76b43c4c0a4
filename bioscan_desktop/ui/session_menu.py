"""The menu of sessions: begin another, open an earlier one, give it a name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.choosing import open_dialog
from bioscan_desktop.ui.dialogs.relink import RelinkDialog
from bioscan_desktop.ui.photo_care import PhotoCare
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.ui.session_files import Recent
    from bioscan_desktop.ui.session_link import SessionLink


class SessionMenu(QMenu):
    """Sessions that were used lately, and what can be done with the one that is open."""

    def __init__(self, link: SessionLink, parent: QWidget) -> None:
        super().__init__(tr("Sess&ion"), parent)
        self._link = link
        self.fresh = self.addAction(tr("&New session"), link.new)
        self.earlier = QMenu(tr("&Open recent"), self)
        self.addMenu(self.earlier)
        self.rename = self.addAction(tr("&Rename…"), self._ask_name)
        self.care = PhotoCare(link.bench, link)
        self.relink = self.addAction(tr("&Find moved photos…"), self._find_photos)
        self.addSeparator()
        self.about = self.addAction("")
        self.about.setEnabled(False)
        self.aboutToShow.connect(self._fill)
        link.changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        is_open = self._link.path is not None
        self.fresh.setEnabled(is_open)
        self.rename.setEnabled(is_open)
        self.relink.setEnabled(is_open)
        self.earlier.setEnabled(is_open)
        self.about.setText(
            tr("This is: {name}").format(name=self._link.name)
            if is_open
            else tr("Nothing is kept on the disk")
        )
        if is_open:
            self._link.recent(self._on_recent)

    def _on_recent(self, found: list[Recent]) -> None:
        self.earlier.clear()
        for one in found:
            # An ampersand in a menu stands for a key, unless it is doubled.
            text = f"{one.name}  ({wording.count(one.count, 'specimen')})".replace("&", "&&")
            self.earlier.addAction(text, partial(self._link.open, one.path))
        if not found:
            self.earlier.addAction(tr("There is no other session yet")).setEnabled(False)

    def _find_photos(self) -> None:
        start = self._link.bench.settings.get("last_folder")
        open_dialog(RelinkDialog(self.care, start, self.parentWidget()))

    def _ask_name(self) -> None:
        name, given = QInputDialog.getText(
            self.parentWidget(), tr("Rename session"), tr("Name of this session"), text=self._link.name
        )
        if given:
            self._link.rename(name)
