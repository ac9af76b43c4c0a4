"""The figures of `bioscan-train evaluate` as Markdown tables, for model cards.

Each cell is micro / macro accuracy in per cent, then the 95 % interval of the micro figure by a bootstrap
over queries, then the number of queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bioscan_desktop.core.taxonomy import RANKS

DRAWS = 10_000

TITLES = {
    "dna to dna": "Barcode to barcode",
    "image to image": "Photo to photo, official folds",
    "image to dna": "Photo to barcode",
}


def interval(share: float, n: int, seed: int = 0) -> tuple[float, float]:
    """2.5 % and 97.5 % quantiles of the share of right answers when n answers are drawn again."""
    drawn = np.random.default_rng(seed).binomial(n, share, DRAWS) / max(1, n)
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def cell(figure: Mapping[str, float] | None) -> str:
    """One rank of one row; "–" where no query has a name that can be found."""
    if figure is None or not figure.get("n"):
        return "–"
    low, high = interval(figure["micro"], int(figure["n"]))
    text = f"{figure['micro']:.1%} / {figure['macro']:.1%} ({low:.1%} to {high:.1%}; {int(figure['n'])})"
    if "top5" in figure and "chance" in figure:
        text += f"; top 5 {figure['top5']:.1%}"
    return text.replace("%", "")


def tables(figures: Mapping[str, Any]) -> str:
    """All tables, as Markdown."""
    parts = []
    for kind, title in TITLES.items():
        groups = figures.get(kind)
        if not groups:
            continue
        rows = []
        for group, found in groups.items():
            if not isinstance(found, Mapping):
                continue
            # Photo to barcode has one row a group, the others one for the model and each rival.
            named = {group: found} if RANKS[0] in found else {f"{group}: {k}": v for k, v in found.items()}
            rows += [
                f"| {name} | " + " | ".join(cell(by_rank.get(rank)) for rank in RANKS) + " |"
                for name, by_rank in named.items()
            ]
        parts.append(
            "\n".join(
                [f"### {title}", "", f"| | {' | '.join(RANKS)} |", "|---" * (len(RANKS) + 1) + "|", *rows]
            )
        )
    return "\n\n".join(parts) + "\n"
