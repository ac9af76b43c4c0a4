"""Colours, fonts and style: one calm look in light, dark and high contrast, on Qt's Fusion style.

Every pair that carries meaning is measured: text has at least 4.5:1 against its ground (7:1 with
high contrast), badge outlines and borders that matter at least 3:1 (WCAG 2.2). `contrast.py`
measures it, and the tests hold us to that.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from bioscan_desktop import paths
from bioscan_desktop.ui.contrast import fainter, luminance


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme, as #rrggbb.

    Attributes:
        outline: around badges; stands out from `card` and from every badge fill's ground.
    """

    name: str
    window: str
    card: str
    border: str
    field: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    hover: str
    error: str
    error_ground: str
    warning: str
    warning_ground: str
    novelty: str
    novelty_ground: str
    good: str
    good_ground: str
    bar: str
    track: str
    scroll: str
    outline: str
    link: str


LIGHT = Colours(
    name="light",
    window="#f4f5f1",
    card="#ffffff",
    border="#d8dcd2",
    field="#ffffff",
    text="#1d231e",
    muted="#566058",
    accent="#2f6b3c",
    on_accent="#ffffff",
    selection="#dcebdc",
    hover="#eef3ec",
    error="#a3201a",
    error_ground="#fbe9e7",
    warning="#7a4f00",
    warning_ground="#fdf3d9",
    novelty="#5b3596",
    novelty_ground="#f0eafa",
    good="#2f6b3c",
    good_ground="#e6f2e6",
    bar="#4c8a58",
    track="#e6e9e1",
    scroll="#b9c0b6",
    outline="#27301f",
    link="#1f5f99",
)

DARK = Colours(
    name="dark",
    window="#151819",
    card="#1f2425",
    border="#394142",
    field="#1a1e1f",
    text="#e6ebe6",
    muted="#a6b1a9",
    accent="#7fc58b",
    on_accent="#10210f",
    selection="#2a4231",
    hover="#262d2c",
    error="#ff9b92",
    error_ground="#3d2220",
    warning="#f1c467",
    warning_ground="#3a3019",
    novelty="#cbaef8",
    novelty_ground="#2f2640",
    good="#8fd19a",
    good_ground="#20351f",
    bar="#6db37a",
    track="#343b3c",
    scroll="#566062",
    outline="#e6ebe6",
    link="#8cc4f2",
)

CONTRAST_LIGHT = Colours(
    name="contrast_light",
    window="#ffffff",
    card="#ffffff",
    border="#1a1a1a",
    field="#ffffff",
    text="#000000",
    muted="#2b2b2b",
    accent="#00441b",
    on_accent="#ffffff",
    selection="#c7e3ff",
    hover="#e4eefb",
    error="#8c0000",
    error_ground="#ffffff",
    warning="#5c3a00",
    warning_ground="#ffffff",
    novelty="#41107f",
    novelty_ground="#ffffff",
    good="#00441b",
    good_ground="#ffffff",
    bar="#00441b",
    track="#e0e0e0",
    scroll="#4a4a4a",
    outline="#000000",
    link="#003a8c",
)

CONTRAST_DARK = Colours(
    name="contrast_dark",
    window="#000000",
    card="#000000",
    border="#e8e8e8",
    field="#000000",
    text="#ffffff",
    muted="#e0e0e0",
    accent="#ffe14d",
    on_accent="#000000",
    selection="#003f7d",
    hover="#1f2d3d",
    error="#ffb3ad",
    error_ground="#000000",
    warning="#ffd97a",
    warning_ground="#000000",
    novelty="#dcc6ff",
    novelty_ground="#000000",
    good="#9ff0ae",
    good_ground="#000000",
    bar="#9ff0ae",
    track="#3a3a3a",
    scroll="#c0c0c0",
    outline="#ffffff",
    link="#9fd3ff",
)

THEMES: tuple[Colours, ...] = (LIGHT, DARK, CONTRAST_LIGHT, CONTRAST_DARK)

EFFECTS = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
)
"""What Qt moves by itself, where the system wants that."""

BADGE_FILL: dict[str, str] = {
    "species": "#4c7c32",
    "genus": "#c4d050",
    "family": "#f0c030",
    "order": "#f0902c",
    "none": "#b93a32",
}
"""After CLIBD's figures: greens, gold, orange, red. Colour is never the only sign."""

BADGE_INK: dict[str, str] = {
    "species": "#ffffff",
    "genus": "#10150c",
    "family": "#10150c",
    "order": "#10150c",
    "none": "#ffffff",
}


def placeholder(c: Colours) -> str:
    """Of hints in empty fields: fainter than what is typed, and still to be read. Qt's style sheets would
    halve the colour of the text instead."""
    return fainter(c.muted, c.field, 7 if c.name.startswith("contrast") else 4.6)


class Theme(QObject):
    """The theme in use; follows the system unless told otherwise.

    Signals:
        changed: colours are others now; icons and painted widgets take theirs anew.
    """

    changed = Signal()

    def __init__(
        self, choice: str = "system", parent: QObject | None = None, reduced_motion: bool = False
    ) -> None:
        super().__init__(parent)
        self._choice = choice
        self.reduced_motion = reduced_motion
        self._effects = {effect: QApplication.isEffectEnabled(effect) for effect in EFFECTS}
        self.colours = self._resolve()
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._on_system_changed)
        if hasattr(hints, "accessibility"):  # Qt 6.10 and later
            hints.accessibility().contrastPreferenceChanged.connect(self._on_system_changed)

    @property
    def is_dark(self) -> bool:
        """Light writing on dark ground."""
        return luminance(self.colours.window) < 0.18

    def choose(self, choice: str) -> None:
        """`system`, or the name of one of `THEMES`."""
        self._choice = choice
        self.apply()

    def reduce_motion(self, reduced: bool) -> None:
        """Whether things should stand still that would move."""
        self.reduced_motion = reduced
        self.apply()

    def apply(self) -> None:
        """Gives style, palette and style sheet to the application."""
        self.colours = self._resolve()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setStyle("Fusion")
        app.setPalette(palette(self.colours))
        app.setStyleSheet(style_sheet(self.colours))
        for effect, wanted in self._effects.items():
            QApplication.setEffectEnabled(effect, wanted and not self.reduced_motion)
        self.changed.emit()

    @Slot()
    def _on_system_changed(self) -> None:
        if self._choice == "system":
            self.apply()

    def _resolve(self) -> Colours:
        if self._choice != "system":
            return next(colours for colours in THEMES if colours.name == self._choice)
        hints = QGuiApplication.styleHints()
        is_dark = hints.colorScheme() == Qt.ColorScheme.Dark
        if _wants_contrast():
            return CONTRAST_DARK if is_dark else CONTRAST_LIGHT
        return DARK if is_dark else LIGHT


def _wants_contrast() -> bool:
    """The system is set to high contrast; older Qt cannot tell."""
    hints = QGuiApplication.styleHints()
    if not hasattr(hints, "accessibility"):
        return False
    return hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast


def set_fonts(app: QApplication) -> None:
    """The system's font, with families behind it that have the marks we use (› – ≥ and accents)."""
    font = app.font()
    families = [font.family(), "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans"]
    font.setFamilies(list(dict.fromkeys(families)))
    if font.pointSizeF() < 10:
        font.setPointSizeF(10)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    app.setFont(font)


def palette(c: Colours) -> QPalette:
    """Qt's palette of a theme."""
    result = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, c.window),
        (role.WindowText, c.text),
        (role.Base, c.field),
        (role.AlternateBase, c.window),
        (role.Text, c.text),
        (role.PlaceholderText, placeholder(c)),
        (role.Button, c.card),
        (role.ButtonText, c.text),
        (role.BrightText, c.error),
        (role.ToolTipBase, c.card),
        (role.ToolTipText, c.text),
        (role.Highlight, c.selection),
        (role.HighlightedText, c.text),
        (role.Link, c.link),
        (role.LinkVisited, c.link),
        (role.Light, c.card),
        (role.Midlight, c.hover),
        (role.Mid, c.border),
        (role.Dark, c.border),
        (role.Shadow, c.border),
        (role.Accent, c.accent),
    ):
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        faded = QColor(c.muted)
        faded.setAlpha(150)
        result.setColor(QPalette.ColorGroup.Disabled, which, faded)
    return result


def _control_rules(c: Colours) -> str:
    """Boxes to choose in, to count in and to tick: Fusion's own show neither focus nor high contrast."""
    folder = (paths.resources_dir() / "icons" / "controls").as_posix()
    ink = "light" if luminance(c.window) < 0.18 else "dark"
    return f"""
QComboBox, QSpinBox, QDoubleSpinBox {{ background: {c.field}; color: {c.text}; border: 1px solid {c.muted};
    border-radius: 6px; padding: 3px 6px; min-height: 18px; }}
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{ border: 2px solid {c.accent}; padding: 2px 5px; }}
QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {{ color: {c.muted};
    border-color: {c.border}; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{folder}/down-{ink}.svg"); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {c.card}; color: {c.text}; border: 1px solid {c.muted};
    selection-background-color: {c.selection}; selection-color: {c.text}; outline: none; }}
QComboBox QAbstractItemView::item {{ padding: 4px 8px; min-height: 20px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{
    border: none; width: 20px; background: transparent; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{folder}/up-{ink}.svg");
    width: 10px; height: 10px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{folder}/down-{ink}.svg");
    width: 10px; height: 10px; }}
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator {{ width: 14px; height: 14px;
    background: {c.field}; border: 1px solid {c.muted}; border-radius: 3px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{ image: url("{folder}/tick-{ink}.svg");
    border-color: {c.text}; }}
QRadioButton::indicator:checked {{ border-color: {c.text};
    background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5, stop: 0 {c.accent},
    stop: 0.5 {c.accent}, stop: 0.6 {c.field}, stop: 1 {c.field}); }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {c.border}; }}
"""


def _tone_rules(c: Colours) -> str:
    """Banners and pills that say by colour, too, what they are about."""
    rules: list[str] = []
    for tone in ("error", "warning", "novelty", "good"):
        ink, ground = getattr(c, tone), getattr(c, f"{tone}_ground")
        look = f"background: {ground}; border: 1px solid {ink};"
        rules += [
            f'*[look="{tone}"] {{ {look} border-radius: 8px; }}',
            f'*[look="{tone}"] QLabel {{ color: {ink}; }}',
            f'QLabel[look="pill-{tone}"] {{ color: {ink}; {look} border-radius: 11px; }}',
        ]
    return "\n".join(rules)


def style_sheet(c: Colours) -> str:
    """Rules for what a palette cannot say. Widgets opt in with the dynamic property `look`."""
    return f"""{_control_rules(c)}{_tone_rules(c)}
QToolTip {{ color: {c.text}; background: {c.card}; border: 1px solid {c.border}; padding: 4px; }}
QToolBar {{ background: {c.window}; border: none; border-bottom: 1px solid {c.border};
    padding: 4px 8px; spacing: 4px; }}
QToolBar QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 5px 9px; }}
QToolBar QToolButton:hover {{ background: {c.hover}; border-color: {c.border}; }}
QToolBar QToolButton:pressed {{ background: {c.selection}; }}
QToolBar QToolButton:focus {{ border: 2px solid {c.accent}; padding: 4px 8px; }}
QWidget[look="rail"] {{ background: {c.window}; border-right: 1px solid {c.border}; }}
QToolButton[look="rail"] {{ color: {c.text}; background: transparent; border: 2px solid transparent;
    border-radius: 8px; padding: 6px 4px; }}
QToolButton[look="rail"]:hover {{ background: {c.hover}; }}
QToolButton[look="rail"]:checked {{ background: {c.selection}; }}
QToolButton[look="rail"]:focus {{ border-color: {c.accent}; }}
QMenuBar {{ background: {c.window}; }}
QMenuBar::item {{ padding: 4px 10px; background: transparent; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {c.selection}; }}
QMenu {{ background: {c.card}; border: 1px solid {c.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.selection}; color: {c.text}; }}
QMenu::item:disabled {{ color: {c.muted}; }}
QMenu::separator {{ height: 1px; background: {c.border}; margin: 4px 8px; }}
QStatusBar {{ background: {c.window}; border-top: 1px solid {c.border}; }}
QStatusBar::item {{ border: none; }}
QSplitter::handle {{ background: {c.border}; }}
QSplitter[look="gap"]::handle {{ background: transparent; }}
QScrollArea {{ background: transparent; border: none; }}
QListView, QTableView {{ background: {c.field}; border: none; outline: none; }}
QTreeView {{ background: {c.field}; border: 1px solid transparent; padding: 1px; outline: none;
    selection-background-color: {c.selection}; selection-color: {c.text}; }}
QTreeView:focus, QTableView[look="table"]:focus {{ border: 2px solid {c.accent}; padding: 0; }}
QTreeView::item {{ padding: 4px 4px; }}
QTreeView::item:hover, QTableView[look="table"]::item:hover {{ background: {c.hover}; }}
QTreeView::item:selected, QTableView[look="table"]::item:selected {{ background: {c.selection};
    color: {c.text}; }}
QHeaderView::section {{ background: {c.window}; color: {c.muted}; border: none;
    border-bottom: 1px solid {c.border}; padding: 5px 6px; }}
QTabBar::tab {{ color: {c.muted}; background: transparent; border: 2px solid transparent;
    border-bottom: 3px solid transparent; padding: 6px 12px; margin-right: 4px; }}
QTabBar::tab:hover {{ color: {c.text}; background: {c.hover}; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; }}
QTabBar::tab:selected:focus {{ border: 2px solid {c.accent}; border-bottom: 3px solid {c.accent}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {c.border}; }}
QToolButton[look="segment"] {{ color: {c.text}; background: {c.card}; border: 1px solid {c.border};
    border-radius: 6px; padding: 4px 12px; }}
QToolButton[look="segment"]:hover {{ background: {c.hover}; }}
QToolButton[look="segment"]:checked {{ background: {c.selection}; border-color: {c.accent}; }}
QToolButton[look="segment"]:focus {{ border: 2px solid {c.accent}; padding: 3px 11px; }}
QToolButton[look="segment"]:disabled {{ color: {c.muted}; }}
*[look="list-frame"] {{ border: 1px solid transparent; }}
*[look="list-frame"]:focus {{ border: 2px solid {c.accent}; }}
*[look="page"] {{ background: {c.window}; }}
*[look="side"] {{ background: {c.field}; }}
*[look="card"] {{ background: {c.card}; border: 1px solid {c.border}; border-radius: 10px; }}
*[look="row"] {{ background: {c.card}; border: 1px solid {c.border}; border-radius: 8px; }}
*[look="row"]:focus {{ border: 2px solid {c.accent}; }}
*[look="muted"], *[look="caption"] {{ color: {c.muted}; }}
*[look="message"] {{ background: {c.card}; border: none; border-top: 1px solid {c.border}; }}
QLabel[look="pill-plain"] {{ color: {c.muted}; background: {c.hover}; border: 1px solid {c.border};
    border-radius: 11px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {c.scroll}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 36px; }}
QScrollBar::handle:horizontal {{ min-width: 36px; }}
QScrollBar::handle:hover {{ background: {c.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QPushButton {{ background: {c.card}; border: 1px solid {c.border}; border-radius: 6px; padding: 6px 14px; }}
QPushButton:hover {{ background: {c.hover}; }}
QPushButton:pressed {{ background: {c.selection}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {c.muted}; }}
QPushButton[look="chosen"] {{ background: {c.selection}; border-color: {c.accent}; font-weight: bold; }}
QPushButton[look="slot"] {{ color: {c.muted}; background: {c.window}; border: 1px dashed {c.muted};
    border-radius: 8px; min-height: 84px; }}
QPushButton[look="slot"]:hover {{ background: {c.hover}; color: {c.text}; }}
QPushButton[look="slot"]:focus {{ border: 2px solid {c.accent}; }}
QPushButton[look="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
QPushButton[look="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[look="primary"]:disabled {{ background: {c.track}; color: {c.muted}; border-color: {c.border}; }}
QToolButton[look="chip"] {{ color: {c.text}; background: transparent; border: 1px solid transparent;
    border-radius: 6px; padding: 2px 8px; }}
QToolButton[look="chip"]:hover {{ background: {c.hover}; border-color: {c.border}; }}
QToolButton[look="chip"]:focus {{ border: 2px solid {c.accent}; padding: 1px 7px; }}
QToolButton[look="chip"][alert="true"] {{ color: {c.warning}; background: {c.warning_ground};
    border-color: {c.warning}; }}
QProgressBar {{ background: {c.track}; border: none; border-radius: 4px; max-height: 8px; }}
QProgressBar::chunk {{ background: {c.bar}; border-radius: 4px; }}
QLineEdit, QPlainTextEdit, QComboBox, QComboBox QLineEdit {{ placeholder-text-color: {placeholder(c)}; }}
QLineEdit {{ background: {c.field}; color: {c.text}; border: 1px solid {c.muted}; border-radius: 6px;
    padding: 4px 6px; selection-background-color: {c.selection}; selection-color: {c.text}; }}
QListView[look="popup"] {{ border: 1px solid {c.muted}; }}
QListView[look="popup"]::item {{ padding: 4px 8px; color: {c.text}; }}
QListView[look="popup"]::item:selected {{ background: {c.selection}; }}
QLineEdit:focus {{ border: 2px solid {c.accent}; padding: 3px 5px; }}
QToolButton[look="small"] {{ color: {c.text}; background: {c.card}; border: 1px solid {c.border};
    border-radius: 6px; padding: 2px 8px; }}
QToolButton[look="small"]:hover {{ background: {c.hover}; }}
QToolButton[look="small"]:focus {{ border: 2px solid {c.accent}; padding: 1px 7px; }}
QToolButton[look="small"]:disabled {{ color: {c.muted}; }}
QToolButton[look="tile"] {{ color: {c.text}; background: {c.card}; border: 1px solid {c.border};
    border-radius: 8px; padding: 5px 10px; }}
QToolButton[look="tile"]:hover {{ background: {c.hover}; }}
QToolButton[look="tile"]:checked {{ background: {c.selection}; border: 2px solid {c.accent};
    padding: 4px 9px; }}
QToolButton[look="tile"]:focus {{ border: 2px solid {c.text}; padding: 4px 9px; }}
QTableView[look="table"] {{ border: 1px solid {c.border}; border-radius: 8px; padding: 1px;
    selection-background-color: {c.selection}; selection-color: {c.text}; }}
QTableView[look="table"]::item {{ padding: 0 8px; border-bottom: 1px solid {c.track}; }}
QTableView[look="table"]::item:selected {{ background: {c.selection}; color: {c.text}; }}
QTableView[look="table"] QHeaderView::section {{ background: {c.window}; color: {c.muted}; border: none;
    border-bottom: 1px solid {c.border}; padding: 6px 11px; }}
QTableView[look="table"] QHeaderView {{ background: transparent; }}
QTableView[look="table"] QHeaderView::section:first {{ border-top-left-radius: 6px; }}
QTableView[look="table"] QHeaderView::section:last {{ border-top-right-radius: 6px; }}
QToolButton[look="small-on"] {{ color: {c.text}; background: {c.selection}; border: 1px solid {c.accent};
    border-radius: 6px; padding: 2px 8px; }}
QToolButton[look="small-on"]:focus {{ border: 2px solid {c.accent}; padding: 1px 7px; }}
QToolButton[look="key-button"] {{ color: {c.text}; background: {c.card}; border: 1px solid {c.border};
    border-radius: 6px; padding: 4px 9px; }}
QToolButton[look="key-button"]:hover {{ background: {c.hover}; }}
QToolButton[look="key-button"]:focus {{ border: 2px solid {c.accent}; padding: 3px 8px; }}
QLabel[look="key"] {{ color: {c.text}; background: {c.hover}; border: 1px solid {c.muted};
    border-radius: 5px; padding: 2px; }}
QFrame[look="popup-panel"] {{ background: {c.card}; border: 1px solid {c.muted}; }}
QCheckBox {{ spacing: 8px; padding: 2px; border: 2px solid transparent; border-radius: 4px; }}
QCheckBox:focus {{ border-color: {c.accent}; }}
QPlainTextEdit {{ background: {c.field}; color: {c.text}; border: 1px solid {c.muted};
    border-radius: 6px; padding: 5px; }}
QPlainTextEdit:focus {{ border: 2px solid {c.accent}; padding: 4px; }}
"""
