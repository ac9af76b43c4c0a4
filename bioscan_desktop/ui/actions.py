"""Every action of the window, declared once: menus, tool bar and the sheet of shortcuts show these."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from bioscan_desktop.ui import icons
from bioscan_desktop.ui.pages import registry
from bioscan_desktop.ui.theme import Colours

_Standard = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Spec:
    """An action.

    Attributes:
        keys: shortcuts; the first is shown.
        menu: title of its menu; `-` before the text of the next group is drawn where `group` changes.
        toolbar: True puts it on the tool bar with `short` below.
        page: the only page on which it can be used; "" for everywhere. Elsewhere its keys are free.
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


_IDENTIFY = "identify"

SPECS: tuple[Spec, ...] = (
    Spec("open", "&Open photos or barcodes…", "&File", 0, (_Standard.Open,), "open",
         "Choose photos and sequence files", "Open", True),
    Spec("open_folder", "Open &folder…", "&File", 0, ("Ctrl+Shift+O",), "folder",
         "Take in a folder and the folders within", "Folder", True),
    Spec("sample", "Try a &sample barcode", "&File", 0, ("Ctrl+T",), "sample",
         "Identify a barcode made up from the library"),
    Spec("open_library", "Open &library…", "&File", 1, ("Ctrl+L",), "library", "Choose another library pack"),
    Spec("open_model", "Open &model…", "&File", 1, (), "model", "Choose another model pack"),
    Spec("restrict", "&Restrict the answers…", "&File", 1, ("Ctrl+Shift+F",), "filter",
         "Let only some countries, taxa or the names of a list answer"),
    Spec("export", "&Export results…", "&File", 2, ("Ctrl+E",), "export",
         "Write all results: tables, Excel, report, PDF, Darwin Core, BOLD and more", "Export", True),
    Spec("export_selected", "Export se&lected…", "&File", 2, ("Ctrl+Shift+E",), "export",
         "Write the results of the selected specimens only", page=_IDENTIFY),
    Spec("quit", "&Quit", "&File", 3, (_Standard.Quit, "Ctrl+Q"), ""),
    Spec("undo", "&Undo", "&Edit", 0, (_Standard.Undo,), "undo"),
    Spec("redo", "&Redo", "&Edit", 0, (_Standard.Redo,), "redo"),
    Spec("paste", "&Paste barcode or picture", "&Edit", 1, (_Standard.Paste,), "paste",
         "Take in what is on the clipboard", "Paste", True),
    Spec("copy", "&Copy result as text", "&Edit", 1, (_Standard.Copy,), "copy",
         "Copy the results selected", page=_IDENTIFY),
    Spec("copy_picture", "Copy result as p&icture", "&Edit", 1, ("Ctrl+Shift+C",), "photo",
         "Copy the result that is shown, with its photo, to paste into a mail or a document", page=_IDENTIFY),
    Spec("select_all", "Select &all", "&Edit", 2, (_Standard.SelectAll,), "", page=_IDENTIFY),
    Spec("remove", "Re&move from list", "&Edit", 2, ("Del",), "remove",
         "Take the selected specimens out of the list; files are left alone", page=_IDENTIFY),
    Spec("attach", "&Attach barcode…", "&Specimen", 0, ("Ctrl+B",), "attach",
         "Add a barcode to the photo of the selected specimen", page=_IDENTIFY),
    Spec("attach_clipboard", "Attach from &clipboard", "&Specimen", 0, ("Ctrl+Shift+V",), "attach",
         "Join the barcode or picture on the clipboard to the selected specimen", page=_IDENTIFY),
    Spec("join", "&Join photo and barcode", "&Specimen", 0, ("Ctrl+J",), "attach",
         "Make one specimen of a selected photo and a selected barcode", page=_IDENTIFY),
    Spec("unjoin", "&Separate photo and barcode", "&Specimen", 0, ("Ctrl+Shift+J",), "detach",
         "Make two specimens of one", page=_IDENTIFY),
    Spec("crop", "Cr&op photo…", "&Specimen", 0, ("Ctrl+Shift+X",), "crop",
         "Use only the part of the photo that shows the insect, or make specimens of several insects in it",
         page=_IDENTIFY),
    Spec("accept", "Accept the ans&wer", "&Specimen", 0, ("Ctrl+Return", "Ctrl+Enter"), "check",
         "The answer is right", page=_IDENTIFY),
    Spec("reject", "Re&ject the answer", "&Specimen", 0, ("Ctrl+Backspace",), "close",
         "The answer is wrong", page=_IDENTIFY),
    Spec("undecide", "Take the &decision back", "&Specimen", 0, ("Ctrl+Shift+Backspace",), "",
         "Neither right nor wrong: as if nothing had been decided", page=_IDENTIFY),
    Spec("note", "Write a no&te", "&Specimen", 0, ("Shift+F2",), "",
         "Write something about the selected specimen", page=_IDENTIFY),
    Spec("own_name", "Your own &name", "&Specimen", 0, ("F2",), "",
         "Name the selected specimen yourself, and compare the references with that", page=_IDENTIFY),
    Spec("find", "&Find and filter", "&Edit", 3, (_Standard.Find,), "filter",
         "Find specimens by words, or show those of a state, a rank, or that need a look", page=_IDENTIFY),
    Spec("find_taxon", "Find a &taxon…", "&Edit", 3, ("Ctrl+K",), "library",
         "Go to a name or BIN of the library, from any page"),
    Spec("retry", "&Retry failed and stopped", "&Specimen", 1, ("Ctrl+R",), "retry",
         "Identify again what failed or was stopped"),
    Spec("again", "Identify a&gain", "&Specimen", 1, ("Ctrl+Shift+R",), "retry",
         "Identify the selected specimens again, with the library that is open", page=_IDENTIFY),
    Spec("stop", "S&top", "&Specimen", 1, ("Esc",), "cancel", "Stop; results so far are kept"),
    *(Spec(f"page_{page.name}", page.menu_text, "&View", 0, (f"Ctrl+{page.number}", *page.keys), page.name,
           page.tip) for page in registry.available()),
    Spec("why", "&Why this rank?", "&View", 1, ("Ctrl+I",), "",
         "Show the share of the evidence at each rank, and what was asked for", page=_IDENTIFY),
    Spec("dna", "&DNA evidence", "&View", 1, ("Ctrl+D",), "",
         "Go to what the barcode says: reading frame, percent identity, gap to other species",
         page=_IDENTIFY),
    Spec("alignment", "&Compare bases", "&View", 1, ("Ctrl+Shift+B",), "",
         "Show the barcode and a reference base by base", page=_IDENTIFY),
    Spec("photos", "Compare &photos", "&View", 1, ("Ctrl+Shift+P",), "",
         "Show the photo beside that of a reference or of another specimen of the same name", page=_IDENTIFY),
    Spec("focus", "Go between &list and result", "&View", 2, ("F6",), "", page=_IDENTIFY),
    Spec("shortcuts", "&Keyboard shortcuts", "&Help", 0, ("F1", "?"), "help"),
    Spec("log", "Open &log folder", "&Help", 0, (), "folder"),
    Spec("about", "&About BIOSCAN Desktop", "&Help", 1, (), "about"),
)  # fmt: skip

PAGE_OF: dict[str, str] = {spec.name: spec.page for spec in SPECS}
"""The page of each action, "" where it can be used everywhere."""

BY_HAND: tuple[tuple[str, str], ...] = (
    ("Previous, next specimen", "↑ ↓"),
    ("Select several", "Shift+↑ ↓, Ctrl+click"),
    ("First, last specimen", "Home, End"),
    ("Go to the next control", "Tab"),
    ("Menu of the selected specimen", "Menu key, Shift+F10"),
)
"""Keys that the lists know by themselves, for the sheet of shortcuts."""

IN_REVIEW: tuple[tuple[str, str], ...] = (
    ("Accept, reject the answer", "Enter, Backspace"),
    ("Take the name of a reference", "1 – 9"),
    ("Name to species, genus, family, order", "S, G, F, O"),
    ("Own name", "N"),
    ("Unknown, put off", "U, Space"),
    ("Specimen before, next, first, last", "← →, Home, End"),
    ("Compare photos, why this rank", "C, W"),
    ("Zoom the photo, fit it", "+ −, 0 on the photo"),
)
"""Keys of the page Review."""


def make(parent: QObject) -> dict[str, QAction]:
    """The actions by name, without icons; see `paint`."""
    actions = {}
    for spec in SPECS:
        action = QAction(spec.text, parent)
        action.setObjectName(spec.name)
        keys: list[QKeySequence] = []
        for key in spec.keys:
            found = [QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key)
            keys += [one for one in found if one not in keys]
        action.setShortcuts(keys)
        shown = f" ({keys[0].toString(QKeySequence.SequenceFormat.NativeText)})" if keys else ""
        tip = spec.tip or spec.text.replace("&", "")
        action.setToolTip(tip + shown)
        action.setStatusTip("")
        if spec.short:
            action.setIconText(spec.short)
        actions[spec.name] = action
    return actions


def paint(actions: dict[str, QAction], colours: Colours) -> None:
    """Gives the icons the colours of a theme."""
    for spec in SPECS:
        if spec.icon:
            actions[spec.name].setIcon(icons.icon(spec.icon, colours.text, colours.border))
