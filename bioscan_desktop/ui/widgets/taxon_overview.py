"""What a library holds of a taxon: how far records are named, which species, groups, countries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import thousands, tr
from bioscan_desktop.ui.widgets.bar_rows import Bar, BarRow, BarRows
from bioscan_desktop.ui.widgets.library_cards import FactsCard, library_facts, trust_note, trust_rows
from bioscan_desktop.ui.widgets.parts import label

if TYPE_CHECKING:
    from bioscan_desktop.library.pack import Library
    from bioscan_desktop.services.browse import Counts, Taxonomy

SHOWN, SHOWN_WIDE = 8, 16
"""Groups and countries at most, and where there is room for three columns."""

TWO_COLUMNS, THREE_COLUMNS = 640, 1180
"""Widths from which cards stand in so many columns."""

SPACE = 12
"""Pixels between cards."""


class Card(QFrame):
    """A titled chart with a sentence below."""

    def __init__(self, theme: Theme, title: str, parent: QWidget) -> None:
        super().__init__(parent)
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
    """Cards in as many columns as there is room for; each goes to the shortest column, so that no holes are
    left beside long ones."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Overview of the taxon"))
        body = QWidget()
        body.setProperty("look", "page")
        outer = QHBoxLayout(body)
        outer.setContentsMargins(0, SPACE, 8, SPACE)
        outer.setSpacing(SPACE)
        self._stacks = [QVBoxLayout() for _ in range(3)]
        for stack in self._stacks:
            stack.setSpacing(SPACE)
            outer.addLayout(stack)
        self._outer = outer
        self.named, self.species, self.groups, self.places = (Card(theme, "", body) for _ in range(4))
        self.sizes, self.trust = Card(theme, "", body), Card(theme, "", body)
        self.about = FactsCard(body)
        self._columns = 0
        self._shown: tuple[Taxonomy, int] | None = None
        self.setWidget(body)
        self._arrange(2)

    @property
    def cards(self) -> list[QFrame]:
        """All cards, shown or not, in the order in which they are read."""
        return [self.named, self.species, self.groups, self.places, self.sizes, self.about, self.trust]

    def show_taxon(self, taxonomy: Taxonomy, number: int, library: Library | None = None) -> None:
        """Counts of a taxon.

        Args:
            library: what is told of the whole library, where that is shown.
        """
        counts = taxonomy.counts(number)
        self.named.show_rows(tr("How far the records are named"), _named_rows(counts), _named_note(counts))
        is_species = taxonomy.taxon(number).rank == "species"
        self.species.show_rows(
            tr("%n species with a full name", "", counts.n_species),
            [] if is_species or not counts.n_species else _species_rows(counts),
            _species_note(counts),
        )
        self._shown = taxonomy, number
        self._show_lists()
        self.sizes.show_rows(
            tr("Species by their number of records"),
            _size_rows(taxonomy, number) if counts.n_species > 1 else [],
        )
        whole = library if taxonomy.rank(number) is None else None
        self.about.show_facts(tr("About this library"), library_facts(whole) if whole is not None else [])
        self.trust.show_rows(
            tr("Share of the evidence that a name needs"),
            trust_rows(whole.calibration) if whole is not None else [],
            trust_note(whole.calibration) if whole is not None else "",
        )
        self._arrange(self._columns, again=True)

    def _show_lists(self) -> None:
        """Groups and countries, as many as there is room for."""
        if self._shown is not None:
            most = SHOWN_WIDE if self._columns == 3 else SHOWN
            self.groups.show_rows(*_group_rows(*self._shown, most))
            self.places.show_rows(*_place_rows(*self._shown, most))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width()
        self._arrange(3 if width >= THREE_COLUMNS else 2 if width >= TWO_COLUMNS else 1)

    def _arrange(self, columns: int, again: bool = False) -> None:
        if columns == self._columns and not again:
            return
        if columns != self._columns:
            self._columns = columns
            self._show_lists()
        for stack in self._stacks:
            while stack.takeAt(0) is not None:
                pass
        heights = [0] * columns
        width = (self.width() - 8 - SPACE * (columns - 1)) // columns
        above: QWidget | None = None
        for card in self.cards:
            if card.isHidden():
                continue
            place = heights.index(min(heights))
            self._stacks[place].addWidget(card)
            heights[place] += card.heightForWidth(width) + SPACE
            if above is not None:
                QWidget.setTabOrder(above, card)
            above = card
        for place, stack in enumerate(self._stacks):
            stack.addStretch(1)
            self._outer.setStretch(place, 1 if place < columns else 0)
        self._outer.setSpacing(SPACE if columns > 1 else 0)


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


def _size_rows(taxonomy: Taxonomy, number: int) -> list[BarRow]:
    """Species by how many records there are of each; classes that hold none are left out."""
    from bioscan_desktop.services.browse import SIZES

    found = taxonomy.species_by_records(number)
    kinds = [kind for kind in ("dna", "image") if sum(found[kind][1:])]
    names = [tr("none")]
    for place, least in enumerate(SIZES):
        following = SIZES[place + 1] if place + 1 < len(SIZES) else None
        if following is None:
            names.append(tr("{number} and more").format(number=least))
        else:
            names.append(str(least) if following == least + 1 else f"{least}–{following - 1}")
    most = max((max(found[kind]) for kind in kinds), default=0)
    return [
        BarRow(
            name, tuple(Bar(kind, found[kind][place] / most, thousands(found[kind][place])) for kind in kinds)
        )
        for place, name in enumerate(names)
        if any(found[kind][place] for kind in kinds)
    ]


def _groups_of(rank: str | None) -> str:
    """Several taxa of a rank, or of several ranks."""
    if rank == "order":
        return tr("orders")
    if rank == "family":
        return tr("families")
    if rank == "genus":
        return tr("genera")
    return tr("species", "several") if rank == "species" else tr("groups")


def _group_rows(taxonomy: Taxonomy, number: int, shown: int) -> tuple[str, list[BarRow], str]:
    """The largest groups right below."""
    children = taxonomy.children(number)
    sized = [(taxonomy.taxon(child), taxonomy.counts(child)) for child in children]
    sized.sort(key=lambda pair: -sum(pair[1].records.values()))
    most = max((max(c.records.values()) for _, c in sized), default=0)
    rows = []
    for taxon, counts in sized[:shown]:
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


def _place_rows(taxonomy: Taxonomy, number: int, shown: int) -> tuple[str, list[BarRow], str]:
    """Countries by keys."""
    known = [(name, n) for name, n in taxonomy.countries(number) if name]
    unknown = sum(n for name, n in taxonomy.countries(number) if not name)
    total = sum(n for _, n in known)
    rows = [BarRow(name, (Bar("", n / known[0][1], thousands(n)),)) for name, n in known[:shown]]
    parts = []
    if len(known) > shown:
        others = len(known) - shown
        parts.append(tr("and %n more countries", "", others))
    if unknown:
        parts.append(tr("%n references without a country", "", unknown))
    return tr("Where %n references come from", "", total), rows, "; ".join(parts)
