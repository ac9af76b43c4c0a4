"""A barcode and a reference base by base, in a window that stays open beside the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import dna_wording, wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, percentage, tr
from bioscan_desktop.ui.widgets.alignment_rows import AlignmentRows
from bioscan_desktop.ui.widgets.edged import Dialog
from bioscan_desktop.ui.widgets.parts import label, size_to_fit

if TYPE_CHECKING:
    from bioscan_desktop.services.barcode_evidence import BarcodeEvidence, Compared

LEGEND = mark(
    "× marks different bases, – a missing one, framed in red. The amino acids stand below the middle base of "
    "their codons; framed in amber where they differ."
)


class AlignmentDialog(Dialog):
    """Never blocks the window; see `show_evidence`.

    Attributes:
        evidence: what is shown.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Compare bases"))
        self.setModal(False)
        size_to_fit(self, 860, 560, of_window=0.7)
        self.evidence: BarcodeEvidence | None = None
        self._compared: list[Compared] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        self._title = label(bold=True, scale=1.15)
        column.addWidget(self._title)
        line = QHBoxLayout()
        caption = label(tr("Reference"), "muted", wrap=False)
        self._box = QComboBox()
        self._box.setAccessibleName(tr("Reference to compare with"))
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.currentIndexChanged.connect(self._show)
        caption.setBuddy(self._box)
        line.addWidget(caption)
        line.addWidget(self._box, 1)
        column.addLayout(line)
        self._counts = label()
        self._counts.setToolTip(tr(dna_wording.IDENTITY_MEANS))
        column.addWidget(self._counts)
        self._rows = AlignmentRows(theme)
        self._area = QScrollArea()
        self._area.setWidget(self._rows)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._area.setAccessibleName(tr("Alignment"))
        column.addWidget(self._area, 1)
        column.addWidget(label(tr(LEGEND), "muted"))
        buttons = QDialogButtonBox()
        copy = QPushButton(tr("Copy alignment"))
        copy.clicked.connect(self._copy)
        buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def show_evidence(self, name: str, evidence: BarcodeEvidence, key_id: int | None = None) -> None:
        """The barcode of a specimen beside its neighbours.

        Args:
            key_id: of the neighbour to begin with; None takes the most identical one.
        """
        self._title.setText(tr("{name} and its nearest references, base by base").format(name=name))
        self.evidence = evidence
        self._compared = [*evidence.compared, *evidence.loose]
        wanted = evidence.find(key_id) if key_id is not None else evidence.best
        self._box.blockSignals(True)
        self._box.clear()
        for number, compared in enumerate(self._compared, start=1):
            facts = [
                percentage(compared.identity / 100, 1),
                compared.hit.processid or "",
                compared.hit.bin_uri or "",
            ]
            if compared in evidence.loose:
                facts.append(tr("too little overlap to count"))
            known = ", ".join(fact for fact in facts if fact)
            self._box.addItem(f"{number}. {wording.hit_name(compared.hit).text} ({known})")
        place = self._compared.index(wanted) if wanted is not None else 0
        self._box.setCurrentIndex(place)
        self._box.blockSignals(False)
        self._show(place)

    @property
    def shown(self) -> Compared | None:
        """The neighbour that is shown."""
        place = self._box.currentIndex()
        return self._compared[place] if 0 <= place < len(self._compared) else None

    def _show(self, place: int) -> None:
        if 0 <= place < len(self._compared):
            rows = self._compared[place].alignment
            sentence = dna_wording.alignment_sentence(rows)
            self._counts.setText(sentence)
            self._rows.show_rows(rows, sentence)
            self._area.verticalScrollBar().setValue(0)

    def _copy(self) -> None:
        shown = self.shown
        if shown is not None:
            QGuiApplication.clipboard().setText(dna_wording.alignment_text(shown.alignment, shown.hit))
