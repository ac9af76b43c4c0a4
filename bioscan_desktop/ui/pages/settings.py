"""The settings, with a control made from each declaration; a change counts at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from bioscan_desktop.settings import SETTINGS, Setting
from bioscan_desktop.ui.theme import Theme
from bioscan_desktop.ui.translating import mark, tr
from bioscan_desktop.ui.widgets.parts import frame, label
from bioscan_desktop.ui.workbench import Workbench

CHOICE_WORDS = {
    "system": mark("As the system"),
    "en": "English",
    "fr": "Français",
    "light": mark("Light"),
    "dark": mark("Dark"),
    "contrast_light": mark("High contrast, light"),
    "contrast_dark": mark("High contrast, dark"),
    "full": mark("Full"),
    "reduced": mark("Reduced"),
    "background": mark("If the window is not in front"),
    "never": mark("Never"),
    "auto": mark("Automatic"),
    "cpu": mark("Processor (CPU)"),
    "cuda": mark("NVIDIA graphics card (CUDA)"),
}


WIDTH = 840
"""Most pixels of the form."""


class _Choice(QComboBox):
    """Scrolling the page must not turn a setting that the wheel happens to pass."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _Number(QSpinBox):
    """As `_Choice`; its text begins where that of a choice does."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(5, 0, 0, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class SettingsPage(QScrollArea):
    """Every setting that is shown."""

    def __init__(self, theme: Theme, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._controls: dict[str, QComboBox | QSpinBox] = {}
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Settings"))
        body = QWidget()
        body.setProperty("look", "page")
        line = QHBoxLayout(body)  # in the middle, as the form of a batch
        line.setContentsMargins(24, 20, 24, 24)
        column = QWidget()
        column.setMaximumWidth(WIDTH)
        line.addStretch(1)
        line.addWidget(column, 1000)
        line.addStretch(1)
        outer = QVBoxLayout(column)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(14)
        outer.addWidget(label(tr("Settings"), scale=1.6, bold=True))
        outer.addWidget(
            label(tr("Changes take effect at once, unless it says otherwise, and are kept."), "muted")
        )
        card = frame("card")
        grid = QGridLayout(card)
        grid.setContentsMargins(20, 18, 20, 8)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for number, setting in enumerate(setting for setting in SETTINGS if setting.shown):
            control = self._make(setting)
            caption = QLabel(tr(setting.title))
            caption.setBuddy(control)
            grid.addWidget(caption, 2 * number, 0)
            grid.addWidget(control, 2 * number, 1, Qt.AlignmentFlag.AlignLeft)
            said = [
                tr(setting.description),
                *([tr("Takes effect at the next start.")] if setting.restart else []),
            ]
            words = label(" ".join(said), "muted")
            words.setContentsMargins(0, 0, 0, 14)
            grid.addWidget(words, 2 * number + 1, 1)
            self._controls[setting.name] = control
        outer.addWidget(card)
        outer.addStretch(1)
        self.setWidget(body)
        self.setFocusProxy(next(iter(self._controls.values())))
        bench.setting_changed.connect(self._on_changed)

    def _make(self, setting: Setting) -> QComboBox | QSpinBox:
        control: QComboBox | QSpinBox
        if setting.choices:
            control = _Choice()
            for choice in setting.choices:
                control.addItem(tr(CHOICE_WORDS.get(choice, choice)), choice)
        else:
            control = _Number()
            control.setRange(setting.minimum, setting.maximum)
            control.setSingleStep(setting.step)
            control.setSuffix(f" {setting.unit}" if setting.unit else "")
        control.setAccessibleName(tr(setting.title))
        control.setAccessibleDescription(tr(setting.description))
        control.setMinimumSize(320, 30)
        control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._show(control, self._bench.settings.get(setting.name))
        if isinstance(control, QComboBox):
            box = control
            box.currentIndexChanged.connect(
                lambda _: self._bench.change_setting(setting.name, box.currentData())
            )
        else:
            control.valueChanged.connect(lambda value: self._bench.change_setting(setting.name, value))
        return control

    def control(self, name: str) -> QComboBox | QSpinBox:
        """The control of a setting."""
        return self._controls[name]

    def _on_changed(self, name: str) -> None:
        if name in self._controls:
            self._show(self._controls[name], self._bench.settings.get(name))

    @staticmethod
    def _show(control: QComboBox | QSpinBox, value: object) -> None:
        if isinstance(control, QComboBox):
            control.setCurrentIndex(control.findData(value))
        elif isinstance(value, int):
            control.setValue(value)
