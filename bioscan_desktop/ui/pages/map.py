"""The page with the map of a library: what lies near what, and where a specimen belongs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from bioscan_desktop.core.errors import BioscanError
from bioscan_desktop.services.tasks import Progress
from bioscan_desktop.ui import group_colours, library_work, wording
from bioscan_desktop.ui.jobs import Job
from bioscan_desktop.ui.models.taxonomy import TaxonomySource
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import thousands, tr
from bioscan_desktop.ui.widgets.map_bar import MapBar
from bioscan_desktop.ui.widgets.map_legend import Entry
from bioscan_desktop.ui.widgets.map_side import MapSide
from bioscan_desktop.ui.widgets.parts import ProgressBar, label
from bioscan_desktop.ui.widgets.scatter_view import RINGS_MAX, MapLabel, MapQuery, ScatterView
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.library.records import KeyRecord
    from bioscan_desktop.services.embedding_map import Layout, Placed, Points
    from bioscan_desktop.services.map_groups import Grouping

POINT_AFTER_MS = 120
"""The record behind a mark is read when the pointer rests this long."""


class MapPage(QWidget):
    """The map, its controls above, and groups and selection beside it."""

    def __init__(self, theme: Theme, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._bench = theme, bench
        self.source = TaxonomySource.of(bench)
        self.points: Points | None = None
        self.layout_shown: Layout | None = None
        self.grouping: Grouping | None = None
        self.kind, self.rank, self.scope = "components", "order", 0
        self._query = 0
        self._job: Job | None = None
        self._place_job: Job | None = None
        self._selection = np.zeros(0, dtype=np.int64)
        self._soon = QTimer(self)  # results come by the dozen
        self._soon.setSingleShot(True)
        self._soon.setInterval(300)
        self._soon.timeout.connect(self._offer_queries)
        self.setProperty("look", "page")
        self.bar = MapBar(theme)
        self.view = ScatterView(theme)
        self.side = MapSide(theme, bench, self.source)
        self._build()
        self._connect()
        self._on_source()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        middle = QWidget()
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(12, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.view, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 6, 8, 8)
        foot.setSpacing(10)
        self.words = label(rich=True)
        self.progress = ProgressBar()
        self.progress.setFixedWidth(160)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of the map"))
        self.stop = QPushButton(tr("Stop"))
        self.stop.clicked.connect(self._stop)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.progress)
        foot.addWidget(self.stop)
        inner.addLayout(foot)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(middle)
        self.splitter.addWidget(self.side)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.setSizes([10_000, 320])
        self.side.setMinimumWidth(230)
        column.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        bar, view, side = self.bar, self.view, self.side
        bar.kind_chosen.connect(self.show_kind)
        bar.rank_chosen.connect(self.colour_by)
        bar.shown_changed.connect(self._show_modalities)
        bar.lasso_chosen.connect(view.choose_lasso)
        bar.fit_asked.connect(view.fit)
        bar.nearer_asked.connect(lambda: view.zoom(1.5))
        bar.farther_asked.connect(lambda: view.zoom(1 / 1.5))
        view.pointed.connect(self._on_pointed)
        view.clicked.connect(self._on_clicked)
        view.lassoed.connect(self._on_lasso)
        side.legend.chosen.connect(self._on_group)
        side.legend.opened.connect(self._open_group)
        side.query_chosen.connect(self.show_specimen)
        side.scope_asked.connect(self.show_scope)
        side.cleared.connect(lambda: self._select(np.zeros(0, dtype=np.int64)))
        side.row_chosen.connect(self._on_row)
        self.source.changed.connect(self._on_source)
        self.source.taxon_asked.connect(self._on_taxon_asked)
        self._bench.results_changed.connect(lambda _: self._soon.start())
        self._theme.changed.connect(self._colour)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(POINT_AFTER_MS)
        self._rest.timeout.connect(self._read_pointed)
        self._pointed = -1
        for key, run in (("L", bar.lasso.toggle), ("Ctrl+G", side.legend.setFocus)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The page was shown: the keyboard moves the map."""
        super().focusInEvent(event)
        self.view.setFocus(event.reason())

    # -- making the map ------------------------------------------------------------------------

    def _on_source(self) -> None:
        self.points = self.layout_shown = self.grouping = None
        self.scope, self.kind = 0, "components"
        self._selection = np.zeros(0, dtype=np.int64)
        self.view.show_points(np.zeros((0, 2), dtype=np.float32), np.zeros(0, dtype=bool))
        self.view.show_groups(np.zeros(0, dtype=np.int16), [], [])
        self.side.legend.entries.show_entries([])
        self.side.show_selection(())
        self._offer_queries()
        taxonomy, engine = self.source.taxonomy, self.source.engine
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._show_work(False)
        self._say(self.source.error or tr("The library is being opened…"))
        if taxonomy is None or engine is None:
            return
        self.bar.offer(engine.identifier.library.modalities, library_work.why_no_neighbourhoods())
        self._make()

    def show_kind(self, kind: str) -> None:
        """Another way to lay the keys out."""
        self.kind = kind
        self._make()

    def show_scope(self, taxon: int) -> None:
        """A map of one taxon, or 0 for the whole library."""
        self.scope = taxon
        self.side.legend.clearSelection()
        if self.layout_shown is not None and self.layout_shown.kind != self.kind:
            self.kind = self.layout_shown.kind
        self.points = None
        self._make()

    def _make(self) -> None:
        engine, taxonomy = self.source.engine, self.source.taxonomy
        if engine is None or taxonomy is None:
            return
        if self._job is not None:
            self._job.cancel()
        asked = (self.scope, self.kind)
        job = self._bench.jobs.make(
            "library",
            "map",
            partial(library_work.map_layout, engine.identifier, taxonomy, self.scope, self.kind),
        )
        job.progressed.connect(self._on_progress)
        job.done.connect(partial(self._on_made, job, asked))
        job.failed.connect(self._on_failed)
        job.ended.connect(partial(self._on_ended, job))
        self._job = self._bench.jobs.run(job)
        self.progress.setRange(0, 0)
        self._show_work(self.kind == "neighbourhoods")
        if self.layout_shown is None:
            self._say(tr("Laying out the map…"))

    def _show_work(self, on: bool) -> None:
        self.progress.setVisible(on)
        self.stop.setVisible(on)

    def _on_progress(self, progress: Progress) -> None:
        self.progress.setRange(0, progress.total or 0)
        self.progress.setValue(progress.done)
        words = translated(progress.label)
        self._say(tr("{work}… You can go on meanwhile.").format(work=words))

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._back(tr("Stopped."))

    def _on_failed(self, error: BioscanError) -> None:
        self._back(translated(error.message))

    def _back(self, words: str) -> None:
        """The map that is shown stays."""
        if self.layout_shown is not None:
            self.kind = self.layout_shown.kind
        self.bar.show_state(self.kind, self.rank)
        self._say(words)

    def _on_ended(self, job: Job) -> None:
        if self._job is job:
            self._job = None
            self._show_work(False)

    def _on_made(self, job: Job, asked: tuple[int, str], made: tuple[Points, Layout]) -> None:
        from bioscan_desktop.services import map_groups

        taxonomy = self.source.taxonomy
        if job is not self._job or asked != (self.scope, self.kind) or taxonomy is None:
            return  # of another library, or nobody waits for it any more
        first = self.points is None
        self.points, self.layout_shown = made
        self.view.show_points(self.layout_shown.xy, self.points.modality == 0)
        if first:
            self.rank = map_groups.default_rank(taxonomy, self.scope)
        self.bar.show_state(self.kind, self.rank)
        self._group()
        self._show_modalities()
        self._select(np.zeros(0, dtype=np.int64))
        self._place()
        if first and self.source.wanted:
            self._on_taxon_asked(self.source.wanted)

    # -- colours -------------------------------------------------------------------------------

    def colour_by(self, rank: str) -> None:
        """Colours the map by the taxa of a rank."""
        self.rank = rank
        self.view.emphasise(None)
        self._group()

    def _group(self) -> None:
        from bioscan_desktop.services import map_groups

        taxonomy = self.source.taxonomy
        if taxonomy is None or self.points is None:
            return
        self.grouping = map_groups.group_by(taxonomy, self.points, self.rank, group_colours.COUNT)
        self._colour()

    def _colour(self) -> None:
        from bioscan_desktop.services import map_groups

        taxonomy, grouping = self.source.taxonomy, self.grouping
        if taxonomy is None or grouping is None or self.layout_shown is None:
            return
        own = sum(group.taxon is not None for group in grouping.groups)
        palette = group_colours.palette(self._theme.colours, own)
        labels = []
        for taxon, xy in map_groups.middles(grouping, self.layout_shown.xy):
            name = wording.taxon(taxonomy.name(taxon), taxonomy.rank(taxon))
            labels.append(MapLabel(name.text, name.italic, (float(xy[0]), float(xy[1]))))
        self.view.show_groups(grouping.number, palette, labels)
        entries = []
        for group, colour in zip(grouping.groups, palette, strict=False):
            if group.taxon is None:
                text = _others(group.n_taxa, self.rank) if group.n_taxa > 1 else tr("all others")
                name = wording.Name(text, None, False)
            else:
                name = wording.taxon(taxonomy.name(group.taxon), taxonomy.rank(group.taxon))
            entries.append(Entry(name.text, name.italic, colour, group.counts["dna"], group.counts["image"]))
        self.side.legend.entries.show_entries(entries)
        self._show_scope()

    def _show_scope(self) -> None:
        taxonomy, grouping = self.source.taxonomy, self.grouping
        if taxonomy is None or grouping is None:
            return
        row = self.side.legend.row
        group = grouping.groups[row] if 0 <= row < len(grouping.groups) else None
        only = group.taxon if group is not None and group.taxon != self.scope else None
        self.side.show_scope(taxonomy.name(self.scope), only, self.scope != 0)
        self._say(self._summary())

    def _summary(self) -> str:
        points, layout = self.points, self.layout_shown
        if points is None or layout is None:
            return ""
        if points.n_left_out:
            among = thousands(len(points) + points.n_left_out)
            text = tr("%n references on the map, drawn by lot from {number}", "", len(points))
            text = text.format(number=among)
        else:
            text = tr("%n references on the map", "", len(points))
        if layout.explained is not None:
            share = wording.percent(layout.explained)
            return tr("{text}; these two directions hold {share} of how they vary.").format(
                text=text, share=share
            )
        if layout.kind == "neighbourhoods":
            return tr("{text}; near means alike, far apart means nothing.").format(text=text)
        return f"{text}."

    def _show_modalities(self) -> None:
        from bioscan_desktop.library.pack import MODALITIES

        if self.points is not None:
            shown = [MODALITIES.index(modality) for modality in self.bar.shown]
            self.view.show_only(np.isin(self.points.modality, shown))

    def _on_group(self, row: int) -> None:
        grouping = self.grouping
        if grouping is None:
            return
        there = 0 <= row < len(grouping.groups)
        self.view.emphasise(grouping.number == row if there else None)
        self._show_scope()

    def _open_group(self, row: int) -> None:
        """A double click on a group looks at it from near."""
        if self.grouping is not None and self.layout_shown is not None:
            self.view.look_at(self.layout_shown.xy[self.grouping.number == row])

    def _on_taxon_asked(self, taxon: int) -> None:
        """Another page wants to see where a taxon is."""
        from bioscan_desktop.services import map_groups

        taxonomy = self.source.taxonomy
        if taxonomy is None or self.points is None or self.layout_shown is None:
            return  # it is looked at once the map is there
        self.source.wanted = 0
        own = map_groups.below(taxonomy, self.points, taxon)
        if taxon and not own.any() and self.scope:
            self.source.wanted = taxon
            self.show_scope(0)
            return
        self.side.legend.clearSelection()
        self._select(np.flatnonzero(own) if taxon else np.zeros(0, dtype=np.int64))
        self.view.emphasise(own if taxon else None)
        if own.any() and taxon:
            name = wording.taxon(taxonomy.name(taxon), taxonomy.rank(taxon)).html
            self.side.show_scope(taxonomy.name(self.scope), taxon, self.scope != 0)
            self._say(tr("{name}: %n references marked and listed.", "", int(own.sum())).format(name=name))
            self.view.look_at(self.layout_shown.xy[own])

    # -- pointing and selecting ----------------------------------------------------------------

    def _on_pointed(self, index: int) -> None:
        self._pointed = index
        self._rest.stop()
        taxonomy, points = self.source.taxonomy, self.points
        if index < 0 or taxonomy is None or points is None:
            self.view.setToolTip("")
            self._say(self._summary())
            return
        self._say(self._point_words(index, None))
        self._rest.start()

    def _point_words(self, index: int, record: KeyRecord | None) -> str:
        from html import escape

        taxonomy, points = self.source.taxonomy, self.points
        assert taxonomy is not None and points is not None
        taxon = int(points.taxon[index])
        name = wording.taxon(taxonomy.name(taxon), taxonomy.rank(taxon))
        kind = tr("Photo") if points.modality[index] == 0 else tr("Barcode")
        above = [taxonomy.name(number) for number in taxonomy.path(taxon)[1:-1]][:2]
        parts = [f"<b>{name.html}</b>", *map(escape, above), kind]
        if record is not None:
            if record.n_records > 1:
                parts.append(wording.count(record.n_records, "specimen"))
            parts += [escape(fact) for fact in (record.processid, record.bin_uri, record.country) if fact]
        return " · ".join(parts)

    def _read_pointed(self) -> None:
        engine, points, index = self.source.engine, self.points, self._pointed
        if engine is None or points is None or index < 0:
            return
        ids = [int(points.key_id[index])]
        job = self._bench.jobs.make(
            "library", "pointed", partial(library_work.records, engine.identifier, ids)
        )
        job.done.connect(partial(self._on_read, index, points))
        self._bench.jobs.run(job)

    def _on_read(self, index: int, points: Points, found: list[KeyRecord]) -> None:
        if index == self._pointed and points is self.points and found:
            self._say(self._point_words(index, found[0]))

    def _on_clicked(self, index: int) -> None:
        self._select(np.array([index] if index >= 0 else [], dtype=np.int64))

    def _on_lasso(self, outline: np.ndarray) -> None:
        from bioscan_desktop.library.pack import MODALITIES
        from bioscan_desktop.services import embedding_map

        if self.points is None or self.layout_shown is None:
            return
        own = embedding_map.inside(self.layout_shown.xy, outline)
        own &= np.isin(self.points.modality, [MODALITIES.index(m) for m in self.bar.shown])
        self._select(np.flatnonzero(own))

    def _select(self, indices: np.ndarray) -> None:
        self._selection = indices
        self.view.select(indices)
        if self.points is not None and len(indices) > RINGS_MAX:
            self.view.emphasise(np.isin(np.arange(len(self.points)), indices))
        elif not len(indices):
            self._on_group(self.side.legend.row)
        ids = self.points.key_id[indices] if self.points is not None and len(indices) else ()
        self.side.show_selection(ids)

    def _on_row(self, row: int) -> None:
        """A row of the selection is found on the map."""
        if row < len(self._selection):
            self.view._point(int(self._selection[row]))

    # -- the user's specimens ------------------------------------------------------------------

    def _offer_queries(self) -> None:
        rows = [row for row in self._bench.model.rows if row.result is not None and row.result.hits]
        queries = [(row.key, row.specimen.query_id) for row in reversed(rows[-200:])]
        keys = [key for key, _ in queries]
        if self._query not in keys:
            self._query = keys[0] if keys else 0
        self.side.show_queries(queries, self._query)
        self._place()

    def show_specimen(self, key: int) -> None:
        """Places a specimen among the keys; 0 takes it away."""
        self._query = key
        self.side.queries.setCurrentIndex(max(0, self.side.queries.findData(key)))
        self._place()

    def _place(self) -> None:
        engine, points, layout = self.source.engine, self.points, self.layout_shown
        row = self._bench.model.find(self._query) if self._query else None
        if row is None or engine is None or points is None or layout is None:
            self.view.show_queries(())
            if self.side.queries.isEnabled():
                self.side.query_words.setText("")
            return
        job = self._bench.jobs.make(
            "library",
            "place",
            partial(library_work.place_on_map, engine.identifier, points, layout, row.specimen),
        )
        job.done.connect(partial(self._on_placed, layout))
        job.failed.connect(lambda error: self.side.query_words.setText(translated(error.message)))
        if self._place_job is not None:
            self._place_job.cancel()
        self._place_job = self._bench.jobs.run(job)

    def _on_placed(self, layout: Layout, placed: list[Placed]) -> None:
        if layout is not self.layout_shown:
            return
        self.view.show_queries(
            [MapQuery(one.xy, one.modality == "image", layout.xy[one.hits]) for one in placed]
        )
        if not placed:
            self.side.query_words.setText(tr("None of its nearest references is on this map."))
            return
        stars = {"dna": tr("★ its barcode"), "image": tr("☆ its photo")}
        what = ", ".join(stars[one.modality] for one in placed)
        near = any(len(one.hits) for one in placed)
        rest = (
            tr("lines lead to the nearest references")
            if near
            else tr("its nearest references are not on this map")
        )
        self.side.query_words.setText(tr("{marks}; {rest}.").format(marks=what, rest=rest))

    def _say(self, words: str) -> None:
        self.words.setText(words)


def _others(number: int, rank: str) -> str:
    """How many groups of a rank have no colour of their own."""
    if rank == "order":
        return tr("%n other orders", "", number)
    if rank == "family":
        return tr("%n other families", "", number)
    return tr("%n other genera", "", number) if rank == "genus" else tr("%n other species", "", number)
