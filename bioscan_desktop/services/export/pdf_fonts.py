"""The fonts of PDF sheets: DejaVu Sans comes along, other scripts take a font of the system.

DejaVu Sans here covers Latin, Greek and Cyrillic. A place name in Chinese makes the sheet look for
a font that has it; where the system has none either, the character is shown as a question mark in a
diamond, and no name is lost silently.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from fpdf import FPDF
from fpdf.fonts import TTFFont

FAMILY = "DejaVu"
FOLDER = Path(__file__).with_name("fonts")
STYLES = {"": "DejaVuSans", "B": "DejaVuSans-Bold", "I": "DejaVuSans-Oblique", "BI": "DejaVuSans-BoldOblique"}
MISSING = "\ufffd"

_WINDOWS = (
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
    "segoeui.ttf",
    "Nirmala.ttf",
    "LeelawUI.ttf",
    "arial.ttf",
)
_MAC = (
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "/System/Library/Fonts/PingFang.ttc",
)
_LINUX = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/unifont/unifont.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSans.ttf",
)


def system_fonts() -> list[Path]:
    """Fonts of the system with many scripts, those that are there."""
    if sys.platform == "win32":
        folder = Path("C:/Windows/Fonts")
        return [folder / name for name in _WINDOWS if (folder / name).is_file()]
    names = _MAC if sys.platform == "darwin" else _LINUX
    return [Path(name) for name in names if Path(name).is_file()]


class Fonts:
    """Loads fonts into a document as its texts need them.

    Args:
        others: fonts to look in for what DejaVu lacks.
    """

    def __init__(self, document: FPDF, others: list[Path] | None = None) -> None:
        self._document = document
        self._others = system_fonts() if others is None else list(others)
        for style, name in STYLES.items():
            document.add_font(FAMILY, style, FOLDER / f"{name}.ttf")
        self._covered = self._characters(FAMILY)
        self._fallbacks: list[str] = []

    def fit(self, text: str) -> str:
        """The text with every character that no font has replaced by `MISSING`."""
        plain = " ".join(text.split())
        lacking = {character for character in plain if ord(character) not in self._covered}
        while lacking and self._others:
            path = self._others.pop(0)
            if not {ord(character) for character in lacking}.isdisjoint(_characters_of(path)):
                self._load(path)
                lacking = {character for character in lacking if ord(character) not in self._covered}
        return "".join(MISSING if character in lacking else character for character in plain)

    def close(self) -> None:
        """Closes the files of the fonts, which stay open while texts are set."""
        for font in self._document.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def _load(self, path: Path) -> None:
        family = f"fallback{len(self._fallbacks)}"
        for style in STYLES:  # one font for all: a slanted Chinese name is none
            self._document.add_font(family, style, path)
        self._fallbacks.append(family)
        self._covered |= self._characters(family)
        self._document.set_fallback_fonts(self._fallbacks)

    def _characters(self, family: str) -> set[int]:
        font = self._document.fonts[family.lower()]
        assert isinstance(font, TTFFont)
        return set(font.cmap)


def _characters_of(path: Path) -> set[int]:
    """What a font file has glyphs for; nothing, if it cannot be read."""
    try:
        with path.open("rb") as stream:
            return set(TTFont(stream, fontNumber=0).getBestCmap() or ())
    except (OSError, TTLibError, LookupError, ValueError, struct.error):
        return set()
