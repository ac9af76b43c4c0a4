"""One specimen after the other, decided with one key each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.errors import SessionError
from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.ui import deciding, wording
from bioscan_desktop.ui.deciding import Decision
from bioscan_desktop.ui.dialogs.photos import PhotosDialog, counterparts
from bioscan_desktop.ui.dialogs.why import WhyDialog
from bioscan_desktop.ui.models.specimens import Row, spoken
from bioscan_desktop.ui.review_line import ReviewLine
from bioscan_desktop.ui.review_sources import ORDERS, WHICH, ReviewSource, WorkbenchSource
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.telling import announce
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, thousands, tr
from bioscan_desktop.ui.widgets.flow import FlowLayout
from bioscan_desktop.ui.widgets.parts import ProgressBar, label
from bioscan_desktop.ui.widgets.review_answer import ReviewAnswer
from bioscan_desktop.ui.widgets.review_end import ReviewEnd
from bioscan_desktop.ui.widgets.review_keys import LETTER_RANKS, ReviewKeys
from bioscan_desktop.ui.widgets.review_specimen import ReviewSpecimen
from bioscan_desktop.ui.widgets.zoom_view import STEP
from bioscan_desktop.ui.workbench import Workbench

COMPACT_HEIGHT = 480
"""Pixels below which only what matters most is shown."""

SESSION_FILTER = mark("Sessions of batch runs (*.sqlite);;All files (*)")

NO_NAME = mark(
    "There is no name to accept. Choose a reference (1–9), a rank, a name of your own, or Unknown."
)


class ReviewPage(QStackedWidget):
    """The specimen in question, or what is left to say when there is none.

    Signals:
        undo_changed: what can be taken back is something else.
    """

    undo_changed = Signal()

    def __init__(self, theme: Theme, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._bench = theme, bench
        self.source: ReviewSource = WorkbenchSource(bench, self)
        self.line = ReviewLine(self)
        self.line.changed.connect(self._show)
        self._is_stale = False  # the source has other rows, which nobody has looked at yet
        self._photos: PhotosDialog | None = None
        self._why: WhyDialog | None = None
        self._deciding = self._undoing = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Review"))
        body = QWidget()
        body.setProperty("look", "page")
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 12, 20, 12)
        column.setSpacing(10)
        column.addWidget(self._make_head())
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(10)
        self._splitter.setProperty("look", "gap")
        self.specimen = ReviewSpecimen(theme, bench.pictures)
        self.answer = ReviewAnswer(theme, bench)
        self.answer.setMinimumWidth(325)  # its references and ladder, without a bar to scroll sideways
        self.answer.chosen.connect(lambda number: self.act(str(number)))
        self.answer.named.connect(self._on_named)
        self.answer.left.connect(self.setFocus)
        self._splitter.addWidget(self.specimen)
        self._splitter.addWidget(self.answer)
        for side in range(2):
            self._splitter.setStretchFactor(side, 1)
        self._splitter.setSizes([1000, 1000])  # halves: a wide window is for the photo, too
        column.addWidget(self._splitter, 1)
        self.keys = ReviewKeys(theme)
        self.keys.pressed.connect(self.act)
        column.addWidget(self.keys)
        self.end = ReviewEnd(theme)
        self.end.again_asked.connect(self._review_again)
        self.end.identify_asked.connect(lambda: bench.page_asked.emit("identify"))
        self._body = body
        self.addWidget(body)
        self.addWidget(self.end)
        theme.changed.connect(self._show)
        self._listen()
        self.reload()

    def _listen(self) -> None:
        self.source.changed.connect(self._on_changed)
        self.source.rows_changed.connect(self._on_rows)
        self.source.undo_changed.connect(self.undo_changed)
        self.source.failed.connect(lambda sentence: self._bench.said.emit(sentence, None))
        title = self.source.title
        self.session.setText(tr("Close {title}").format(title=title) if title else tr("Open session…"))
        self.session.setAccessibleName(self.session.text())
        tip = tr("Go back to the list on Identify") if title else tr("Review the answers of a batch run")
        self.session.setToolTip(tip)

    # -- where from ----------------------------------------------------------------------------

    def open_session(self, path: Path) -> bool:
        """Reviews a session instead of the list; False, and a sentence, if it cannot be used."""
        from bioscan_desktop.ui.session_source import SessionSource

        try:
            source = SessionSource(path, self._bench.jobs, self)
        except SessionError as error:
            self._bench.said.emit(translated(error.message), None)
            return False
        self._use(source)
        return True

    def close_session(self) -> None:
        """Reviews the list on Identify again, and lets others write the session."""
        if self.source.title:
            self._use(WorkbenchSource(self._bench, self))

    def _use(self, source: ReviewSource) -> None:
        old, self.source = self.source, source
        old.disconnect(self)
        old.close()
        old.deleteLater()
        self._listen()
        self._start_over()
        self.undo_changed.emit()

    def _on_session(self) -> None:
        if self.source.title:
            self.close_session()
            return
        last = self._bench.settings.get("last_folder")
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Open session"), last, tr(SESSION_FILTER))
        if chosen:
            self.open_session(Path(chosen))

    # -- building ------------------------------------------------------------------------------

    def _make_head(self) -> QWidget:
        head = QWidget()
        flow = FlowLayout(head, 8, ends=True)
        flow.addWidget(label(tr("Review"), scale=1.4, bold=True, wrap=False))
        self.which, self.order = QComboBox(), QComboBox()
        for box, words, name in (
            (self.which, WHICH, tr("What to review")),
            (self.order, ORDERS, tr("Order of the review")),
        ):
            for value, text in words.items():
                box.addItem(tr(text), value)
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.currentIndexChanged.connect(lambda _: self._start_over())
            flow.addWidget(box)
        self.session = QPushButton()
        self.session.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.session.clicked.connect(self._on_session)
        flow.addWidget(self.session)
        self._count = label(wrap=False)
        self._bar = ProgressBar()
        self._bar.setFixedWidth(160)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Decided"))
        flow.add_group(self._count, self._bar, spacing=8)
        return head

    # -- which specimen ------------------------------------------------------------------------

    @property
    def current(self) -> Row | None:
        """The specimen in question."""
        key = self.line.current
        return None if key is None else self.source.row(key)

    def reload(self) -> None:
        """Asks anew what is to be gone through; what was decided just now stays in the line."""
        self._is_stale = False
        self.line.ask(self.source, self.which.currentData(), self.order.currentData())

    def _on_rows(self) -> None:
        if self.isVisible():
            self.reload()
        else:
            self._is_stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self.reload()

    def _start_over(self) -> None:
        self.line.clear()
        self.reload()
        self.setFocus()

    def _review_again(self, which: str) -> None:
        place = self.which.findData(which)
        if place == self.which.currentIndex():
            self._start_over()
        else:
            self.which.setCurrentIndex(place)

    def go(self, place: int) -> None:
        """Goes to a specimen by its place; past the last one stands the summary."""
        self.answer.own_name.clearFocus()
        self.line.place = max(0, min(place, len(self.line.keys)))
        self._show()

    def _go_on(self) -> None:
        """To the next specimen without a decision, or past the last."""
        place = self.line.place + 1
        while place < len(self.line.keys) and self.line.keys[place] in self.line.decided:
            place += 1
        self.go(place)

    def _on_changed(self, keys: list[int]) -> None:
        keys = self.line.note_decided(self.source, keys)
        if keys and not self._deciding:
            row = self.current
            if self._undoing and (row is None or row.key not in keys):
                there = [key for key in keys if self.source.row(key) is not None]
                if there:
                    self.line.place = self.line.places[there[-1]]  # what was taken back should be seen
            self._show()

    # -- deciding ------------------------------------------------------------------------------

    def act(self, what: str) -> None:
        """What a key says: a digit, or one of `ReviewKeys.ACTIONS`."""
        moves = {"previous": -1, "next": 1}
        if what in moves:
            self.go(self.line.place + moves[what])
        elif what == "undo":
            self.undo()
        elif what == "own":
            self.answer.ensureWidgetVisible(self.answer.own_name)
            self.answer.own_name.setFocus()
            self.answer.own_name.selectAll()
        elif what == "photos":
            self._compare()
        elif what == "why":
            self._explain()
        else:
            self._decide(what)

    def _decide(self, what: str) -> None:
        row = self.current
        if row is None:
            return
        decision: Decision | None
        problem = ""
        if what == "accept":
            decision, problem = deciding.accept(row.result), tr(NO_NAME)
        elif what.isdigit():
            decision, problem = (
                deciding.choose(row.result, int(what)),
                tr("There is no reference {number} with a name.").format(number=what),
            )
        elif what in LETTER_RANKS.values():
            decision, problem = (
                deciding.at_rank(row.result, what),
                tr("There is no name at {rank} to take.").format(rank=wording.rank_noun(what)),
            )
        else:
            decision = deciding.simple(what, row.result)
        if decision is None:
            self._bench.said.emit(problem, None)
            return
        self._take(row, decision)

    def _take(self, row: Row, decision: Decision) -> None:
        self._deciding = True
        try:
            self.source.decide(row.key, decision)
        except SessionError as error:  # a full disk, a drive that is gone: nothing was decided
            self._bench.said.emit(translated(error.message), None)
            return
        finally:
            self._deciding = False
        self.keys.tell(wording.labelled(row.specimen.query_id, f"{decision.told}."))
        self._go_on()

    def _on_named(self, text: str) -> None:
        row = self.current
        own = (self._bench.names or NameIndex(())).resolve(text)
        if row is not None and own is not None:
            self._take(row, deciding.own(row.result, own.text, own.rank))
            self.setFocus()

    # -- undo: the window asks the page that is shown --------------------------------------------

    def undo(self) -> None:
        """Takes the last change back and shows the specimen that it was made to."""
        self._turn(self.source.undo)

    def redo(self) -> None:
        """Makes the change again that was taken back last."""
        self._turn(self.source.redo)

    def undo_text(self) -> str | None:
        """What `undo` would take back; None if nothing."""
        return self.source.undo_text()

    def redo_text(self) -> str | None:
        """What `redo` would make again; None if nothing."""
        return self.source.redo_text()

    def _turn(self, act: Callable[[], None]) -> None:
        self._undoing = True
        try:
            act()
        except SessionError as error:
            self._bench.said.emit(translated(error.message), None)
            return
        finally:
            self._undoing = False
        self.keys.tell("")

    # -- showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        self._bar.setRange(0, max(1, len(self.line.keys)))
        self._bar.setValue(len(self.line.decided))
        decided = tr("{number} of {total} decided").format(
            number=thousands(len(self.line.decided)), total=thousands(len(self.line.keys))
        )
        self._count.setText(decided)
        row = self.current
        if row is None:
            self._show_end()
            return
        self.setCurrentWidget(self._body)
        place = tr("{done} of {total}").format(
            done=thousands(self.line.place + 1), total=thousands(len(self.line.keys))
        )
        self.specimen.show_row(row, place)
        self.answer.show_row(row, self.source.origin)
        self._tell(f"{place}: {spoken(row)}")
        self._look_ahead()

    def _tell(self, words: str) -> None:
        """Says which specimen is shown; again only if it is another, or has another answer."""
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            if self.isVisible():
                announce(self, words)

    def _show_end(self) -> None:
        source = self.source

        def tell(kinds: Counter[str]) -> None:
            if self.source is source and self.current is None:  # nobody has gone back meanwhile
                has_rows = bool(self.line.keys) or source.has_rows()
                self.end.show_counts(self.which.currentData(), kinds, has_rows)
                self.setCurrentWidget(self.end)

        self.line.count_kinds(source, tell)

    def _look_ahead(self) -> None:
        """The next photos are read already while this one is looked at."""
        for key in self.line.keys[self.line.place + 1 : self.line.place + 3]:
            row = self.source.row(key)
            if row is not None and row.specimen.photo is not None:
                self._bench.pictures.preview(row)

    # -- windows beside ------------------------------------------------------------------------

    def _compare(self) -> None:
        row = self.current
        if row is None or row.specimen.photo is None:
            self._bench.said.emit(tr("This specimen has no photo to compare."), None)
            return
        if self._photos is None:
            self._photos = PhotosDialog(self._theme, self._bench.pictures, self.window())
        self._photos.show_row(row, counterparts(row, self.source.rows, self._bench.engine))
        self._photos.show()
        self._photos.raise_()

    def _explain(self) -> None:
        row, engine = self.current, self._bench.engine
        if row is None or row.result is None or row.result.verdict is None:
            return
        if self._why is None:
            self._why = WhyDialog(self._theme, self.window())
        asked = engine.asked(row.result) if engine is not None else {}
        self._why.show_verdict(row.specimen.query_id, row.result.verdict, asked)
        self._why.show()
        self._why.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        compact = event.size().height() < COMPACT_HEIGHT
        self.keys.set_compact(compact)
        self.specimen.set_compact(compact)

    # -- keys ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        what = ReviewKeys.of(event) if plain else None
        if what is not None:
            self.act(what)
        elif plain and event.key() == Qt.Key.Key_Home:
            self.go(0)
        elif plain and event.key() == Qt.Key.Key_End:
            self.go(len(self.line.keys) - 1)
        elif plain and event.text() in ("+", "=", "-"):
            self.specimen.photo.zoom_by(1 / STEP if event.text() == "-" else STEP)
        else:
            super().keyPressEvent(event)
