"""The charts of a report as inline SVG. Colours come from the page's style, for light, dark and print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bioscan_desktop.services.export.escaping import xml
from bioscan_desktop.services.export.items import ExportItem

OUTCOMES: tuple[tuple[str, str], ...] = (
    ("species", "Named to species"),
    ("genus", "Named to genus"),
    ("family", "Named to family"),
    ("order", "Named to order"),
    ("no_name", "No name can be given"),
    ("unlike_library", "Not in this library"),
    ("conflict", "Contradiction"),
    ("failed", "Could not be read"),
)
BINS = 10
WIDTH, HEIGHT = 350, 262
SHOWN_TAXA = 8


def outcome(item: ExportItem) -> str:
    """One of `OUTCOMES`; a conflict counts as one, whatever rank both share."""
    if item.failed:
        return "failed"
    if item.conflict:
        return "conflict"
    if item.verdict["novelty"] == "unlike_library":
        return "unlike_library"
    return item.machine.rank or "no_name"


class Tally:
    """Counts of what passes by, for the charts."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.families: Counter[str] = Counter()
        self.species: set[str] = set()
        self.shares = [0] * BINS
        self.doubtful = 0
        self.checked = 0
        self.count = 0

    def add(self, item: ExportItem) -> None:
        """Takes one specimen into account, under its final name."""
        self.count += 1
        self.outcomes[outcome(item)] += 1
        lineage = item.final.lineage
        family = lineage.get("family") or lineage.get("order")
        if family:
            self.families[family] += 1
        if item.final.rank == "species":
            self.species.add(item.final.text)
        if item.machine.rank is not None:
            self.shares[min(BINS - 1, int(item.verdict["confidence"] * BINS))] += 1
        self.doubtful += bool(set(item.flags) - {"not_calibrated"})
        self.checked += item.decision is not None


def outcome_chart(tally: Tally) -> str:
    """How far the specimens could be named."""
    bars = [(words, tally.outcomes[name], name) for name, words in OUTCOMES if tally.outcomes[name]]
    return bar_chart("How far they could be named", bars)


def family_chart(tally: Tally) -> str:
    """The commonest families, and how many specimens are in others."""
    ranked = sorted(tally.families.items(), key=lambda item: (-item[1], item[0]))
    bars = [(name, count, "taxon") for name, count in ranked[:SHOWN_TAXA]]
    rest = sum(count for _, count in ranked[SHOWN_TAXA:])
    if rest:
        others = len(ranked) - SHOWN_TAXA
        bars.append((f"{others} others" if others > 1 else "1 other", rest, "rest"))
    return bar_chart("Families", bars)


def bar_chart(title: str, bars: Sequence[tuple[str, int, str]]) -> str:
    """Horizontal bars: label, count, class of the bar."""
    row, left = 25, 168
    most = max((count for _, count, _ in bars), default=1)
    lines = [_head(title, min(HEIGHT, 40 + len(bars) * row))]
    for number, (label, count, kind) in enumerate(bars):
        y = 32 + number * row
        length = max(2.0, (WIDTH - left - 40) * count / most)
        lines.append(
            f'<text class="label" x="{left - 10}" y="{y + 14}" text-anchor="end">{xml(label)}</text>'
        )
        lines.append(
            f'<rect class="bar {kind}" x="{left}" y="{y + 2}" width="{length:.1f}" height="16" rx="3"/>'
        )
        lines.append(f'<text class="value" x="{left + length + 7:.1f}" y="{y + 14}">{count}</text>')
    return "".join([*lines, "</svg>"])


def share_chart(tally: Tally) -> str:
    """How much of the evidence stood behind the names."""
    bottom, left = 226, 20
    most = max(1, *tally.shares)
    slot = (WIDTH - 2 * left) / BINS
    lines = [_head("Share of the evidence behind the name", HEIGHT)]
    lines.append(f'<line class="axis" x1="{left}" x2="{WIDTH - left}" y1="{bottom}" y2="{bottom}"/>')
    for number, count in enumerate(tally.shares):
        x, tall = left + number * slot, (bottom - 52) * count / most
        if count:
            shape = f'x="{x + 3:.1f}" y="{bottom - tall:.1f}" width="{slot - 6:.1f}" height="{tall:.1f}"'
            lines.append(f'<rect class="bar taxon" {shape} rx="2"/>')
            middle = x + slot / 2
            lines.append(
                f'<text class="value" x="{middle:.1f}" y="{bottom - tall - 5:.1f}" text-anchor="middle">'
                f"{count}</text>"
            )
    for share in (0, 20, 40, 60, 80, 100):
        x = left + (WIDTH - 2 * left) * share / 100
        lines.append(
            f'<text class="label" x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{share} %</text>'
        )
    return "".join([*lines, "</svg>"])


def _head(title: str, height: int) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{xml(title)}">'
        f'<text class="title" x="0" y="15">{xml(title)}</text>'
    )
