"""What a batch leaves for others to read: results.csv, hits.csv and run.json.

While a run goes on, rows are added to the tables as they come, so that they can be looked at any time.
At its end, and when a run is taken up again, they are written anew from the session, in its order.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.report import CSV_COLUMNS, record_row, safe_cell
from bioscan_desktop.session import decisions, specimens
from bioscan_desktop.session.database import Database
from bioscan_desktop.session.decisions import Decision

RESULTS, HITS, RUN = "results.csv", "hits.csv", "run.json"

RESULT_COLUMNS: tuple[str, ...] = (
    *CSV_COLUMNS,
    "bin_uri",
    "flags",
    "notices",
    "verification_status",
    "verified_name",
    "verified_rank",
    "verified_by",
    "verified_at",
    "notes",
    "created_at",
)
HIT_COLUMNS: tuple[str, ...] = (
    "query_id",
    "hit_rank",
    "query_modality",
    "key_modality",
    "score",
    "percent_identity",
    "overlap_bp",
    "processid",
    "bin_uri",
    *RANKS,
    "agreement_rank",
    "agreement_with",
    "country",
    "n_records",
    "image_file",
)

VERIFICATION = {
    "accept": "ValidatedByHuman",
    "choose": "ValidatedByHuman",
    "name": "ValidatedByHuman",
    "reject": "RejectedByHuman",
    "unknown": "UnknownToHuman",
}
"""By action; everything else leaves a row `PredictedByMachine`."""


def result_row(
    record: Mapping[str, Any], created_at: str, decision: Decision | None = None, notes: str = ""
) -> dict[str, object]:
    """One line of results.csv."""
    top = record["hits"][0] if record["hits"] else {}
    status = VERIFICATION.get(decision.action if decision else "", "PredictedByMachine")
    decided = decision if decision is not None and decision.action in VERIFICATION else None
    more: dict[str, object] = {
        "bin_uri": top.get("bin_uri"),
        "flags": ";".join(flags(record)),
        "notices": " ".join(record["notices"]),
        "verification_status": status if record["verdict"] or decided else None,
        "verified_name": decided.name if decided else None,
        "verified_rank": decided.rank if decided else None,
        "verified_by": decided.made_by if decided else None,
        "verified_at": decided.made_at if decided else None,
        "notes": notes,
        "created_at": created_at,
    }
    return {**record_row(record), **{name: _safe(value) for name, value in more.items()}}


def flags(record: Mapping[str, Any]) -> list[str]:
    """Words for what deserves a second look."""
    verdict = record["verdict"]
    found = []
    if _contradicts(record):
        found.append("photo_and_barcode_contradict")
    if verdict is not None:
        if verdict["novelty"] != "none":
            found.append(verdict["novelty"])
        if verdict["name"] is None:
            found.append("no_name")
        if not verdict["calibrated"]:
            found.append("not_calibrated")
    if record["status"] == "partial":
        found.append("partial_input")
    return found


def _contradicts(record: Mapping[str, Any]) -> bool:
    """True if photo and barcode name different orders or families, by the lineages that are kept."""
    kept = record["kept"]["by_modality"]
    if len(kept) < 2:
        return False
    lineages = []
    for modality in ("image", "dna"):
        rank = kept[modality]["rank"]
        carried = RANKS[: RANKS.index(rank) + 1] if rank else ()
        lineages.append({s["rank"]: s["name"] for s in kept[modality]["ranks"] if s["rank"] in carried})
    a, b = lineages
    return any(a.get(rank) and b.get(rank) and a[rank] != b[rank] for rank in ("order", "family"))


def hit_rows(record: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """The lines of hits.csv of one specimen."""
    for hit in record["hits"]:
        row = {name: hit.get(name) for name in HIT_COLUMNS}
        row["query_id"] = record["query_id"]
        row["agreement_rank"], row["agreement_with"] = hit["badge"], hit["badge_against"]
        yield {name: _safe(value) for name, value in row.items()}


class Tables:
    """The tables of a run.

    Args:
        folder: of the run.
        database: its session.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder, self._database = folder, database
        self._open: list[IO[str]] = []
        self._writers: list[csv.DictWriter] = []

    def begin(self, check: Callable[[int], None] = lambda _: None) -> str:
        """Writes what there is and keeps the tables open for more.

        Returns:
            "", or the sentence that says why they can only be written at the end.
        """
        try:
            self.write(check, done_only=True)
            for name, columns in ((RESULTS, RESULT_COLUMNS), (HITS, HIT_COLUMNS)):
                stream = (self._folder / name).open("a", **_TEXT)
                self._open.append(stream)
                self._writers.append(csv.DictWriter(stream, columns, lineterminator="\r\n"))
        except PermissionError as error:
            self.close()
            return f"{error.filename} is open in another program; it is written when the run ends."
        except OSError as error:
            self.close()
            raise _cannot_write(self._folder, error) from None
        return ""

    def append(self, record: Mapping[str, Any], created_at: str) -> None:
        """Adds an answer. Raises ArgumentError if it cannot be written."""
        if not self._writers:
            return
        try:
            self._writers[0].writerow(result_row(record, created_at))
            self._writers[1].writerows(hit_rows(record))
        except OSError as error:
            raise _cannot_write(self._folder, error) from None

    def flush(self) -> None:
        """Lets others see what was added."""
        try:
            for stream in self._open:
                stream.flush()
        except OSError as error:
            raise _cannot_write(self._folder, error) from None

    def finish(self, check: Callable[[int], None] = lambda _: None) -> None:
        """Writes both anew, in the order of the session.

        Raises:
            ArgumentError: if they cannot be written; what was there before is unharmed.
        """
        self.close()
        try:
            self.write(check)
        except PermissionError as error:
            raise ArgumentError(
                f"{error.filename} is open in another program; close it there and go on with --resume, "
                "which writes it."
            ) from None
        except OSError as error:
            raise _cannot_write(self._folder, error) from None

    def leave(self) -> None:
        """Ends the adding before the run is done. Answers that were to be replaced are in again."""
        stale = not self._writers or self._database.one(
            "SELECT 1 FROM results r JOIN specimens s USING (specimen_id) WHERE s.state = 'waiting' LIMIT 1"
        )
        if stale:
            self.finish()
        self.close()

    def write(self, check: Callable[[int], None] = lambda _: None, done_only: bool = False) -> None:
        """Writes both from the session; each appears only when it is complete. Raises OSError.

        Args:
            done_only: leave out answers whose specimens wait to be identified again.
        """
        with replacing(self._folder / RESULTS) as results, replacing(self._folder / HITS) as hits:
            first = csv.DictWriter(results, RESULT_COLUMNS, lineterminator="\r\n")
            second = csv.DictWriter(hits, HIT_COLUMNS, lineterminator="\r\n")
            first.writeheader()
            second.writeheader()
            for done, (number, record, created_at) in enumerate(specimens.records(self._database, done_only)):
                check(done)
                decision, notes = self._human(number)
                first.writerow(result_row(record, created_at, decision, notes))
                second.writerows(hit_rows(record))

    def _human(self, number: int) -> tuple[Decision | None, str]:
        history = decisions.history(self._database, number)
        made = [one for one in history if one.action != "note"]
        return made[-1] if made else None, " ".join(one.note for one in history if one.note)

    def close(self) -> None:
        """Ends the adding."""
        for stream in self._open:
            try:
                stream.close()
            except OSError as error:  # what is still in memory finds no room; the session has it
                raise _cannot_write(self._folder, error) from None
            finally:
                self._writers = []
        self._open = []


_TEXT: dict[str, Any] = {"encoding": "utf-8", "errors": "backslashreplace", "newline": ""}


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A text file that takes its place only when it is complete and on the disk. Raises OSError."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", **_TEXT) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_run(folder: Path, values: Mapping[str, Any]) -> None:
    """Writes run.json. Raises ArgumentError if it cannot be written."""
    try:
        with replacing(folder / RUN) as stream:
            stream.write(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise _cannot_write(folder, error) from None


def _cannot_write(folder: Path, error: OSError) -> ArgumentError:
    return ArgumentError(
        f"The tables in {folder} cannot be written ({error.strerror or error}); what was identified is kept "
        "in session.sqlite. Make room or mend the folder, then go on with --resume."
    )


def _safe(value: object) -> object:
    return safe_cell(value) if isinstance(value, str) else value
