"""Every setting, declared once: name, type, default, description; kept as JSON in the config folder.

A value that cannot be used resets only itself. The file as it was is kept beside as `.BAK`, and a
notice says what was reset. Keys that this version does not know are carried along unchanged, so
that an older program does not forget what a newer one was told.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioscan_desktop import paths

log = logging.getLogger("bioscan.settings")

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        description: what the user reads beside the control.
        choices: allowed values of a text; empty allows any.
        minimum, maximum: limits of a number, both included.
        shown: False for what the program remembers by itself.
        step: of the control of a number.
        unit: behind a number.
        restart: the value counts from the next start on.
    """

    name: str
    type: type
    default: Any
    title: str
    description: str
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    shown: bool = True
    step: int = 1
    unit: str = ""
    restart: bool = False

    def problem(self, value: object) -> str:
        """Why the value cannot be used, or ""."""
        if type(value) is not self.type:
            return f"{value!r} is not of the kind {self.type.__name__}"
        if self.choices and value not in self.choices:
            return f"{value!r} is none of {', '.join(self.choices)}"
        if isinstance(value, int) and self.maximum and not self.minimum <= value <= self.maximum:
            return f"{value} is not between {self.minimum} and {self.maximum}"
        return ""


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "language",
        str,
        "system",
        "Language",
        "Of this window. Exports and the command line stay English.",
        ("system", "en", "fr"),
        restart=True,
    ),
    Setting(
        "theme",
        str,
        "system",
        "Colours",
        "Light, dark or with high contrast. “As the system” follows what is set there for all programs.",
        ("system", "light", "dark", "contrast_light", "contrast_dark"),
    ),
    Setting(
        "scale",
        int,
        100,
        "Size of everything",
        "Larger writing, buttons and pictures, on top of what the system asks for.",
        minimum=100,
        maximum=300,
        step=25,
        unit="%",
        restart=True,
    ),
    Setting(
        "motion",
        str,
        "full",
        "Movement",
        "Reduced: nothing moves to and fro while the program works, and menus open at once.",
        ("full", "reduced"),
    ),
    Setting(
        "provider",
        str,
        "auto",
        "Computing on",
        "Processor (CPU) or NVIDIA graphics card (CUDA). Automatic takes CUDA where it works.",
        ("auto", "cpu", "cuda"),
    ),
    Setting(
        "top_k",
        int,
        5,
        "References to show",
        "Nearest references listed per photo or barcode. The verdict does not depend on it.",
        minimum=1,
        maximum=50,
    ),
    Setting(
        "notify",
        str,
        "background",
        "Notice at the end of a batch",
        "A notification of the system when a batch has ended, where the system shows any.",
        ("background", "never"),
    ),
    Setting(
        "library", str, "starter", "Library", "Name or folder of the library that is opened.", shown=False
    ),
    Setting(
        "model",
        str,
        "",
        "Model",
        "Name or folder of the model; empty takes the one that the library was built with.",
        shown=False,
    ),
    Setting(
        "badges",
        str,
        "verdict",
        "Badges",
        "What the badges of the references compare them with, where there is a choice.",
        ("verdict", "user", "other_modality"),
        shown=False,
    ),
    Setting(
        "list_order",
        str,
        "arrival",
        "Order of the list",
        "In which order the specimens stand.",
        ("arrival", "name", "taxon", "unsure"),
        shown=False,
    ),
    Setting("geometry", str, "", "Window", "Where the window was, as Qt writes it.", shown=False),
    Setting(
        "splitter",
        int,
        360,
        "List width",
        "Width of the list, pixels.",
        minimum=160,
        maximum=4000,
        shown=False,
    ),
    Setting(
        "pack_index",
        str,
        "",
        "List of packs",
        "Address or file of a list of packs that can be downloaded.",
        shown=False,
    ),
    Setting("made_by", str, "", "Your name", "Who decides and hands out the data.", shown=False),
    Setting("licence", str, "", "Licence", "Of the records that are handed out.", shown=False),
    Setting("last_folder", str, "", "Last folder", "Where files were opened last.", shown=False),
)

BY_NAME: dict[str, Setting] = {setting.name: setting for setting in SETTINGS}


class Settings:
    """The values, loaded at once and written at each change.

    Args:
        path: the file; None keeps everything in memory.

    Attributes:
        notices: sentences about what had to be reset.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.notices: list[str] = []
        self._values: dict[str, Any] = {}
        self._foreign: dict[str, Any] = {}
        if path is not None:
            self._load(path)

    @classmethod
    def of_user(cls) -> Settings:
        """The settings of the user, in the config folder."""
        return cls(paths.config_dir() / "settings.json")

    def get(self, name: str) -> Any:
        """The value of a declared setting."""
        return self._values.get(name, BY_NAME[name].default)

    def set(self, name: str, value: object) -> None:
        """Changes a setting and saves. Raises ValueError for a value that is not allowed."""
        problem = BY_NAME[name].problem(value)
        if problem:
            raise ValueError(f"{name}: {problem}")
        if self.get(name) == value:
            return
        self._values[name] = value
        self.save()

    def save(self) -> None:
        """Writes the file atomically. A full or read-only disk is logged, never raised."""
        if self.path is None:
            return
        values = {"format_version": FORMAT_VERSION, **self._foreign, **self._values}
        part = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as stream:
                json.dump(values, stream, indent=2, ensure_ascii=False)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self.path)
        except OSError as error:
            log.error("Settings were not saved: %s", error)
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _load(self, path: Path) -> None:
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            self.notices.append(f"The settings cannot be read ({error.strerror}); the defaults are used.")
            return
        try:
            values = json.loads(text.decode("utf-8"))
            if not isinstance(values, dict):
                raise ValueError("no object")
        except ValueError:
            self._keep_backup(text)
            self.notices.append("The settings file was damaged; the defaults are used. The old file is kept.")
            return
        reset = []
        for name, value in values.items():
            if name not in BY_NAME:
                self._foreign[name] = value
            elif problem := BY_NAME[name].problem(value):
                reset.append(name)
                log.info("Setting %s was reset: %s", name, problem)
            else:
                self._values[name] = value
        self._foreign.pop("format_version", None)
        if reset:
            self._keep_backup(text)
            noun = "setting" if len(reset) == 1 else "settings"
            self.notices.append(
                f"Unusable {noun} reset to the default: {', '.join(reset)}. The old file is kept."
            )

    def _keep_backup(self, text: bytes) -> None:
        assert self.path is not None
        with contextlib.suppress(OSError):
            self.path.with_name(self.path.name + ".BAK").write_bytes(text)
