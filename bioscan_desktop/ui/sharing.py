"""Handing results out: where an export goes, what is said of it, and a result as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from bioscan_desktop.core.names import NameIndex
from bioscan_desktop.services.export.formats import BY_NAME, FORMATS, of_path
from bioscan_desktop.ui import result_picture, wording, work
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.translating import tr

if TYPE_CHECKING:
    from bioscan_desktop.services.export.collecting_choice import CollectingChoice
    from bioscan_desktop.services.export.exporting import Written
    from bioscan_desktop.ui.models.specimens import Row
    from bioscan_desktop.ui.work import Engine
    from bioscan_desktop.ui.workbench import Workbench

EXPORT_FILTERS: dict[str, str] = {
    f"{kind.title} – {kind.use} (*{kind.suffix})": kind.name for kind in FORMATS
}
"""Format by the line that the file dialog shows for it, in English."""


def ask(window: QWidget, folder: str) -> tuple[Path | None, str]:
    """Asks where to and in which format; (None, "") if the user thinks better of it."""
    start = str(Path(folder) / "identifications.csv")
    lines = filter_lines()
    chosen, line = QFileDialog.getSaveFileName(window, tr("Export results"), start, ";;".join(lines))
    if not chosen:
        return None, ""
    return chosen_target(Path(chosen), lines.get(line, line))


def filter_lines() -> dict[str, str]:
    """The lines of the file dialog in the window's language, with those of `EXPORT_FILTERS`."""
    return {
        f"{tr(BY_NAME[name].title)} – {tr(BY_NAME[name].use)} (*{BY_NAME[name].suffix})": line
        for line, name in EXPORT_FILTERS.items()
    }


def chosen_target(path: Path, line: str) -> tuple[Path, str]:
    """The file and the format that were meant by a name and the line chosen in the dialog.

    The line counts; a name without its ending gets it, and a name with the ending of another format
    changes to the line's, since some file dialogs keep the name when the line is changed. Where the line
    is still the first, such an ending was typed, and counts.
    """
    kind = BY_NAME[EXPORT_FILTERS.get(line, kind_of(path))]
    if path.name.lower().endswith(kind.suffix):
        return path, kind.name
    other = of_path(path)
    if other is not None and (other.name == kind.name or kind is FORMATS[0]):
        return path, other.name
    stem = path.name
    if other is not None and stem.lower().endswith(other.suffix):
        stem = stem[: -len(other.suffix)]
    return path.with_name(stem + kind.suffix), kind.name


def kind_of(path: Path) -> str:
    """The format of a file name; tables where it says nothing."""
    kind = of_path(path)
    return kind.name if kind is not None else "csv"


def answers(rows: Sequence[Row], names: NameIndex | None) -> list[work.Answer]:
    """The results of rows with what the user said of them, as exports take them."""
    index = names or NameIndex(())
    found = []
    for row in rows:
        if row.result is not None:
            decided = row.decision
            placed = index.resolve(decided.name) if decided is not None and decided.name else None
            found.append(work.Answer(row.result, decided, placed, row.note))
    return found


def details(bench: Workbench) -> work.ExportDetails:
    """What the user said once for all exports."""
    settings = bench.settings
    return work.ExportDetails(settings.get("made_by"), settings.get("licence"), bench.collecting.choice)


def ask_details(bench: Workbench, window: QWidget) -> None:
    """Opens the dialog for them."""
    from bioscan_desktop.ui.dialogs.export_details import ExportDetailsDialog

    dialog = ExportDetailsDialog(bench, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def written_text(written: Written) -> str:
    """What is said of an export that is done."""
    return " ".join([_counted_text(written), *(translated(notice) for notice in written.notices)])


def _counted_text(written: Written) -> str:
    first, *others = written.paths
    if others:
        beside = wording.joined(path.name for path in others)
        text = tr("%n results written to {file}, with {others} beside it.", "", written.count)
        return text.format(file=first, others=beside)
    return tr("%n results written to {file}.", "", written.count).format(file=first)


def crashed_text(error: BaseException) -> str:
    """One sentence about an export that met a bug."""
    return tr("The results cannot be written ({error}).").format(error=error)


class PictureCopy(QObject):
    """Copies a result as a picture; waits for its photo where that is still being read."""

    def __init__(self, bench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._wanted: int | None = None
        bench.pictures.preview_ready.connect(self._on_preview)

    def copy(self, row: Row | None) -> None:
        """Puts the picture of a row's result on the clipboard."""
        if row is None or row.result is None:
            return
        pictures = self._bench.pictures
        photo = pictures.preview(row)
        if photo is None and row.specimen.photo is not None and not pictures.preview_known(row.key):
            self._wanted = row.key
            return
        image = result_picture.draw(row.result, row.own_name, photo.toImage() if photo is not None else None)
        QGuiApplication.clipboard().setImage(image)
        self._bench.said.emit(tr("The result is copied as a picture."), None)

    def _on_preview(self, key: int) -> None:
        if key == self._wanted:
            self._wanted = None
            self.copy(self._bench.model.find(key))


def export(bench: Workbench, target: Path, keys: Sequence[int] | None, kind: str) -> None:
    """As `Workbench.export`."""
    rows = bench.model.rows if keys is None else [bench.model.find(key) for key in keys]
    found = answers([row for row in rows if row is not None], bench.names)
    identifier = bench.engine.identifier if bench.engine is not None else None
    write = partial(work.write_results, found, kind or kind_of(target), target, identifier, details(bench))
    job = bench.jobs.make("export", "export", write)
    asked = bench.collecting.choice

    def renew(found: list[CollectingChoice]) -> None:
        if bench.collecting.choice is asked:  # else another was chosen meanwhile
            bench.collecting.choose(found[-1])

    job.items.connect(renew)
    job.done.connect(lambda written: bench.said.emit(written_text(written), None))
    job.failed.connect(lambda error: bench.said.emit(translated(error.message), None))
    job.crashed.connect(lambda error: bench.said.emit(crashed_text(error), None))
    bench.jobs.run(job)


def packs_text(engine: Engine | None) -> str:
    """What the library and the model that are open may be used for, and whom to name."""
    if engine is None:
        return tr("No library is open.")
    library = engine.identifier.library.manifest
    model = engine.identifier.model.manifest
    return tr(
        "Library {title} {version}: {licence}. {attribution}\nModel {model} {model_version}: {model_licence}"
    ).format(
        title=library.title,
        version=library.version,
        licence=library.licence or tr("no licence stated"),
        attribution=library.attribution,
        model=model.title,
        model_version=model.version,
        model_licence=model.licence,
    )
