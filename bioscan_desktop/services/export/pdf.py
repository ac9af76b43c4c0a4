"""PDF sheets, one A4 page or more per specimen: for the file, the drawer and the post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from bioscan_desktop.core.agreement import LETTERS, level_text
from bioscan_desktop.core.taxonomy import RANKS
from bioscan_desktop.services.export.collecting_words import collecting_words
from bioscan_desktop.services.export.escaping import legal
from bioscan_desktop.services.export.items import ExportItem, Name
from bioscan_desktop.services.export.pdf_pictures import (
    INK,
    MARGIN,
    MUTED,
    PHOTO,
    TRACK,
    Colour,
    PictureColumn,
)
from bioscan_desktop.services.export.provenance import ExportOptions, Provenance
from bioscan_desktop.services.export.specimen_card import (
    PILLS,
    asked_shares,
    machine_words,
    person_words,
    title,
)
from bioscan_desktop.services.export.words import (
    MODALITY_NOUN,
    agreement_sentence,
    hit_title,
    identity_text,
    is_italic,
    novelty_sentence,
    percent,
    sure,
)

WIDTH, BOTTOM = 178.0, 18.0
"""Millimetres: what is left between the borders, and the border below."""
GUTTER, GAP = 8.0, 0.9
"""Millimetres: what is between columns, and between taxa of a lineage."""
MAX_HITS = 12

LINE: Colour = (216, 220, 210)
BAR: Colour = (76, 138, 88)
LOOKS: dict[str, tuple[Colour, Colour]] = {
    "good": ((47, 107, 60), (230, 242, 230)),
    "warn": ((122, 79, 0), (253, 243, 217)),
    "bad": ((163, 32, 26), (251, 233, 231)),
    "new": ((91, 53, 150), (240, 234, 250)),
    "plain": (MUTED, TRACK),
}
BADGES: dict[str, tuple[Colour, Colour]] = {
    "species": ((76, 124, 50), (255, 255, 255)),
    "genus": ((196, 208, 80), (16, 21, 12)),
    "family": ((240, 192, 48), (16, 21, 12)),
    "order": ((240, 144, 44), (16, 21, 12)),
    "none": ((185, 58, 50), (255, 255, 255)),
}


def write(items: Iterable[ExportItem], path: Path, options: ExportOptions, provenance: Provenance) -> None:
    """Writes the sheets.

    Raises:
        OSError: if the file cannot be written.
    """
    sheets = _Sheets(options)
    try:
        for item in items:
            sheets.add(item)
        sheets.add_provenance(provenance)
        sheets.save(path)
    finally:
        sheets.type.close()
        sheets.close()


class _Sheets(PictureColumn):
    """The document."""

    def __init__(self, options: ExportOptions) -> None:
        super().__init__("portrait", "mm", "A4")
        self._options = options
        self._title = ""
        self.set_margins(MARGIN, 14)
        self.c_margin = 0
        self.set_auto_page_break(True, BOTTOM)
        created = datetime.fromisoformat(options.created_at)
        self.set_creation_date(created)
        self.set_title(legal(options.title))
        self.set_author(legal(options.made_by) or "BIOSCAN Desktop")
        self.set_creator("BIOSCAN Desktop")
        self.set_lang("en")
        self.set_keywords(legal(f"run {options.run_id}"))

    # -- the frame -----------------------------------------------------------------------------

    def header(self) -> None:
        """The title of the data set and the day, on every page."""
        self.font(8)
        self.set_text_color(*MUTED)
        self.set_xy(MARGIN, 9)
        self.cell(WIDTH - 40, 4, self.type.fit(self._options.title))
        self.cell(40, 4, self._options.created_at[:10], align="R")
        self._rule(14.5)
        self.set_xy(MARGIN, 19)

    def footer(self) -> None:
        """Who made it, and the page."""
        self.set_xy(MARGIN, -13)
        self.font(8)
        self.set_text_color(*MUTED)
        self.cell(WIDTH - 30, 4, self.type.fit(self._title))
        self.cell(30, 4, str(self.page_no()), align="R")

    def _rule(self, y: float) -> None:
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(MARGIN, y, MARGIN + WIDTH, y)

    # -- one specimen --------------------------------------------------------------------------

    def add(self, item: ExportItem) -> None:
        """Begins a page with a specimen."""
        self.add_page()  # ends the page before, whose foot still names its own specimen
        self._title = f"{item.query_id} – {item.machine_name}"
        top = self.get_y()
        pictured = bool(item.file_name or item.sequence)
        left = MARGIN + PHOTO + GUTTER if pictured else MARGIN
        below_pictures = self.pictures(item, top) if pictured else top
        self.set_xy(left, top)
        self._words(item, left, MARGIN + WIDTH - left)
        self.set_y(max(below_pictures, self.get_y()) + 5)
        self._hits(item)
        self._made(item)

    def _words(self, item: ExportItem, x: float, width: float) -> None:
        """Id, name, how sure, why, where it was collected, ladder."""
        verdict, record = item.verdict, item.record
        self.font(8.5)
        self.set_text_color(*MUTED)
        self.block(width, 4.2, item.query_id)
        name, rank = title(item)
        self.font(18, "BI" if is_italic(name, rank) else "B")
        self.set_text_color(*INK)
        self.set_xy(x, self.get_y() + 0.8)
        self.block(width, 7.6, name)
        self.set_xy(x, self.get_y() + 1.5)
        if item.decision is not None:
            self._sure(x, width, "Decided by a person", "good", person_words(item), item.final)
        elif verdict and not item.conflict:
            share = f"{rank.capitalize()}, {percent(verdict['confidence'])} of the evidence" if rank else ""
            self._sure(x, width, sure(verdict), PILLS[sure(verdict)], share, item.machine)
        for look, text in _sentences(item):
            self.set_xy(x, self.get_y() + 1.8)
            self._banner(x, width, look, text)
        if verdict.get("reason") and not item.conflict:
            self.set_xy(x, self.get_y() + 2)
            self.font(9)
            self.set_text_color(*INK)
            self.block(width, 4.5, verdict["reason"])
        for notice in record.get("notices") or ():
            self.set_xy(x, self.get_y() + 1)
            self.font(8)
            self.set_text_color(*MUTED)
            self.block(width, 4, notice)
        for what, words in collecting_words(item.collected):
            self.set_xy(x, self.get_y() + 1.2)
            self.font(8.5)
            self.set_text_color(*MUTED)
            self.cell(17, 4.4, what)
            self.set_text_color(*INK)
            self.block(width - 17, 4.4, words)
        self._ladder(item, x, width)

    def _sure(self, x: float, width: float, pill: str, look: str, beside: str, name: Name) -> None:
        """The pill, what stands beside it, and the lineage below."""
        self._pill(pill, look)
        self.font(9)
        self.set_text_color(*MUTED)
        self.set_x(self.get_x() + 2)
        self.cell(x + width - self.get_x(), 5.4, self.short(beside, x + width - self.get_x()))
        self.set_xy(x, self.get_y() + 7)
        self._lineage(x, width, name)

    def _lineage(self, x: float, width: float, name: Name) -> None:
        """From order on, genus and species in italics where it fits in a line."""
        taxa = [(name.lineage[rank], rank) for rank in RANKS if rank in name.lineage]
        if not taxa:
            return
        text = " › ".join(taxon for taxon, _ in taxa)
        if self.get_string_width(self.type.fit(text)) > width * 0.96:  # italics may be wider
            self.block(width, 4.6, text)
            return
        for number, (taxon, rank) in enumerate(taxa):
            if number:
                self.set_x(self.get_x() + GAP)
                self._words_at_width("›")
                self.set_x(self.get_x() + GAP)
            self._words_at_width(taxon, "I" if is_italic(taxon, rank) else "")
        self.set_xy(x, self.get_y() + 4.6)

    def _words_at_width(self, text: str, style: str = "") -> None:
        self.font(9, style)
        shown = self.type.fit(text)
        self.cell(self.get_string_width(shown), 4.6, shown)

    def _pill(self, text: str, look: str) -> None:
        ink, ground = LOOKS[look]
        self.font(8.5, "B")
        width = self.get_string_width(text) + 6
        x, y = self.get_x(), self.get_y()
        self.set_fill_color(*ground)
        self.set_draw_color(*ink)
        self.set_line_width(0.25)
        self.rect(x, y, width, 5.4, "DF", round_corners=True, corner_radius=2.7)
        self.set_text_color(*ink)
        self.cell(width, 5.4, text, align="C")

    def _banner(self, x: float, width: float, look: str, text: str) -> None:
        ink, ground = LOOKS[look]
        self.font(8.8)
        fitted = self.type.fit(text)
        tall = self.multi_cell(width - 7, 4.4, fitted, align="L", dry_run=True, output="HEIGHT")
        assert isinstance(tall, float)
        y, height = self.get_y(), tall + 3
        self.set_fill_color(*ground)
        self.rect(x, y, width, height, "F")
        self.set_fill_color(*ink)
        self.rect(x, y, 1.1, height, "F")
        self.set_xy(x + 4, y + 1.5)
        self.set_text_color(*INK)
        self.block(width - 7, 4.4, text)
        self.set_xy(x, y + height)

    def _ladder(self, item: ExportItem, x: float, width: float) -> None:
        shares = {share["rank"]: share for share in item.record.get("ranks") or ()}
        if not shares:
            return
        asked = asked_shares(item, self._options)
        y = self.get_y() + 3.5
        bar = width * 0.36
        for rank in RANKS:
            share = shares.get(rank)
            self.font(8.5)
            self.set_text_color(*MUTED)
            self.set_xy(x, y)
            self.cell(15, 5, rank.capitalize())
            reached = rank in item.machine.lineage
            name = share["name"] if share else "–"
            self.set_text_color(*(INK if reached else MUTED))
            self.font(8.5, "I" if share and is_italic(name, rank) else "")
            self.cell(width - 15 - bar - 13, 5, self.short(name, width - 15 - bar - 15))
            if share:
                left = x + width - bar - 12
                self._share_bar(left, y + 1.5, bar, share["share"], reached, asked.get(rank))
                self.font(8.5)
                self.set_xy(x + width - 12, y)
                self.cell(12, 5, percent(share["share"]), align="R")
            y += 5.6
        self.font(7)
        self.set_text_color(*MUTED)
        self.set_xy(x, y)
        tick = " The tick is the share that a name needs." if asked else ""
        self.block(width, 3.6, f"Filled bars: names that the evidence carries.{tick}")

    def _share_bar(
        self, x: float, y: float, width: float, share: float, reached: bool, asked: float | None
    ) -> None:
        self.set_fill_color(*TRACK)
        self.rect(x, y, width, 2.2, "F", round_corners=True, corner_radius=1.1)
        self.set_fill_color(*BAR)
        self.set_draw_color(*BAR)
        self.set_line_width(0.3)
        filled = max(0.6, width * share)
        self.rect(x, y, filled, 2.2, "DF" if reached else "D", round_corners=filled > 2.2, corner_radius=1.1)
        if asked is not None:
            self.set_draw_color(*INK)
            self.set_line_width(0.45)
            self.line(x + width * asked, y - 0.8, x + width * asked, y + 3)

    def _hits(self, item: ExportItem) -> None:
        if not item.hits:
            return
        self._heading("Nearest references")
        columns = (("#", 6), ("With the verdict", 37), ("Reference", 53), ("Compared", 29),
                   ("Similarity", 17), ("Identity", 36))  # fmt: skip
        self.font(7.5, "B")
        self.set_text_color(*MUTED)
        for name, width in columns:
            indent = 3 if name == "With the verdict" else 0
            self.set_x(self.get_x() + indent)
            self.cell(width - indent, 5, name, align="R" if name in ("#", "Similarity", "Identity") else "L")
        self.ln(5.4)
        for hit in item.hits[:MAX_HITS]:
            if self.will_page_break(9.5):
                self.add_page()
            self._hit(hit, [width for _, width in columns])
        if len(item.hits) > MAX_HITS:
            self.font(7.5)
            self.set_text_color(*MUTED)
            self.cell(WIDTH, 5, f"{len(item.hits) - MAX_HITS} more are left out here.")
            self.ln(5)

    def _hit(self, hit: dict[str, Any] | Any, widths: list[float]) -> None:
        y = self.get_y()
        self._rule(y)
        level = hit["badge"]
        ground, ink = BADGES[level]
        self.font(8.5)
        self.set_text_color(*MUTED)
        self.set_xy(MARGIN, y + 0.9)
        self.cell(widths[0], 4.4, str(hit["hit_rank"]), align="R")
        x = MARGIN + widths[0] + 3
        self.set_fill_color(*ground)
        self.set_draw_color(39, 48, 31)
        self.set_line_width(0.2)
        self.rect(x, y + 1, 5, 4.2, "DF", round_corners=True, corner_radius=0.9)
        self.font(7.5, "B")
        self.set_text_color(*ink)
        self.set_xy(x, y + 1)
        self.cell(5, 4.2, LETTERS[level], align="C")
        self.font(8)
        self.set_text_color(*INK)
        self.set_x(x + 6.5)
        self.cell(widths[1] - 9, 4.2, level_text(level))
        name, rank = hit_title(hit)
        self.font(8.8, "BI" if is_italic(name, rank) else "B")
        self.set_xy(MARGIN + widths[0] + widths[1], y + 0.9)
        self.cell(widths[2], 4.4, self.short(name, widths[2] - 2))
        self.font(8)
        query = MODALITY_NOUN[hit.get("query_modality") or hit["key_modality"]]
        self.cell(widths[3], 4.4, f"{query} – {MODALITY_NOUN[hit['key_modality']]}")
        self.cell(widths[4], 4.4, f"{hit['score']:.3f}", align="R")
        self.cell(widths[5], 4.4, identity_text(hit), align="R")
        records = "1 record" if hit["n_records"] == 1 else f"{hit['n_records']} records"
        facts = [hit.get("family") if rank != "family" else None, hit.get("processid"), hit.get("bin_uri"),
                 hit.get("country"), records]  # fmt: skip
        self.set_xy(MARGIN + widths[0] + widths[1], y + 5)
        self.font(7.5)
        self.set_text_color(*MUTED)
        self.cell(sum(widths[2:]), 3.8, self.short(" · ".join(f for f in facts if f), sum(widths[2:])))
        self.set_y(y + 9.4)

    def _heading(self, text: str) -> None:
        if self.will_page_break(24):
            self.add_page()
        self.set_x(MARGIN)
        self.font(10, "B")
        self.set_text_color(*INK)
        self.cell(WIDTH, 5.5, text)
        self.ln(6.5)

    def _made(self, item: ExportItem) -> None:
        """With what this specimen was identified."""
        record, facts = item.record, self._options.library
        model, library = record["model"], record["library"]
        lines = [
            ("Compared by" if item.failed else "Identified by", item.machine_name),
            ("Verification status", "" if item.failed and item.decision is None else item.status),
            ("Model SHA-256", model.get("sha256") or ""),
        ]
        if facts is not None and facts.made(item):
            lines += [
                ("Library", f"{facts.title} ({library['id']} {library['version']})"),
                ("Library manifest SHA-256", facts.manifest_sha256),
                ("Library licence", facts.licence),
            ]
        lines += [("Input", str(record["input"])), ("Identified at", item.identified_at)]
        self.ln(3)
        self._heading("How this was made")
        self._facts(lines)

    def _facts(self, lines: list[tuple[str, str]]) -> None:
        for what, value in lines:
            if not value:
                continue
            self.set_x(MARGIN)
            self.font(7.5)
            self.set_text_color(*MUTED)
            self.cell(58, 4, self.type.fit(what))
            self.set_text_color(*INK)
            self.block(WIDTH - 58, 4, value)

    def add_provenance(self, provenance: Provenance) -> None:
        """The last page: what the whole file was made with."""
        if not provenance.count:
            return
        if self.will_page_break(70):
            self.add_page()
        self.ln(5)
        self._heading("This file")
        self._facts(provenance.lines())


def _sentences(item: ExportItem) -> list[tuple[str, str]]:
    """What stands in banners, as (look, text)."""
    record, verdict, decision = item.record, item.verdict, item.decision
    found: list[tuple[str, str]] = []
    if decision is not None:
        found.append(("plain", machine_words(item)))
    if item.written:
        found.append(("plain", f"Notes: {item.written}"))
    if record.get("error"):
        found.append(("bad", record["error"]["message"]))
    if not verdict:
        return found
    agreement = agreement_sentence(record, item.conflict)
    if item.conflict:
        found.append(("bad", agreement))
    elif agreement:
        found.append(("good", agreement))
    novelty = novelty_sentence(verdict["novelty"], verdict["name"], verdict["rank"])
    return [*found, ("new", novelty)] if novelty else found
