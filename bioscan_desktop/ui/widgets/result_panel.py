"""Everything about one specimen: verdict, how sure, why, its photo and barcode, nearest references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.core.barcode import facts
from bioscan_desktop.core.verdict import Verdict
from bioscan_desktop.ui import wording
from bioscan_desktop.ui.models.specimens import STATE_WORDS, Row, State
from bioscan_desktop.ui.sentences import translated
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import percentage, tr
from bioscan_desktop.ui.widgets.country_note import CountryNote
from bioscan_desktop.ui.widgets.determination import Determination
from bioscan_desktop.ui.widgets.dna_evidence import DnaEvidence
from bioscan_desktop.ui.widgets.hit_grid import HitGrid
from bioscan_desktop.ui.widgets.parts import Banner, ElidedLabel, breakable, frame, label, set_look
from bioscan_desktop.ui.widgets.photo_strip import PhotoStrip
from bioscan_desktop.ui.widgets.rank_ladder import RankLadder
from bioscan_desktop.ui.widgets.views import BarcodeView, PhotoView
from bioscan_desktop.ui.workbench import Workbench

if TYPE_CHECKING:
    from bioscan_desktop.services.identify import Identification

STACK_BELOW = 700
"""Below this width, specimen and shares stand one below the other."""

SLIM_BELOW = 500
"""Below this width, margins are narrow and the buttons of the head stand below the answer."""

PHOTO_SHARE = 0.34
"""Of the panel's height for the photo, so that the nearest references stay in sight; it grows to the height
of the reasons beside it."""

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
        why_asked: the user wants the rank explained.
        alignment_asked: (key_id, 0 for the best) the user wants to see bases side by side.
        photos_asked: (key_id, 0 for the best) the user wants to see photos side by side.
        crop_asked: the user wants to use a part of the photo.
        left: the user is done with their own name.
    """

    attach_asked = Signal()
    retry_asked = Signal()
    copy_asked = Signal()
    why_asked = Signal()
    alignment_asked = Signal(int)
    photos_asked = Signal(int)
    crop_asked = Signal()
    left = Signal()

    def __init__(self, theme: Theme, bench: Workbench) -> None:
        super().__init__()
        self._theme = theme
        self._bench = bench
        self._row: Row | None = None
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("look", "list-frame")
        self.setAccessibleName(tr("Result"))
        body = QWidget()
        body.setProperty("look", "page")
        outer = QVBoxLayout(body)
        outer.setContentsMargins(20, 18, 20, 24)
        outer.setSpacing(14)
        self._conflict, self._error, self._novelty, self._agree, self._notice, self._limited = (
            Banner(theme) for _ in range(6)
        )
        self.determination = Determination(theme, bench)
        self.determination.left.connect(self.left)
        self.own_name = self.determination.own_name
        outer.addWidget(self._make_head())
        for banner in (self._error, self._conflict, self._novelty, self._agree, self._notice, self._limited):
            outer.addWidget(banner)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(14)
        self._middle.addWidget(self._make_specimen(), 5)
        self._middle.addWidget(self._make_reasons(), 6)
        outer.addLayout(self._middle)
        self.hits = HitGrid(theme, bench.pictures)
        self.hits.alignment_asked.connect(self.alignment_asked)
        self.hits.photos_asked.connect(self.photos_asked)
        outer.addWidget(self.hits)
        self.dna = DnaEvidence(theme)
        self.dna.alignment_asked.connect(lambda: self.alignment_asked.emit(0))
        outer.addWidget(self.dna)
        outer.addStretch(1)
        self._body = body
        self.setWidget(body)
        bench.pictures.preview_ready.connect(self._on_preview)
        bench.evidences.ready.connect(self._on_evidence)
        bench.names_changed.connect(self._on_names)
        theme.changed.connect(self.refresh)
        self.show_row(None)

    # -- building ------------------------------------------------------------------------------

    def _make_head(self) -> QFrame:
        head = frame("card")
        column = QVBoxLayout(head)
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(4)
        top = self._top = QHBoxLayout()
        top.setSpacing(8)
        words = QHBoxLayout()
        words.setSpacing(10)
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        self._pill = label(wrap=False, bold=True)
        self._pill.setContentsMargins(11, 3, 11, 3)
        self._rank = ElidedLabel()
        self._rank.setProperty("look", "muted")
        self._retry = QPushButton(tr("Retry"))
        self._retry.setToolTip(tr("Identify this specimen again"))
        self._retry.clicked.connect(self.retry_asked)
        self._attach = QPushButton(tr("Attach barcode…"))
        self._attach.clicked.connect(self.attach_asked)
        self._copy = QPushButton(tr("Copy"))
        self._copy.setToolTip(tr("Copy the result as text (Ctrl+C)"))
        self._copy.setAccessibleName(tr("Copy the result as text"))
        self._copy.clicked.connect(self.copy_asked)
        words.addWidget(self._pill)
        words.addWidget(self._rank, 1)
        words.addStretch()
        buttons.addWidget(self._retry)
        buttons.addWidget(self._attach)
        buttons.addWidget(self._copy)
        buttons.addStretch()
        top.addLayout(words, 1)
        top.addWidget(self._buttons)
        self._headline = label(scale=2.1, bold=True, rich=True)
        self._lineage = label(look="muted", scale=1.05, rich=True)
        self._sure = label()
        column.addLayout(top)
        column.addWidget(self._headline)
        column.addWidget(self._lineage)
        foot = self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        foot.setSpacing(8)
        sayings = QVBoxLayout()
        sayings.setSpacing(4)
        sayings.addWidget(self._sure)
        sayings.addWidget(self.determination.said)
        sayings.addStretch(1)
        foot.addLayout(sayings, 1)
        bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
        foot.addWidget(self.determination.verdict, 0, bottom)
        column.addLayout(foot)
        self._head = head
        return head

    def _make_specimen(self) -> QFrame:
        card = frame("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        line = QHBoxLayout()
        line.addWidget(label(tr("Your specimen"), "caption", wrap=False))
        line.addStretch(1)
        self._cropped = ElidedLabel()
        self._cropped.setProperty("look", "muted")
        self.crop = QPushButton(tr("Crop…"))
        self.crop.setToolTip(tr("Use only the part of the photo that shows the insect (Ctrl+Shift+X)"))
        self.crop.setAccessibleName(tr("Crop the photo"))
        self.crop.clicked.connect(self.crop_asked)
        line.addWidget(self._cropped)
        line.addWidget(self.crop)
        column.addLayout(line)
        self._photo = PhotoView(self._theme)
        self._strip = PhotoStrip(self._bench.pictures)
        self._strip.changed.connect(self._show_photo)
        self._barcode = BarcodeView(self._theme)
        self._barcode_words = label(look="muted")
        self._input = label(look="muted")
        self._slot = QPushButton(tr("No photo yet.\nDrop one here, or click."))
        self._slot.setProperty("look", "slot")
        self._slot.setAccessibleName(tr("Attach photo…").rstrip("…"))
        self._slot.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._slot.clicked.connect(self.attach_asked)
        column.addWidget(self._photo, 1)
        column.addWidget(self._strip)
        column.addWidget(self._slot, 1)
        column.addWidget(self._barcode)
        column.addWidget(self._barcode_words)
        column.addWidget(self._input)
        column.addStretch(0)
        self._specimen_card = card
        return card

    def _make_reasons(self) -> QFrame:
        card = frame("card")
        outer = QVBoxLayout(card)
        outer.setContentsMargins(16, 12, 16, 14)
        outer.setSpacing(8)
        self._reasons = QWidget()
        column = QVBoxLayout(self._reasons)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._ladder_title = label(tr("Share of the evidence at each rank"), "caption")
        column.addWidget(self._ladder_title)
        self._ladder = RankLadder(self._theme)
        column.addWidget(self._ladder)
        self._ladder_legend = label(tr("The tick marks the share that a name of that rank needs."), "muted")
        column.addWidget(self._ladder_legend)
        line = QHBoxLayout()
        line.setContentsMargins(0, 6, 0, 0)
        self._reason_title = label(tr("Why this rank?"), "caption", wrap=False)
        self._why = QPushButton(tr("Rank by rank…"))
        self._why.setAccessibleName(tr("Why this rank? Rank by rank"))
        self._why.setToolTip(tr("Shares, what was asked for, and the next candidates (Ctrl+I)"))
        self._why.clicked.connect(self.why_asked)
        line.addWidget(self._reason_title)
        line.addStretch(1)
        line.addWidget(self._why)
        column.addLayout(line)
        self._reason = label()
        column.addWidget(self._reason)
        self._country = CountryNote(self._bench)
        column.addWidget(self._country)
        self._apart_title = label(tr("Photo and barcode apart"), "caption")
        self._apart_title.setContentsMargins(0, 6, 0, 0)
        self._apart = label(rich=True)
        column.addWidget(self._apart_title)
        column.addWidget(self._apart)
        outer.addWidget(self._reasons)
        outer.addWidget(self.determination, 1)
        outer.addStretch(0)
        self._reasons_card = card
        return card

    # -- showing -------------------------------------------------------------------------------

    @property
    def key(self) -> int | None:
        """Key of the row that is shown."""
        return self._row.key if self._row is not None else None

    @property
    def shown_photo(self) -> int:
        """The number of the photo that is shown large, from 0."""
        return self._strip.chosen

    def show_row(self, row: Row | None) -> None:
        """Shows a row, from the top; None empties the panel."""
        changed = row is not self._row
        if changed and self._row is not None:
            self.determination.take()
        self._row = row
        self.refresh()
        if changed:
            self.verticalScrollBar().setValue(0)

    def refresh(self) -> None:
        """Shows the same row as it is now."""
        row = self._row
        self._body.setVisible(row is not None)
        bars = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            bars.ScrollBarAsNeeded if row is not None else bars.ScrollBarAlwaysOff
        )
        if row is None:
            return
        verdict = row.result.verdict if row.result is not None else None
        self._show_head(row, verdict)
        self._show_banners(row)
        self._show_specimen(row)
        # What failed can still be named, and noted upon, by the user.
        self._reasons_card.setVisible(verdict is not None or row.state is State.FAILED)
        self._reasons.setVisible(verdict is not None)
        if row.result is not None and verdict is not None:
            self._show_reasons(row.result, verdict)
            self._show_apart(row)
        self._show_evidence(row)

    def _show_reasons(self, result: Identification, verdict: Verdict) -> None:
        engine = self._bench.engine
        self._ladder.show_verdict(verdict, engine.asked(result) if engine is not None else {})
        self._reason.setText(translated(verdict.reason))
        for widget in (self._ladder_title, self._ladder, self._ladder_legend):
            widget.setVisible(bool(verdict.ranks))
        self._reason_title.setText(tr("Why this rank?") if verdict.name else tr("Why no name?"))
        # A contradiction is told in the banner already.
        self._reason.setVisible(wording.conflict_rank(result) is None)
        self._country.show_row(self._row)

    def _show_evidence(self, row: Row) -> None:
        """References, DNA evidence, and the user's own name, which all refer to each other."""
        own = self._bench.own(row)
        self.determination.show_row(row)
        evidence = self._bench.evidences.of(row)
        self.hits.show_hits(row.result, own, evidence, self._bench.engine)
        barcode = row.specimen.barcode
        compared = row.result is not None and "dna" in row.result.by_modality
        self.dna.setVisible(barcode is not None and compared)
        if barcode is not None and compared:
            # The facts are the same until the alignment shows that it had to be turned round.
            found = facts(barcode.sequence, barcode.reversed)
            self.dna.show_evidence(found, evidence, self._bench.evidences.is_known(row))

    def _on_evidence(self, key: int) -> None:
        if self._row is not None and key == self._row.key:
            self._show_evidence(self._row)

    def _on_names(self) -> None:
        self.own_name.set_names(self._bench.names)
        if self._row is not None:
            self._show_evidence(self._row)

    def _show_head(self, row: Row, verdict: Verdict | None) -> None:
        specimen = row.specimen
        both = specimen.photo is not None and specimen.barcode is not None
        self._attach.setVisible(not both and (specimen.photo is not None or specimen.barcode is not None))
        self._attach.setText(tr("Attach barcode…") if specimen.photo is not None else tr("Attach photo…"))
        self._copy.setVisible(row.result is not None)
        self._retry.setVisible(row.state in (State.FAILED, State.STOPPED))
        self.determination.verdict.setVisible(verdict is not None)
        self._lineage.setVisible(verdict is not None and verdict.name is not None)
        self._pill.setVisible(verdict is not None or row.state is State.FAILED)
        if verdict is None:
            failed = row.state is State.FAILED
            set_look(self._pill, "pill-error")
            self._pill.setText(tr("Failed"))
            self._rank.say(specimen.query_id)
            self._headline.setText(tr("Not identified") if failed else tr(STATE_WORDS.get(row.state, "")))
            origin = wording.source(specimen.input)
            self._sure.setText(breakable(origin))
            self._sure.setVisible(origin != specimen.query_id)
            return
        words = wording.likelihood(verdict)
        conflict = row.result is not None and wording.conflict_rank(row.result)
        set_look(self._pill, "pill-error" if conflict else PILLS[words])
        self._pill.setText(tr("Contradiction") if conflict else translated(words))
        rank = f"{wording.rank_title(verdict.rank)} · " if verdict.rank else ""
        self._rank.say(rank + specimen.query_id)
        if row.result is not None and conflict and verdict.name is None:
            self._headline.setText(wording.disagreement(row.result))
        else:
            self._headline.setText(wording.headline(verdict).html)
        self._lineage.setText(wording.lineage_line(verdict))
        self._sure.setVisible(verdict.name is not None)
        basis = (
            tr("calibrated on held-out specimens")
            if verdict.calibrated
            else tr("this library is not calibrated, so the share is no probability")
        )
        self._sure.setText(
            tr("{share} of the evidence · {basis}").format(
                share=wording.percent(verdict.confidence), basis=basis
            )
        )

    def _show_banners(self, row: Row) -> None:
        result = row.result
        if result is None:
            for banner in (
                self._conflict,
                self._error,
                self._novelty,
                self._agree,
                self._notice,
                self._limited,
            ):
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
        # Of what was left out it should be known at once; which part could answer is no warning.
        told = result.restricted
        self._limited.show_text(
            "warning" if len(told) > 1 else "novelty", " ".join(translated(text) for text in told), "filter"
        )

    def _show_specimen(self, row: Row) -> None:
        specimen = row.specimen
        has_photo = specimen.photo is not None
        self._specimen_card.setVisible(has_photo or specimen.barcode is not None)
        self._photo.setVisible(has_photo)
        self._fit_slot()
        self.crop.setVisible(has_photo)
        self._strip.show_row(row)
        self._cropped.hide()
        if has_photo:
            self._show_photo()
        barcode = specimen.barcode
        self._barcode.setVisible(barcode is not None)
        self._barcode_words.setVisible(barcode is not None)
        if barcode is not None:
            self._barcode.show_sequence(barcode.sequence)
            self._barcode_words.setText(tr("DNA barcode, {number} bp").format(number=len(barcode.sequence)))
        self._input.setText(breakable(wording.source(specimen.input)))
        self._input.setToolTip(specimen.input)

    def _show_photo(self) -> None:
        """The photo that is chosen, and how much of it is used."""
        self._photo.show_picture(*self._strip.picture())
        if self._row is None:
            return
        box = self._row.specimen.photos[self._strip.chosen].crop
        self._cropped.setVisible(box is not None)
        if box is not None:
            self._cropped.say(tr("{share} of the photo").format(share=percentage(box.area)))

    def _show_apart(self, row: Row) -> None:
        result = row.result
        lines = wording.apart(result) if result is not None else []
        self._apart_title.setVisible(bool(lines))
        self._apart.setVisible(bool(lines))
        several = result is not None and bool(result.by_photo)
        self._apart_title.setText(tr("Each by itself") if several else tr("Photo and barcode apart"))
        self._apart.setText("<br>".join(lines))

    def _on_preview(self, key: int) -> None:
        if self._row is not None and key == self._row.key:
            self._show_specimen(self._row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        narrow = width < STACK_BELOW
        self._photo.set_room(max(150, int(self.viewport().height() * PHOTO_SHARE)), grows=not narrow)
        self._middle.setDirection(
            QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        )
        self._fit(width < SLIM_BELOW)
        self._fit_slot()
        self.hits.set_room(width)
        self.dna.set_narrow(narrow)

    def _fit_slot(self) -> None:
        """The place of a photo that is missing, where the card would be empty beside the reasons."""
        beside = self._middle.direction() == QBoxLayout.Direction.LeftToRight
        lacks = self._row is not None and self._row.specimen.photo is None
        self._slot.setVisible(beside and lacks)

    def _fit(self, slim: bool) -> None:
        """What else gives way where there is little room."""
        down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._foot.setDirection(down if slim else right)
        # Not between the pill and the name; before the decision, as Tab goes.
        if slim:
            self._foot.insertWidget(1, self._buttons, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            self._top.addWidget(self._buttons)
        outer = self._body.layout()
        assert outer is not None
        side = 8 if slim else 20
        outer.setContentsMargins(side, 18, side, 24)
        for card in (self._head, self._specimen_card, self._reasons_card):
            inner = card.layout()
            assert inner is not None
            margins = inner.contentsMargins()
            wide = 20 if card is self._head else 16
            side = 10 if slim else wide
            inner.setContentsMargins(side, margins.top(), side, margins.bottom())
        self._ladder.set_slim(slim)
