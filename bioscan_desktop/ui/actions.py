"""Every action of the window, declared once: menus, tool bar and the sheet of shortcuts show these."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from bioscan_desktop.ui import icons
from bioscan_desktop.ui.pages import registry
from bioscan_desktop.ui.theme import Colours
from bioscan_desktop.ui.translating import mark, tr

_Standard = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Spec:
    """An action.

    Attributes:
        text, menu, tip, short: in English; `make` and those who show them translate.
        keys: shortcuts; the first is shown.
        menu: title of its menu; `-` before the text of the next group is drawn where `group` changes.
        toolbar: True puts it on the tool bar with `short` below.
        page: the only page on which it can be used; "" for everywhere. Elsewhere its keys are free.
        in_list: its keys are those of the list alone; buttons and fields of the page need them themselves.
    """

    name: str
    text: str
    menu: str
    group: int
    keys: tuple[str | QKeySequence.StandardKey, ...] = ()
    icon: str = ""
    tip: str = ""
    short: str = ""
    toolbar: bool = False
    page: str = ""
    in_list: bool = False


_IDENTIFY = "identify"
_FILE, _EDIT, _SPECIMEN = mark("&File"), mark("&Edit"), mark("&Specimen")
_VIEW, _HELP = mark("&View"), mark("&Help")

SPECS: tuple[Spec, ...] = (
    Spec("open", mark("&Open photos or barcodes…"), _FILE, 0, (_Standard.Open,), "open",
         mark("Choose photos and sequence files"), mark("Open"), True),
    Spec("open_folder", mark("Open &folder…"), _FILE, 0, ("Ctrl+Shift+O",), "folder",
         mark("Take in a folder and the folders within"), mark("Folder"), True),
    Spec("sample", mark("Try a &sample barcode"), _FILE, 0, ("Ctrl+T",), "sample",
         mark("Identify a barcode made up from the library")),
    Spec("open_library", mark("Open &library…"), _FILE, 1, ("Ctrl+L",), "library",
         mark("Choose another library pack")),
    Spec("open_model", mark("Open &model…"), _FILE, 1, (), "model", mark("Choose another model pack")),
    Spec("restrict", mark("&Restrict the answers…"), _FILE, 1, ("Ctrl+Shift+F",), "filter",
         mark("Let only some countries, taxa or the names of a list answer"), mark("Restrict"), True),
    Spec("export", mark("&Export results…"), _FILE, 2, ("Ctrl+E",), "export",
         mark("Write all results: tables, Excel, report, PDF, Darwin Core, BOLD and more"),
         mark("Export"), True),
    Spec("export_selected", mark("Export selecte&d…"), _FILE, 2, ("Ctrl+Shift+E",), "export",
         mark("Write the results of the selected specimens only"), page=_IDENTIFY),
    Spec("export_details", mark("Deta&ils for exports…"), _FILE, 2, ("Ctrl+Shift+D",), "",
         mark("Say who you are, and when, where and by whom the specimens were collected")),
    Spec("quit", mark("&Quit"), _FILE, 3, (_Standard.Quit, "Ctrl+Q"), ""),
    Spec("undo", mark("&Undo"), _EDIT, 0, (_Standard.Undo,), "undo"),
    Spec("redo", mark("&Redo"), _EDIT, 0, (_Standard.Redo,), "redo"),
    Spec("paste", mark("&Paste barcode or picture"), _EDIT, 1, (_Standard.Paste,), "paste",
         mark("Take in what is on the clipboard"), mark("Paste"), True),
    Spec("copy", mark("&Copy result as text"), _EDIT, 1, (_Standard.Copy,), "copy",
         mark("Copy the results selected"), page=_IDENTIFY),
    Spec("copy_picture", mark("Copy result as p&icture"), _EDIT, 1, ("Ctrl+Shift+C",), "photo",
         mark("Copy the result that is shown, with its photo, to paste into a mail or a document"),
         page=_IDENTIFY),
    Spec("select_all", mark("Select &all"), _EDIT, 2, (_Standard.SelectAll,), "", page=_IDENTIFY),
    Spec("remove", mark("Re&move from list"), _EDIT, 2, ("Del",), "remove",
         mark("Take the selected specimens out of the list; files are left alone"), page=_IDENTIFY),
    Spec("attach", mark("&Attach barcode…"), _SPECIMEN, 0, ("Ctrl+B",), "attach",
         mark("Add a barcode to the photo of the selected specimen"), page=_IDENTIFY),
    Spec("attach_clipboard", mark("Attach from clip&board"), _SPECIMEN, 0, ("Ctrl+Shift+V",), "attach",
         mark("Join the barcode or picture on the clipboard to the selected specimen"), page=_IDENTIFY),
    Spec("join", mark("&Join to one specimen"), _SPECIMEN, 0, ("Ctrl+J",), "attach",
         mark("Make one specimen of the selected photos of it, or of photo and barcode"), page=_IDENTIFY),
    Spec("join_by_name", mark("Join &photos by file name…"), _SPECIMEN, 0, (), "attach",
         mark("Show which photos are of one specimen by the views in their file names, and join them"),
         page=_IDENTIFY),
    Spec("unjoin", mark("&Separate what was joined"), _SPECIMEN, 0, ("Ctrl+Shift+J",), "detach",
         mark("Make specimens of the photos and the barcode of one"), page=_IDENTIFY),
    Spec("crop", mark("Cr&op photo…"), _SPECIMEN, 0, ("Ctrl+Shift+X",), "crop",
         mark("Use only the part of the photo that shows the insect, or make specimens of several insects in "
              "it"), page=_IDENTIFY),
    Spec("show_file", mark("Show photo in its &folder"), _SPECIMEN, 0, ("Ctrl+Shift+L",), "folder",
         mark("Open the folder that the photo of the selected specimen lies in"), page=_IDENTIFY),
    Spec("accept", mark("Accept the ans&wer"), _SPECIMEN, 0, ("Ctrl+Return", "Ctrl+Enter"), "check",
         mark("The answer is right"), page=_IDENTIFY),
    Spec("reject", mark("Reject the answ&er"), _SPECIMEN, 0, ("Ctrl+Backspace",), "close",
         mark("The answer is wrong"), page=_IDENTIFY),
    Spec("undecide", mark("Take the &decision back"), _SPECIMEN, 0, ("Ctrl+Shift+Backspace",), "",
         mark("Neither right nor wrong: as if nothing had been decided"), page=_IDENTIFY),
    Spec("note", mark("Wr&ite a note"), _SPECIMEN, 0, ("Shift+F2",), "",
         mark("Write something about the selected specimen"), page=_IDENTIFY),
    Spec("own_name", mark("Your own &name"), _SPECIMEN, 0, ("F2",), "",
         mark("Name the selected specimen yourself, and compare the references with that"), page=_IDENTIFY),
    Spec("find", mark("&Find and filter"), _EDIT, 3, (_Standard.Find,), "filter",
         mark("Find specimens by words, or show those of a state, a rank, or that need a look"),
         page=_IDENTIFY),
    Spec("clear", mark("Clear search and selectio&n"), _EDIT, 3, ("Esc",), "",
         mark("Show all specimens again; then select one only"), page=_IDENTIFY),
    Spec("find_taxon", mark("Find a &taxon…"), _EDIT, 3, ("Ctrl+K",), "library",
         mark("Go to a name or BIN of the library, from any page")),
    Spec("retry", mark("&Retry failed and stopped"), _SPECIMEN, 1, ("Ctrl+R",), "retry",
         mark("Identify again what failed or was stopped")),
    Spec("again", mark("Identify a&gain"), _SPECIMEN, 1, ("Ctrl+Shift+R",), "retry",
         mark("Identify the selected specimens again, with the library that is open"), page=_IDENTIFY),
    Spec("stop", mark("S&top"), _SPECIMEN, 1, ("Shift+Esc", "Ctrl+."), "cancel",
         mark("Stop; results so far are kept")),
    *(Spec(f"page_{page.name}", page.menu_text, _VIEW, 0, (f"Ctrl+{page.number}", *page.keys), page.name,
           page.tip) for page in registry.available()),
    Spec("quick_look", mark("&Quick look"), _VIEW, 1, ("Space",), "",
         mark("Show the photo of one specimen after the other, as large as the window"), page=_IDENTIFY,
         in_list=True),
    Spec("why", mark("&Why this rank?"), _VIEW, 1, ("Ctrl+I",), "",
         mark("Show the share of the evidence at each rank, and what was asked for"), page=_IDENTIFY),
    Spec("dna", mark("&DNA evidence"), _VIEW, 1, ("Ctrl+D",), "",
         mark("Go to what the barcode says: reading frame, percent identity, gap to other species"),
         page=_IDENTIFY),
    Spec("alignment", mark("&Compare bases"), _VIEW, 1, ("Ctrl+Shift+B",), "",
         mark("Show the barcode and a reference base by base"), page=_IDENTIFY),
    Spec("photos", mark("Compare &photos"), _VIEW, 1, ("Ctrl+Shift+P",), "",
         mark("Show the photo beside that of a reference or of another specimen of the same name"),
         page=_IDENTIFY),
    Spec("sort", mark("Sor&t the list"), _VIEW, 2, ("Ctrl+Shift+S",), "sort",
         mark("Sort the specimens as they came, by name, by taxon, or the least sure first"), page=_IDENTIFY),
    Spec("focus", mark("Go between list and res&ult"), _VIEW, 2, ("F6",), "", page=_IDENTIFY),
    Spec("shortcuts", mark("&Keyboard shortcuts"), _HELP, 0, ("F1", "?"), "help"),
    Spec("log", mark("Open &log folder"), _HELP, 0, (), "folder"),
    Spec("about", mark("&About BIOSCAN Desktop"), _HELP, 1, (), "about"),
)  # fmt: skip

PAGE_OF: dict[str, str] = {spec.name: spec.page for spec in SPECS}
"""The page of each action, "" where it can be used everywhere."""

ROW_MENU = (
    "quick_look | accept reject own_name | copy copy_picture export_selected "
    "| attach attach_clipboard join unjoin crop show_file | again remove"
).split()
"""The menu of a specimen in the list; `|` is a line."""

BY_HAND: tuple[tuple[str, str], ...] = (
    (mark("Previous, next specimen"), "↑ ↓"),
    (mark("Select several"), mark("Shift+↑ ↓, Ctrl+click")),
    (mark("First, last specimen"), mark("Home, End")),
    (mark("Go to the next control"), mark("Tab")),
    (mark("Menu of the selected specimen"), mark("Menu key, Shift+F10")),
)
"""Keys that the lists know by themselves, for the sheet of shortcuts."""

IN_REVIEW: tuple[tuple[str, str], ...] = (
    (mark("Accept, reject the answer"), mark("Enter, Backspace")),
    (mark("Take the name of a reference"), "1 – 9"),
    (mark("Name to species, genus, family, order"), "S, G, F, O"),
    (mark("Own name"), "N"),
    (mark("Unknown, put off"), mark("U, Space")),
    (mark("Specimen before, next, first, last"), mark("← →, Home, End")),
    (mark("Compare photos, why this rank"), "C, W"),
    (mark("Zoom the photo, fit it"), mark("+ −, 0 on the photo")),
)
"""Keys of the page Review."""


def fill_menus(bar: QMenuBar, actions: dict[str, QAction]) -> None:
    """Puts them all into their menus."""
    menus: dict[str, QMenu] = {}
    groups: dict[str, int] = {}
    for spec in SPECS:
        if spec.menu not in menus:
            menus[spec.menu] = bar.addMenu(tr(spec.menu))
        elif groups[spec.menu] != spec.group:
            menus[spec.menu].addSeparator()
        groups[spec.menu] = spec.group
        menus[spec.menu].addAction(actions[spec.name])


def make(parent: QObject) -> dict[str, QAction]:
    """The actions by name, without icons; see `paint`."""
    actions = {}
    for spec in SPECS:
        action = QAction(tr(spec.text), parent)
        action.setObjectName(spec.name)
        keys: list[QKeySequence] = []
        for key in spec.keys:
            found = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
            keys += [one for one in found if one not in keys]
        action.setShortcuts(keys)
        if spec.in_list:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        shown = f" ({keys[0].toString(QKeySequence.SequenceFormat.NativeText)})" if keys else ""
        tip = tr(spec.tip) or tr(spec.text).replace("&", "")
        action.setToolTip(tip + shown)
        action.setStatusTip("")
        if spec.short:
            action.setIconText(tr(spec.short))
        actions[spec.name] = action
    return actions


def paint(actions: dict[str, QAction], colours: Colours) -> None:
    """Gives the icons the colours of a theme."""
    for spec in SPECS:
        if spec.icon:
            actions[spec.name].setIcon(icons.icon(spec.icon, colours.text, colours.border))
