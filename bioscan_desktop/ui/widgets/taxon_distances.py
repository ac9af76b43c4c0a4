"""Which species of a taxon stand apart from all others: chart and table, compared in a worker."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui import library_work, wording
from bioscan_desktop.ui.jobs import Job
from bioscan_desktop.ui.models.gaps import STANDING_WORDS, GapModel, standing
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, mark, thousands, tr
from bioscan_desktop.ui.widgets.gap_chart import GapChart, GapSpot
from bioscan_desktop.ui.widgets.parts import ProgressBar, ask_for_height, label
from bioscan_desktop.ui.widgets.tables import set_up_table, set_widths
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.services.distances import SpeciesGap

AT_ONCE = 400_000_000
"""Pairs of keys that are compared without being asked: a second or so."""

STACK_BELOW = 780
"""Below this width, the table stands under the chart."""

TABLE_WIDTH = 480
"""Pixels that the table needs beside the chart, which takes what is left, half of the room at most."""

TABLE_HEIGHT = 130
"""Least pixels of the table: a few species."""

MEANING = mark(
    "Distance is 1 − cosine of the embeddings: 0 is the same, 1 is nothing in common. "
    "It is no percentage of bases. References without a full species name are left out."
)


class TaxonDistances(QWidget):
    """The tab.

    Signals:
        taxon_asked: (number) the user wants to see a species.
    """

    taxon_asked = Signal(int)

    def __init__(self, theme: Theme, bench: Workbench, source: TaxonomySource) -> None:
        super().__init__()
        self._bench, self._source = bench, source
        self._taxon: int | None = None
        self._job: Job | None = None
        self._shown: tuple[int, str] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 8, 12)
        column.setSpacing(8)
        column.addLayout(self._make_head())
        self.words = label(scale=1.05)
        column.addWidget(self.words)
        self._meaning = label(tr(MEANING), "muted", scale=0.94)
        self.chart = GapChart(theme)
        self.chart.chosen.connect(self._on_spot)
        self.model = GapModel(theme, self)
        self.table = QTableView()
        self._set_up_table()
        self._both = QSplitter(Qt.Orientation.Horizontal)
        self._both.setProperty("look", "gap")
        self._both.setHandleWidth(12)
        self._both.setChildrenCollapsible(False)
        self._both.addWidget(self.chart)
        self._both.addWidget(self.table)
        self._moved = False
        self._both.splitterMoved.connect(self._on_moved)
        column.addWidget(self._both, 1)
        column.addWidget(self._meaning)
        self._spring = QWidget()
        column.addWidget(self._spring, 1)
        self._clear("")

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(6)
        self._kinds = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for modality, text, tip in (
            ("dna", tr("Barcodes"), tr("Compare the references of barcodes")),
            ("image", tr("Photos"), tr("Compare the references of photos")),
        ):
            button = QToolButton()
            button.setProperty("look", "segment")
            button.setText(text)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(tip)
            button.setAccessibleName(text)
            self._kinds.addButton(button)
            self.buttons[modality] = button
            head.addWidget(button)
            button.clicked.connect(lambda _=False: self._begin())
        head.addStretch(1)
        self._bar = ProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName(tr("Progress of the comparison"))
        self._go = QPushButton(tr("Compare"))
        self._go.clicked.connect(self._run)
        self._stop = QPushButton(tr("Stop"))
        self._stop.clicked.connect(self._cancel)
        for widget in (self._bar, self._go, self._stop):
            head.addWidget(widget)
        return head

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        narrow = width < STACK_BELOW
        self._both.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        if not narrow and not self._moved:  # what the table does not need is the chart's
            chart = max(width - TABLE_WIDTH, width // 4)
            self._both.setSizes([min(chart, width // 2), width])
        ask_for_height(self)

    def _on_moved(self) -> None:
        self._moved = True

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.setMinimumHeight(0)  # the other tabs need not be as high

    def _set_up_table(self) -> None:
        table = self.table
        set_up_table(table, self.model, tr("Species and their distances"))
        table.setMinimumHeight(TABLE_HEIGHT)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(36)
        for names in (0, 4):  # of the species, and of the one that is nearest to it
            header.setSectionResizeMode(names, QHeaderView.ResizeMode.Stretch)
        set_widths(table, {1: 36, 2: 60, 3: 56})
        table.selectionModel().currentRowChanged.connect(lambda new, _: self._on_row(new.row()))
        table.activated.connect(lambda index: self._open(index.row()))

    # -- what is asked -------------------------------------------------------------------------

    def show_taxon(self, number: int | None) -> None:
        """Another taxon; the comparison begins when the tab is on the screen."""
        if number != self._taxon:
            self._cancel()
            self._taxon, self._shown = number, None
            self._offer_kinds()
            self._clear("")
        if self.isVisible():
            self._begin()

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().showEvent(event)
        self._begin()
        ask_for_height(self)

    def _offer_kinds(self) -> None:
        taxonomy = self._source.taxonomy
        if taxonomy is None or self._taxon is None:
            return
        counts = taxonomy.counts(self._taxon)
        for modality, button in self.buttons.items():
            button.setEnabled(counts.keys[modality] > 0)
        checked = self._modality
        if checked is None or not self.buttons[checked].isEnabled():
            for button in self.buttons.values():
                if button.isEnabled():
                    button.setChecked(True)
                    break

    @property
    def _modality(self) -> str | None:
        return next((m for m, button in self.buttons.items() if button.isChecked()), None)

    def _begin(self) -> None:
        """Compares at once where that is quick, and offers to do so where it is not."""
        taxonomy, modality = self._source.taxonomy, self._modality
        if taxonomy is None or self._taxon is None or modality is None:
            return
        if self._shown == (self._taxon, modality):
            return
        self._cancel()
        count = len(taxonomy.rows(self._taxon, modality))
        pairs = count * taxonomy.counts(0).keys[modality]
        if not count:
            self._clear(
                tr("The library has no photo of this taxon to compare.")
                if modality == "image"
                else tr("The library has no barcode of this taxon to compare.")
            )
        elif pairs <= AT_ONCE:
            self._run()
        else:
            name = taxonomy.taxon(self._taxon).name
            self._clear(
                tr(
                    "Comparing the %n references of {name} with the whole library takes a while.", "", count
                ).format(name=name)
            )
            self._go.show()

    def _run(self) -> None:
        engine, taxonomy, modality = self._source.engine, self._source.taxonomy, self._modality
        if engine is None or taxonomy is None or self._taxon is None or modality is None:
            return
        self._clear(tr("Comparing…"))
        asked = (self._taxon, modality)
        job = self._bench.jobs.make(
            "library",
            "distances",
            partial(library_work.species_gaps, engine.identifier, taxonomy, modality, self._taxon),
        )
        job.progressed.connect(self._on_progress)
        job.done.connect(partial(self._on_done, asked))
        job.failed.connect(self._on_failed)
        job.ended.connect(partial(self._on_ended, job))
        self._job = self._bench.jobs.run(job)
        self._bar.setRange(0, 0)
        self._bar.show()
        self._stop.show()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._clear(tr("Stopped."))
            self._go.show()

    def _on_progress(self, progress: Progress) -> None:
        self._bar.setRange(0, progress.total or 0)
        self._bar.setValue(progress.done)

    def _on_ended(self, job: Job) -> None:
        if self._job is job:
            self._job = None
            self._bar.hide()
            self._stop.hide()

    def _on_failed(self, error: BioscanError) -> None:
        self._clear(translated(error.message))

    # -- what is shown -------------------------------------------------------------------------

    def _clear(self, words: str) -> None:
        self.words.setText(words)
        for widget in (self._bar, self._go, self._stop, self._both, self._meaning):
            widget.hide()
        self._spring.show()
        self.model.show_gaps(None, [])

    def _on_done(self, asked: tuple[int, str], gaps: list[SpeciesGap]) -> None:
        taxonomy = self._source.taxonomy
        if taxonomy is None or asked != (self._taxon, self._modality):
            return
        self._clear("")
        self._shown = asked
        self.words.setText(summary(gaps))
        if not gaps:
            return
        self._spring.hide()
        self._both.show()
        self._meaning.show()
        self.model.show_gaps(taxonomy, gaps)
        spots = [
            GapSpot(gap.taxon, gap.within_max, gap.between, self._spot_words(gap))
            for gap in gaps
            if gap.within_max is not None and gap.between is not None
        ]
        self.chart.setVisible(bool(spots))
        self.chart.show_spots(spots, self.words.text())
        # The splitter learns in the next turn that the chart is there.
        QTimer.singleShot(0, self, lambda: ask_for_height(self))

    def _spot_words(self, gap: SpeciesGap) -> str:
        taxonomy = self._source.taxonomy
        assert taxonomy is not None and gap.nearest is not None
        assert gap.within_max is not None and gap.between is not None
        return tr("{name}: within up to {within}, nearest other {other} at {between}. {standing}.").format(
            name=taxonomy.taxon(gap.taxon).name,
            within=decimal(gap.within_max, 3),
            other=taxonomy.taxon(gap.nearest).name,
            between=decimal(gap.between, 3),
            standing=tr(STANDING_WORDS[standing(gap)]),
        )

    def _on_row(self, row: int) -> None:
        gap = self.model.gap(row)
        self.chart.mark(gap.taxon if gap is not None else None)

    def _on_spot(self, taxon: int) -> None:
        row = self.model.row_of(taxon)
        self.table.selectRow(row)
        self.table.scrollTo(self.model.index(row, 0))

    def _open(self, row: int) -> None:
        gap = self.model.gap(row)
        if gap is not None and gap.taxon != self._taxon:
            self.taxon_asked.emit(gap.taxon)


def summary(gaps: list[SpeciesGap]) -> str:
    """How many stand apart, in one or two sentences."""
    counted = Counter(standing(gap) for gap in gaps)
    told = counted["apart"] + counted["overlaps"]
    if not gaps:
        return tr("No reference here has a full species name, so there is nothing to compare.")
    if len(gaps) == 1:
        return f"{tr(STANDING_WORDS[standing(gaps[0])])}."
    if not told:
        return tr("Every species has a single reference here, which cannot show how variable it is.")
    text = tr(
        "{apart} of {species} stand apart from all others; {overlaps} overlap with another species."
    ).format(
        apart=thousands(counted["apart"]),
        species=wording.count(told, "species"),
        overlaps=thousands(counted["overlaps"]),
    )
    if counted["single"]:
        text += " " + tr("%n with a single reference cannot be judged.", "", counted["single"])
    return text
