"""Bad input stays on its row, in one sentence; the others are unharmed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from bioscan_desktop.core.errors import PackError
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.models.specimens import State


def _bad_files(folder: Path, good: Path) -> dict[str, Path]:
    folder.mkdir()
    data = good.read_bytes()
    files = {"cut": data[: len(data) // 10], "text": b"just words, no picture\n" * 10, "nothing": b""}
    for name, content in files.items():
        (folder / f"{name}.jpg").write_bytes(content)
    return {name: folder / f"{name}.jpg" for name in files}


def test_bad_files_are_rows_with_a_sentence(
    window: MainWindow, world, drop: Callable, settled: Callable, tmp_path: Path
) -> None:
    good = world.photos["Pieris rapae"]
    _bad_files(tmp_path / "bad", good)
    drop(window, tmp_path / "bad", good)
    rows = {row.specimen.query_id: row for row in settled(window, 4)}
    assert rows[good.stem].state is State.DONE
    for name, words in {"cut": "cut short", "text": "not a photo", "nothing": "empty"}.items():
        assert rows[name].state is State.FAILED
        assert words in rows[name].second_line
        window.page.select(rows[name].key)
        assert words in window.page.panel._error.text
        assert str(tmp_path) not in rows[name].second_line


def test_a_folder_without_photos_says_so(
    window: MainWindow, drop: Callable, settled: Callable, tmp_path: Path
) -> None:
    (tmp_path / "holiday").mkdir()
    drop(window, tmp_path / "holiday")
    (row,) = settled(window, 1)
    assert row.state is State.FAILED
    assert "holds no photo" in row.second_line


def test_what_is_no_specimen_is_skipped_and_named(
    window: MainWindow, world, drop: Callable, settled: Callable, tmp_path: Path
) -> None:
    (tmp_path / "list.docx").write_bytes(b"PK")
    drop(window, world.photos["Pieris rapae"], tmp_path / "list.docx")
    settled(window, 1)
    assert "1 item skipped" in window.messages.text and "list.docx" in window.messages.text


def test_retry_after_the_file_was_repaired(
    window: MainWindow, world, drop: Callable, settled: Callable, tmp_path: Path
) -> None:
    photo = tmp_path / "later.jpg"
    photo.write_bytes(b"")
    drop(window, photo)
    assert settled(window, 1)[0].state is State.FAILED
    photo.write_bytes(world.photos["Pieris rapae"].read_bytes())
    assert window.acts["retry"].isEnabled()
    window.acts["retry"].trigger()
    assert settled(window, 1)[0].state is State.DONE
    assert not window.acts["retry"].isEnabled()


def test_cancel_keeps_results_and_retry_goes_on(
    window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot
) -> None:
    many = [world.photos["Pieris rapae"], world.photos["Episyrphus balteatus"]] * 150
    drop(window, *many)
    qtbot.waitUntil(lambda: window.bench.done >= 5, timeout=10_000)
    QTest.keyClick(window.page.list, Qt.Key.Key_Escape)  # too easily pressed to end a long run
    assert window.bench.is_busy and window.acts["stop"].isEnabled()
    QTest.keyClick(window.page.list, Qt.Key.Key_Escape, Qt.KeyboardModifier.ShiftModifier)
    assert window.messages.text.startswith("Stopped; results so far are kept. ")
    assert window.messages.text.endswith(" specimens are left: Retry (Ctrl+R) goes on with them.")
    rows = settled(window, 300)
    done = sum(row.state is State.DONE for row in rows)
    assert 5 <= done < 300
    assert sum(row.state is State.STOPPED for row in rows) == 300 - done
    window.acts["retry"].trigger()
    assert all(row.state is State.DONE for row in settled(window, 300, 30_000))


def test_a_bad_library_is_refused_and_the_old_one_stays(
    window: MainWindow, settled: Callable, qtbot: QtBot, tmp_path: Path
) -> None:
    old = window.bench.engine
    window.use_packs(library=str(tmp_path))
    qtbot.waitUntil(lambda: not window.bench.is_opening)
    assert window.bench.engine is old
    assert "not a library pack" in window.messages.text and "stays open" in window.messages.text
    assert window._library != str(tmp_path)
    window.acts["sample"].trigger()
    assert settled(window, 1)[0].state is State.DONE


def test_a_model_that_breaks_stops_the_run_with_a_sentence(
    window: MainWindow, world, drop: Callable, settled: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise PackError("The encoder is damaged.")

    monkeypatch.setattr(window.bench.engine.identifier.model, "session", broken)
    drop(window, *world.photos.values())
    rows = settled(window, 4)
    assert all(row.state is State.STOPPED for row in rows)
    assert "encoder is damaged" in window.messages.text
    monkeypatch.undo()
    window.acts["retry"].trigger()
    assert all(row.state is State.DONE for row in settled(window, 4))


def test_another_library_is_opened_and_remembered(
    window: MainWindow, world, settings, qtbot: QtBot, settled: Callable
) -> None:
    old = window.bench.engine
    window.use_packs(library=str(world.library))
    qtbot.waitUntil(lambda: window.bench.engine is not old and not window.bench.is_opening)
    assert settings.get("library") == str(world.library)
    window.acts["sample"].trigger()
    assert settled(window, 1)[0].state is State.DONE


def test_no_library_at_all_is_said_on_the_first_page(bare_window: MainWindow, qtbot: QtBot) -> None:
    bare_window._library = "nowhere"
    bare_window.open_packs()
    qtbot.waitUntil(lambda: not bare_window.bench.is_opening)
    assert "no library pack 'nowhere'" in bare_window.page.empty._banner.text
    assert not bare_window.page.empty._sample.isEnabled()


def test_export_csv_and_jsonl(
    window: MainWindow, world, drop: Callable, settled: Callable, qtbot: QtBot, tmp_path: Path
) -> None:
    photo = tmp_path / "=cmd.jpg"
    photo.write_bytes(world.photos["Pieris rapae"].read_bytes())
    drop(window, photo, tmp_path / "gone.jpg")
    settled(window, 2)
    for name in ("out.csv", "out.jsonl"):
        window.bench.export(tmp_path / name)
        qtbot.waitUntil(lambda name=name: (tmp_path / name).exists())
    table = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == 3 and table[1].startswith("'=cmd")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line["status"] for line in lines] == ["ok", "failed"]
    window.bench.export(tmp_path / "no" / "such" / "folder.csv")
    qtbot.waitUntil(lambda: "cannot be written" in window.messages.text)


def test_remove_and_undo(window: MainWindow, world, drop: Callable, settled: Callable) -> None:
    drop(window, *world.photos.values())
    rows = settled(window, 4)
    names = [row.specimen.query_id for row in rows]
    window.acts["select_all"].trigger()
    window.acts["remove"].trigger()
    assert window.bench.model.rowCount() == 0
    assert window.page.empty.isVisible()
    window.acts["undo"].trigger()
    assert [row.specimen.query_id for row in window.bench.model.rows] == names
    assert all(row.state is State.DONE for row in window.bench.model.rows)
