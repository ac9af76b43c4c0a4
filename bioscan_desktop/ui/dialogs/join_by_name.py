"""Which photos are of one specimen by the views in their file names: shown before anything is joined."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import joining, wording, work
from bioscan_desktop.ui.models.specimens import Row
from bioscan_desktop.ui.translating import mark, thousands, tr
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import label, size_to_fit
from bioscan_desktop.ui.workbench import Workbench

ABOUT = mark(
    "Photos of one folder are taken for one specimen if their names have the same sample id, with a digit in "
    "it, and a view behind it. Take the tick from what does not belong together. Nothing is joined before "
    "you press Join."
)
WAYS = (mark("Words, such as _dorsal, _head or _V"), mark("Words, and numbers such as -1, _2 or (2)"))
"""What counts as a view: by words alone, or by numbers as well."""


class Groups(QAbstractListModel):
    """What would be joined, each with a tick; a model of its own, because there may be thirty thousand.

    Signals:
        ticks_changed: the user has ticked something else.
    """

    ticks_changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._found: list[joining.Proposed] = []
        self._without: set[int] = set()

    @property
    def ticked(self) -> list[joining.Proposed]:
        """What is to be joined."""
        return [group for place, group in enumerate(self._found) if place not in self._without]

    def show(self, found: list[joining.Proposed]) -> None:
        """Other groups, all ticked."""
        self.beginResetModel()
        self._found, self._without = found, set()
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._found)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        group = self._found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{group.sample}: {_parts(group)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(one.input for one in group.specimens)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Unchecked if index.row() in self._without else Qt.CheckState.Checked
        return None

    def setData(
        self,
        index: QModelIndex | QPersistentModelIndex,
        value: Any,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._without.discard(index.row())
        else:
            self._without.add(index.row())
        self.dataChanged.emit(index, index, [role])
        self.ticks_changed.emit()
        return True


class JoinByNameDialog(Dialog):
    """A list of what would be joined, with ticks.

    Signals:
        chosen: (groups) as `joining.Proposed`, those to be joined.
    """

    chosen = Signal(list)

    def __init__(self, bench: Workbench, rows: Sequence[Row], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._rows = [(row.key, row.specimen) for row in rows]
        self._left = 0
        self.setWindowTitle(tr("Join photos by file name"))
        size_to_fit(self, 680, 560)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(8)
        column.addWidget(label(tr("Which photos are of one specimen?"), scale=1.3, bold=True))
        column.addWidget(label(tr(ABOUT), "muted"))
        self.ways = QComboBox()
        self.ways.addItems([tr(way) for way in WAYS])
        self.ways.setAccessibleName(tr("What counts as a view"))
        self.ways.currentIndexChanged.connect(lambda _: self._ask())
        caption = QLabel(tr("&Views are"))
        caption.setBuddy(self.ways)
        line = QHBoxLayout()
        line.addWidget(caption)
        line.addWidget(self.ways, 1)
        column.addLayout(line)
        self.warning = label(
            tr("In many collections a number is the next individual: look through the list before you join."),
            "muted",
        )
        column.addWidget(self.warning)
        self.model = Groups(self)
        self.model.ticks_changed.connect(self._count)
        self.groups = QListView()
        self.groups.setModel(self.model)
        self.groups.setAccessibleName(tr("Photos that would be joined"))
        self.groups.setProperty("look", "popup")
        self.groups.setMinimumHeight(110)
        self.groups.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.groups.setUniformItemSizes(True)
        column.addWidget(self.groups, 1)
        self.words = label(look="muted")
        column.addWidget(self.words)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.take = buttons.addButton(tr("Join"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setProperty("look", "primary")
        self.take.setDefault(True)
        buttons.accepted.connect(self._on_taken)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.ways.setFocus()
        self._ask()

    def _ask(self) -> None:
        numbers = self.ways.currentIndex() == 1
        self.warning.setVisible(numbers)
        self._show([], tr("Comparing the names…"))
        job = self._bench.jobs.make("intake", "group", partial(work.photo_groups, self._rows, numbers))
        job.done.connect(self._on_groups)
        self.destroyed.connect(job.cancel)
        self._bench.jobs.run(job)

    def _on_groups(self, answer: tuple[bool, list[joining.Proposed], int]) -> None:
        numbers, found, left = answer
        if numbers != (self.ways.currentIndex() == 1):
            return  # the other way was chosen meanwhile
        self._left = left
        self._show(found, "")
        self._count()

    def _show(self, found: list[joining.Proposed], said: str) -> None:
        self.model.show(found)
        self.groups.setCurrentIndex(self.model.index(0, 0))
        self.groups.setEnabled(bool(found))
        self.words.setText(said)
        self.take.setEnabled(False)

    def _count(self) -> None:
        ticked = self.model.ticked
        rows = sum(len(group.keys) for group in ticked)
        if not self.model.rowCount():
            said = tr("No names here differ in a view alone, so there is nothing to join.")
        elif ticked:
            said = tr("{rows} of {all} rows become %n specimens.", "", len(ticked)).format(
                rows=thousands(rows), all=thousands(len(self._rows))
            )
        else:
            said = tr("Nothing is ticked, so nothing is joined.")
        if self._left:
            more = tr(
                "%n groups with two barcodes are left out: they are of several specimens.", "", self._left
            )
            said = f"{said} {more}"
        self.words.setText(said)
        self.take.setEnabled(bool(ticked))

    def _on_taken(self) -> None:
        self.chosen.emit(self.model.ticked)
        self.accept()


def _parts(group: joining.Proposed) -> str:
    """What is joined, in a line."""
    photos = [one.photo.name for one in group.specimens if isinstance(one.photo, Path)]
    has_barcode = any(one.barcode is not None for one in group.specimens)
    return " + ".join([*photos, *([wording.modality_noun("dna")] if has_barcode else [])])
