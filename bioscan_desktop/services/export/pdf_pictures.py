"""The left column of a PDF sheet: photos and barcode of a specimen."""

from __future__ import annotations

import io
from math import ceil
from typing import Any

from fpdf.enums import XPos, YPos
from PIL import Image, ImageColor

from bioscan_desktop.files import shown
from bioscan_desktop.services.export.items import ExportItem, Picture
from bioscan_desktop.services.export.pdf_fonts import FAMILY, Fonts
from bioscan_desktop.services.export.pdf_spool import SpooledDocument
from bioscan_desktop.services.export.pictures import BASE_COLOURS, thumbnail
from bioscan_desktop.services.export.words import alone

MARGIN, PHOTO = 16.0, 68.0
"""Millimetres: the border of the page, and the width of the column."""
HIGHEST, FURTHER, BETWEEN = 92.0, 16.0, 2.0
"""Millimetres: the height of the first photo at most and of each further one, and what is between those."""
PHOTO_SIDE, FURTHER_SIDE = 900, 280
"""Pixels of the long side: some 330 dots per inch."""
MAX_FURTHER = 9
"""So many further photos at most: the column stays on its page."""

Colour = tuple[int, int, int]
INK: Colour = (29, 35, 30)
MUTED: Colour = (86, 96, 88)
TRACK: Colour = (230, 233, 225)


class PictureColumn(SpooledDocument):
    """A document that can draw the column."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.type = Fonts(self)

    def font(self, size: float, style: str = "") -> None:
        """The one typeface, in points."""
        self.set_font(FAMILY, style, size)

    def block(self, width: float, height: float, text: str) -> None:
        """Text in lines; the next begins below, at the same left edge."""
        self.multi_cell(width, height, self.type.fit(text), align="L", new_x=XPos.LEFT, new_y=YPos.NEXT)

    def short(self, text: str, width: float) -> str:
        """The text, cut with an ellipsis where it is too wide for its place."""
        fitted = self.type.fit(text)
        if self.get_string_width(fitted) <= width:
            return fitted
        while fitted and self.get_string_width(f"{fitted}…") > width:
            fitted = fitted[:-1]
        return f"{fitted}…"

    def pictures(self, item: ExportItem, y: float) -> float:
        """Draws photos and barcode from `y` on; returns where they end."""
        photos = item.photos
        several = len(photos) > 1
        for name, picture, _ in photos[:1]:
            alt_text = f"Photo 1 of {item.query_id}" if several else f"Photo of {item.query_id}"
            height = self._photo(picture, MARGIN, y, (PHOTO, HIGHEST), PHOTO_SIDE, alt_text)
            if not height:
                height = 30
                self._field(y, height, "The photo is not where it was.")
            y += height + 1.5
            if not several:
                y = self._caption(name, y) + 2
        if several:
            y = self._captions(item, self._further(item, y)) + 2
        if item.sequence:
            words = f"Barcode of {len(item.sequence)} bases"
            self.image(drawn_barcode(item.sequence), MARGIN, y, PHOTO, 11, alt_text=words)
            y = self._caption(words, y + 12)
        return y

    def _photo(
        self, picture: Picture, x: float, y: float, room: tuple[float, float], side: int, alt_text: str
    ) -> float:
        """A photo in the middle of its room; returns its height, 0 if it is gone.

        Args:
            room: width and height in millimetres.
            side: pixels of the long side.
        """
        small = thumbnail(picture, side)
        if small is None:
            return 0
        height = min(room[1], room[0] * small.height / small.width)
        width = height * small.width / small.height
        place = x + (room[0] - width) / 2
        self.let_go(self.image(io.BytesIO(small.jpeg), place, y, width, height, alt_text=shown(alt_text)))
        return height

    def _further(self, item: ExportItem, y: float) -> float:
        """Small pictures of the further photos, three in a row, each with its number below."""
        wide = (PHOTO - 2 * BETWEEN) / 3
        for number, (_, picture, _) in enumerate(item.photos[1 : MAX_FURTHER + 1], start=2):
            row, column = divmod(number - 2, 3)
            x, top = MARGIN + column * (wide + BETWEEN), y + row * (FURTHER + 5)
            alt_text = f"Photo {number} of {item.query_id}"
            if not self._photo(picture, x, top, (wide, FURTHER), FURTHER_SIDE, alt_text):
                self.set_fill_color(*TRACK)
                self.rect(x, top, wide, FURTHER, "F")
                self.font(7)
                self.set_text_color(*MUTED)
                self.set_xy(x, top + FURTHER / 2 - 2)
                self.cell(wide, 4, "not there", align="C")
            self.font(7.5, "B")
            self.set_text_color(*MUTED)
            self.set_xy(x, top + FURTHER + 0.4)
            self.cell(wide, 3.6, str(number), align="C")
        return y + ceil(min(len(item.photos) - 1, MAX_FURTHER) / 3) * (FURTHER + 5)

    def _captions(self, item: ExportItem, y: float) -> float:
        """What the photos are called, and what each says by itself, in lines that are cut where too long."""
        for number, (name, _, said) in enumerate(item.photos[: MAX_FURTHER + 1], start=1):
            for text, ink in ((f"{number} {name}", INK), (alone(said), MUTED)):
                if text:
                    self.set_xy(MARGIN, y)
                    self.font(7.5)
                    self.set_text_color(*ink)
                    self.cell(PHOTO, 3.6, self.short(text, PHOTO))
                    y += 3.6
        left_out = len(item.photos) - MAX_FURTHER - 1
        if left_out > 0:
            y = self._caption(
                f"{left_out} more {'photo is' if left_out == 1 else 'photos are'} left out here.", y
            )
        return y

    def _field(self, y: float, height: float, text: str) -> None:
        self.set_fill_color(*TRACK)
        self.rect(MARGIN, y, PHOTO, height, "F")
        self.set_xy(MARGIN, y + height / 2 - 2)
        self.font(8)
        self.set_text_color(*MUTED)
        self.cell(PHOTO, 4, text, align="C")

    def _caption(self, text: str, y: float) -> float:
        self.set_xy(MARGIN, y)
        self.font(7.5)
        self.set_text_color(*MUTED)
        self.block(PHOTO, 3.6, text)
        return self.get_y()


def drawn_barcode(sequence: str) -> Image.Image:
    """A barcode as a picture, one pixel a base: lines side by side would each be widened to a dot of the
    printer or the screen, and cover each other."""
    colours = {base: ImageColor.getrgb(colour) for base, colour in BASE_COLOURS.items()}
    image = Image.new("RGB", (len(sequence), 1))
    image.putdata([colours.get(base, TRACK) for base in sequence])
    return image
