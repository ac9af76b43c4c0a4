"""What a library holds of a taxon: how far records are named, which species, groups, countries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import thousands, tr
from bioscan_desktop.ui.widgets.bar_rows import Bar, BarRow, BarRows
from bioscan_desktop.ui.widgets.parts import label

if TYPE_CHECKING:
    from bioscan_desktop.services.browse import Counts, Taxonomy

SHOWN = 8
"""Groups and countries at most."""

TWO_COLUMNS = 640
"""Width from which cards stand beside each other."""


class Card(QFrame):
    """A titled chart with a sentence below."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self.setProperty("look", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        self.title = label(title, "caption")
        self.chart = BarRows(theme, title)
        self.note = label(look="muted", scale=0.94)
        column.addWidget(self.title)
        column.addWidget(self.chart)
        column.addWidget(self.note)
        column.addStretch(1)

    def show_rows(self, title: str, rows: list[BarRow], note: str = "") -> None:
        """New content; no rows hide the card."""
        self.setVisible(bool(rows))
        self.title.setText(title)
        self.chart.setAccessibleName(title)
        self.chart.show_rows(rows)
        self.note.setText(note)
        self.note.setVisible(bool(note))


class TaxonOverview(QScrollArea):
    """Cards in two columns where there is room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Overview of the taxon"))
        body = QWidget()
        body.setProperty("look", "page")
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 12, 8, 12)
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        outer.addLayout(self._grid)
        outer.addStretch(1)
        self.named, self.species, self.groups, self.places = (Card(theme, "") for _ in range(4))
        self._columns = 0
        self.setWidget(body)
        self._arrange(2)

    def show_taxon(self, taxonomy: Taxonomy, number: int) -> None:
        """Counts of a taxon."""
        counts = taxonomy.counts(number)
        self.named.show_rows(tr("How far the records are named"), _named_rows(counts), _named_note(counts))
        is_species = taxonomy.taxon(number).rank == "species"
        self.species.show_rows(
            tr("%n species with a full name", "", counts.n_species),
            [] if is_species or not counts.n_species else _species_rows(counts),
            _species_note(counts),
        )
        self.groups.show_rows(*_group_rows(taxonomy, number))
        self.places.show_rows(*_place_rows(taxonomy, number))
        self._arrange(self._columns, again=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= TWO_COLUMNS else 1)

    def _arrange(self, columns: int, again: bool = False) -> None:
        if columns == self._columns and not again:
            return
        self._columns = columns
        cards = (self.named, self.species, self.groups, self.places)
        for card in cards:
            self._grid.removeWidget(card)
        shown = [card for card in cards if not card.isHidden()]
        for place, card in enumerate(shown):
            self._grid.addWidget(card, place // columns, place % columns)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if columns == 2 else 0)


def _named_rows(counts: Counts) -> list[BarRow]:
    """Records that are named at least so far, by rank."""
    rows = []
    for depth, rank in enumerate(RANKS, start=1):
        bars = []
        for modality in ("dna", "image"):
            total = counts.records[modality]
            if total:
                named = sum(counts.named[modality][depth:])
                text = f"{wording.percent(named / total)} · {thousands(named)}"
                bars.append(Bar(modality, named / total, text))
        if bars:
            rows.append(BarRow(wording.rank_title(rank), tuple(bars)))
    return rows


def _named_note(counts: Counts) -> str:
    """What the two bars are, and that interim names do not count."""
    kinds = []
    if counts.records["dna"]:
        kinds.append(tr("Filled: barcodes"))
    if counts.records["image"]:
        kinds.append(tr("Hatched: photos"))
    interim = tr("Names such as “sp. 2” count as their genus.")
    return f"{'. '.join(kinds)}. {interim}" if kinds else ""


def _species_rows(counts: Counts) -> list[BarRow]:
    total = counts.n_species
    dna, image = counts.species_with["dna"], counts.species_with["image"]
    both = max(0, dna + image - total)
    shown = (
        (tr("With barcodes"), "dna", dna),
        (tr("With photos"), "image", image),
        (tr("With both"), "", both),
    )
    return [
        BarRow(name, (Bar(kind, n / total, f"{wording.percent(n / total)} · {thousands(n)}"),))
        for name, kind, n in shown
    ]


def _species_note(counts: Counts) -> str:
    missing = counts.n_species - counts.species_with["image"]
    if not missing or not counts.records["image"]:
        return ""
    return tr("%n species without a photo can be found by a photo only through their barcodes.", "", missing)


def _groups_of(rank: str | None) -> str:
    """Several taxa of a rank, or of several ranks."""
    if rank == "order":
        return tr("orders")
    if rank == "family":
        return tr("families")
    if rank == "genus":
        return tr("genera")
    return tr("species", "several") if rank == "species" else tr("groups")


def _group_rows(taxonomy: Taxonomy, number: int) -> tuple[str, list[BarRow], str]:
    """The largest groups right below."""
    children = taxonomy.children(number)
    sized = [(taxonomy.taxon(child), taxonomy.counts(child)) for child in children]
    sized.sort(key=lambda pair: -sum(pair[1].records.values()))
    most = max((max(c.records.values()) for _, c in sized), default=0)
    rows = []
    for taxon, counts in sized[:SHOWN]:
        bars = tuple(
            Bar(kind, counts.records[kind] / most, thousands(counts.records[kind]))
            for kind in ("dna", "image")
            if counts.records[kind]
        )
        rows.append(BarRow(taxon.name, bars, wording.taxon(taxon.name, taxon.rank).italic))
    ranks = {taxon.rank for taxon, _ in sized}
    noun = _groups_of(next(iter(ranks)) if len(ranks) == 1 else None)
    rest = len(sized) - len(rows)
    title = (
        tr("Largest of {number} {groups}").format(number=thousands(len(sized)), groups=noun)
        if rest
        else wording.upper_first(noun)
    )
    return title, rows, tr("and %n more", "", rest) if rest > 0 else ""


def _place_rows(taxonomy: Taxonomy, number: int) -> tuple[str, list[BarRow], str]:
    """Countries by keys."""
    known = [(name, n) for name, n in taxonomy.countries(number) if name]
    unknown = sum(n for name, n in taxonomy.countries(number) if not name)
    total = sum(n for _, n in known)
    rows = [BarRow(name, (Bar("", n / known[0][1], thousands(n)),)) for name, n in known[:SHOWN]]
    parts = []
    if len(known) > SHOWN:
        others = len(known) - SHOWN
        parts.append(tr("and %n more countries", "", others))
    if unknown:
        parts.append(tr("%n references without a country", "", unknown))
    return tr("Where %n references come from", "", total), rows, "; ".join(parts)
