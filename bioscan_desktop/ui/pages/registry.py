"""The pages of the window, one line each: what the side rail shows, and who makes the page.

A page is a widget made by a factory `(theme, bench, parent) -> QWidget` when it is shown for the
first time, so that the start pays for none of them. To add one, write `ui/pages/NAME.py` and a
line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from bioscan_desktop.ui.theme import Theme
    from bioscan_desktop.ui.workbench import Workbench

    Factory = Callable[[Theme, Workbench, QWidget | None], QWidget]


@dataclass(frozen=True, slots=True)
class PageSpec:
    """A page.

    Attributes:
        name: also the icon's, and the ending of the action `page_NAME`.
        title: in the rail and the menu.
        number: of its shortcut, Ctrl+NUMBER.
        tip: one sentence about what it is for.
        module, maker: the factory, by names, because importing it is half of its cost.
        below: stands at the lower end of the rail.
        menu_text: the title with its mnemonic.
        keys: further shortcuts.
    """

    name: str
    title: str
    number: int
    tip: str
    module: str
    maker: str
    menu_text: str
    below: bool = False
    keys: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """True if this program has the page."""
        return find_spec(self.module) is not None

    def factory(self) -> Factory:
        """What makes the page."""
        return getattr(import_module(self.module), self.maker)


_PAGES = "bioscan_desktop.ui.pages"

SPECS: tuple[PageSpec, ...] = (
    PageSpec("identify", "Identify", 1, "Name the specimens at hand",
             f"{_PAGES}.identify", "IdentifyPage", "&Identify"),
    PageSpec("batch", "Batch", 2, "Identify whole folders, over hours, with resuming",
             f"{_PAGES}.batch", "BatchPage", "&Batch"),
    PageSpec("review", "Review", 3, "Decide one specimen after the other, with one key each",
             f"{_PAGES}.review", "ReviewPage", "&Review"),
    PageSpec("library", "Library", 4, "See which taxa and records the library holds",
             f"{_PAGES}.library", "LibraryPage", "&Library"),
    PageSpec("map", "Map", 5, "See what lies near what",
             f"{_PAGES}.map", "MapPage", "&Map"),
    PageSpec("packs", "Models & libraries", 6, "Install, check and choose models and libraries",
             f"{_PAGES}.packs", "PacksPage", "M&odels && libraries", below=True),
    PageSpec("settings", "Settings", 7, "Colours, processor or graphics card, number of references",
             f"{_PAGES}.settings", "SettingsPage", "&Settings", below=True, keys=("Ctrl+,",)),
)  # fmt: skip


def available() -> tuple[PageSpec, ...]:
    """The pages that this program has, in order of their numbers."""
    return tuple(spec for spec in SPECS if spec.exists)
