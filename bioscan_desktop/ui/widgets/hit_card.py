"""One reference specimen near the query."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from bioscan_desktop.core.matching import Hit
from bioscan_desktop.ui import icons, wording
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.widgets.parts import Badge, Drawing, label


class HitCard(QFrame):
    """A card that is filled again and again: making widgets costs more than changing them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("look", "row")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
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
        self._badge = Badge(theme)
        row.addWidget(self._number)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_hit(self, number: int, hit: Hit, badge: str) -> None:
        """Fills the card."""
        self._number.setText(str(number))
        glyph = icons.glyph_for(hit.lineage.order)
        self._glyph.show_name(glyph)
        self._glyph.setToolTip(
            f"Drawing: {hit.lineage.order or 'insect'}. The library holds no photo to show."
        )
        self._name.setText(wording.hit_name(hit).html)
        context = wording.hit_context(hit)
        self._context.setText(context)
        self._context.setVisible(bool(context))
        self._facts.setText(self._facts_html(hit))
        self._facts.setToolTip(
            "Similarity is the cosine between the embeddings of "
            f"{wording.pair_text(hit)}: 1 is the same, 0 is nothing in common. It is no percentage."
        )
        self._badge.show_level(badge)
        self.setAccessibleName(f"Reference {number}: {wording.hit_spoken(hit, badge)}")

    def _facts_html(self, hit: Hit) -> str:
        parts = [f"similarity <b>{hit.score:.2f}</b>"]
        identity = wording.identity_text(hit)
        if identity:
            value, _, rest = identity.partition("%")
            parts.append(f"<b>{value}%</b>{rest}")
        parts.append(wording.count(hit.n_records, "record"))
        if hit.country:
            parts.append(escape(hit.country))
        if hit.processid:
            link = wording.BOLD_RECORD.format(escape(hit.processid, quote=True))
            colour = self._theme.colours.link
            parts.append(f'<a href="{link}" style="color:{colour}">{escape(hit.processid)}</a>')
        if hit.bin_uri:
            parts.append(escape(hit.bin_uri))
        parts.append(f"{wording.MODALITY_NOUN[hit.key_modality]} reference")
        # A part never breaks within, only between.
        return " · ".join(f'<span style="white-space:nowrap">{part}</span>' for part in parts)
