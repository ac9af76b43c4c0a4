"""Exporting from the window in every format, and copying results as text and as a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog
from pytestqt.qtbot import QtBot

from bioscan_desktop.services.export.formats import FORMATS
from bioscan_desktop.ui import result_picture, sharing, translating, wording
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.theme import Theme
from tests.conftest import TinyWorld

LINES = {kind: line for line, kind in sharing.EXPORT_FILTERS.items()}


@pytest.fixture
def filled(
    window: MainWindow,
    world: TinyWorld,
    drop: Callable,
    settled: Callable,
    tmp_path_factory: pytest.TempPathFactory,
) -> MainWindow:
    """A photo, a photo that is not there, and a barcode; the first with a name of the user's own."""
    folder = tmp_path_factory.mktemp("dropped")
    fasta = folder / "barcodes.fasta"
    fasta.write_text(f">käfer\n{world.barcodes['Episyrphus balteatus']}\n", encoding="utf-8")
    drop(window, world.photos["Pieris rapae"], folder / "gone.jpg", fasta)
    rows = settled(window, 3)
    window.bench.name(rows[0].key, "Noctua comes")
    return window


@pytest.mark.parametrize("language", translating.LANGUAGES)
def test_the_line_that_the_file_dialog_begins_with_is_not_cut(
    qapp: QApplication, qtbot: QtBot, language: str
) -> None:
    Theme("light").apply()
    translating.use(language, qapp)
    try:
        lines = list(sharing.filter_lines())
    finally:
        translating.use("en", qapp)
    assert len(set(lines)) == len(FORMATS)
    dialog = QFileDialog(None, "", "", ";;".join(lines))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    box = next(box for box in dialog.findChildren(QComboBox) if box.count() == len(lines))
    room = box.width() - 40  # for the arrow, and the edges
    assert box.fontMetrics().horizontalAdvance(lines[0]) <= room


def choose(monkeypatch: pytest.MonkeyPatch, path: Path, line: str) -> None:
    """What the user picks in the next file dialog."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), line))


def test_every_format_is_offered_and_written(
    filled: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in FORMATS:
        choose(monkeypatch, tmp_path / "names", LINES[kind.name])
        filled.acts["export"].trigger()
        target = tmp_path / f"names{kind.suffix}"
        told = tuple(f"3 results written to {target}{end}" for end in (".", ", with"))
        qtbot.waitUntil(lambda told=told: filled.messages.text.startswith(told), timeout=20_000)
        assert target.stat().st_size > 0
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_own_names_go_along(filled: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    filled.bench.export(tmp_path / "out.csv")
    qtbot.waitUntil(lambda: (tmp_path / "out.csv").exists())
    text = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    row = text.splitlines()[1]
    assert "ValidatedByHuman,Noctua comes,species" in row
    assert "PredictedByMachine" in text and "käfer" in text


def test_the_selected_alone(
    filled: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.page.select(filled.bench.model.rows[2].key)
    choose(monkeypatch, tmp_path / "one.jsonl", LINES["jsonl"])
    filled.acts["export_selected"].trigger()
    qtbot.waitUntil(lambda: (tmp_path / "one.jsonl").exists())
    assert (tmp_path / "one.jsonl").read_text(encoding="utf-8").count("\n") == 1


def test_thinking_better_of_it(filled: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    before = filled.messages.text
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: ("", ""))
    filled.acts["export"].trigger()
    assert not filled.jobs.running and filled.messages.text == before


def test_failure_is_one_sentence(filled: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("out.pdf", "out.xlsx", "out.zip"):
        target = tmp_path / "no" / name
        filled.bench.export(target)
        told = f"{target} cannot be written (No such file or directory)."
        qtbot.waitUntil(lambda told=told: filled.messages.text == told)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("a.csv", "csv", "a.csv"),
        ("a", "pdf", "a.pdf"),
        ("a.csv", "xlsx", "a.xlsx"),
        ("a.xlsx", "pybioclip", "a.pybioclip.csv"),
        ("a.fa", "fasta", "a.fa"),
        ("plot 3.2", "csv", "plot 3.2.csv"),
        ("A.CSV", "csv", "A.CSV"),
        ("a.pdf", "xlsx", "a.xlsx"),
    ],
)
def test_names_get_the_ending_of_their_format(name: str, kind: str, expected: str) -> None:
    assert sharing.chosen_target(Path(name), LINES[kind]) == (Path(expected), kind)


def test_an_ending_that_was_typed_counts_while_no_line_was_chosen() -> None:
    assert sharing.chosen_target(Path("a.html"), LINES["csv"]) == (Path("a.html"), "html")


def test_unknown_endings_are_tables() -> None:
    assert sharing.kind_of(Path("a.docx")) == "csv"
    assert sharing.chosen_target(Path("a.pdf"), "") == (Path("a.pdf"), "pdf")


def clipboard() -> QMimeData:
    return QGuiApplication.clipboard().mimeData()


def test_a_result_as_a_picture(filled: MainWindow, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    filled.page.select(filled.bench.model.rows[0].key)
    qtbot.waitUntil(lambda: filled.acts["copy_picture"].isEnabled())
    filled.acts["copy_picture"].trigger()
    qtbot.waitUntil(lambda: clipboard().hasImage())
    assert "copied as a picture" in filled.messages.text
    image = QGuiApplication.clipboard().image()
    assert image.width() == result_picture.WIDTH * result_picture.SCALE
    photo = filled.bench.model.rows[0].specimen.photo
    assert isinstance(photo, Path)
    # The photo is on it: left of the words, at the middle of its place, the insect's pale body.
    left = image.pixelColor((result_picture.MARGIN + result_picture.PHOTO // 2) * 2, 140 * 2)
    assert left.lightness() > 120 and left != image.pixelColor(4, 4)


def test_a_picture_in_the_language_of_the_window(filled: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_picture, "translated", lambda text: f"[{text}]")
    drawn: list[str] = []
    document = result_picture._Card._document

    def note(html: str, width: float, size: int) -> object:
        drawn.append(html)
        return document(html, width, size)

    monkeypatch.setattr(result_picture._Card, "_document", staticmethod(note))
    result = filled.bench.model.rows[0].result
    assert result is not None and result.verdict is not None
    result_picture.draw(result)
    assert f"<b>[{wording.likelihood(result.verdict)}]</b>" in drawn


def test_a_barcode_as_a_picture(filled: MainWindow, qtbot: QtBot) -> None:
    row = filled.bench.model.rows[2]
    assert row.result is not None
    image = result_picture.draw(row.result, "Own name")
    plain = result_picture.draw(row.result)
    assert image.height() > plain.height()  # a line more
    strip = {image.pixelColor(x, (result_picture.MARGIN + 10) * 2).name() for x in range(60, 1600, 3)}
    assert set(result_picture.BASES.values()) <= strip


def test_failed_and_undecided_results_have_a_picture_too(filled: MainWindow) -> None:
    row = filled.bench.model.rows[1]
    assert row.result is not None and row.result.verdict is None
    image = result_picture.draw(row.result, "", QImage())
    assert image.height() > 100


def test_text_is_copied_as_before(filled: MainWindow) -> None:
    filled.page.select(filled.bench.model.rows[0].key)
    filled.acts["copy"].trigger()
    assert "Your own name: Noctua comes" in QGuiApplication.clipboard().text()
