"""One reference specimen near the query."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from bioscan_desktop.core.hits import Hit
from bioscan_desktop.ui import dna_wording, icons, wording
from bioscan_desktop.ui.comparing import Agreement
from bioscan_desktop.ui.models.thumbnails import THUMB_SIDE, Pictures
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import decimal, tr
from bioscan_desktop.ui.widgets.parts import Badge, Drawing, label

if TYPE_CHECKING:
    from bioscan_desktop.index.alignment_view import GappedAlignment


class HitCard(QFrame):
    """A card that is filled again and again: making widgets costs more than changing them.

    Signals:
        alignment_asked: (key_id) the user wants to see its bases beside those of the query.
        photos_asked: (key_id) the user wants to see its photo beside that of the query.
    """

    alignment_asked = Signal(int)
    photos_asked = Signal(int)

    def __init__(self, theme: Theme, pictures: Pictures) -> None:
        super().__init__()
        self._theme = theme
        self._pictures = pictures
        self._photo: Path | None = None
        self.setProperty("look", "row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._slim = False
        self._fill: Callable[[], None] = lambda: None
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 14, 10)
        row.setSpacing(12)
        self._number = label(look="muted", wrap=False)
        self._number.setFixedWidth(20)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._glyph = Drawing(theme, "glyphs", 44, "text")
        words = QVBoxLayout()
        words.setSpacing(2)
        self._name = label(scale=1.1, bold=True, rich=True)
        self._context = label(look="muted")
        self._facts = label(rich=True)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._facts.setOpenExternalLinks(True)
        for widget in (self._name, self._context, self._facts):
            words.addWidget(widget)
        words.addStretch(1)  # cards beside a longer one begin at the same height, too
        self._badge = Badge(theme)
        self._align = QToolButton()
        self._align.setText(tr("Compare bases"))
        self._align.setProperty("look", "small")
        self._align.setToolTip(tr("Show your barcode and this reference base by base"))
        self._align.clicked.connect(self._on_align)
        self._key_id = 0
        self._look = QToolButton()
        self._look.setText(tr("Compare photos"))
        self._look.setProperty("look", "small")
        self._look.setToolTip(tr("Show your photo and that of this reference side by side (Ctrl+Shift+P)"))
        self._look.clicked.connect(lambda: self.photos_asked.emit(self._key_id))
        side = QVBoxLayout()
        side.setSpacing(6)
        side.addStretch(1)
        side.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignLeft)
        side.addWidget(self._align, 0, Qt.AlignmentFlag.AlignLeft)
        side.addWidget(self._look, 0, Qt.AlignmentFlag.AlignLeft)
        side.addStretch(1)
        row.addWidget(self._number)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignVCenter)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(12)
        self._middle.addLayout(words, 1)
        row.addLayout(self._middle, 1)
        beside = QWidget()  # as wide in all cards, so that the badges stand one below the other
        side.setContentsMargins(0, 0, 0, 0)
        beside.setLayout(side)
        self._badge.show_level("none")
        beside.setMinimumWidth(self._badge.sizeHint().width())
        self._middle.addWidget(beside)

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """The card and what Tab reaches within, in order."""
        return self, self._facts, self._align, self._look

    def set_slim(self, slim: bool) -> None:
        """Puts the badge below the words, and lets these break anywhere, where there is little room."""
        if slim != self._slim:
            self._slim = slim
            down, right = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
            self._middle.setDirection(down if slim else right)
            self._middle.setSpacing(4 if slim else 12)
            self._fill()

    def _on_align(self) -> None:
        self.alignment_asked.emit(self._key_id)

    def show_hit(
        self,
        number: int,
        hit: Hit,
        badge: Agreement | None,
        rows: GappedAlignment | None = None,
        solid: bool = True,
        photo: Path | None = None,
    ) -> None:
        """Fills the card.

        Args:
            badge: None where there is nothing to compare the reference with.
            rows: its alignment with the query, once it is there.
            solid: the alignment overlaps far enough to count.
            photo: of the reference, where it is on this computer.
        """
        self._key_id = hit.key_id
        self._number.setText(str(number))
        self._show_picture(hit, photo)
        self._name.setText(wording.hit_name(hit).html)
        context = wording.hit_context(hit)
        kind = tr("photo reference") if hit.key_modality == "image" else tr("barcode reference")
        self._context.setText(f"{context} · {kind}" if context else kind)
        self._fill = lambda: self._facts.setText(self._facts_html(hit, rows, solid))
        self._fill()
        # Without a link there is nothing to go to.
        policies = Qt.FocusPolicy
        self._facts.setFocusPolicy(policies.StrongFocus if hit.processid else policies.ClickFocus)
        meaning = tr(
            "Similarity is the cosine between the embeddings of {pair}: 1 is the same, 0 is nothing in "
            "common. It is no percentage."
        ).format(pair=wording.pair_text(hit))
        if hit.percent_identity is not None:
            meaning += f"\n\n{tr(dna_wording.IDENTITY_MEANS)}"
        self._facts.setToolTip(meaning)
        self._badge.setVisible(badge is not None)
        if badge is not None:
            self._badge.show_level(badge.level, badge.words)
        self._align.setVisible(hit.query_modality == "dna" and hit.consensus is not None)
        self._align.setAccessibleName(tr("Compare bases with reference {number}").format(number=number))
        self._align.setEnabled(rows is not None)
        spoken = wording.hit_spoken(hit, badge.words if badge is not None else "")
        self.setAccessibleName(tr("Reference {number}: {spoken}").format(number=number, spoken=spoken))

    def _show_picture(self, hit: Hit, photo: Path | None) -> None:
        self._look.setVisible(photo is not None and hit.query_modality == "image")
        self._look.setAccessibleName(
            tr("Compare photos with reference {number}").format(number=self._number.text())
        )
        if photo is not None and photo == self._photo:
            return
        self._photo = photo
        self._glyph.show_name(icons.glyph_for(hit.lineage.order))
        if photo is None:
            words = tr("Drawing: {order}. The library holds no photo to show.").format(
                order=hit.lineage.order or tr("insect")
            )
            self._glyph.setToolTip(words)
            return
        self._glyph.setToolTip(tr("Photo of this reference: {file}").format(file=photo.name))

        def show(picture: QPixmap | None) -> None:
            if picture is not None and self._photo == photo:
                self._glyph.show_picture(picture)

        self._pictures.load(photo, THUMB_SIDE, show, self)

    def _facts_html(self, hit: Hit, rows: GappedAlignment | None, solid: bool) -> str:
        likeness = [tr("similarity <b>{score}</b>").format(score=decimal(hit.score, 2))]
        identity = wording.identity_text(hit)
        if identity:
            value, _, rest = identity.partition("%")
            likeness.append(f"<b>{value}%</b>{rest}")
        overlap = [escape(dna_wording.alignment_facts(rows, solid))] if rows is not None else []
        origin = [wording.count(hit.n_records, "record")]
        if hit.country:
            origin.append(escape(hit.country))
        if hit.processid:
            link = wording.BOLD_RECORD.format(escape(hit.processid, quote=True))
            colour = self._theme.colours.link
            origin.append(f'<a href="{link}" style="color:{colour}">{escape(hit.processid)}</a>')
        if hit.bin_uri:
            origin.append(escape(hit.bin_uri))
        return "<br>".join(self._line(parts) for parts in (likeness, overlap, origin) if parts)

    def _line(self, parts: list[str]) -> str:
        """Parts with dots between; one never breaks within, unless there is little room."""
        if self._slim:
            return " · ".join(parts)
        return " · ".join(f'<span style="white-space:nowrap">{part}</span>' for part in parts)
