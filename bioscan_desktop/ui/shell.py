"""Rail and pages: which page is shown, and when it is made."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.ui.pages import registry
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.side_rail import SideRail
from bioscan_desktop.ui.workbench import Workbench

COMPACT_WIDTH, COMPACT_HEIGHT = 760, 560
"""Pixels below which the rail shows icons alone."""

FIRST = "identify"
"""The page that the program starts with."""


@runtime_checkable
class Undoes(Protocol):
    """A page whose changes can be taken back with the window's Undo; the texts are None for nothing."""

    undo_changed: SignalInstance

    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def undo_text(self) -> str | None: ...
    def redo_text(self) -> str | None: ...


class PageFrame(QScrollArea):
    """A page that may be higher than the window: on a small or much enlarged screen it scrolls."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(page)


def first_stop(page: QWidget) -> QWidget | None:
    """The first control of a page that Tab reaches; None where there is none to be seen."""
    widget = page.nextInFocusChain()
    while widget is not None and widget is not page:
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if takes and page.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled():
            return widget
        widget = widget.nextInFocusChain()
    return None


def put_last(*bars: QWidget) -> None:
    """Lets Tab come to bars of a window after all else that is in it, as they stand at its foot: what is made
    later would come behind them."""
    window = bars[0].window()
    stops: list[QWidget] = []
    last, widget = window, window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            if any(bar.isAncestorOf(widget) for bar in bars):
                stops.append(widget)
            else:
                last = widget
        widget = widget.nextInFocusChain()
    for stop in sorted(stops, key=lambda one: [bar.isAncestorOf(one) for bar in bars], reverse=True):
        QWidget.setTabOrder(last, stop)
        last = stop


class Shell(QWidget):
    """Side rail and the pages beside it; a page is made when it is shown for the first time.

    Signals:
        created: (name, widget) a page was made.
        changed: (name) another page is shown.
    """

    created = Signal(str, QWidget)
    changed = Signal(str)

    def __init__(self, theme: Theme, bench: Workbench) -> None:
        super().__init__()
        self._theme, self._bench = theme, bench
        self._specs = {spec.name: spec for spec in registry.available()}
        self._made: dict[str, QWidget] = {}
        self._frames: dict[str, PageFrame] = {}
        self.rail = SideRail(theme, list(self._specs.values()))
        self.rail.setMinimumHeight(1)  # it becomes compact, rather than to hold the window open
        self._stack = QStackedWidget()
        self._bars: dict[str, QWidget] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        self._column = QVBoxLayout()
        self._column.addWidget(self._stack, 1)
        row.addLayout(self._column, 1)
        self.rail.chosen.connect(self.show_page)
        self.current = FIRST
        self.page(FIRST)
        self._stack.setCurrentWidget(self._frames[FIRST])
        self.rail.show_current(FIRST)
        self._last_above: QWidget = self.rail.button(FIRST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = event.size()
        self.rail.set_compact(size.width() < COMPACT_WIDTH or size.height() < COMPACT_HEIGHT)

    @property
    def names(self) -> list[str]:
        """The pages there are, made or not."""
        return list(self._specs)

    def add_bar(self, bar: QWidget, name: str) -> None:
        """Puts a tool bar above a page, below those it has; they are shown together with the page, but each
        may be hidden by itself."""
        if name not in self._bars:
            holder = QWidget()
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            self._column.insertWidget(0, holder)
            self._bars[name] = holder
            holder.setVisible(name == self.current)
        inside = self._bars[name].layout()
        assert inside is not None
        inside.addWidget(bar)
        # Tab goes from the rail to what stands above the page.
        for button in bar.findChildren(QAbstractButton):
            if button.focusPolicy() & Qt.FocusPolicy.TabFocus:
                QWidget.setTabOrder(self._last_above, button)
                self._last_above = button

    def page(self, name: str) -> QWidget:
        """A page, made if it was not yet."""
        if name not in self._made:
            page = self._specs[name].factory()(self._theme, self._bench, self._stack)
            page.setAccessibleName(page.accessibleName() or tr(self._specs[name].title))
            self._made[name] = page
            self._frames[name] = PageFrame(page)
            self._stack.addWidget(self._frames[name])
            self.created.emit(name, page)
        return self._made[name]

    def is_made(self, name: str) -> bool:
        """True once the page was shown."""
        return name in self._made

    def show_page(self, name: str) -> None:
        """Shows a page, and gives it the keyboard unless that is on the rail."""
        page = self.page(name)
        self.rail.show_current(name)
        if name == self.current:
            return
        # Of the window: this widget remembers what had the keyboard last within it.
        on_rail = self.rail.isAncestorOf(self.window().focusWidget() or self)
        self.current = name
        self._stack.setCurrentWidget(self._frames[name])
        for owner, holder in self._bars.items():
            holder.setVisible(owner == name)
        if not on_rail:
            page.setFocus(Qt.FocusReason.OtherFocusReason)
            first = first_stop(page)
            if page.hasFocus() and page.focusPolicy() == Qt.FocusPolicy.NoFocus and first is not None:
                first.setFocus(Qt.FocusReason.OtherFocusReason)  # the page itself has no use for keys
        self.changed.emit(name)
