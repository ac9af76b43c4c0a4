"""The program as it is started."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from bioscan_desktop import __version__, logs
from bioscan_desktop import app as program
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui.dialogs.crash import CrashDialog
from bioscan_desktop.ui.main_window import MainWindow

ROOT = Path(__file__).resolve().parents[2]


def _python(code: str, own_home: Path) -> str:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "BIOSCAN_HOME": str(own_home)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_version_needs_no_window(own_home: Path) -> None:
    code = "from bioscan_desktop.app import main\ntry: main(['--version'])\nexcept SystemExit: pass\n"
    out = _python(code + "import sys; assert 'PySide6' not in sys.modules", own_home)
    assert __version__ in out


def test_onnxruntime_comes_before_qt_on_windows_and_torch_never(own_home: Path) -> None:
    code = """
import sys, time
from bioscan_desktop import app
from PySide6.QtCore import QTimer
import PySide6.QtWidgets
order = []
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in ("onnxruntime", "PySide6", "torch", "transformers"): order.append(name)
sys.modules.pop("PySide6", None)
sys.platform, platform = "win32", sys.platform
sys.meta_path.insert(0, Watch())
trouble = app._load_onnxruntime()
sys.platform = platform
assert not trouble, trouble
a = app.make_app()
QTimer.singleShot(300, a.quit)
assert app.main(["--library", "nowhere"]) == 0
assert order[0] == "onnxruntime", order
assert "torch" not in sys.modules and "transformers" not in sys.modules
print("fine")
"""
    assert "fine" in _python(code, own_home)


def test_the_window_is_shown_before_numbers_are_crunched(own_home: Path) -> None:
    code = """
import sys
from bioscan_desktop import app
from bioscan_desktop.settings import Settings
a = app.make_app()
window = app.build(a, Settings())
window.show()
late = [m for m in ("numpy", "PIL", "onnxruntime", "sqlite3", "bioscan_desktop.services.identify", "hnswlib",
    "bioscan_desktop.ui.pages.review", "bioscan_desktop.ui.dialogs.crop") if m in sys.modules]
assert not late, late
window.close()
print("fine")
"""
    assert "fine" in _python(code, own_home)


def test_paths_of_the_command_line_are_dropped(bare_window: MainWindow, world, settings, settled) -> None:
    program._begin(bare_window, settings, [world.photos["Pieris rapae"]], "")
    (row,) = settled(bare_window, 1)
    assert row.specimen.photo == world.photos["Pieris rapae"]


def test_a_file_may_be_called_as_a_home_folder_is_written() -> None:
    assert program._expanded(Path("~no such user/a.jpg")) == Path("~no such user/a.jpg")
    assert program._expanded(Path("~/a.jpg")) == Path.home() / "a.jpg"


def test_notices_of_the_settings_are_shown(bare_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "settings.json").write_text("{")
    program._begin(bare_window, Settings(tmp_path / "settings.json"), [], "")
    assert "damaged" in bare_window.messages.text
    qtbot.waitUntil(lambda: bare_window.bench.engine is not None and not bare_window.bench.is_opening)


def test_an_unexpected_exception_is_told_once_and_logged(
    bare_window: MainWindow, expects_log: None, own_home: Path
) -> None:
    file = logs.start()
    hooks = program._install_hooks(bare_window)
    try:
        for _ in range(3):
            try:
                raise KeyError("a bug")
            except KeyError as error:
                sys.excepthook(type(error), error, error.__traceback__)
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
    finally:
        hooks.close()
        logs.stop()
    boxes = [b for b in bare_window.findChildren(CrashDialog) if b.isVisible()]
    assert len(boxes) == 1
    assert "KeyError" in boxes[0].kind.text()
    boxes[0].close()
    text = file.read_text(encoding="utf-8")
    assert "KeyError" in text and "ZeroDivisionError" in text and __version__ in text


def test_a_window_that_cannot_be_made_is_told(
    qapp, monkeypatch: pytest.MonkeyPatch, expects_log: None
) -> None:
    shown = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: shown.append(box.text() + box.informativeText()))

    def fail(*_: object) -> None:
        raise RuntimeError("no fonts")

    monkeypatch.setattr(program, "build", fail)
    assert program.main([]) == 1
    assert "cannot start" in shown[0] and "no fonts" in shown[0]


def test_a_crashed_job_is_told(window: MainWindow, monkeypatch, expects_log: None, qtbot: QtBot) -> None:
    hooks = program._install_hooks(window)
    try:

        def crash(_: object) -> None:
            raise IndexError("a bug in a worker")

        job = window.jobs.make("intake", "crash", crash)
        with qtbot.waitSignal(job.crashed):
            window.jobs.run(job)
        QTest.qWait(20)
    finally:
        hooks.close()
    boxes = [b for b in window.findChildren(CrashDialog) if b.isVisible()]
    assert len(boxes) == 1
    boxes[0].close()


def test_everything_is_drawn_larger_where_the_user_wants_that(own_home: Path) -> None:
    code = """
from bioscan_desktop import app
a = app.make_app(200)
print(a.primaryScreen().devicePixelRatio())
"""
    assert _python(code, own_home).strip() == "2.0"
