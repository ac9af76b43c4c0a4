"""The DNA evidence of a specimen: what its bases say, and how near the references are by identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from bioscan_desktop.core.barcode import BarcodeFacts
from bioscan_desktop.ui import dna_wording, wording
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.identity_chart import RULES, IdentityChart, Spots
from bioscan_desktop.ui.widgets.parts import Banner, label

if TYPE_CHECKING:
    from bioscan_desktop.services.barcode_evidence import BarcodeEvidence


class DnaEvidence(QFrame):
    """A card: facts on the left, identities on the right, sentences below.

    Signals:
        alignment_asked: the user wants to see the bases side by side.
    """

    alignment_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("look", "row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("DNA evidence"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(label(tr("DNA evidence"), "caption", wrap=False))
        head.addStretch(1)
        self._align = QPushButton(tr("Compare bases…"))
        self._align.setToolTip(tr("Show your barcode and a reference base by base (Ctrl+Shift+B)"))
        self._align.clicked.connect(self.alignment_asked)
        head.addWidget(self._align)
        column.addLayout(head)
        self._trouble = Banner(theme)
        column.addWidget(self._trouble)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(28)
        self._middle.addLayout(self._make_facts(), 4)
        self._middle.addLayout(self._make_identities(theme), 6)
        column.addLayout(self._middle)

    def _make_facts(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._values = []
        for line in range(5):
            pair = label(look="muted", wrap=False), label()
            for place, widget in enumerate(pair):
                self._grid.addWidget(widget, line, place, Qt.AlignmentFlag.AlignTop)
            self._values.append(pair)
        column.addLayout(self._grid)
        self._protein_title = label(tr("Translation"), "muted")
        self._protein_title.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self._protein_title)
        self._protein = label()
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(max(7.0, self.font().pointSizeF() * 0.85))
        self._protein.setFont(fixed)
        self._protein.setToolTip(
            tr("Amino acids by the invertebrate mitochondrial code (table 5); * is a stop, X is open.")
        )
        column.addWidget(self._protein)
        column.addStretch(1)
        return column

    def _make_identities(self, theme: Theme) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        title = label(tr("Percent identity with the nearest references"), "muted")
        title.setToolTip(tr(dna_wording.IDENTITY_MEANS))
        column.addWidget(title)
        self._chart = IdentityChart(theme)
        column.addWidget(self._chart)
        self._rules = label(tr(RULES), "muted")
        column.addWidget(self._rules)
        self._sentences = label()
        column.addWidget(self._sentences)
        column.addStretch(1)
        return column

    def set_narrow(self, narrow: bool) -> None:
        """Stacks facts and identities."""
        self._middle.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )

    def show_evidence(self, facts: BarcodeFacts, evidence: BarcodeEvidence | None, known: bool) -> None:
        """Fills the card.

        Args:
            facts: of the barcode as it was given, shown until there is evidence.
            evidence: None while it is made, or where it cannot be had.
            known: it will not come any more.
        """
        facts = evidence.facts if evidence is not None else facts
        rows = dna_wording.fact_rows(facts)
        for (name, value), (what, text, explanation) in zip(self._values, rows, strict=True):
            name.setText(what)
            value.setText(text)
            for widget in (name, value):
                widget.setToolTip(explanation)
        self._protein.setText(dna_wording.protein_text(facts.protein))
        trouble = translated(" ".join(facts.sentences())) if facts.fewest_stops else ""
        self._trouble.show_text("warning", trouble)
        compared = evidence.compared if evidence is not None else ()
        self._chart.setVisible(bool(compared))
        self._rules.setVisible(bool(compared))
        self._align.setEnabled(evidence is not None and bool(compared or evidence.loose))
        if evidence is not None:
            text = "\n".join(dna_wording.identity_sentences(evidence))
        elif known:
            text = tr(
                "It cannot be aligned: the library that it was compared with is not the one that is open."
            )
        else:
            text = tr("Aligning with the nearest references…")
        self._sentences.setText(text)
        self._chart.show_spots(spots(evidence) if evidence is not None else None, text)
        self.setAccessibleDescription(text)


def spots(evidence: BarcodeEvidence) -> Spots | None:
    """What the chart shows of the evidence."""
    best = evidence.best
    if best is None:
        return None
    own = [c.identity for c in evidence.compared if c.taxon == best.taxon or c is best]
    others = [c.identity for c in evidence.compared if c.taxon != best.taxon and c is not best]
    name = wording.hit_name(best.hit)
    return Spots(
        name.text, tuple(sorted(own, reverse=True)), tuple(sorted(others, reverse=True)), name.italic
    )
