"""A report as one HTML file: pictures and charts are in it, nothing is loaded from elsewhere.

Light and dark follow the reader's system; printed, it is black on white and cuts no specimen in two.
There is no script in it.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from bioscan_desktop.services.export import charts
from bioscan_desktop.services.export.escaping import xml
from bioscan_desktop.services.export.items import ExportItem
from bioscan_desktop.services.export.provenance import ExportOptions, Provenance
from bioscan_desktop.services.export.specimen_card import PILLS, article, italic, title
from bioscan_desktop.services.export.words import percent, sure

SPOOL_BYTES = 16_000_000
"""Of the specimens' part that is kept in memory; the rest waits in a temporary file."""

STYLE = Path(__file__).with_name("report_style.css")


def write(items: Iterable[ExportItem], path: Path, options: ExportOptions, provenance: Provenance) -> None:
    """Writes the report. Charts come first but need all specimens, so those are spooled."""
    tally = charts.Tally()
    with contextlib.ExitStack() as stack:
        rows, cards = (
            stack.enter_context(_spool()) for _ in range(2)
        )  # the list of specimens, and their cards
        for number, item in enumerate(items, start=1):
            tally.add(item)
            rows.write(_row(item, number))
            cards.write(article(item, number, options))
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(_head(options))
            stream.write(_overview(tally, options))
            if tally.count > 1:
                stream.write('<h2 id="list">Specimens</h2><div class="panel list"><table><thead><tr>')
                stream.write("<th>Specimen</th><th>Name</th><th>Rank</th><th>How sure</th>")
                stream.write('<th class="number">Share</th><th>Look again</th></tr></thead><tbody>\n')
                _pour(rows, stream)
                stream.write("</tbody></table></div>\n<h2>One by one</h2>\n")
            _pour(cards, stream)
            stream.write(_foot(provenance))


def _spool() -> contextlib.AbstractContextManager[IO[str]]:
    return tempfile.SpooledTemporaryFile(SPOOL_BYTES, "w+", encoding="utf-8", newline="\n")


def _pour(spool: IO[str], stream: IO[str]) -> None:
    spool.seek(0)
    shutil.copyfileobj(spool, stream)


def _head(options: ExportOptions) -> str:
    by = f" by {xml(options.made_by)}" if options.made_by else ""
    day, clock = options.created_at[:10], options.created_at[11:16]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">"
        f"<title>{xml(options.title)}</title>\n<style>\n{STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f'<body id="top"><header><h1>{xml(options.title)}</h1>'
        f'<p class="muted">Written{by} on {xml(day)} at {xml(clock)} UTC with BIOSCAN Desktop. '
        "Names are given at the finest rank that the evidence carries; none of them replaces a "
        "specialist.</p>\n"
    )


def _overview(tally: charts.Tally, options: ExportOptions) -> str:
    named = sum(tally.outcomes[rank] for rank in ("species", "genus", "family", "order"))
    tiles = [
        (tally.count, "specimen" if tally.count == 1 else "specimens"),
        (named, "named at some rank"),
        (len(tally.species), "species"),
        (tally.doubtful, "to be looked at again"),
        (tally.checked, "decided by a person"),
    ]
    if tally.count == 1:
        return "</header><main>\n"
    shown = "".join(
        f'<div class="panel tile"><b>{count}</b><span>{words}</span></div>' for count, words in tiles
    )
    drawn = [charts.outcome_chart(tally), charts.share_chart(tally)]
    if tally.families:
        drawn.append(charts.family_chart(tally))
    panels = "".join(f'<div class="panel">{chart}</div>' for chart in drawn)
    return f'<div class="tiles">{shown}</div><div class="charts">{panels}</div></header><main>\n'


def _row(item: ExportItem, number: int) -> str:
    verdict, (_, rank) = item.verdict, title(item)
    person = item.decision is not None
    if person:
        words = "A person"
    elif item.conflict:
        words = "Contradiction"
    else:
        words = sure(verdict) if verdict else "Not read"
    look = "plain" if person else PILLS.get(words, "bad")
    name = italic(*title(item))
    share = percent(verdict["confidence"]) if verdict.get("rank") and not person else ""
    flags = ", ".join(flag.replace("_", " ") for flag in item.flags if flag != "not_calibrated")
    return (
        f'<tr><td class="wrap"><a href="#s{number}">{xml(item.query_id)}</a></td><td>{name}</td>'
        f"<td>{xml(rank or '')}</td>"
        f'<td><span class="pill {look}">{words}</span></td><td class="number">{xml(share)}</td>'
        f"<td>{xml(flags)}</td></tr>\n"
    )


def _foot(provenance: Provenance) -> str:
    facts = "".join(f"<dt>{xml(what)}</dt><dd>{xml(value)}</dd>" for what, value in provenance.lines())
    return (
        '</main><footer><h2>How this was made</h2><div class="panel"><dl>'
        f"{facts}</dl></div></footer></body></html>\n"
    )
