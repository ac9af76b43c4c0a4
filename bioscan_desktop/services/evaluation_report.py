"""What `bioscan evaluate` leaves behind: figures as JSON and CSV, and how they differ from a baseline.

Any change of a model, of preprocessing, quantisation, matching or index should be told with its
effect: save the figures before it, compare after it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bioscan_desktop import __version__
from bioscan_desktop.core.errors import ArgumentError, reason

FORMAT = "bioscan-evaluation"
FORMAT_VERSION = 1

TOLERANCE = 0.0005
"""Changes below half of the last digit of the table (0.1 per cent) count as none."""

_LOWER_IS_BETTER = frozenset({"ece"})
_WRONG_NAMES = frozenset({"missing", "missing_by_species"})
"""Of missing species: shares that get a name, or pass for known."""

_JUDGED = (
    "pairs", "top_k", "seen", "unseen", "harmonic_mean", "verdict", "novelty_auroc", "ece",
    "missing_species", "names",
)  # fmt: skip
# Counts, limits, and the mean rank of the verdicts: they may change for better or worse.
_NOT_JUDGED = frozenset(
    {"n_queries", "queries", "classes", "calls", "unnamed", "mean_rank", "n_candidates", "limit"}
)
_SAME_QUESTION = ("query", "keys", "protocol")


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that differs from the baseline.

    Attributes:
        name: its place in the JSON, such as `unseen.top_k.1.species.macro`.
        before, after: shares in [0, 1].
    """

    name: str
    before: float
    after: float

    @property
    def better(self) -> bool:
        """True if the figure improved."""
        place = self.name.split(".")
        wrong = place[0] == "missing_species" and place[-1] in _WRONG_NAMES
        return (self.after > self.before) != (wrong or self.name in _LOWER_IS_BETTER)

    def sentence(self) -> str:
        """`unseen.top_k.1.species.macro 46.4 -> 45.0 (-1.4)`, per cent."""
        change = 100 * (self.after - self.before)
        return f"{self.name} {100 * self.before:.1f} -> {100 * self.after:.1f} ({change:+.1f})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two evaluations of the same question.

    Attributes:
        improved, regressed: largest change first.
        unchanged: number of figures that stayed within `TOLERANCE`.
        only_before, only_after: figures that only one of the two has.
        notices: what makes the comparison less than clean, in sentences.
    """

    improved: tuple[Change, ...]
    regressed: tuple[Change, ...]
    unchanged: int
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For `bioscan evaluate --json`."""
        return {
            "improved": {c.name: {"before": c.before, "after": c.after} for c in self.improved},
            "regressed": {c.name: {"before": c.before, "after": c.after} for c in self.regressed},
            "unchanged": self.unchanged,
            "only_before": list(self.only_before),
            "only_after": list(self.only_after),
            "notices": list(self.notices),
        }

    def text(self) -> str:
        """For people."""
        lines = [*self.notices]
        for word, changes in (("improved", self.improved), ("regressed", self.regressed)):
            lines.extend(f"{word:<10}{change.sentence()}" for change in changes)
        for word, names in (("gone", self.only_before), ("new", self.only_after)):
            lines.extend(f"{word:<10}{name}" for name in names)
        counts = f"Improved: {len(self.improved)}  Regressed: {len(self.regressed)}"
        return "\n".join([*lines, f"{counts}  Unchanged: {self.unchanged}"])


def save_figures(figures: Mapping[str, Any], path: Path) -> None:
    """Writes a baseline for `load_figures`.

    Raises:
        ArgumentError: if the file cannot be written.
    """
    head = {"format": FORMAT, "format_version": FORMAT_VERSION, "app_version": __version__}
    try:
        path.write_text(json.dumps({**head, "figures": figures}, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written ({error.strerror or error}).") from None


def load_figures(path: Path) -> dict[str, Any]:
    """Reads what `save_figures` wrote.

    Raises:
        ArgumentError: if the file is missing, no baseline, or of a newer version.
    """
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArgumentError(f"{path} cannot be read as a baseline ({reason(error)}).") from None
    figures = saved.get("figures") if isinstance(saved, dict) else None
    if not isinstance(figures, dict) or saved.get("format") != FORMAT:
        raise ArgumentError(f"{path} is not a baseline that --save wrote.")
    if saved.get("format_version") != FORMAT_VERSION:
        raise ArgumentError(
            f"{path} is a baseline of version {saved.get('format_version')}; "
            f"this program reads version {FORMAT_VERSION}."
        )
    return figures


def check_same_question(figures: Mapping[str, Any], baseline: Mapping[str, Any]) -> None:
    """Refuses to compare other queries, keys, or ways of counting; of `figures` it needs these alone.

    Raises:
        ArgumentError: if so.
    """
    for name in _SAME_QUESTION:
        if figures.get(name) != baseline.get(name):
            raise ArgumentError(
                f"The baseline cannot be compared: its {name} is {baseline.get(name)}, "
                f"here it is {figures.get(name)}."
            )


def compare(figures: Mapping[str, Any], baseline: Mapping[str, Any]) -> Comparison:
    """Says of each figure whether it improved or regressed.

    Raises:
        ArgumentError: if the two answer different questions.
    """
    check_same_question(figures, baseline)
    notices = [
        f"The baseline has {baseline.get(name)} as {name}, here it is {figures.get(name)}."
        for name in ("n_queries", "n_failed")
        if figures.get(name) != baseline.get(name)
    ]
    before, after = dict(_flat(baseline)), dict(_flat(figures))
    changes = [Change(name, value, after[name]) for name, value in before.items() if name in after]
    changed = [c for c in changes if abs(c.after - c.before) > TOLERANCE]
    changed.sort(key=lambda c: (-abs(c.after - c.before), c.name))
    return Comparison(
        tuple(c for c in changed if c.better),
        tuple(c for c in changed if not c.better),
        len(changes) - len(changed),
        tuple(name for name in before if name not in after),
        tuple(name for name in after if name not in before),
        tuple(notices),
    )


def _flat(figures: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """(dotted name, value) of each figure that can get better or worse."""

    def walk(name: str, value: Any) -> Iterator[tuple[str, float]]:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if key not in _NOT_JUDGED:
                    yield from walk(f"{name}.{key}", inner)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, float(value)

    for name in _JUDGED:
        if name in figures:
            yield from walk(name, figures[name])


def write_csv(figures: Mapping[str, Any], stream: IO[str]) -> None:
    """Writes one row per kind of query and key, group, number of neighbours and rank.

    Columns: query, keys, group, top_k, rank, queries, classes, micro, macro. Shares in [0, 1]; blank
    if unknown.
    """
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow("query keys group top_k rank queries classes micro macro".split())
    alone = [figures, figures["names"]] if "names" in figures else [figures]
    for asked in figures["pairs"].values() if "pairs" in figures else alone:
        pair = [asked["query"], asked["keys"] or ""]
        groups = [("all", asked), *((name, asked[name]) for name in ("seen", "unseen") if name in asked)]
        for group, held in groups:
            for k, by_rank in held["top_k"].items():
                for rank, cell in by_rank.items():
                    counts = held["counts"][rank]
                    sizes = [counts["queries"], counts["classes"]]
                    writer.writerow([*pair, group, k, rank, *sizes, *_cells(cell)])
        for k, by_rank in asked.get("harmonic_mean", {}).items():
            for rank, cell in by_rank.items():
                writer.writerow([*pair, "harmonic_mean", k, rank, "", "", *_cells(cell)])


def _cells(cell: Mapping[str, float | None]) -> list[str]:
    return ["" if cell[mean] is None else f"{cell[mean]:.6f}" for mean in ("micro", "macro")]
