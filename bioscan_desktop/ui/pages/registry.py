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

from bioscan_desktop.ui.translating import mark

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
        title: in the rail and the menu; in English, as `tip` and `menu_text`, and translated when shown.
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
    PageSpec("identify", mark("Identify"), 1,
             mark("Name the specimens at hand"),
             f"{_PAGES}.identify", "IdentifyPage", mark("&Identify")),
    PageSpec("batch", mark("Batch"), 2,
             mark("Identify whole folders, over hours, with resuming"),
             f"{_PAGES}.batch", "BatchPage", mark("&Batch")),
    PageSpec("review", mark("Review"), 3,
             mark("Decide one specimen after the other, with one key each"),
             f"{_PAGES}.review", "ReviewPage", mark("&Review")),
    PageSpec("library", mark("Library"), 4,
             mark("See which taxa and records the library holds"),
             f"{_PAGES}.library", "LibraryPage", mark("&Library")),
    PageSpec("map", mark("Map"), 5,
             mark("See what lies near what"),
             f"{_PAGES}.map", "MapPage", mark("&Map")),
    PageSpec("packs", mark("Models & libraries"), 6,
             mark("Install, check and choose models and libraries"),
             f"{_PAGES}.packs", "PacksPage", mark("M&odels && libraries"), below=True),
    PageSpec("settings", mark("Settings"), 7,
             mark("Colours, processor or graphics card, number of references"),
             f"{_PAGES}.settings", "SettingsPage", mark("&Settings"), below=True, keys=("Ctrl+,",)),
)  # fmt: skip


def available() -> tuple[PageSpec, ...]:
    """The pages that this program has, in order of their numbers."""
    return tuple(spec for spec in SPECS if spec.exists)
