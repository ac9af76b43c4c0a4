"""Photos of a session that were moved are found again by their content."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from bioscan_desktop.session import photos as session_photos
from bioscan_desktop.session.database import Database
from bioscan_desktop.ui.dialogs.relink import RelinkDialog
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.session_link import SessionLink
from bioscan_desktop.ui.session_menu import SessionMenu


@pytest.fixture
def photos(world: Any, tmp_path: Path) -> Path:
    """Three photos of the user."""
    folder = tmp_path / "camera"
    folder.mkdir()
    for name, path in list(world.photos.items())[:3]:
        shutil.copy(path, folder / f"{name.split()[1]}.png")
    return folder


def kept(link: SessionLink) -> list[tuple[str, str | None]]:
    assert link.path is not None
    with Database(link.path, read_only=True) as database:
        rows = database.rows("SELECT photo, photo_hash FROM specimens ORDER BY specimen_id")
    return [(row[0], row[1]) for row in rows]


def open_session(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> tuple[SessionLink, SessionMenu]:
    link = SessionLink(window.bench, tmp_path / "sessions", window)
    menu = SessionMenu(link, window)
    with qtbot.waitSignal(link.restored, timeout=10_000):
        link.begin()
    return link, menu


def ask(window: MainWindow, menu: SessionMenu, qtbot: QtBot) -> RelinkDialog:
    menu.relink.trigger()
    dialog = window.findChild(RelinkDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog._job is None)
    return dialog


def test_moved_and_renamed_photos_are_found_and_shown(
    window: MainWindow, photos: Path, drop: Callable, settled: Callable, tmp_path: Path, qtbot: QtBot
) -> None:
    link, menu = open_session(window, tmp_path, qtbot)
    drop(window, *sorted(photos.iterdir()))
    rows = settled(window, 3)
    qtbot.waitUntil(lambda: len(kept(link)) == 3 and all(digest for _, digest in kept(link)))
    dialog = ask(window, menu, qtbot)
    assert dialog.words.text() == "All 3 photos of this session are where they were."
    assert not dialog.choose.isEnabled()
    dialog.reject()
    qtbot.waitUntil(lambda: window.findChild(RelinkDialog) is None)
    archive = tmp_path / "archive" / "2026"
    archive.mkdir(parents=True)
    names = [row.specimen.photo.name for row in rows]
    (photos / names[0]).rename(archive / "first.png")
    (photos / names[1]).rename(archive / names[1])
    (photos / names[2]).unlink()
    shutil.copy(archive / "first.png", archive / "again.png")
    results = [row.result.verdict.name for row in rows]
    dialog = ask(window, menu, qtbot)
    assert dialog.words.text() == "3 of 3 photos are not where they were."
    assert dialog.list.count() == 3
    dialog.look_in(tmp_path / "archive")
    qtbot.waitUntil(lambda: dialog._job is None)
    assert dialog.words.text() == "3 files looked at. 2 photos found again; 1 still missing."
    assert dialog.list.count() == 1 and names[2] in dialog.list.item(0).text()
    assert rows[0].specimen.photo == archive / "again.png"
    assert rows[1].specimen.photo == archive / names[1]
    assert rows[0].result.specimen is rows[0].specimen
    assert [row.result.verdict.name for row in rows] == results
    assert [Path(photo) for photo, _ in kept(link)][:2] == [archive / "again.png", archive / names[1]]
    qtbot.waitUntil(lambda: window.bench.pictures.preview(rows[0]) is not None)


def test_stopping_changes_nothing(
    window: MainWindow,
    photos: Path,
    drop: Callable,
    settled: Callable,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    link, menu = open_session(window, tmp_path, qtbot)
    drop(window, *sorted(photos.iterdir()))
    settled(window, 3)
    qtbot.waitUntil(lambda: len(kept(link)) == 3 and all(digest for _, digest in kept(link)))
    before = kept(link)
    photos.rename(tmp_path / "moved")
    dialog = ask(window, menu, qtbot)
    stopped, read = threading.Event(), session_photos.content_hash

    def slow(path: Path) -> str:
        assert stopped.wait(10)
        return read(path)

    monkeypatch.setattr(session_photos, "content_hash", slow)
    dialog.look_in(tmp_path / "moved")
    dialog.stop.click()
    stopped.set()
    qtbot.waitUntil(lambda: dialog._job is None)
    assert dialog.words.text() == "Stopped; nothing was changed."
    assert kept(link) == before


def test_photos_whose_content_was_never_read_are_told_of(
    window: MainWindow, photos: Path, drop: Callable, settled: Callable, tmp_path: Path, qtbot: QtBot
) -> None:
    link, menu = open_session(window, tmp_path, qtbot)
    link.saved.disconnect(menu.care._read_on)
    link.changed.disconnect(menu.care._read_on)
    drop(window, *sorted(photos.iterdir()))
    settled(window, 3)
    qtbot.waitUntil(lambda: len(kept(link)) == 3)
    photos.rename(tmp_path / "moved")
    dialog = ask(window, menu, qtbot)
    told = "3 of them were never read while they were there, so that they cannot be recognized."
    assert dialog.words.text() == f"3 of 3 photos are not where they were. {told}"
    assert not dialog.choose.isEnabled()


def test_a_dialog_closed_while_it_looks(
    window: MainWindow, photos: Path, drop: Callable, settled: Callable, tmp_path: Path, qtbot: QtBot
) -> None:
    _, menu = open_session(window, tmp_path, qtbot)
    drop(window, *sorted(photos.iterdir()))
    settled(window, 3)
    dialog = ask(window, menu, qtbot)
    dialog.look_in(tmp_path)
    dialog.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChild(RelinkDialog) is None
    qtbot.waitUntil(lambda: not [job for job in window.jobs.running if job.name == "find photos"])


def test_news_of_the_session_before_count_for_nothing(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    _, menu = open_session(window, tmp_path, qtbot)
    late = window.jobs.make("pictures", "read photos", lambda _: 99)
    menu.care._on_read(late, 99)
    assert menu.care._last == 0  # or the first 99 photos of this session would never be read
