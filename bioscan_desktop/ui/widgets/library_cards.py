"""What is told of a whole library beside its taxa: where it comes from, and how sure its answers are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.bar_rows import Bar, BarRow
from bioscan_desktop.ui.widgets.parts import breakable, label

if TYPE_CHECKING:
    from bioscan_desktop.core.calibration import Calibration
    from bioscan_desktop.library.pack import Library


class FactsCard(QFrame):
    """A titled list of names and texts."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        self.title = label(look="caption")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        column.addWidget(self.title)
        column.addLayout(self._grid)

    def show_facts(self, title: str, facts: list[tuple[str, str]]) -> None:
        """New content; no facts hide the card."""
        self.setVisible(bool(facts))
        self.title.setText(title)
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for line, (name, text) in enumerate(facts):
            words = label(breakable(text))
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.setAccessibleName(wording.labelled(name, text))
            caption = label(name, "muted", wrap=False)
            self._grid.addWidget(caption, line, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(words, line, 1)
            for widget in (caption, words):
                widget.show()  # at once, so that the height of the card is known


def library_facts(library: Library) -> list[tuple[str, str]]:
    """What the manifest of a library says of it."""
    manifest = library.manifest
    model = " ".join(manifest.model.get(name, "") for name in ("id", "version")).strip()
    facts = [(tr("Version"), manifest.version)]
    if model:
        facts.append((tr("Model"), model))
    facts.append((tr("Licence"), manifest.licence or tr("none stated")))
    if manifest.attribution:
        facts.append((tr("Sources"), manifest.attribution))
    if not library.calibration.fitted:
        facts.append((tr("Certainty"), tr("Not calibrated: names come without “likely” or “very likely”")))
    return facts


def trust_rows(calibration: Calibration) -> list[BarRow]:
    """The share of the evidence that a name of each rank needs, by barcode and by photo; none where the
    library is not calibrated."""
    if not calibration.fitted:
        return []
    rows = []
    for rank in RANKS:
        bars = tuple(
            Bar(modality, asked, wording.percent(asked))
            for modality in ("dna", "image")
            if (asked := calibration.thresholds.get(modality, {}).get(rank)) is not None
        )
        if bars:
            rows.append(BarRow(wording.rank_title(rank), bars))
    return rows


def trust_note(calibration: Calibration) -> str:
    """On what that was found out, as far as the calibration tells."""
    queries = calibration.provenance.get("known_queries")
    target = calibration.provenance.get("target_precision")
    if not isinstance(queries, dict) or not isinstance(target, float):
        return ""
    counted = [
        wording.count(queries[modality], noun)
        for modality, noun in (("dna", "barcode"), ("image", "photo"))
        if isinstance(queries.get(modality), int) and queries[modality]
    ]
    if not counted:
        return ""
    return tr(
        "Chosen with {specimens} that were held out of the library, to give names of which {share} are right "
        "at each rank."
    ).format(specimens=wording.joined(counted), share=wording.percent(target))
