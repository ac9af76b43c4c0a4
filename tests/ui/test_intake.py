"""What is on the clipboard or in a drop is told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage

from bioscan_desktop.ui import intake
from bioscan_desktop.ui.main_window import MainWindow


def _picture() -> QImage:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    return image


def test_files_come_before_everything_else(qapp, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a b ü.jpg")), QUrl("https://example.org/x.jpg")])
    mime.setText("ACGT" * 50)
    mime.setImageData(_picture())
    assert intake.read_mime(mime).paths == (tmp_path / "a b ü.jpg",)


def test_a_picture_of_a_browser_is_taken_rather_than_its_address(qapp) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/moth.jpg")])
    mime.setImageData(_picture())
    found = intake.read_mime(mime)
    assert found.picture is not None and found.picture.width() == 40
    assert intake.encode_picture(found.picture).startswith(b"\x89PNG")


@pytest.mark.parametrize("text", [">id\nACGT", "acgtacgtacgtacgtacgtacgt", "  ACGT ACGT\r\nACGT ACGT ACGT\n"])
def test_dna_is_recognised(qapp, text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    assert intake.read_mime(mime).text == text


@pytest.mark.parametrize("text", ["hello", "", "   ", "/no/such/file", "relative/path"])
def test_other_text_is_refused_in_a_sentence(qapp, text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    refused = intake.read_mime(mime).refused
    assert refused.endswith(".")


def test_only_an_address_is_refused(qapp) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/moth.jpg")])
    assert "on this computer" in intake.read_mime(mime).refused


def test_paths_as_text(qapp, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    mime = QMimeData()
    mime.setText(f'"{tmp_path / "a.jpg"}"\n{tmp_path}\n')
    assert intake.read_mime(mime).paths == (tmp_path / "a.jpg", tmp_path)


def test_endings_agree_with_the_reader_of_sequences() -> None:
    from bioscan_desktop.library.importers.sequences import SUFFIXES

    assert intake.SEQUENCE_ENDINGS == SUFFIXES


def test_what_is_dropped_is_copied_whatever_is_proposed(window: MainWindow, tmp_path: Path) -> None:
    """After a move, a file manager would delete the photos and an editor its text."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "manifest.json").write_text("{}")
    (tmp_path / "table.tsv").write_text("processid\n")
    actions, left = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    shift = Qt.KeyboardModifier.ShiftModifier
    for target, name in (
        (window, "folder"),
        (window.shell.page("batch"), "folder"),
        (window.shell.page("packs"), "folder"),
        (window.shell.page("library"), "table.tsv"),
    ):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        enter = QDragEnterEvent(QPoint(50, 50), actions, mime, left, shift)
        enter.setDropAction(Qt.DropAction.MoveAction)
        target.dragEnterEvent(enter)
        assert enter.isAccepted() and enter.dropAction() == Qt.DropAction.CopyAction
    drop = QDropEvent(QPointF(50, 50), actions, mime, left, shift)
    drop.setDropAction(Qt.DropAction.MoveAction)
    window.dropEvent(drop)
    assert drop.isAccepted() and drop.dropAction() == Qt.DropAction.CopyAction


def test_photos_dropped_on_the_batch_page_are_the_windows(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.jpg"))])
    copy, left, plain = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, mime, left, plain)
    enter.ignore()
    window.shell.page("batch").dragEnterEvent(enter)
    assert not enter.isAccepted()
