"""The nearest references: head with the selector, and their cards in as many columns as fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from bioscan_desktop.core.names import Determination
from bioscan_desktop.ui import comparing
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.widgets.hit_card import HitCard
from bioscan_desktop.ui.widgets.parts import label
from bioscan_desktop.ui.widgets.standard_bar import StandardBar

if TYPE_CHECKING:
    from bioscan_desktop.services.barcode_evidence import BarcodeEvidence
    from bioscan_desktop.services.identify import Identification
    from bioscan_desktop.ui.models.thumbnails import Pictures
    from bioscan_desktop.ui.work import Engine

CARD_WIDTH = 560
"""Hits stand in as many columns as fit this width."""

SLIM_BELOW = 620
"""Below this width, cards have their badges below the words."""

COLUMNS_MAX = 3


class HitGrid(QWidget):
    """Its cards are made once and filled again.

    Signals:
        alignment_asked: (key_id) the user wants to see the bases of a reference.
        photos_asked: (key_id) the user wants to see the photo of a reference beside theirs.
        standard_chosen: the user wants badges against another of `core.agreement.STANDARDS`.

    Attributes:
        preferred: the kind of standard that the user chose last; it is used wherever it exists.
    """

    alignment_asked = Signal(int)
    photos_asked = Signal(int)
    standard_chosen = Signal(str)

    def __init__(self, theme: Theme, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self.preferred = "verdict"
        self._theme = theme
        self._cards: list[HitCard] = []
        self._columns = 1
        self._slim = False
        self._places: dict[str, list[int]] = {}
        self._titles: dict[str, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.bar = StandardBar(theme)
        self.bar.chosen.connect(self.standard_chosen)
        column.addWidget(self.bar)
        self._last_stop: QWidget = self.bar.box
        self._n_ordered = 0
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        column.addLayout(self._grid)
        self._sections = [label(look="caption"), label(look="caption")]

    @property
    def cards(self) -> list[HitCard]:
        """The cards in use, in order."""
        return [card for card in self._cards if not card.isHidden()]

    def show_hits(
        self,
        result: Identification | None,
        own: Determination | None,
        evidence: BarcodeEvidence | None,
        engine: Engine | None = None,
    ) -> None:
        """Shows the references of a result.

        Args:
            own: the user's own name of the specimen.
            evidence: alignments, once they are there.
            engine: of the library that may hold photos of the references.
        """
        hits = result.hits if result is not None else ()
        self.setVisible(bool(hits))
        if result is None or not hits:
            return
        standards = comparing.standards(result, own)
        used = comparing.choose(standards, self.preferred)
        self.bar.show_standards(standards, used)
        badges = comparing.badges(result, used.kind if used is not None else None, own)
        while len(self._cards) < len(hits):
            card = HitCard(self._theme, self._pictures)
            card.alignment_asked.connect(self.alignment_asked)
            card.photos_asked.connect(self.photos_asked)
            card.set_slim(self._slim)
            self._cards.append(card)
        groups = {
            modality: [i for i, hit in enumerate(hits) if hit.query_modality == modality]
            for modality in ("image", "dna")
        }
        self._places = {modality: places for modality, places in groups.items() if places}
        self._titles = {m: comparing.section_title(m, result, used) for m in self._places}
        card_number = 0
        for places in self._places.values():
            for number, place in enumerate(places, start=1):
                hit = hits[place]
                found = evidence if hit.pair == "dna->dna" else None
                compared = found.find(hit.key_id) if found is not None else None
                rows = compared.alignment if compared is not None else None
                solid = found is None or found.is_solid(hit.key_id)
                photo = engine.photo_of(hit) if engine is not None else None
                self._cards[card_number].show_hit(number, hit, badges[place], rows, solid, photo)
                card_number += 1
        self._arrange()

    def _put_in_tab_order(self) -> None:
        """New cards follow those before them: made late, they would stand behind all else in the window."""
        for card in self._cards[self._n_ordered :]:
            for stop in card.stops:
                QWidget.setTabOrder(self._last_stop, stop)
                self._last_stop = stop
        self._n_ordered = len(self._cards)

    def set_room(self, width: int) -> None:
        """Takes as many columns as fit a width."""
        if self._slim != (width < SLIM_BELOW):
            self._slim = not self._slim
            self.bar.set_slim(self._slim)
            for card in self._cards:
                card.set_slim(self._slim)
            self.updateGeometry()
        columns = max(1, min(COLUMNS_MAX, width // CARD_WIDTH))
        if columns != self._columns:
            self._columns = columns
            self._arrange()

    def _arrange(self) -> None:
        while self._grid.count():
            self._grid.takeAt(0)
        line, used = 0, 0
        for section, (modality, places) in zip(self._sections, self._places.items(), strict=False):
            if len(self._places) > 1:
                section.setText(self._titles[modality])
                self._grid.addWidget(section, line, 0, 1, self._columns)
                line += 1
            section.setVisible(len(self._places) > 1)
            for number in range(len(places)):
                card = self._cards[used]
                used += 1
                self._grid.addWidget(card, line + number // self._columns, number % self._columns)
                card.setVisible(True)
            line += -(-len(places) // self._columns)
        for section in self._sections[len(self._places) :]:
            section.setVisible(False)
        for card in self._cards[used:]:
            card.setVisible(False)
        self._put_in_tab_order()
        for column in range(COLUMNS_MAX):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
