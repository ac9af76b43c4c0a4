"""The photo of a specimen beside that of a reference, or of another specimen, zoomed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import wording
from bioscan_desktop.ui.models.thumbnails import PREVIEW_SIDE, Pictures
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import ElidedLabel, label, size_to_fit
from bioscan_desktop.ui.widgets.zoom_view import STEP, Tied, ZoomView

if TYPE_CHECKING:
    from bioscan_desktop.ui.models.specimens import Row
    from bioscan_desktop.ui.work import Engine

OTHERS_MAX = 20
"""Specimens of the same name that are offered beside the references."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A photo to compare with.

    Attributes:
        key_id: of the reference; None for another specimen of the list.
    """

    title: str
    source: Path | bytes
    key_id: int | None = None


def counterparts(row: Row, rows: Sequence[Row], engine: Engine | None) -> list[Counterpart]:
    """References whose photo is on this computer, then specimens of the list with the same name."""
    result = row.result
    found = []
    for number, hit in enumerate(result.hits if result is not None else (), start=1):
        photo = engine.photo_of(hit) if engine is not None else None
        if photo is not None:
            known = f", {hit.processid}" if hit.processid else ""
            found.append(
                Counterpart(
                    tr("Reference {number}: {name}").format(
                        number=number, name=wording.hit_name(hit).text + known
                    ),
                    photo,
                    hit.key_id,
                )
            )
    name = result.verdict.name if result is not None and result.verdict is not None else None
    for other in rows:
        if name is None or len(found) >= OTHERS_MAX:
            break
        verdict = other.result.verdict if other.result is not None else None
        photo_of_other = other.specimen.photo
        if other is not row and photo_of_other is not None and verdict is not None and verdict.name == name:
            found.append(
                Counterpart(
                    tr("Your {specimen}: also {name}").format(specimen=other.specimen.query_id, name=name),
                    photo_of_other,
                )
            )
    return found


class PhotosDialog(Dialog):
    """Never blocks the window; see `show_row`."""

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._others: list[Counterpart] = []
        self.key: int | None = None
        self._wanted: dict[ZoomView, Path | bytes] = {}
        self.setWindowTitle(tr("Compare photos"))
        self.setModal(False)
        size_to_fit(self, 980, 600, of_window=0.8)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        line = QHBoxLayout()
        self._title = ElidedLabel()
        self._title.setFont(label(bold=True, scale=1.15).font())
        caption = label(tr("Compare with"), "muted", wrap=False)
        self.box = QComboBox()
        self.box.setAccessibleName(tr("Photo to compare with"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.currentIndexChanged.connect(self._show_other)
        caption.setBuddy(self.box)
        line.addWidget(self._title)
        line.addSpacing(12)
        line.addWidget(caption)
        line.addWidget(self.box, 1)
        column.addLayout(line)
        self.mine = ZoomView(theme, tr("Photo of your specimen"))
        self.other = ZoomView(theme, tr("Photo to compare with"))
        self.tied = Tied([self.mine, self.other])
        pair = QHBoxLayout()
        pair.setSpacing(10)
        pair.addWidget(self.mine, 1)
        pair.addWidget(self.other, 1)
        column.addLayout(pair, 1)
        foot = QHBoxLayout()
        self.together = QCheckBox(tr("Zoom and move together"))
        self.together.setChecked(True)
        self.together.toggled.connect(self.tied.tie)
        foot.addWidget(self.together)
        foot.addWidget(label(tr("Wheel or + − zooms, dragging or arrow keys move, 0 fits."), "muted"), 1)
        for text, name, act in (
            ("−", tr("Zoom out"), lambda: self.mine.zoom_by(1 / STEP)),
            ("+", tr("Zoom in"), lambda: self.mine.zoom_by(STEP)),
            (tr("Fit"), tr("Fit the photos"), self._fit),
        ):
            button = QPushButton(text)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, act=act: act())
            foot.addWidget(button)
        buttons = QDialogButtonBox()
        buttons.addButton(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        foot.addWidget(buttons)
        column.addLayout(foot)

    def show_row(self, row: Row, others: Sequence[Counterpart], key_id: int | None = None) -> None:
        """A specimen's photo beside others.

        Args:
            key_id: of the reference to begin with; None takes the first.
        """
        photo = row.specimen.photo
        if photo is None:
            return
        self.key = row.key
        self._title.say(row.specimen.query_id)
        self.mine.fit()
        self._load(self.mine, photo, row.specimen.query_id)
        self._others = list(others)
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItems([one.title for one in self._others])
        place = next((i for i, one in enumerate(self._others) if key_id and one.key_id == key_id), 0)
        self.box.setCurrentIndex(place)
        self.box.blockSignals(False)
        self._show_other(place)
        self.mine.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        self.mine.fit()
        self.other.fit()

    def _show_other(self, place: int) -> None:
        if 0 <= place < len(self._others):
            one = self._others[place]
            self._load(self.other, one.source, one.title)
        else:
            words = tr("There is no other photo of this name on this computer.")
            self.other.show_picture(None, words)

    def _load(self, view: ZoomView, source: Path | bytes, words: str) -> None:
        view.show_picture(None, tr("Loading the photo…"))
        self._wanted[view] = source

        def show(picture: QPixmap | None) -> None:
            if self._wanted[view] is source:  # not another one meanwhile
                view.show_picture(picture, words if picture is not None else tr("The photo cannot be shown."))

        self._pictures.load(source, PREVIEW_SIDE, show, self)
