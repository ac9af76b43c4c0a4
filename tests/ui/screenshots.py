"""Renders every state of the window to PNG files, to be looked at.

    python tests/ui/screenshots.py OUT                      drawn specimens, a tiny library
    python tests/ui/screenshots.py OUT --library L --model M --photos DIR
    python tests/ui/screenshots.py OUT --only both conflict --sizes 1280x800 --themes light --language fr

    python tests/ui/screenshots.py --docs                   the pictures of the documentation

Run it under a real or virtual screen (`xvfb-run -s "-screen 0 2600x1500x24"`); without one it falls
back to Qt's offscreen platform. The drawn specimens are ours and free of any licence.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

if sys.platform.startswith("linux"):
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import onnxruntime  # noqa: F401 - before Qt, as in the program on Windows
from PIL import Image
from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QImage, QPainter, QRadialGradient
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bioscan_desktop import app as program
from bioscan_desktop.core.barcode import facts
from bioscan_desktop.core.calibration import Calibration, NoveltyModel, PairScale
from bioscan_desktop.inference.crop import Box
from bioscan_desktop.inference.encoders import ModelPack
from bioscan_desktop.library.build import BuildOptions, build_library
from bioscan_desktop.library.importers.tables import read_table
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.settings import Settings
from bioscan_desktop.ui import icons, intake, theme, wording
from bioscan_desktop.ui.dialogs.crash import show_crash
from bioscan_desktop.ui.dialogs.crop import CropDialog
from bioscan_desktop.ui.dialogs.export_details import ExportDetailsDialog
from bioscan_desktop.ui.dialogs.join_by_name import JoinByNameDialog
from bioscan_desktop.ui.dialogs.relink import RelinkDialog
from bioscan_desktop.ui.dialogs.restrict import RestrictDialog
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.pages.batch import BatchPage
from bioscan_desktop.ui.pages.library import LibraryPage
from bioscan_desktop.ui.pages.map import MapPage
from bioscan_desktop.ui.pages.packs import PacksPage
from bioscan_desktop.ui.restricting import Limits
from bioscan_desktop.ui.session_link import SessionLink
from bioscan_desktop.ui.session_menu import SessionMenu
from bioscan_desktop.ui.translating import LANGUAGES
from tests.conftest import make_model, mutate, random_barcode

THEMES = [colours.name for colours in theme.THEMES]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"

SPECIES = (
    ("Lepidoptera", "Noctuidae", "Noctua", "Noctua pronuba", "#8a5a2b", "France"),
    ("Lepidoptera", "Noctuidae", "Noctua", "Noctua comes", "#9a7b56", "Germany"),
    ("Lepidoptera", "Pieridae", "Pieris", "Pieris rapae", "#e8e4c8", "Canada"),
    ("Lepidoptera", "Nymphalidae", "Vanessa", "Vanessa atalanta", "#a8341f", "Norway"),
    ("Diptera", "Syrphidae", "Episyrphus", "Episyrphus balteatus", "#d09a1a", "Germany"),
    ("Diptera", "Culicidae", "Aedes", "Aedes vexans", "#6d6257", "Canada"),
    ("Coleoptera", "Coccinellidae", "Coccinella", "Coccinella septempunctata", "#c3301c", "Finland"),
    ("Coleoptera", "Carabidae", "Carabus", "Carabus nemoralis", "#2f3b52", "Austria"),
    ("Hymenoptera", "Apidae", "Bombus", "Bombus terrestris", "#3a2f12", "United Kingdom"),
    ("Hemiptera", "Pentatomidae", "Palomena", "Palomena prasina", "#3f7a2e", "Germany"),
)


@dataclass
class World:
    """What the states are made of."""

    model: Path
    library: Path
    photos: list[Path]
    barcodes: list[str]
    scratch: Path
    home: Path


def draw_photo(order: str, colour: str, seed: int) -> QImage:
    """A drawn specimen on a photographer's grey."""
    rng = random.Random(seed)
    image = QImage(960, 720, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QRadialGradient(QPointF(480, 340), 620)
    ground.setColorAt(0, QColor("#f4f3ee"))
    ground.setColorAt(1, QColor("#c9c8c0"))
    painter.fillRect(image.rect(), ground)
    painter.translate(480 + rng.randint(-6, 6), 360 + rng.randint(-5, 5))
    painter.rotate(rng.uniform(-3, 3))
    glyph = icons.pixmap("glyphs", icons.glyph_for(order), 620, colour)
    painter.drawPixmap(QRectF(-310, -310, 620, 620), glyph, QRectF(glyph.rect()))
    painter.end()
    return image


def drawn_world(root: Path) -> World:
    """A tiny model and library over drawn specimens."""
    make_model(root / "model", dim=32)
    images, new = root / "images", root / "photos"
    images.mkdir()
    new.mkdir()
    rows = ["processid\timage_file\tnucleotides\torder\tfamily\tgenus\tspecies\tbin_uri\tcountry"]
    photos, barcodes = [], []
    for number, (order, family, genus, species, colour, country) in enumerate(SPECIES):
        reference = random_barcode(number)
        for copy in range(3):
            names = f"{order}\t{family}\t{genus}\t{species}\tBOLD:AAA{1000 + number}\t{country}"
            process = f"DEMO{100 * number + copy:05d}-26"
            rows.append(f"{process}\t\t{mutate(reference, copy, copy)}\t{names}")
            draw_photo(order, colour, 10 * number + copy).save(str(images / f"{number}_{copy}.png"))
            rows.append(f"{process}\t{number}_{copy}.png\t\t{names}")
        photo = new / f"{genus}_{number + 1:02d}.jpg"
        draw_photo(order, colour, 500 + number).save(str(photo), quality=92)
        photos.append(photo)
        barcodes.append(mutate(reference, 2, 900 + number))
    (root / "records.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    options = BuildOptions("demo", title="Demonstration library", images=images)
    build_library(
        read_table(root / "records.tsv"), ModelPack(root / "model", "cpu"), root / "library", options
    )
    line = [i / 199 for i in range(200)]
    calibration = Calibration(
        pairs={
            "image->image": PairScale(900, -885),
            "image->dna": PairScale(1, -20),
            "dna->image": PairScale(1, -20),
            "dna->dna": PairScale(15, 0),
        },
        novelty={
            "dna->dna": NoveltyModel(
                tuple(0.95 + 0.05 * x for x in line), tuple(0.5 + 0.4 * x for x in line)
            ),
            "image->image": NoveltyModel(
                tuple(0.99 + 0.01 * x for x in line), tuple(0.8 + 0.15 * x for x in line)
            ),
        },
    )
    (root / "library" / "calibration.json").write_text(json.dumps(calibration.to_dict()), encoding="utf-8")
    return World(root / "model", root / "library", photos, barcodes, root / "scratch", root / "home")


def real_world(root: Path, library: str, model: str, photos: Path | None) -> World:
    """Packs that are installed, with photos of the caller and barcodes made from the library."""
    from bioscan_desktop.services import packs

    folder = packs.find("libraries", library)
    opened = packs.open_library(str(folder))
    records = [r for r in opened.records.with_consensus(60) if r.consensus and r.lineage.species]
    barcodes = [mutate(r.consensus.replace("N", "A"), 2, n) for n, r in enumerate(records[:10])]
    opened.close()
    found = sorted(photos.iterdir()) if photos is not None else []
    drawn = root / "photos"
    drawn.mkdir()
    if not found:
        for number, (order, _, genus, _, colour, _) in enumerate(SPECIES):
            draw_photo(order, colour, 500 + number).save(str(drawn / f"{genus}_{number + 1:02d}.jpg"))
        found = sorted(drawn.iterdir())
    model_folder = packs.find("models", model) if model else None
    return World(model_folder or Path(), folder, found, barcodes, root / "scratch", root / "home")


class Stage:
    """A window of one size and theme, and what is done with it."""

    def __init__(self, world: World, theme: str, size: tuple[int, int]) -> None:
        self.world = world
        settings = Settings()
        settings.set("theme", theme)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.window: MainWindow = program.build(app, settings)
        self.window._library = str(world.library)
        self.window._model = str(world.model) if world.model.name else ""
        self.window._provider = "cpu"
        self.window.resize(*size)
        self.window.show()
        self.pause(50)

    def pause(self, ms: int) -> None:
        end = time.monotonic() + ms / 1000
        while time.monotonic() < end:
            QTest.qWait(10)  # which keeps workers from Python while it lasts

    def open(self) -> Stage:
        self.window.open_packs()
        self.until(lambda: self.window.bench.engine is not None and not self.window.bench.is_opening)
        return self

    def until(self, ready: Callable[[], bool], timeout_ms: int = 60_000) -> None:
        end = time.monotonic() + timeout_ms / 1000
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get that far")
            QTest.qWait(10)

    def drop(self, *paths: Path) -> None:
        self.window.drop_paths(paths)
        self.settle()

    def paste(self, text: str, target: int | None = None) -> None:
        self.window.bench.take(intake.Intake(text=text), target)
        self.settle()

    def settle(self) -> None:
        self.pause(150)
        self.until(lambda: not self.window.bench.is_busy)
        self.pause(500)

    def select(self, place: int) -> None:
        self.window.page.select(self.window.bench.model.rows[place].key)
        self.pause(500)

    def several(self) -> None:
        """A list as in use: most photos, some barcodes."""
        self.drop(*self.world.photos[:8])
        fasta = "".join(f">SPEC-{n:03d}\n{b}\n" for n, b in enumerate(self.world.barcodes[:4], start=1))
        self.paste(fasta)
        self.window.messages.hide()


def empty(stage: Stage) -> None:
    stage.open()


def loading(stage: Stage) -> None:
    stage.window.open_packs()


def no_library(stage: Stage) -> None:
    stage.window._library = str(stage.world.scratch / "gone")
    stage.window.open_packs()
    stage.until(lambda: not stage.window.bench.is_opening)


def photo(stage: Stage) -> None:
    stage.open().several()
    stage.select(0)


def dna(stage: Stage) -> None:
    stage.open().several()
    stage.select(stage.window.bench.model.rowCount() - 1)


def _joined(stage: Stage, barcode: int) -> None:
    stage.open().several()
    rows = stage.window.bench.model.rows
    stage.paste(stage.world.barcodes[barcode], rows[0].key)
    stage.select(0)


def both(stage: Stage) -> None:
    _joined(stage, 0)  # photo and barcode 0 are of one species
    stage.window.messages.hide()
    stage.pause(200)


def dna_evidence(stage: Stage) -> None:
    stage.open().several()
    stage.select(stage.window.bench.model.rowCount() - 1)
    _aligned(stage)
    stage.window.acts["dna"].trigger()
    stage.pause(200)


def broken_barcode(stage: Stage) -> None:
    """A lost base, many N, and less of a barcode than usual."""
    stage.open().several()
    barcode = stage.world.barcodes[1]
    broken = next(
        lost
        for place in range(150, 400)
        if facts(lost := barcode[:place] + barcode[place + 1 : 400] + "N" * 20 + barcode[420:]).fewest_stops
    )
    stage.paste(f">lost-a-base\n{broken}\n")
    stage.select(stage.window.bench.model.rowCount() - 1)
    _aligned(stage)
    stage.window.acts["dna"].trigger()
    stage.pause(200)


def alignment(stage: Stage) -> None:
    stage.open().several()
    barcode = stage.world.barcodes[0]
    stage.paste(f">cut-barcode\n{barcode[33:300] + barcode[303:]}\n")
    stage.select(stage.window.bench.model.rowCount() - 1)
    _aligned(stage)
    stage.window.acts["alignment"].trigger()
    stage.pause(200)


def _aligned(stage: Stage) -> None:
    bench, page = stage.window.bench, stage.window.page
    stage.until(lambda: page.current is not None and bench.evidences.is_known(page.current))
    stage.pause(100)


def own_name(stage: Stage) -> None:
    both(stage)
    bench = stage.window.bench
    stage.until(lambda: bench.names is not None)
    row = bench.model.rows[0]
    relative = next(
        (r.result.verdict.lineage.species for r in bench.model.rows[1:] if r.result and r.result.verdict
         and r.result.verdict.lineage.species), "Noctua comes",
    )  # fmt: skip
    bench.name(row.key, relative)
    stage.window._choose_badges("user")
    stage.window.page.panel.verticalScrollBar().setValue(330)
    stage.pause(300)


def unknown_name(stage: Stage) -> None:
    own_name(stage)
    stage.window.bench.name(stage.window.bench.model.rows[0].key, "Maculinea arion")
    stage.pause(300)


def completing(stage: Stage) -> None:
    both(stage)
    stage.until(lambda: stage.window.bench.names is not None)
    stage.window.acts["own_name"].trigger()
    QTest.keyClicks(stage.window.page.panel.own_name, "p")
    stage.pause(300)


def other_part(stage: Stage) -> None:
    _joined(stage, 1)
    stage.window._choose_badges("other_modality")
    stage.window.page.panel.verticalScrollBar().setValue(400)
    stage.pause(300)


def why(stage: Stage) -> None:
    both(stage)
    stage.window.acts["why"].trigger()
    stage.pause(200)


def why_undecided(stage: Stage) -> None:
    novelty(stage)
    stage.window.acts["why"].trigger()
    stage.pause(200)


def conflict(stage: Stage) -> None:
    _joined(stage, 7)


def _joined_photos(stage: Stage, places: Sequence[int]) -> None:
    stage.open().several()
    window = stage.window
    rows = [window.bench.model.rows[place] for place in places]
    window.page.select(rows[0].key)
    for row in rows[1:]:
        window.page.list.selectionModel().select(
            window.page.list.model().index(window.bench.model.rows.index(row), 0),
            QItemSelectionModel.SelectionFlag.Select,
        )
    before = window.bench.model.rowCount()
    window.acts["join"].trigger()
    stage.until(lambda: window.bench.model.rowCount() < before)
    stage.until(lambda: all(row.result is not None for row in window.bench.model.rows))
    stage.select(0)
    window.messages.hide()
    stage.pause(200)


def several_photos(stage: Stage) -> None:
    _joined_photos(stage, (0, 1))


def _folder_of_views(stage: Stage) -> Path:
    """Photos with views in their names."""
    folder = stage.world.scratch / "views"
    folder.mkdir(parents=True, exist_ok=True)
    photos = stage.world.photos
    names = [f"NHM-04{n}_{view}" for n in (12, 13, 14) for view in ("dorsal", "ventral", "head")]
    for number, name in enumerate([*names, "NHM-0415_1", "NHM-0415_2", "garden"]):
        photo = photos[number // 3 % len(photos)]
        shutil.copy(photo, folder / f"{name}{photo.suffix}")
    return folder


def _views(stage: Stage) -> None:
    folder = _folder_of_views(stage.open())
    stage.drop(*sorted(folder.iterdir()))
    stage.until(lambda: all(row.result is not None for row in stage.window.bench.model.rows))
    stage.window.messages.hide()
    stage.select(0)


def join_by_name(stage: Stage, numbers: bool = False) -> None:
    _views(stage)
    stage.window.acts["join_by_name"].trigger()
    dialog = stage.window.findChild(JoinByNameDialog)
    dialog.ways.setCurrentIndex(int(numbers))
    stage.until(lambda: dialog.model.rowCount() > 0)
    stage.pause(200)


def join_by_number(stage: Stage) -> None:
    join_by_name(stage, numbers=True)


def not_joined(stage: Stage) -> None:
    stage.open().several()
    stage.select(0)
    stage.window.acts["join"].trigger()
    stage.pause(200)


def _crop_second(stage: Stage) -> CropDialog:
    _joined_photos(stage, (0, 1))
    stage.window.page.panel._strip._buttons[1].click()
    stage.pause(300)
    stage.window.acts["crop"].trigger()
    dialog = stage.window.findChild(CropDialog)
    stage.until(lambda: dialog.view._picture is not None)
    stage.pause(300)
    return dialog


def crop_of_several(stage: Stage) -> None:
    dialog = _crop_second(stage)
    dialog.view.add()
    dialog.view.add()
    stage.pause(200)


def several_cropped(stage: Stage) -> None:
    dialog = _crop_second(stage)
    dialog.view.show_boxes([Box(0.15, 0.1, 0.75, 0.8)])
    dialog.use.click()
    stage.until(lambda: all(row.result is not None for row in stage.window.bench.model.rows))
    stage.pause(400)


def photos_disagree(stage: Stage) -> None:
    _joined_photos(stage, (0, 7))


def novelty(stage: Stage) -> None:
    stage.open().several()
    stage.paste(f">unknown-moth\n{mutate(stage.world.barcodes[0], 60, 3)}\n")
    stage.select(stage.window.bench.model.rowCount() - 1)


def unlike(stage: Stage) -> None:
    stage.open().several()
    stage.paste(f">unlike\n{random_barcode(77)}\n")
    stage.select(stage.window.bench.model.rowCount() - 1)


def errors(stage: Stage) -> None:
    folder = stage.world.scratch
    folder.mkdir(parents=True, exist_ok=True)
    whole = stage.world.photos[0].read_bytes()
    (folder / "cut_short.jpg").write_bytes(whole[: int(len(whole) * 0.72)])
    (folder / "mostly_gone.jpg").write_bytes(whole[: len(whole) // 12])
    (folder / "notes.jpg").write_text("this is text, not a photo\n" * 8)
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "bad.fasta").write_text(">short\nACGTACGT\n>protein\nMKVLLEEFFPQ" + "LEEFPQ" * 30 + "\n")
    (folder / "list.docx").write_bytes(b"PK\x03\x04")
    stage.open()
    stage.drop(folder, stage.world.photos[3], folder / "list.docx")
    stage.select(0)


def failed_photo(stage: Stage) -> None:
    errors(stage)
    names = [row.specimen.query_id for row in stage.window.bench.model.rows]
    stage.select(names.index("mostly_gone"))


def partial_photo(stage: Stage) -> None:
    errors(stage)
    names = [row.specimen.query_id for row in stage.window.bench.model.rows]
    stage.select(names.index("cut_short"))


def working(stage: Stage) -> None:
    stage.open()
    stage.window.bench.take(intake.Intake(paths=tuple(stage.world.photos * 30)))
    stage.until(lambda: stage.window.bench.done > 40)


def rows_10000(stage: Stage) -> None:
    stage.open().several()
    bench = stage.window.bench
    known = list(bench.model.rows)
    rows = []
    for number in range(10_000 - len(known)):
        row = bench.model.new_row(known[number % len(known)].specimen)
        row.result, row.state = known[number % len(known)].result, known[number % len(known)].state
        rows.append(row)
    bench.model.append(rows)
    stage.window.page.list.scrollTo(stage.window.page.listed.index(6_000))
    stage.select(6_003)
    stage.pause(800)


def dragging(stage: Stage) -> None:
    stage.open().several()
    window = stage.window
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/data/barcode.fasta")])
    place = window.page.list.viewport().mapTo(window, QPoint(90, 130))
    none = Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(place, Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, none)
    QApplication.sendEvent(window, event)
    stage.pause(50)


def _dialog(make: Callable[[MainWindow], object]) -> Callable[[Stage], None]:
    def show(stage: Stage) -> None:
        stage.open().several()
        make(stage.window)
        stage.pause(200)

    return show


def _page(name: str) -> Callable[[Stage], None]:
    def show(stage: Stage) -> None:
        stage.open().several()
        stage.window.acts[f"page_{name}"].trigger()
        stage.pause(300)

    return show


def review(stage: Stage) -> None:
    _joined(stage, 7)
    stage.window.messages.hide()
    stage.window.acts["page_review"].trigger()
    stage.pause(600)


def review_decided(stage: Stage) -> None:
    review(stage)
    page = stage.window.shell.page("review")
    for action in ("2", "accept", "genus", "unknown", "reject", "skip"):
        page.act(action)
    page.go(0)
    stage.until(lambda: page.specimen.photo.picture is not None)
    stage.pause(300)


def review_end(stage: Stage) -> None:
    review_decided(stage)
    stage.window.shell.page("review").go(99)


def restricted(stage: Stage) -> None:
    """An answer from a part of the library, beside which something nearer was left out."""
    stage.open()
    stage.window.bench.restrict(Limits(taxa=("Noctuidae",)))
    stage.until(lambda: not stage.window.bench.is_restricting)
    if stage.window.bench.restriction is None:
        raise LookupError("Noctuidae")
    stage.several()
    stage.select(min(3, stage.window.bench.model.rowCount() - 1))


def restrict_dialog(stage: Stage) -> None:
    stage.open().several()
    stage.window.acts["restrict"].trigger()
    dialog = stage.window.findChild(RestrictDialog)
    assert dialog is not None
    stage.until(lambda: not dialog.words.text().startswith("Counting"))
    if dialog.countries.count():
        dialog.countries.item(0).setCheckState(Qt.CheckState.Checked)
    dialog.use_list(Path("national-checklist.txt"))
    dialog.taxa.setText("Noctuidae, Pieris rapae")
    stage.pause(200)


def missing_names(stage: Stage) -> None:
    """Names of a list that the library lacks, with what may have been meant."""
    stage.open().several()
    known = [name for name in stage.window.bench.names.complete("N") if " " in name][:2]
    names = [*known, *(f"{name[:-2]}us" for name in known), "Inachis io (Linnaeus, 1758)", "Phalaena nemo"]
    stage.window.bench.restrict(Limits(listed=tuple(names), file="national-checklist.txt"))
    stage.until(lambda: not stage.window.bench.is_restricting)
    stage.window.restriction.missing.click()
    stage.pause(200)


def export_details(stage: Stage) -> None:
    stage.open().several()
    names = [row.specimen.query_id for row in stage.window.bench.model.rows[:-2]]
    stage.world.scratch.mkdir(exist_ok=True)
    sheet = stage.world.scratch / "samples.csv"
    sheet.write_text("\n".join(["sampleid,date,locality", *(f"{name},31.7.2026,Aare" for name in names)]))
    stage.window.acts["export_details"].trigger()
    dialog = stage.window.findChild(ExportDetailsDialog)
    assert dialog is not None
    dialog.name.setText("Anna Muster")
    dialog.use_sheet(sheet)
    stage.until(dialog.take.isEnabled)


def country_hint(stage: Stage) -> None:
    stage.open().several()
    stage.window.bench.collecting.choose(CollectingChoice(country="Norway"))
    stage.select(0)
    stage.until(lambda: not stage.window.page.panel._country.isHidden())


def _session(stage: Stage) -> SessionMenu:
    link = SessionLink(
        stage.window.bench, stage.world.scratch / f"sessions-{time.monotonic_ns()}", stage.window
    )
    menu = SessionMenu(link, stage.window)
    link.begin()
    stage.until(lambda: link.path is not None)
    stage.several()
    stage.pause(600)
    return menu


def relink(stage: Stage) -> None:
    """Photos that were moved, after a look through a folder with some of them."""
    stage.open()
    photos, away = stage.world.scratch / "camera", stage.world.scratch / "archive"
    for folder in (photos, away):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    copies = [Path(shutil.copy(path, photos)) for path in stage.world.photos[:8]]
    kept, stage.world.photos = stage.world.photos, copies
    try:
        menu = _session(stage)
    finally:
        stage.world.photos = kept
    for path in copies[:5]:
        path.rename(away / path.name)
    for path in copies[5:]:
        path.unlink()
    menu.relink.trigger()
    dialog = stage.window.findChild(RelinkDialog)
    assert dialog is not None
    stage.until(lambda: dialog._job is None)
    dialog.look_in(away)
    stage.until(lambda: dialog._job is None)
    stage.pause(200)


def review_empty(stage: Stage) -> None:
    stage.open()
    stage.window.acts["page_review"].trigger()


def compare_photos(stage: Stage) -> None:
    both(stage)
    stage.window.acts["photos"].trigger()
    stage.pause(600)
    stage.window.details.photos.mine.zoom_by(2.0)
    stage.pause(300)


def sorting(stage: Stage) -> None:
    _joined(stage, 7)
    stage.window.messages.hide()
    order = stage.window.page.order
    order.choice("unsure").trigger()
    order.open()
    stage.pause(300)


def quick_look(stage: Stage) -> None:
    both(stage)
    stage.window.acts["accept"].trigger()
    stage.window.acts["quick_look"].trigger()
    stage.pause(600)


def quick_look_barcode(stage: Stage) -> None:
    dna(stage)
    _aligned(stage)
    stage.window.acts["quick_look"].trigger()
    stage.pause(400)


def _scene(path: Path, *insects: tuple[str, str, int, int, int]) -> Path:
    """A drawn photo with insects as (order, colour, x, y, side)."""
    image = QImage(1200, 900, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    ground = QRadialGradient(QPointF(500, 340), 900)
    ground.setColorAt(0, QColor("#e9ebe2"))
    ground.setColorAt(1, QColor("#b9beb0"))
    painter.fillRect(image.rect(), ground)
    for order, colour, x, y, side in insects:
        glyph = icons.pixmap("glyphs", icons.glyph_for(order), side, colour)
        painter.drawPixmap(QRectF(x, y, side, side), glyph, QRectF(glyph.rect()))
    painter.end()
    path.parent.mkdir(exist_ok=True)
    image.save(str(path), quality=92)
    return path


def crop_photo(stage: Stage, *more: tuple[str, str, int, int, int]) -> None:
    stage.open()
    photo = _scene(stage.world.scratch / "garden.jpg", ("Lepidoptera", "#8a5a2b", 760, 480, 260), *more)
    stage.drop(photo)
    stage.window.acts["crop"].trigger()
    dialog = stage.window.findChild(CropDialog)
    stage.until(lambda: bool(dialog.view.boxes) and dialog.view._picture is not None)
    stage.pause(200)


def crop_several(stage: Stage) -> None:
    crop_photo(stage, ("Coleoptera", "#c3301c", 150, 130, 200), ("Diptera", "#3f3a35", 640, 90, 220))


def filter_nothing(stage: Stage) -> None:
    stage.open().several()
    stage.window.page.filter.words.setText("walrus")
    stage.pause(500)


def library(stage: Stage) -> None:
    _library(stage, "Noctuidae")


def library_whole(stage: Stage) -> None:
    _library(stage, "")


def _library(stage: Stage, name: str, tab: int = 0) -> LibraryPage:
    stage.open().window.shell.show_page("library")
    page = stage.window.shell.page("library")
    assert isinstance(page, LibraryPage)
    stage.until(lambda: page.source.taxonomy is not None)
    assert page.source.taxonomy is not None
    found = page.source.taxonomy.search(name)
    page.show_taxon(found[0].taxon if found else 0)  # the whole library, where it has no such name
    page.panel.tabs.setCurrentIndex(tab)
    stage.pause(300)
    return page


def library_records(stage: Stage) -> None:
    _library(stage, "Noctuidae", 1).panel.records.table.selectRow(1)
    stage.pause(200)


def library_distances(stage: Stage) -> None:
    page = _library(stage, "Lepidoptera", 2)
    page.panel.distances.buttons["image"].click()
    stage.until(lambda: page.panel.distances.model.rowCount() > 0 or page.panel.distances._go.isVisible())
    stage.pause(300)


def library_search(stage: Stage) -> None:
    page = _library(stage, "Noctuidae")
    page.search()
    QTest.keyClicks(page.finder.field, "no")
    stage.pause(200)


def _map(stage: Stage) -> MapPage:
    stage.open().several()
    stage.window.shell.show_page("map")
    page = stage.window.shell.page("map")
    assert isinstance(page, MapPage)
    stage.until(lambda: page.layout_shown is not None)
    page.colour_by("family")
    page.bar.show_state("components", "family")
    stage.pause(600)
    return page


def map_overview(stage: Stage) -> None:
    _map(stage)


def map_group(stage: Stage) -> None:
    page = _map(stage)
    page.side.legend.setCurrentIndex(page.side.legend.entries.index(0))
    assert page.grouping is not None
    page._select((page.grouping.number == 0).nonzero()[0])
    stage.pause(300)


def packs(stage: Stage) -> None:
    stage.open().window.shell.show_page("packs")
    page = stage.window.shell.page("packs")
    assert isinstance(page, PacksPage)
    stage.until(lambda: bool(page.packs))
    stage.pause(200)


def map_neighbourhoods(stage: Stage) -> None:
    page = _map(stage)
    page.bar.show_state("neighbourhoods", "family")
    page.show_kind("neighbourhoods")

    def ready() -> bool:
        return page.layout_shown is not None and page.layout_shown.kind == "neighbourhoods"

    stage.until(ready, timeout_ms=900_000)  # twenty thousand references take minutes
    page.show_specimen(stage.window.bench.model.rows[0].key)
    stage.pause(600)
    assert page.points is not None and page.layout_shown is not None
    page.view.look_at(page.layout_shown.xy[page.points.modality == 0])  # the photos, as the specimen is one
    stage.pause(300)


def _batch(stage: Stage) -> BatchPage:
    stage.open().window.shell.show_page("batch")
    page = stage.window.shell.page("batch")
    assert isinstance(page, BatchPage)
    page.begin.use_folder(stage.world.photos[0].parent)
    specimens = wording.count(2, "specimen").split()[-1]
    stage.until(lambda: specimens in page.begin._found.text())
    stage.pause(200)
    return page


def batch(stage: Stage) -> None:
    _batch(stage)


def batch_views(stage: Stage) -> None:
    """Photos that are joined by the views in their names."""
    folder = _folder_of_views(stage)
    page = _batch(stage)
    page.begin.use_folder(folder)
    page.begin.out.setText(f"{folder} - identified")
    page.begin.views.setCurrentIndex(2)
    stage.pause(1200)


def batch_done(stage: Stage) -> None:
    page = _batch(stage)
    page.begin.out.setText(str(stage.world.scratch / f"batch-{time.monotonic_ns()}"))
    stage.pause(400)
    page.begin.begin.click()
    stage.until(lambda: page.control.state == "done" and page.rows.rowCount() > 0)
    stage.pause(600)
    page.table.selectRow(1)
    stage.pause(500)


def batch_running(stage: Stage) -> None:
    """In the middle of some hundreds of photos."""
    many = stage.world.scratch / f"many-{time.monotonic_ns()}"
    many.mkdir(parents=True)
    for number in range(600):
        photo = stage.world.photos[number % len(stage.world.photos)]
        shutil.copy(photo, many / f"{number:03d}_{photo.name}")
    page = _batch(stage)
    page.begin.use_folder(many)
    page.begin.out.setText(f"{many} - identified")
    stage.pause(1500)
    page.begin.begin.click()
    stage.until(lambda: page.control.state != "running" or page.rows.rowCount() > 60)
    stage.pause(300)


def batch_paused(stage: Stage) -> None:
    batch_running(stage)
    page = stage.window.shell.page("batch")
    assert isinstance(page, BatchPage)
    page.control.pause()
    stage.pause(2500)


def filtering(stage: Stage) -> None:
    _joined(stage, 7)
    stage.window.messages.hide()
    bar = stage.window.page.filter
    bar.button.click()
    bar.panel.box("rank", "species").click()
    stage.pause(300)


STATES: dict[str, Callable[[Stage], None]] = {
    "empty": empty,
    "loading": loading,
    "no_library": no_library,
    "photo": photo,
    "dna": dna,
    "both": both,
    "conflict": conflict,
    "several_photos": several_photos,
    "photos_disagree": photos_disagree,
    "join_by_name": join_by_name,
    "join_by_number": join_by_number,
    "not_joined": not_joined,
    "crop_of_several": crop_of_several,
    "several_cropped": several_cropped,
    "dna_evidence": dna_evidence,
    "broken_barcode": broken_barcode,
    "alignment": alignment,
    "own_name": own_name,
    "unknown_name": unknown_name,
    "completing": completing,
    "other_part": other_part,
    "why": why,
    "why_undecided": why_undecided,
    "novelty": novelty,
    "unlike": unlike,
    "errors": errors,
    "failed": failed_photo,
    "partial": partial_photo,
    "working": working,
    "rows_10000": rows_10000,
    "dragging": dragging,
    "restricted": restricted,
    "restrict_dialog": restrict_dialog,
    "missing_names": missing_names,
    "export_details": export_details,
    "country_hint": country_hint,
    "relink": relink,
    "settings": _page("settings"),
    "review": review,
    "review_decided": review_decided,
    "review_end": review_end,
    "review_empty": review_empty,
    "compare_photos": compare_photos,
    "crop": crop_photo,
    "crop_several": crop_several,
    "filter": filtering,
    "filter_nothing": filter_nothing,
    "sorting": sorting,
    "quick_look": quick_look,
    "quick_look_barcode": quick_look_barcode,
    "library": library,
    "library_whole": library_whole,
    "library_records": library_records,
    "library_distances": library_distances,
    "library_search": library_search,
    "map": map_overview,
    "map_group": map_group,
    "map_neighbourhoods": map_neighbourhoods,
    "batch": batch,
    "batch_views": batch_views,
    "batch_done": batch_done,
    "batch_running": batch_running,
    "batch_paused": batch_paused,
    "packs": packs,
    "shortcuts": _dialog(lambda w: w.acts["shortcuts"].trigger()),
    "about": _dialog(lambda w: w._show_about()),
    "attach": _dialog(lambda w: (w.page.select(1), w._attach())),
    "crash": _dialog(lambda w: show_crash(ValueError("index out of range"), w)),
    "crash_details": _dialog(lambda w: show_crash(ValueError("index out of range"), w).show_details.click()),
}


IN_DOCS = (
    ("both", "light", "identify"),
    ("both", "dark", "identify"),
    ("review_decided", "light", "review"),
    ("library_whole", "light", "library"),
    ("map_neighbourhoods", "dark", "map"),
    ("crop_several", "light", "crop"),
    ("filter", "light", "filter"),
)
"""(state, theme, name): the pictures in docs/screenshots."""


def _fewer_colours(image: Image.Image) -> Image.Image:
    """With a palette: the commonest colours as they are, so that plain grounds stay plain, and others that
    cover the rest, small signs too, between which photos are dithered."""
    common = sorted(image.getcolors(image.width * image.height) or [], reverse=True)[:128]
    palette = [channel for _, colour in common for channel in colour]
    rest = image.quantize(256 - len(common), Image.Quantize.MAXCOVERAGE).getpalette() or []
    carrier = Image.new("P", (1, 1))
    carrier.putpalette(palette + rest[: 3 * (256 - len(common))])
    return image.quantize(palette=carrier, dither=Image.Dither.FLOYDSTEINBERG)


def render_docs(world: World, out: Path) -> None:
    """Writes docs/screenshots/NAME-THEME.png with 256 colours, which is half the size."""
    for state, look, name in IN_DOCS:
        render(world, out, [state], [look], [(1280, 1000)], 100)
        shot, target = out / f"{state}-{look}-1280x1000.png", out / f"{name}-{look}.png"
        with Image.open(shot) as image:
            _fewer_colours(image.convert("RGB")).save(target, optimize=True)
        shot.unlink()


def render(
    world: World, out: Path, states: list[str], themes: list[str], sizes: list[tuple[int, int]], scale: int
) -> list[str]:
    """Writes OUT/STATE-THEME-WIDTHxHEIGHT.png; returns the states that did not come about."""
    failed: list[str] = []
    at = "" if scale == 100 else f"@{scale}"
    for look in themes:
        for size in sizes:
            for name in states:
                stage = Stage(world, look, size)
                try:
                    try:
                        STATES[name](stage)
                    except (TimeoutError, LookupError, StopIteration) as error:
                        failed.append(name)
                        print(f"{name}: not rendered, this library cannot be brought so far ({error!r})")
                        continue
                    target = out / f"{name}-{look}-{size[0] * scale // 100}x{size[1] * scale // 100}{at}.png"
                    picture(stage.window).save(str(target))
                    print(target)
                finally:
                    stage.window.close()
                    stage.window.deleteLater()
                    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return failed


def picture(window: MainWindow) -> QImage:
    """The window with its open dialog, if there is one."""
    for _ in range(3):
        QApplication.processEvents()  # on a busy machine some layouts are still to be made
    image = window.grab().toImage()
    dialogs = [w for w in QApplication.topLevelWidgets() if w is not window and w.isVisible()]
    painter = QPainter(image)
    for dialog in dialogs:
        if dialog.windowType() == Qt.WindowType.Popup:
            painter.drawPixmap(window.mapFromGlobal(dialog.pos()), dialog.grab())
            continue
        shot = dialog.grab()
        corner = QPoint((window.width() - dialog.width()) // 2, (window.height() - dialog.height()) // 2)
        painter.fillRect(image.rect(), QColor(0, 0, 0, 90))
        painter.drawPixmap(corner, shot)
    painter.end()
    return image


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--docs", action="store_true", help="render docs/screenshots")
    parser.add_argument("--library")
    parser.add_argument("--model", default="")
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--only", nargs="+", choices=list(STATES), default=list(STATES))
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=["light", "dark"])
    parser.add_argument("--scale", type=int, default=100, help="percent; sizes are of the screen's pixels")
    parser.add_argument("--sizes", nargs="+", default=["1280x800", "2560x1440"])
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    arguments = parser.parse_args()
    if arguments.docs:
        arguments.out = DOCS
    if arguments.out is None:
        parser.error("name a folder, or use --docs")
    arguments.out.mkdir(parents=True, exist_ok=True)
    pixels = [(int(w), int(h)) for w, h in (size.split("x") for size in arguments.sizes)]
    sizes = [(w * 100 // arguments.scale, h * 100 // arguments.scale) for w, h in pixels]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BIOSCAN_HOME"] = str(Path(folder, "home"))
        program.make_app(arguments.scale, arguments.language)
        root = Path(folder)
        if arguments.library:
            world = real_world(root, arguments.library, arguments.model, arguments.photos)
        else:
            world = drawn_world(root)
        if arguments.docs:
            render_docs(world, arguments.out)
        else:
            sizes_of = (arguments.only, arguments.themes, sizes, arguments.scale)
            if failed := render(world, arguments.out, *sizes_of):
                print(f"Not rendered: {', '.join(dict.fromkeys(failed))}.", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
