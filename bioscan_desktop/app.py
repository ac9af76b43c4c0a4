"""The window program: reads the command line, builds and wires everything, runs until closed.

Order of the start:
1. command line and settings; nothing of Qt is loaded for `--version` and `--help`
2. on Windows onnxruntime before PySide6: the other way round its DLL cannot be loaded there;
   elsewhere it waits for step 4, because loading it takes as long as showing the window
3. application, theme, window, shown
4. only then, in a worker, library and model
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioscan_desktop import __version__, logs
from bioscan_desktop.cli_parts import Parser
from bioscan_desktop.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from bioscan_desktop.ui.main_window import MainWindow

log = logging.getLogger("bioscan.app")


def main(argv: Sequence[str] | None = None) -> int:
    """`bioscan-desktop [PATH ...]`. Returns the exit code."""
    arguments = _parser().parse_args(argv)
    logs.start()
    settings = Settings.of_user()
    trouble = _load_onnxruntime()
    app = make_app(settings.get("scale"), settings.get("language"))
    try:
        window = build(app, settings, arguments)
    except Exception as error:
        log.error("The window cannot be opened", exc_info=True)
        return _show_failure(error)
    window.show()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in a terminal; Qt's loop never asks Python
    hooks = _install_hooks(window)
    try:
        _begin(window, settings, arguments.paths, trouble)
        return app.exec()
    finally:
        hooks.close()
        logs.stop()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="bioscan-desktop",
        description="Identify insects offline from photos and DNA barcodes.",
        epilog="Example: bioscan-desktop photos/ barcodes.fasta",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="photos, folders, FASTA files")
    parser.add_argument("--library", metavar="ID|PATH", help="library pack to open")
    parser.add_argument("--model", metavar="ID|PATH", help="model pack to use")
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), help="where to compute")
    parser.add_argument("--version", action="version", version=f"BIOSCAN Desktop {__version__}")
    return parser


def _load_onnxruntime() -> str:
    """On Windows, imports onnxruntime before Qt. Returns why it cannot be used, or ""."""
    if sys.platform != "win32":
        return ""  # the worker that opens model and library imports it, and says where it cannot
    try:
        import onnxruntime  # noqa: F401 - for its side effect on Windows
    except ImportError as error:
        log.error("onnxruntime cannot be loaded", exc_info=True)
        return f"Nothing can be identified, because onnxruntime cannot be loaded ({error})."
    return ""


def make_app(scale: int = 100, language: str = "en") -> QApplication:
    """The QApplication, with names, fonts, icon and language.

    Args:
        scale: percent, on top of what the system asks for. Qt reads it once, before anything is drawn.
        language: a value of the setting.
    """
    if scale != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{scale / 100:g}")
    from PySide6.QtWidgets import QApplication

    from bioscan_desktop.ui import icons, translating
    from bioscan_desktop.ui.theme import set_fonts

    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("BIOSCAN Desktop")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("bioscan-desktop")
    app.setWindowIcon(icons.app_icon())
    translating.use(translating.chosen(language), app)
    set_fonts(app)
    return app


def build(app: QApplication, settings: Settings, arguments: argparse.Namespace | None = None) -> MainWindow:
    """The window with everything in it, not shown yet."""
    from bioscan_desktop.ui.main_window import MainWindow
    from bioscan_desktop.ui.telling import RowTeller
    from bioscan_desktop.ui.theme import Theme

    theme = Theme(settings.get("theme"), app, settings.get("motion") == "reduced")
    window = MainWindow(
        settings,
        theme,
        library=getattr(arguments, "library", None),
        model=getattr(arguments, "model", None),
        provider=getattr(arguments, "provider", None),
    )
    RowTeller(app, window)
    theme.apply()  # once all is there: each widget put into another would be styled anew
    return window


def _begin(window: MainWindow, settings: Settings, paths: Sequence[Path], trouble: str) -> None:
    from PySide6.QtCore import QTimer

    from bioscan_desktop.ui.sentences import translated

    window.say(translated(" ".join([*settings.notices, *([trouble] if trouble else [])])))
    QTimer.singleShot(0, window, window.open_packs)
    _keep_session(window)
    window.drop_paths([_expanded(path).absolute() for path in paths])


def _expanded(path: Path) -> Path:
    """With the home folder in the place of `~`, where that is one: files may be called so, too."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _keep_session(window: MainWindow) -> None:
    """Brings back what was in the list when the window was closed, and keeps it from now on."""
    from bioscan_desktop import paths
    from bioscan_desktop.ui.session_link import SessionLink
    from bioscan_desktop.ui.session_menu import SessionMenu

    link = SessionLink(window.bench, paths.data_dir() / "sessions", window)
    link.trouble.connect(window.say)
    bar = window.menuBar()
    bar.insertMenu(bar.actions()[1], SessionMenu(link, window))  # beside File
    link.begin()


def _show_failure(error: BaseException) -> int:
    """A plain box where even the window cannot be made."""
    from PySide6.QtWidgets import QMessageBox

    from bioscan_desktop.ui.translating import tr

    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Critical)
    box.setWindowTitle("BIOSCAN Desktop")
    box.setText(tr("BIOSCAN Desktop cannot start."))
    box.setInformativeText(f"{type(error).__name__}: {error}")
    box.setDetailedText(logs.details(error))
    box.exec()
    return 1


def _install_hooks(window: MainWindow) -> contextlib.ExitStack:
    """Unexpected exceptions of all threads, and Qt's own messages, go to the log; bugs are told.

    Returns:
        a stack that puts everything back when closed.
    """
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    from bioscan_desktop.ui.dialogs.crash import show_crash

    stack = contextlib.ExitStack()
    told: set[str] = set()

    def tell(error: BaseException) -> None:
        kind = f"{type(error).__name__}: {error}"
        if kind not in told:  # a bug in a paint event would open a hundred boxes a second
            told.add(kind)
            show_crash(error, window)

    def on_exception(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        log.error("Unexpected exception", exc_info=(kind, error, trace))
        tell(error)

    def on_thread_exception(arguments: threading.ExceptHookArgs) -> None:
        error = arguments.exc_value
        if error is not None:
            log.error("Unexpected exception in a thread", exc_info=error)

    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }

    def on_qt_message(kind: QtMsgType, context: object, message: str) -> None:
        logging.getLogger("bioscan.qt").log(levels.get(kind, logging.ERROR), "%s", message)

    old_hook, old_thread_hook = sys.excepthook, threading.excepthook
    sys.excepthook, threading.excepthook = on_exception, on_thread_exception
    old_qt = qInstallMessageHandler(on_qt_message)
    window.jobs.crashed.connect(tell)

    def restore() -> None:
        sys.excepthook, threading.excepthook = old_hook, old_thread_hook
        qInstallMessageHandler(old_qt)

    stack.callback(restore)
    return stack
