"""The page on which specimens are identified: list on the left, result on the right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui import filtering, wording
from bioscan_desktop.ui.filtering import Wanted
from bioscan_desktop.ui.models.filtered import FilteredModel, runs_of
from bioscan_desktop.ui.models.specimens import Row, State
from bioscan_desktop.ui.ordering import ORDERS
from bioscan_desktop.ui.outcome import ResultTeller
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import thousands, tr
from bioscan_desktop.ui.widgets.empty_state import EmptyState
from bioscan_desktop.ui.widgets.filter_bar import FilterBar
from bioscan_desktop.ui.widgets.order_button import OrderButton
from bioscan_desktop.ui.widgets.parts import label
from bioscan_desktop.ui.widgets.result_panel import ResultPanel
from bioscan_desktop.ui.widgets.specimen_delegate import SpecimenDelegate
from bioscan_desktop.ui.workbench import Workbench

MANY, COUNT_MS = 5_000, 150
"""From so many rows on, the line above the list follows them this much later."""

GROUPS_MAX = 1000
"""Groups of rows that are selected again where they stand now; ten thousand would take half a second."""


class SpecimenList(QTableView):
    """The list, one column wide. A table knows the place of each row without asking for all of them,
    where a list view would ask a hundred thousand times before it shows one.

    Typing letters must not start a search while single keys are shortcuts.
    """

    def __init__(self) -> None:
        super().__init__()
        self.verticalHeader().hide()
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)

    def fit_rows(self) -> None:
        """Gives rows the height that their drawing has."""
        option = QStyleOptionViewItem()
        option.font = self.font()
        height = self.itemDelegate().sizeHint(option, QModelIndex()).height()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setDefaultSectionSize(height)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self.model() is not None:
            self.fit_rows()

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        ends = {
            QAbstractItemView.CursorAction.MoveHome: 0,
            QAbstractItemView.CursorAction.MoveEnd: self.model().rowCount() - 1,
        }
        if action in ends:
            return self.model().index(ends[action], 0)
        return super().moveCursor(action, modifiers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() == "?":
            event.ignore()
            return
        super().keyPressEvent(event)


@dataclass(frozen=True, slots=True)
class Looked:
    """What is selected and looked at, before other rows are shown or in another order.

    Attributes:
        number: of the current row.
        selected: keys.
        anchor, top: key of a row that can be seen, and how far below the upper edge, pixels.
    """

    current: Row | None = None
    number: int = 0
    selected: frozenset[int] = frozenset()
    anchor: int | None = None
    top: int = 0


class IdentifyPage(QStackedWidget):
    """Empty state, or list and result.

    Signals:
        selection_changed: other rows are selected.
        rows_changed: rows came or went.
        shown: another row is shown, or the same one has changed.
        menu_asked: (global position) for the menu of the selected rows.
    """

    selection_changed = Signal()
    rows_changed = Signal()
    shown = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, theme: Theme, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.empty = EmptyState(theme)
        self.panel = ResultPanel(theme, bench)
        self.listed = FilteredModel(bench.model, self)
        self.filter = FilterBar(theme)
        self.order = OrderButton(theme, {name: order.text for name, order in ORDERS.items()}, again=True)
        self.filter.add(self.order)
        self.list = SpecimenList()
        self.delegate = SpecimenDelegate(theme, bench.pictures, self.list)
        self._set_up_list()
        side = QWidget()
        side.setProperty("look", "side")
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        self._counts = label(look="muted")
        self._counts.setContentsMargins(14, 0, 14, 8)
        column.addWidget(self._counts)
        column.addWidget(self.list, 1)
        self._nothing = label(tr("No specimen is like that."), look="muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._nothing.setContentsMargins(14, 24, 14, 8)
        self._all = QPushButton(tr("Show all"))
        self._all.clicked.connect(self.filter.clear)
        self._hint = QWidget()
        hint = QVBoxLayout(self._hint)
        hint.addWidget(self._nothing)
        hint.addWidget(self._all, 0, Qt.AlignmentFlag.AlignHCenter)
        hint.addStretch(1)
        column.addWidget(self._hint, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(side)
        self.splitter.addWidget(self.panel)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        side.setMinimumWidth(190)
        self.panel.setMinimumWidth(320)
        self._start = QScrollArea()
        self._start.setWidgetResizable(True)
        self._start.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._start.setWidget(self.empty)
        self.addWidget(self._start)
        self.addWidget(self.splitter)
        self._kept = Looked()
        self._to_top = False
        self._uppermost = -1  # row that can be seen
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(COUNT_MS)
        self._counting.timeout.connect(self.count_up)
        self.listed.about_to_change.connect(self._remember)
        self.listed.changed.connect(self._after_filtering)
        self.listed.rowsAboutToBeInserted.connect(self._on_inserting)
        self.listed.rowsInserted.connect(self._on_inserted)
        self.filter.wanted_changed.connect(self._on_wanted)
        self.filter.opened.connect(lambda: self.filter.show_counts(filtering.count(bench.model.rows)))
        self.filter.left.connect(self.list.setFocus)
        self.order.chosen.connect(self._on_order)
        self._sort_by(bench.settings.get("list_order"))
        model = bench.model
        model.came.connect(self._on_rows)
        model.rowsRemoved.connect(self._on_rows)
        model.modelReset.connect(self._on_rows)
        # While work goes on, the panel takes a turn of its own, after list and progress have been drawn.
        self._showing = QTimer(self)
        self._showing.setSingleShot(True)
        self._showing.setInterval(0)
        self._showing.timeout.connect(self.show_current)
        bench.results_changed.connect(self._on_results)
        bench.work_changed.connect(self._on_work)
        bench.engine_changed.connect(self.show_current)
        bench.pictures.thumbs_ready.connect(lambda _: self.list.viewport().update())
        theme.changed.connect(lambda: self.list.viewport().update())
        self.panel.left.connect(self.list.setFocus)
        ResultTeller(bench, self)
        self.count_up()

    def _set_up_list(self) -> None:
        view = self.list
        view.setProperty("look", "list-frame")
        view.setModel(self.listed)
        view.setItemDelegate(self.delegate)
        view.fit_rows()
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setMouseTracking(True)
        view.setAccessibleName(tr("Specimens"))
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(
            lambda point: self.menu_asked.emit(view.viewport().mapToGlobal(point))
        )
        selection = view.selectionModel()
        selection.selectionChanged.connect(self._on_selection)
        selection.currentChanged.connect(self._on_current)

    # -- what is selected ----------------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The row with the result on the right."""
        return self.listed.at(self.list.currentIndex())

    @property
    def selected(self) -> list[Row]:
        """Selected rows in order of the list."""
        return self.listed.rows_at(
            place for first, last in self._ranges() for place in range(first, last + 1)
        )

    @property
    def selected_keys(self) -> list[int]:
        """Keys of the selected rows in order of the list; a hundred thousand are found at once."""
        return [key for first, last in self._ranges() for key in self.listed.keys_in(first, last)]

    def _ranges(self) -> list[tuple[int, int]]:
        """(first, last) of selected rows: ten thousand single indexes would take long to make."""
        chosen = self.list.selectionModel().selection()
        return sorted((one.top(), one.bottom()) for one in chosen)  # type: ignore[attr-defined]

    def clear(self) -> None:
        """Shows all rows again; if they are shown, selects the current one only."""
        current = self.current
        if not self.listed.wanted.is_all:
            self.filter.clear()
        if current is not None:
            self.select(current.key)

    def select(self, key: int) -> None:
        """Makes a row the current one and shows it, whatever the filter asks for."""
        if not self.listed.index_of(key).isValid():
            self.filter.clear()
        index = self.listed.index_of(key)
        if index.isValid():
            self._choose(index)
            self.list.scrollTo(index)

    def drop_target(self, position: QPoint) -> int | None:
        """Key of the row at a position of this page: on the list, or the one that is shown."""
        if self.currentWidget() is not self.splitter:
            return None
        viewport = self.list.viewport()
        point = viewport.mapFrom(self, position)
        if viewport.rect().contains(point):
            row = self.listed.at(self.list.indexAt(point))
            return row.key if row is not None else None
        if self.panel.rect().contains(self.panel.mapFrom(self, position)):
            return self.panel.key
        return None

    def mark_target(self, key: int | None) -> None:
        """Frames the row that would take what is dragged."""
        if self.delegate.drop_key != key:
            self.delegate.drop_key = key
            self.list.viewport().update()

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Gives the keyboard to the list, or while it is empty to the first button.

        Not by a focus proxy: Qt goes to that whenever Tab comes by the page, past all that lies before it.
        """
        is_empty = self.currentWidget() is not self.splitter
        (self.empty.first if is_empty else self.list).setFocus(reason)

    def step(self, by: int) -> None:
        """Goes so many rows down the list, or up, as far as there are any."""
        number = self.list.currentIndex().row() + by
        index = self.listed.index(max(0, min(number, self.listed.rowCount() - 1)))
        if index.isValid():
            self._choose(index)
            self.list.scrollTo(index)

    def _choose(self, index: QModelIndex, others: Collection[int] = ()) -> None:
        """Makes a row the current one, whatever keys are held down just now.

        Args:
            others: keys of all that are selected; none for this row alone, as where they are too scattered.
        """
        model, flags = self.list.selectionModel(), QItemSelectionModel.SelectionFlag
        groups = runs_of(self.listed.numbers_of(others)) if others else []
        if 0 < len(groups) <= GROUPS_MAX:
            chosen, at = QItemSelection(), self.listed.index
            for first, last in groups:
                chosen.select(at(first), at(last))
            model.setCurrentIndex(index, flags.NoUpdate)
            model.select(chosen, flags.ClearAndSelect | flags.Rows)
        else:
            model.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    # -- keeping up ----------------------------------------------------------------------------

    def show_current(self) -> None:
        """Fills the panel anew."""
        self.panel.show_row(self.current)
        self.shown.emit()

    def _on_rows(self) -> None:
        has_rows = self._bench.model.rowCount() > 0
        # Before the list gets the keyboard, which would make the first row current and not select it.
        if has_rows and not self.list.currentIndex().isValid():
            self._choose(self.listed.index(0))
        # Of the window, which knows it while a dialog or a file manager is in front, too.
        was_here = self.empty.isAncestorOf(self.window().focusWidget() or self)
        self.setCurrentWidget(self.splitter if has_rows else self._start)
        if has_rows and was_here:
            self.list.setFocus()
        self.show_current()
        self._count_up_soon()
        self.rows_changed.emit()

    def _on_inserting(self) -> None:
        self._uppermost = self.list.rowAt(0)

    def _on_inserted(self, _: QModelIndex, first: int, last: int) -> None:
        """Rows that come in above leave what can be seen where it is; only at the top they push it down."""
        bar = self.list.verticalScrollBar()
        if first <= self._uppermost and bar.value() > 0:
            self.list.doItemsLayout()
            bar.setValue(bar.value() + (last - first + 1) * self.list.rowHeight(first))

    def _on_wanted(self, wanted: Wanted) -> None:
        self.listed.set_wanted(wanted)
        self.count_up()

    def _on_order(self, name: str) -> None:
        self._bench.change_setting("list_order", name)
        self._to_top = True
        self._sort_by(name)
        self._to_top = self._to_top and self.listed.is_busy
        self._count_up_soon()

    def _sort_by(self, name: str) -> None:
        self.order.show_order(name)
        self.listed.set_order(ORDERS[name])

    def _on_work(self) -> None:
        """What got its answer stays where it is as long as the work goes on, and then goes to its place; not
        while so many are selected that they might not be afterwards."""
        if self.listed.is_stale and not self._bench.is_busy and len(self.selected_keys) <= GROUPS_MAX:
            self.listed.place_anew()
            self._count_up_soon()

    def _remember(self) -> None:
        view, current = self.list, self.list.currentIndex()
        is_seen = view.visualRect(current).intersects(view.viewport().rect())
        seen = current if is_seen else view.indexAt(QPoint(0, 0))
        anchor = self.listed.at(seen)
        self._kept = Looked(
            self.current,
            current.row(),
            frozenset(self.selected_keys),
            anchor.key if anchor is not None else None,
            view.rowViewportPosition(seen.row()),
        )

    def _after_filtering(self) -> None:
        """Keeps what is looked at and selected, or takes the row that stands in its place now."""
        kept, count = self._kept, self.listed.rowCount()
        stays_on_top = self._to_top and kept.number == 0 and len(kept.selected) <= 1
        self._to_top = False
        index = self.listed.index_of(kept.current.key) if kept.current is not None else QModelIndex()
        is_same = index.isValid() and not stays_on_top
        if count and not is_same:
            index = self.listed.index(0 if stays_on_top else max(0, min(kept.number, count - 1)))
        self._choose(index, kept.selected if is_same and len(kept.selected) > 1 else ())
        self.list.scrollTo(index)
        if kept.anchor is not None and not stays_on_top:
            is_current = is_same and kept.current is not None and kept.current.key == kept.anchor
            anchor = index if is_current else self.listed.index_of(kept.anchor)
            if anchor.isValid():
                bar = self.list.verticalScrollBar()
                bar.setValue(bar.value() + self.list.rowViewportPosition(anchor.row()) - kept.top)
        if not index.isValid():  # else they have heard of it
            self.show_current()
            self.selection_changed.emit()
        self._count_up_soon()

    def _on_results(self, keys: list[int]) -> None:
        if self.panel.key in keys:
            if self._bench.is_busy:
                self._showing.start()
            else:
                self.show_current()
        self._count_up_soon()

    def _count_up_soon(self) -> None:
        if self._bench.model.rowCount() < MANY:
            self.count_up()
        elif not self._counting.isActive():
            self._counting.start()

    def _on_selection(self, _new: QItemSelection, _old: QItemSelection) -> None:
        self.selection_changed.emit()

    def _on_current(self, _new: QModelIndex, _old: QModelIndex) -> None:
        self.show_current()

    def count_up(self) -> None:
        """The line above the list: how many, and how many need a look."""
        rows = self._bench.model.rows
        parts = [wording.count(len(rows), "specimen")]
        nothing = not self.listed.wanted.is_all and self.listed.rowCount() == 0
        self._hint.setVisible(nothing)
        self.list.setVisible(not nothing)
        if not self.listed.wanted.is_all:
            shown = thousands(self.listed.rowCount())
            parts = [
                tr("{shown} of {specimens}: {wanted}").format(
                    shown=shown, specimens=parts[0], wanted=self.listed.wanted.told()
                )
            ]
        elif failed := [row.state for row in rows].count(State.FAILED):
            parts.append(tr("%n failed", "", failed))
        if told := self.listed.order.told:
            parts.append(tr(told))
        if self.listed.order.by_answer and self.listed.is_stale and self._bench.is_busy:
            parts.append(tr("new answers are not in their places yet"))
        self._counts.setText(" · ".join(parts))
