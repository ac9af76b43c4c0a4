"""Where saved results come from: files of JSON lines, session files, and folders of batch runs.

A reader is anything with `items()`; whoever keeps results in another way writes one and names it in
`READERS`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.export import record_shape
from bioscan_desktop.services.export.collecting_choice import CollectingChoice
from bioscan_desktop.services.export.items import Decision, ExportItem, Picture
from bioscan_desktop.services.export.sample_sheet import NUMBERS, TERMS
from bioscan_desktop.services.export.session_source import FILE_NAME, SessionFile


class ResultReader(Protocol):
    """Results that were saved."""

    def items(self) -> Iterator[ExportItem]:
        """The results in the order in which they were asked for. May be called again."""

    def collecting(self) -> CollectingChoice:
        """What was chosen with them, of when and where specimens were collected."""


class JsonLines:
    """Results as `bioscan identify` and `bioscan export --to jsonl` write them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def collecting(self) -> CollectingChoice:
        """Nothing: each line brings its own."""
        return CollectingChoice()

    def items(self) -> Iterator[ExportItem]:
        """One per line.

        Raises:
            ArgumentError: naming the first line that is no result, or if the file cannot be read.
        """
        try:
            modified = datetime.fromtimestamp(self._path.stat().st_mtime, UTC).isoformat(timespec="seconds")
            with self._path.open(encoding="utf-8-sig", errors="replace") as stream:
                for number, line in enumerate(stream, start=1):
                    if line.strip():
                        yield _item(line, f"line {number} of {self._path.name}", modified)
        except OSError as error:
            raise ArgumentError(f"{self._path} cannot be read ({error.strerror or error}).") from None


def _run_lines(folder: Path) -> ResultReader | None:
    path = folder / "results.jsonl"
    return JsonLines(path) if path.is_file() else None


def _session(folder: Path) -> ResultReader | None:
    path = folder / FILE_NAME
    return SessionFile(path) if path.is_file() else None


READERS: tuple[Callable[[Path], ResultReader | None], ...] = (_session, _run_lines)
"""Tried one after the other on a folder; None means that it is not theirs."""


def open_results(path: Path) -> ResultReader:
    """The reader for a file or for the folder of a run.

    Raises:
        ArgumentError: if there is nothing that one of the readers knows.
    """
    if path.is_dir():
        for make in READERS:
            reader = make(path)
            if reader is not None:
                return reader
        raise ArgumentError(f"The folder {path} holds no results of a run.")
    if not path.is_file():
        raise ArgumentError(f"There is no file {path}.")
    return SessionFile(path) if _is_sqlite(path) else JsonLines(path)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(16) == b"SQLite format 3\x00"
    except OSError:
        return False


def item_of(
    record: Mapping[str, Any], decision: Decision | None = None, identified_at: str = ""
) -> ExportItem:
    """An item of a saved record; its photos are looked for where they were."""
    photos = record.get("photos") or [record.get("photo")]
    pictures = [Picture(Path(one) if one and "\x00" not in one else None) for one in photos]
    return ExportItem(record, decision, tuple(pictures), identified_at)


def _item(line: str, place: str, modified: str) -> ExportItem:
    try:
        values = json.loads(line)
    except ValueError:
        values = None
    if not isinstance(values, dict) or not isinstance(values.get("query_id"), str):
        raise ArgumentError(f"In {place} there is no result as `bioscan identify` writes it.")
    wrong = record_shape.problem(values)
    if wrong:
        raise ArgumentError(f"The result in {place} is damaged or of an unknown version: {wrong}.")
    at = str(values.pop("identified_at", "") or modified)
    collected = _collected(values.pop("collected", None))
    notes = str(values.pop("notes", "") or "")
    item = item_of(values, _decision(values.pop("decision", None)), at)
    return replace(item, collected=collected, notes=notes)


def _collected(values: Any) -> dict[str, str]:
    """What is known of the collecting; numbers that are none are left out, and half a place, too."""
    if not isinstance(values, dict):
        return {}
    found = {term: str(values[term]) for term in TERMS if values.get(term) not in (None, "")}
    for term in NUMBERS & found.keys():
        try:
            is_number = math.isfinite(float(found[term]))
        except ValueError:
            is_number = False
        if not is_number:
            del found[term]
    if not found.keys() >= {"decimalLatitude", "decimalLongitude"}:
        for term in ("decimalLatitude", "decimalLongitude", "geodeticDatum"):
            found.pop(term, None)
    return found


def _decision(values: Any) -> Decision | None:
    if not isinstance(values, dict):
        return None
    lineage = values.get("lineage")
    names = lineage.items() if isinstance(lineage, dict) else ()
    rank = values.get("rank")
    return Decision(
        name=str(values.get("name") or ""),
        rank=rank if rank in RANKS else None,
        lineage={rank: str(name) for rank, name in names if rank in RANKS and name},
        by=str(values.get("by") or ""),
        at=str(values.get("at") or ""),
        notes=str(values.get("notes") or ""),
        unknown=bool(values.get("unknown")),
    )
