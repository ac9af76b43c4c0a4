"""The page on which whole folders are identified, over hours if need be, and taken up again."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.ui import intake, wording
from bioscan_desktop.ui.batch_control import Answered, BatchControl, Look, Setup
from bioscan_desktop.ui.models.batch_rows import SURE, BatchRows
from bioscan_desktop.ui.notifying import Notifier
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, mark, tr
from bioscan_desktop.ui.widgets.batch_setup import BatchSetup
from bioscan_desktop.ui.widgets.batch_status import BatchStatus
from bioscan_desktop.ui.widgets.country_note import CountryNote
from bioscan_desktop.ui.widgets.order_button import OrderButton
from bioscan_desktop.ui.widgets.parts import frame, label
from bioscan_desktop.ui.widgets.restriction_bar import RestrictionBar
from bioscan_desktop.ui.widgets.tables import set_up_table, shared_out

if TYPE_CHECKING:
    from bioscan_desktop.services.batch_work import BatchProgress
    from bioscan_desktop.session.queries import Filter
    from bioscan_desktop.ui.workbench import Workbench

SHARES = {0: 0.36, 1: 0.36, 4: 0.28}
"""By column, shares of the table's width that is left beside the columns of known width."""

NARROW = 720
"""Below this width, margins are narrow and the file that a row came from is left out."""

FILE_LEAST = 120
"""Pixels below which the file is left out, too, for ids and names to have them: it often repeats the id."""

ORDERS = {
    "recent": mark("&Latest answers first"),
    "added": mark("As they stand in the &folder"),
    "name": mark("By &name found"),
    "confidence": mark("Least &sure first"),
}
"""Of `session.queries.ORDERS`, with their words."""

STATES = {
    "idle": mark("not begun"),
    "running": mark("running"),
    "paused": mark("paused"),
    "stopping": mark("stopping"),
    "stopped": mark("stopped"),
    "done": mark("done"),
}
"""States of `BatchControl`, for screen readers."""


class BatchPage(QStackedWidget):
    """Set-up, or the run."""

    def __init__(self, theme: Theme, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._bench = theme, bench
        self._chosen: int | None = None
        self._needs = dict.fromkeys(SHARES, 0)  # pixels, of what has been seen of the run so far
        self.control = BatchControl(bench, self)
        self.notifier = Notifier(self)
        self.begin = BatchSetup(theme)
        self.status = BatchStatus(theme)
        self.rows = BatchRows(theme, self.control, self)
        self.setProperty("look", "page")
        self.setAcceptDrops(True)
        self.addWidget(self._make_begin())
        self.addWidget(self._make_run())
        self._connect()
        self._on_changed()

    def _make_begin(self) -> QWidget:
        inside = QWidget()
        inside.setProperty("look", "page")
        outer = self._around = QHBoxLayout(inside)
        outer.setContentsMargins(24, 24, 24, 24)
        middle = QWidget()
        middle.setMaximumWidth(860)
        column = QVBoxLayout(middle)
        column.setSpacing(14)
        column.addWidget(label(tr("Identify a whole folder"), scale=1.7, bold=True))
        column.addWidget(
            label(
                tr(
                    "Thousands of photos and barcodes, over night if need be. Every answer is kept as soon "
                    "as it is there: the work can rest, be stopped, or be cut off by a power failure, and "
                    "goes on where it was. Nothing is written into your folder."
                ),
                "muted",
            )
        )
        column.addSpacing(4)
        self.restriction = RestrictionBar(self._theme, self._bench, again=False)
        column.addWidget(self.restriction)
        column.addWidget(self.begin)
        column.addStretch(1)
        outer.addStretch(1)
        outer.addWidget(middle, 12)
        outer.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def _make_run(self) -> QWidget:
        page = QWidget()
        page.setProperty("look", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(12)
        column.addWidget(self.status)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find an id, a file or a taxon"))
        self.search.setAccessibleName(tr("Find rows"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(360)
        self.order = OrderButton(self._theme, ORDERS)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.search, 1)
        line.addWidget(self.order)
        line.addStretch(0)
        column.addLayout(line)
        self.table = self._make_table()
        column.addWidget(self.table, 1)
        self._about = frame("card")
        words = QVBoxLayout(self._about)
        words.setContentsMargins(16, 10, 16, 10)
        words.setSpacing(4)
        self._headline = label(rich=True)
        self._reason = label(look="muted")
        self._notices = label(look="muted")
        self._hits = label(rich=True)
        self._country = CountryNote(self._bench)
        for one in (self._headline, self._reason, self._country, self._notices, self._hits):
            words.addWidget(one)
        self._about.setVisible(False)
        column.addWidget(self._about)
        return page

    def _make_table(self) -> QTableView:
        view = QTableView()
        set_up_table(view, self.rows, tr("Specimens of the run"), padding=14)
        header = view.horizontalHeader()
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setMinimumHeight(160)
        return view

    def _connect(self) -> None:
        control, begin, status = self.control, self.begin, self.status
        begin.start_asked.connect(control.start)
        begin.preview_asked.connect(control.preview)
        begin.open_asked.connect(control.open_run)
        status.pause_asked.connect(control.pause)
        status.go_on_asked.connect(control.go_on)
        status.stop_asked.connect(control.stop)
        status.retry_asked.connect(control.retry_failed)
        status.leave_asked.connect(control.leave)
        status.folder_asked.connect(self._open_folder)
        status.filter_asked.connect(self._on_filter)
        control.changed.connect(self._on_changed)
        control.progressed.connect(self._on_progress)
        control.previewed.connect(begin.show_preview)
        control.looked.connect(self._on_looked)
        control.ended.connect(self._on_ended)
        self.notifier.clicked.connect(lambda: self._bench.page_asked.emit("batch"))
        control.record_read.connect(self._on_record)
        self.search.textChanged.connect(self._on_filter)
        self.order.chosen.connect(self._on_order)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.rows.dataChanged.connect(lambda *_: self._fit_columns())
        self._theme.changed.connect(self.table.viewport().update)
        self._bench.engine_changed.connect(self._on_changed)
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Find), self.search.setFocus),
            (QKeySequence("Ctrl+Shift+S"), self.order.open),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # -- the run -------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        control = self.control
        before = self.currentIndex()
        self.setCurrentIndex(0 if control.setup is None else 1)
        self.status.show_state(control)
        if control.setup is None:
            self.begin.show_trouble(control.trouble)
        if before != self.currentIndex():
            self._clear()
            if self.currentIndex() == 1:
                self.table.setFocus()
            else:
                self.begin.folder.setFocus()
        self.setAccessibleDescription(tr("Batch: {state}").format(state=tr(STATES[control.state])))

    def _on_ended(self, words: str, is_done: bool) -> None:
        if self._bench.settings.get("notify") != "never":
            setup = self.control.setup
            name = setup.folder.name if setup is not None and setup.folder is not None else tr("The batch")
            self.notifier.tell(
                tr("{name} is done").format(name=name)
                if is_done
                else tr("{name} has stopped").format(name=name),
                words,
            )

    def _clear(self) -> None:
        self._chosen = None
        self._needs = dict.fromkeys(SHARES, 0)
        self.rows.show_numbers(array("q"))
        self.status.show_counts(None)
        self._about.setVisible(False)
        self.search.clear()
        self.status.tiles["all"].setChecked(True)
        self.order.show_order("recent")
        self.control.want(None, "recent")

    def _on_progress(self, progress: BatchProgress) -> None:
        if self.control.setup is None:
            self.begin.show_looking(progress.done)
        else:
            self.status.show_progress(progress, self.control.state)

    def _on_looked(self, look: Look) -> None:
        self.status.show_counts(look.counts)
        self.status.show_restriction(self.control, look.restricted)
        self.status.settle(self.control)
        # Rows that arrive must not push away what someone has scrolled to.
        if self.table.verticalScrollBar().value() == 0 or not self.control.is_busy:
            self.rows.show_numbers(look.numbers)
            self._keep_row(look.numbers)

    def _keep_row(self, numbers: array[int]) -> None:
        """The same specimen stays the chosen one, wherever it stands now."""
        number = self._chosen
        if number is None:
            return
        try:
            place = numbers.index(number)
        except ValueError:
            self.table.setCurrentIndex(QModelIndex())
            return
        if place != self.table.currentIndex().row():
            bar = self.table.verticalScrollBar()
            at = bar.value()
            self.table.setCurrentIndex(self.rows.index(place, 0))
            bar.setValue(at)  # nobody asked to be taken there
        self.control.read_record(number)

    def _on_scrolled(self, value: int) -> None:
        self._fit_columns()
        if value == 0 and self.control.is_busy:
            self.control.look()

    def _on_order(self, name: str) -> None:
        self.order.show_order(name)
        self._on_filter()

    def _on_filter(self, *_: object) -> None:
        self.table.verticalScrollBar().setValue(0)
        self.control.want(self._filter(), self.order.chosen_order)

    def _filter(self) -> Filter:
        from bioscan_desktop.session.queries import Filter

        chosen = next((name for name, tile in self.status.tiles.items() if tile.isChecked()), "all")
        kinds: dict[str, Any] = {
            "novelty": {"novelty": frozenset({"new_species", "unlike_library"})},
            "conflict": {"conflict": True},
            "all": {},
        }
        return Filter(text=self.search.text().strip(), **kinds.get(chosen, {"states": frozenset({chosen})}))

    def _open_folder(self) -> None:
        if self.control.setup is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.control.setup.out)))

    # -- one row -------------------------------------------------------------------------------

    def _on_row(self, current: QModelIndex, _: QModelIndex) -> None:
        number = self.rows.number(current.row()) if current.isValid() else None
        if number == self._chosen:
            return
        self._chosen = number
        self._about.setVisible(False)
        if number is not None:
            self.control.read_record(number)

    def _on_record(self, number: int, answered: Answered | None) -> None:
        if number != self._chosen or answered is None:
            return
        record = answered.record
        self._country.show_row(answered.row, answered.origin)
        verdict = record["verdict"]
        error = translated(record["error"]["message"]) if record["error"] else ""
        if verdict is None:
            self._headline.setText(tr("Not identified"))
            self._reason.setText(error)
        else:
            name = wording.taxon(verdict["name"], verdict["rank"]).html if verdict["name"] else tr("No name")
            self._headline.setText(f"<b>{name}</b>")
            self._reason.setText(" ".join(part for part in (translated(verdict["reason"]), error) if part))
        self._notices.setText(" ".join(translated(notice) for notice in record["notices"]))
        self._notices.setVisible(bool(record["notices"]))
        self._hits.setText(hits_html(record["hits"]))
        self._hits.setVisible(bool(record["hits"]))
        if not self._about.isVisible():
            self._about.setVisible(True)
            self.table.scrollTo(self.table.currentIndex())

    # -- dropping a folder ---------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        side = 6 if narrow else 24
        self._around.setContentsMargins(side, 24, side, 24)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Ids, names and files have the room that they need; columns grow with longer ones, and stay so."""
        metrics = self.table.fontMetrics()
        rank = max(metrics.horizontalAdvance(wording.rank_noun(rank)) for rank in RANKS) + 28
        likely = translated("Very likely"), wording.percent(SURE)
        sure = metrics.horizontalAdvance(", ".join(likely)) + 28
        for column in SHARES:
            if not self.table.isColumnHidden(column):
                self._needs[column] = max(self._needs[column], self.table.sizeHintForColumn(column))
        room, file = self.width() - 60 - rank - sure, self.rows.columnCount() - 1
        left = room - sum(need for column, need in self._needs.items() if column != file)
        is_left_out = self.width() < NARROW or left < min(FILE_LEAST, self._needs[file])
        self.table.setColumnHidden(file, is_left_out)
        shown = [column for column in SHARES if column != file or not is_left_out]
        needs, shares = [self._needs[column] for column in shown], [SHARES[column] for column in shown]
        if file in shown and left < self._needs[file]:
            needs[-1] = left  # it alone is cut
        free = shared_out(needs, shares, room)
        for column, width in {2: rank, 3: sure, **dict(zip(shown, free, strict=True))}.items():
            self.table.setColumnWidth(column, width)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._dropped(event) is not None:
            intake.accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        folder = self._dropped(event)
        if folder is not None:
            self.begin.use_folder(folder)
            intake.accept_copy(event)

    def _dropped(self, event: QDropEvent) -> Path | None:
        """The folder that is dragged while one can be chosen; anything else is the window's."""
        if self.control.setup is not None or not event.mimeData().hasUrls():
            return None
        return next((path for path in intake.read_mime(event.mimeData()).paths if path.is_dir()), None)

    def use(self, setup: Setup) -> None:
        """Starts a run that was set up elsewhere."""
        self.control.start(setup)


def hits_html(hits: list[dict[str, Any]], shown: int = 3) -> str:
    """The nearest references in one line."""
    parts = []
    for hit in hits[:shown]:
        rank = next((r for r in ("species", "genus", "family", "order") if hit.get(r)), None)
        name = wording.taxon(hit[rank], rank).html if rank else tr("unnamed")
        if hit["percent_identity"] is not None:
            number = tr("{identity} % identical").format(identity=decimal(hit["percent_identity"], 1))
        else:
            number = tr("similarity {score}").format(score=decimal(hit["score"], 3))
        parts.append(f"{name} ({number}{', ' + hit['processid'] if hit['processid'] else ''})")
    return tr("Nearest: {references}").format(references="  ·  ".join(parts)) if parts else ""
