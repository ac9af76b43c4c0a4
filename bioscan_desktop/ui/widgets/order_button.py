"""The button beside a search that says in which order a list stands."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import tr
from bioscan_desktop.ui.widgets.parts import set_look


class OrderButton(QToolButton):
    """Opens a menu of the orders.

    Args:
        orders: by name, what the menu says in English; the first one is the usual one.
        again: choosing the order that is in force puts what has changed in its place.

    Attributes:
        menu_of_orders: for the menu bar, too.

    Signals:
        chosen: (name) an order was chosen, perhaps the one that is in force.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, orders: Mapping[str, str], again: bool = False) -> None:
        super().__init__()
        self._theme, self._again = theme, again
        self._usual = next(iter(orders))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group = QActionGroup(self)
        self.menu_of_orders = QMenu(self)
        self._choices: dict[str, QAction] = {}
        for name, text in orders.items():
            action = QAction(tr(text), self._group)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._choices[name] = action
        self.menu_of_orders.addActions(self._group.actions())
        self.clicked.connect(self.open)
        theme.changed.connect(self._paint)
        self.show_order(self._usual)

    @property
    def chosen_order(self) -> str:
        """The name of the order that is in force."""
        return next(name for name, action in self._choices.items() if action.isChecked())

    def choice(self, name: str) -> QAction:
        """The entry of an order."""
        return self._choices[name]

    def show_order(self, name: str) -> None:
        """Says which order is in force."""
        self._choices[name].setChecked(True)
        text = self._choices[name].text().replace("&", "")
        self.setAccessibleName(wording.labelled(tr("Order of the list"), wording.lower_first(text)))
        again = tr("Choose it again to put what has changed in its place.")
        more = f"\n{again}" if self._again and name != self._usual else ""
        self.setToolTip(f"{self.accessibleName()} (Ctrl+Shift+S){more}")
        self._paint()

    def open(self) -> None:
        """Opens the menu below the button, or where there is room."""
        self.menu_of_orders.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))
        self.menu_of_orders.setActiveAction(self._group.checkedAction())

    def _paint(self) -> None:
        is_usual = self._choices[self._usual].isChecked()
        colours = self._theme.colours
        self.setIcon(icons.icon("sort", colours.text if is_usual else colours.accent))
        set_look(self, "small" if is_usual else "small-on")
