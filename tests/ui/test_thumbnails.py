"""Pictures that were read too late are not shown for others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image
from pytestqt.qtbot import QtBot

from bioscan_desktop.inference.crop import Box
from bioscan_desktop.ui.main_window import MainWindow


def test_a_picture_of_another_crop_is_not_taken(
    window: MainWindow, drop: Callable, settled: Callable, tmp_path: Path, qtbot: QtBot
) -> None:
    Image.new("RGB", (400, 400), "red").save(tmp_path / "a.png")
    drop(window, tmp_path / "a.png")
    (row,) = settled(window, 1)
    pictures = window.bench.pictures
    whole = row.specimen
    for read, kept in ((pictures.preview, pictures._previews), (pictures.thumb, pictures._thumbs)):
        row.specimen = whole
        pictures.forget(row.key)
        assert read(row) is None  # on its way
        row.specimen = replace(whole, crop=Box(0.0, 0.0, 1.0, 0.5))
        assert read(row) is None
        qtbot.waitUntil(lambda read=read: read(row) is not None)
        picture = read(row)
        assert picture is not None and picture.width() == 2 * picture.height()
        assert kept[row.key] is picture
