"""The end of a batch is told to people who look at something else, if they want it and there is a way."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QSystemTrayIcon
from pytestqt.qtbot import QtBot

from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.pages.batch import BatchPage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="by notify-send, on Linux")


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a `notify-send` of our own was given; there is no tray on the offscreen platform."""
    folder, out = tmp_path / "bin", tmp_path / "told.txt"
    folder.mkdir()
    command = folder / "notify-send"
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{out}"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return out


def page_of(window: MainWindow) -> BatchPage:
    window.shell.show_page("batch")
    page = window.shell.page("batch")
    assert isinstance(page, BatchPage)
    return page


def test_only_who_does_not_look_is_told(window: MainWindow, told: Path, qtbot: QtBot) -> None:
    assert not QSystemTrayIcon.isSystemTrayAvailable()
    page = page_of(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert not page.notifier.tell("a", "b")
    window.hide()
    assert page.notifier.tell("moths is done", "3 specimens")
    qtbot.waitUntil(lambda: told.exists() and told.read_text().endswith("3 specimens\n"))
    assert told.read_text().splitlines()[-3:] == ["--", "moths is done", "3 specimens"]
    window.show()


def test_a_batch_tells_of_its_end_unless_it_should_not(
    window: MainWindow, world, told: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    page = page_of(window)
    folder = tmp_path / "moths"
    folder.mkdir()
    (folder / "a.fasta").write_text(f">rapae\n{world.barcodes['Pieris rapae']}\n>bad\nACGT\n")
    page.begin.use_folder(folder)
    page.begin.out.setText(str(tmp_path / "out"))
    window.hide()
    page.begin.begin.click()
    qtbot.waitUntil(lambda: page.control.state == "done", timeout=20_000)
    qtbot.waitUntil(lambda: told.exists() and "moths is done" in told.read_text())
    assert told.read_text().splitlines()[-1] == "2 specimens, 1 of them failed"
    told.unlink()
    window.bench.change_setting("notify", "never")
    page.control.ended.emit("again", True)
    qtbot.wait(100)
    assert not told.exists()
    window.show()


def test_without_any_way_nothing_happens(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = page_of(window)
    monkeypatch.setenv("PATH", str(tmp_path))
    window.hide()
    assert not page.notifier.tell("a", "b")
    window.show()
