"""Which part of a photo is used: proposed, and then as the user likes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from bioscan_desktop.inference.crop import Box
from bioscan_desktop.ui import work
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.models.thumbnails import PREVIEW_SIDE
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.crop_view import CropView
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import label, size_to_fit
from bioscan_desktop.ui.workbench import Workbench

HELP = mark(
    "Drag to draw, move or size a rectangle. By keyboard: arrows move it, Shift+arrows size it, + − grow and "
    "shrink it, N adds one, Del takes it out, Page keys go to the next."
)


class CropDialog(Dialog):
    """Shows the photo of one row with its crop, or with a proposal.

    Args:
        photo: the number of the photo among those of the row, from 0. One of several can only be cropped
            to one part: the others show the same insect.

    Signals:
        chosen: (boxes) what to use; empty for the whole photo.
    """

    chosen = Signal(list)

    def __init__(
        self, theme: Theme, bench: Workbench, row: Row, parent: QWidget | None = None, photo: int = 0
    ) -> None:
        super().__init__(parent)
        shown = row.specimen.photos[photo]
        assert shown.photo is not None
        self._bench, self._source = bench, shown.photo
        self._is_one_of_several, self._has_too_many = bool(row.specimen.more), False
        self.setWindowTitle(tr("Crop the photo"))
        size_to_fit(self, 860, 680, of_window=0.7)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        question = (
            tr("Which part of photo {number} of {specimen} shows the insect?")
            if self._is_one_of_several
            else tr("Which part of {specimen} shows the insect?")
        )
        asked = question.format(number=photo + 1, specimen=row.specimen.query_id)
        column.addWidget(label(asked, bold=True, scale=1.15))
        self._words = label(look="muted")
        column.addWidget(self._words)
        self.view = CropView(theme)
        self.view.changed.connect(self._on_changed)
        column.addWidget(self.view, 1)
        column.addWidget(label(tr(HELP), "muted"))
        foot = QHBoxLayout()
        self.propose = QPushButton(tr("Propose"))
        self.propose.setToolTip(tr("Look for what stands out from its surroundings"))
        self.propose.clicked.connect(self._ask)
        self.whole = QPushButton(tr("Whole photo"))
        self.whole.setToolTip(tr("Use all of the photo again"))
        self.whole.clicked.connect(lambda: self._choose([]))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = buttons.addButton(tr("Use this part"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.use.setProperty("look", "primary")
        self.use.setDefault(True)
        self.use.clicked.connect(lambda: self._choose(self.view.boxes))
        buttons.rejected.connect(self.reject)
        for button in (self.propose, self.whole):
            button.setAutoDefault(False)
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(buttons)
        column.addLayout(foot)
        bench.pictures.load(self._source, PREVIEW_SIDE, self.view.show_picture, self)
        self._say("")
        if shown.crop is not None:
            self.view.show_boxes([shown.crop])
        else:
            self._ask()
            self._on_changed()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, words: str) -> None:
        self._words.setText(words or tr("Only what lies within is compared with the library."))

    def _ask(self) -> None:
        self._say(tr("Looking for the insect…"))
        self._asked_with = self.view.boxes
        job = self._bench.jobs.make("pictures", "crop", partial(work.propose_crops, self._source))
        job.done.connect(self._on_proposed)
        self._bench.jobs.run(job)

    def _on_proposed(self, boxes: list[Box]) -> None:
        if not self.isVisible() or (self.view.boxes and not boxes):
            return
        if self.view.boxes != self._asked_with:
            self._say("")  # what was drawn meanwhile counts more
            return
        if self._is_one_of_several:
            boxes = boxes[:1]
        self.view.show_boxes(boxes)
        if not boxes:
            self._say(
                tr("Nothing small stands out, so the whole photo may be best. Draw a rectangle if you like.")
            )
        elif len(boxes) == 1:
            self._say(tr("Proposed by what stands out. Please check that it holds the whole insect."))
        else:
            self._say(
                tr(
                    "%n things stand out. Take out what is no insect; each of the rest becomes a specimen.",
                    "",
                    len(boxes),
                )
            )

    def _on_changed(self) -> None:
        number = len(self.view.boxes)
        if self._is_one_of_several:
            if (number > 1) != self._has_too_many:
                self._has_too_many = number > 1
                told = tr("Keep one part only: the other photos show the same insect.")
                self._say(told if self._has_too_many else "")
            self.use.setEnabled(number == 1)
            return
        self.use.setEnabled(number > 0)
        self.use.setText(tr("Use this part") if number < 2 else tr("Make %n specimens", "", number))

    def _choose(self, boxes: list[Box]) -> None:
        self.chosen.emit(boxes)
        self.accept()
