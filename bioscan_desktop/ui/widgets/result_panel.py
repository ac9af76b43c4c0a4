"""Everything about one specimen: verdict, how sure, why, its photo and barcode, nearest references."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.matching import Hit, Verdict
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.models.specimens import STATE_WORDS, Row, State
from bioscan_desktop.ui.models.thumbnails import Pictures
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.widgets.hit_card import HitCard
from bioscan_desktop.ui.widgets.parts import Badge, Banner, frame, label, set_look
from bioscan_desktop.ui.widgets.rank_ladder import RankLadder
from bioscan_desktop.ui.widgets.views import BarcodeView, PhotoView

CARD_WIDTH = 560
"""Hits stand in as many columns as fit this width."""

STACK_BELOW = 700
"""Below this width, specimen and shares stand one below the other."""

PHOTO_SHARE = 0.34
"""Of the panel's height for the photo, so that the nearest references stay in sight."""

PILLS = {
    "Very likely": "pill-good",
    "Likely": "pill-good",
    "Possible": "pill-warning",
    "Best match": "pill-plain",
    "Undecided": "pill-warning",
    "Not in library": "pill-novelty",
}


class ResultPanel(QScrollArea):
    """Shows one row at a time; its widgets are made once and filled again.

    Signals:
        attach_asked: the user wants to add the missing photo or barcode.
        retry_asked: the user wants this row identified again.
        copy_asked: the user wants the result as text.
    """

    attach_asked = Signal()
    retry_asked = Signal()
    copy_asked = Signal()

    def __init__(self, theme: Theme, pictures: Pictures) -> None:
        super().__init__()
        self._theme = theme
        self._pictures = pictures
        self._row: Row | None = None
        self._thresholds: dict[str, dict[str, float]] = {}
        self._cards: list[HitCard] = []
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("look", "list-frame")
        self.setAccessibleName("Result")
        body = QWidget()
        body.setProperty("look", "page")
        outer = QVBoxLayout(body)
        outer.setContentsMargins(20, 18, 20, 24)
        outer.setSpacing(14)
        self._conflict, self._error, self._novelty, self._agree, self._notice = (
            Banner(theme) for _ in range(5)
        )
        outer.addWidget(self._make_head())
        for banner in (self._error, self._conflict, self._novelty, self._agree, self._notice):
            outer.addWidget(banner)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(14)
        self._middle.addWidget(self._make_specimen(), 5)
        self._middle.addWidget(self._make_reasons(), 6)
        outer.addLayout(self._middle)
        self._hits_head = self._make_hits_head()
        outer.addWidget(self._hits_head)
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        outer.addLayout(self._grid)
        self._sections = [label(look="caption"), label(look="caption")]
        outer.addStretch(1)
        self._body = body
        self.setWidget(body)
        pictures.preview_ready.connect(self._on_preview)
        theme.changed.connect(self.refresh)
        self.show_row(None)

    # -- building ------------------------------------------------------------------------------

    def _make_head(self) -> QFrame:
        head = frame("card")
        column = QVBoxLayout(head)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(10)
        self._pill = label(wrap=False, bold=True)
        self._pill.setContentsMargins(11, 3, 11, 3)
        self._rank = label(look="muted", wrap=False)
        self._retry = QPushButton("Retry")
        self._retry.setToolTip("Identify this specimen again")
        self._retry.clicked.connect(self.retry_asked)
        self._attach = QPushButton("Attach barcode…")
        self._attach.clicked.connect(self.attach_asked)
        self._copy = QPushButton("Copy")
        self._copy.setToolTip("Copy the result as text (Ctrl+C)")
        self._copy.setAccessibleName("Copy the result as text")
        self._copy.clicked.connect(self.copy_asked)
        top.addWidget(self._pill)
        top.addWidget(self._rank)
        top.addStretch(1)
        top.addWidget(self._retry)
        top.addWidget(self._attach)
        top.addWidget(self._copy)
        self._headline = label(scale=2.1, bold=True, rich=True)
        self._lineage = label(look="muted", scale=1.05, rich=True)
        self._sure = label()
        column.addLayout(top)
        for widget in (self._headline, self._lineage, self._sure):
            column.addWidget(widget)
        self._head = head
        return head

    def _make_specimen(self) -> QFrame:
        card = frame("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addWidget(label("Your specimen", "caption"))
        self._photo = PhotoView(self._theme)
        self._barcode = BarcodeView(self._theme)
        self._barcode_words = label(look="muted")
        self._input = label(look="muted")
        column.addWidget(self._photo, 1)
        column.addWidget(self._barcode)
        column.addWidget(self._barcode_words)
        column.addWidget(self._input)
        column.addStretch(0)
        self._specimen_card = card
        return card

    def _make_reasons(self) -> QFrame:
        card = frame("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        self._ladder_title = label("Share of the evidence at each rank", "caption")
        column.addWidget(self._ladder_title)
        self._ladder = RankLadder(self._theme)
        column.addWidget(self._ladder)
        self._ladder_legend = label("The tick marks the share that a name of that rank needs.", "muted")
        column.addWidget(self._ladder_legend)
        self._reason_title = label("Why this rank?", "caption")
        self._reason_title.setContentsMargins(0, 6, 0, 0)
        column.addWidget(self._reason_title)
        self._reason = label()
        column.addWidget(self._reason)
        self._apart_title = label("Photo and barcode apart", "caption")
        self._apart_title.setContentsMargins(0, 6, 0, 0)
        self._apart = label(rich=True)
        column.addWidget(self._apart_title)
        column.addWidget(self._apart)
        column.addStretch(1)
        self._reasons_card = card
        return card

    def _make_hits_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(2, 6, 2, 0)
        row.setSpacing(8)
        row.addWidget(label("Nearest references", bold=True, scale=1.15, wrap=False))
        row.addStretch(1)
        row.addWidget(label("agreement with the verdict:", "muted", wrap=False))
        for level, word in (("species", "species"), ("genus", "genus"), ("family", "family"),
                            ("order", "order"), ("none", "none")):  # fmt: skip
            badge = Badge(self._theme, with_text=False)
            badge.show_level(level)
            row.addWidget(badge)
            row.addWidget(label(word, "muted", wrap=False))
        return head

    # -- showing -------------------------------------------------------------------------------

    @property
    def key(self) -> int | None:
        """Key of the row that is shown."""
        return self._row.key if self._row is not None else None

    def show_row(self, row: Row | None, thresholds: dict[str, dict[str, float]] | None = None) -> None:
        """Shows a row, from the top; None empties the panel."""
        changed = row is not self._row
        self._row = row
        if thresholds is not None:
            self._thresholds = thresholds
        self.refresh()
        if changed:
            self.verticalScrollBar().setValue(0)

    def refresh(self) -> None:
        """Shows the same row as it is now."""
        row = self._row
        self._body.setVisible(row is not None)
        if row is None:
            return
        result = row.result
        verdict = result.verdict if result is not None else None
        self._show_head(row, verdict)
        self._show_banners(row)
        self._show_specimen(row)
        self._reasons_card.setVisible(verdict is not None)
        if verdict is not None:
            used = list(result.by_modality) if result is not None else []
            modality = "both" if len(used) > 1 else used[0] if used else "image"
            self._ladder.show_verdict(verdict, self._thresholds.get(modality, {}))
            self._reason.setText(verdict.reason)
            for widget in (self._ladder_title, self._ladder, self._ladder_legend):
                widget.setVisible(bool(verdict.ranks))
            # A contradiction is told in the banner already.
            told = result is not None and wording.conflict_rank(result) is not None
            for widget in (self._reason_title, self._reason):
                widget.setVisible(not told)
            self._show_apart(row)
        hits = result.hits if result is not None else ()
        self._hits_head.setVisible(bool(hits))
        self._show_hits(hits, result.badges if result is not None else ())

    def _show_head(self, row: Row, verdict: Verdict | None) -> None:
        specimen = row.specimen
        missing = "barcode" if specimen.photo is not None else "photo"
        both = specimen.photo is not None and specimen.barcode is not None
        self._attach.setVisible(not both and (specimen.photo is not None or specimen.barcode is not None))
        self._attach.setText(f"Attach {missing}…")
        self._copy.setVisible(row.result is not None)
        self._retry.setVisible(row.state in (State.FAILED, State.STOPPED))
        self._lineage.setVisible(verdict is not None and verdict.name is not None)
        self._pill.setVisible(verdict is not None or row.state is State.FAILED)
        if verdict is None:
            failed = row.state is State.FAILED
            set_look(self._pill, "pill-error")
            self._pill.setText("Failed")
            self._rank.setText(specimen.query_id)
            self._headline.setText("Not identified" if failed else STATE_WORDS.get(row.state, ""))
            origin = wording.source(specimen.input)
            self._sure.setText(origin)
            self._sure.setVisible(origin != specimen.query_id)
            return
        words = wording.likelihood(verdict)
        conflict = row.result is not None and wording.conflict_rank(row.result)
        set_look(self._pill, "pill-error" if conflict else PILLS[words])
        self._pill.setText("Contradiction" if conflict else words)
        rank = f"{verdict.rank.capitalize()} · " if verdict.rank else ""
        self._rank.setText(rank + specimen.query_id)
        if conflict and verdict.name is None:
            self._headline.setText("Photo and barcode disagree")
        else:
            self._headline.setText(wording.headline(verdict).html)
        self._lineage.setText(wording.lineage_line(verdict))
        self._sure.setVisible(verdict.name is not None)
        basis = (
            "calibrated on held-out specimens"
            if verdict.calibrated
            else "this library is not calibrated, so the share is no probability"
        )
        self._sure.setText(f"{wording.percent(verdict.confidence)} of the evidence · {basis}")

    def _show_banners(self, row: Row) -> None:
        result = row.result
        if result is None:
            for banner in (self._conflict, self._error, self._novelty, self._agree, self._notice):
                banner.show_text("warning", "")
            return
        verdict = result.verdict
        kind = "error" if row.state is State.FAILED else "warning"
        self._error.show_text(kind, wording.error_text(result))
        self._conflict.show_text("error", wording.conflict_text(result), "conflict")
        self._novelty.show_text("novelty", wording.novelty_text(verdict) if verdict else "")
        agrees = result.modality_agreement not in (None, "none")
        self._agree.show_text("good" if agrees else "warning", wording.agreement_text(result))
        self._notice.show_text("warning", wording.notices(result))

    def _show_specimen(self, row: Row) -> None:
        specimen = row.specimen
        has_photo = specimen.photo is not None
        self._specimen_card.setVisible(has_photo or specimen.barcode is not None)
        self._photo.setVisible(has_photo)
        if has_photo:
            picture = self._pictures.preview(row)
            waiting = not self._pictures.preview_known(row.key)
            self._photo.show_picture(
                picture, "Loading the photo…" if waiting else "The photo cannot be shown."
            )
        barcode = specimen.barcode
        self._barcode.setVisible(barcode is not None)
        self._barcode_words.setVisible(barcode is not None)
        if barcode is not None:
            self._barcode.show_sequence(barcode.sequence)
            self._barcode_words.setText(f"DNA barcode, {len(barcode.sequence)} bp")
        self._input.setText(wording.source(specimen.input))
        self._input.setToolTip(specimen.input)

    def _show_apart(self, row: Row) -> None:
        result = row.result
        apart = result.by_modality if result is not None and len(result.by_modality) > 1 else {}
        self._apart_title.setVisible(bool(apart))
        self._apart.setVisible(bool(apart))
        lines = []
        for modality, verdict in apart.items():
            noun = wording.MODALITY_NOUN[modality].capitalize()
            name = wording.headline(verdict).html
            rank = f" ({verdict.rank}, {wording.percent(verdict.confidence)})" if verdict.rank else ""
            lines.append(f"{noun}: <b>{name}</b>{rank}, {wording.likelihood(verdict).lower()}")
        self._apart.setText("<br>".join(lines))

    def _show_hits(self, hits: tuple[Hit, ...], badges: tuple[str, ...]) -> None:
        while self._grid.count():
            self._grid.takeAt(0)
        while len(self._cards) < len(hits):
            self._cards.append(HitCard(self._theme))
        groups = {modality: [i for i, hit in enumerate(hits) if hit.query_modality == modality]
                  for modality in ("image", "dna")}  # fmt: skip
        groups = {modality: places for modality, places in groups.items() if places}
        columns = max(1, min(3, self.viewport().width() // CARD_WIDTH))
        line, used = 0, 0
        for section, (modality, places) in zip(self._sections, groups.items(), strict=False):
            if len(groups) > 1:
                section.setText(f"To the {wording.MODALITY_NOUN[modality]}")
                self._grid.addWidget(section, line, 0, 1, columns)
                line += 1
            section.setVisible(len(groups) > 1)
            for number, place in enumerate(places, start=1):
                card = self._cards[used]
                used += 1
                card.show_hit(number, hits[place], badges[place])
                self._grid.addWidget(card, line + (number - 1) // columns, (number - 1) % columns)
                card.setVisible(True)
            line += -(-len(places) // columns)
        for section in self._sections[len(groups) :]:
            section.setVisible(False)
        for card in self._cards[used:]:
            card.setVisible(False)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _on_preview(self, key: int) -> None:
        if self._row is not None and key == self._row.key:
            self._show_specimen(self._row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        self._photo.setFixedHeight(max(150, int(self.viewport().height() * PHOTO_SHARE)))
        narrow = width < STACK_BELOW
        self._middle.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        old = event.oldSize().width() // CARD_WIDTH
        if self._row is not None and self._row.result is not None and old != width // CARD_WIDTH:
            self._show_hits(self._row.result.hits, self._row.result.badges)
