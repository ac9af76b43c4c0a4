"""The translations are complete, keep what they stand for, and are what the program loads."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from bioscan_desktop import app as program
from bioscan_desktop.settings import BY_NAME, SETTINGS, Settings
from bioscan_desktop.ui import actions, translating, wording
from bioscan_desktop.ui.main_window import MainWindow
from bioscan_desktop.ui.pages import registry
from bioscan_desktop.ui.translating import tr
from tests.ui.test_fitting import sideways
from tests.ui.translations import FOLDER, sources

FIELDS = re.compile(r"\{\w*\}")
NARROW, WIDE = "\u202f", "\u00a0"


def messages(language: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(FOLDER / f"bioscan_{language}.ts").iter("message"))


def forms(message: ElementTree.Element) -> list[str]:
    """The translation, or its singular and plural."""
    translation = message.find("translation")
    assert translation is not None
    return [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]


def key(message: ElementTree.Element) -> tuple[str, str, bool]:
    """(text, comment, has plural forms)."""
    comment = message.findtext("comment", "")
    return message.findtext("source", ""), comment, message.get("numerus") == "yes"


def texts_of_sources() -> set[tuple[str, str, bool]]:
    """What `tr` and `mark` are called with, read without Qt's tools."""
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in ("tr", "mark") or not isinstance(node.args[0], ast.Constant):
                continue
            words = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant)]
            found.add((words[0], words[1] if len(words) > 1 else "", len(node.args) > 2))
    return found


@pytest.fixture
def french(qapp: QApplication) -> Iterator[None]:
    """The window speaks French."""
    translating.use("fr", qapp)
    yield
    translating.use("en", qapp)


def test_every_text_of_the_window_is_in_the_french_file_and_no_other() -> None:
    listed = [key(message) for message in messages("fr")]
    assert len(listed) == len(set(listed))
    assert set(listed) == texts_of_sources()
    assert len(listed) > 1000


def test_plural_forms_of_english_are_complete() -> None:
    wanted = {one for one in texts_of_sources() if one[2]}
    assert {key(message) for message in messages("en")} == wanted
    for message in messages("en"):
        assert forms(message)[1] == message.findtext("source")


@pytest.mark.parametrize("language", translating.LANGUAGES)
def test_every_text_is_translated_and_keeps_its_fields(language: str) -> None:
    for message in messages(language):
        text, _, has_plural = key(message)
        assert message.find("translation[@type]") is None, text
        assert len(forms(message)) == 1 + has_plural, text
        for form in forms(message):
            assert form.strip(), text
            assert Counter(FIELDS.findall(form)) == Counter(FIELDS.findall(text)), (text, form)
        if has_plural:
            assert "%n" in forms(message)[1], text
        assert text[:1] == " " or forms(message)[0] == forms(message)[0].strip(), text


def test_key_letters_and_line_breaks_are_kept() -> None:
    for message in messages("fr"):
        text, _, _ = key(message)
        for form in forms(message):
            assert mnemonics(form) != [] if mnemonics(text) else mnemonics(form) == [], (text, form)
            assert form.count("\n") == text.count("\n"), text
            assert text.endswith("…") == form.endswith("…") or text.endswith(" …"), (text, form)


@pytest.mark.parametrize("language", translating.LANGUAGES)
def test_the_compiled_file_says_what_the_text_file_says(language: str, qapp: QApplication) -> None:
    compiled = QTranslator()
    assert compiled.load(str(FOLDER / f"bioscan_{language}.qm"))
    for message in messages(language):
        text, comment, has_plural = key(message)
        for number, form in zip((1, 2), forms(message), strict=False):
            found = compiled.translate("", text, comment, number if has_plural else -1)
            assert found == form, f"run python tests/ui/translations.py: {text}"


def test_french_is_set_as_french_is_set() -> None:
    """No-break spaces before : ; ! ? % » and after «, and apostrophes that are none of a typewriter."""
    for message in messages("fr"):
        for form in forms(message):
            bare = re.sub(r"\(\*.*|https?:\S*|`[^`]*`", "x", FIELDS.sub("x", form))
            assert not re.search(r" [:;!?%»](?!n)|« |\w[!?;»](?![\w;])", bare), form
            assert not re.search(r"\w:(\s|$)", bare), form
            assert not re.search(r"\w'\w", bare), form
            assert "  " not in bare.strip(), form


def mnemonics(text: str) -> list[str]:
    return [found.lower() for found in re.findall(r"&([^&\s])", text.replace("&&", ""))]


def assert_unique(texts: list[str], where: str) -> None:
    letters = Counter(letter for text in texts for letter in mnemonics(text))
    assert not [letter for letter, times in letters.items() if times > 1], (where, letters, texts)


@pytest.fixture(params=translating.LANGUAGES)
def started(
    request: pytest.FixtureRequest,
    qapp: QApplication,
    qtbot: QtBot,
    settings: Settings,
    world: Any,
    library: Path,
) -> Iterator[MainWindow]:
    """The window as it is started in a language, with the tiny library open and all that the menus hold."""
    window = program.build(program.make_app(language=request.param), settings)
    window._library, window._model, window._provider = str(library), str(world.model), "cpu"
    qtbot.addWidget(window)
    program._keep_session(window)
    window.show()
    window.open_packs()
    qtbot.waitUntil(lambda: window.bench.engine is not None and not window.bench.is_opening)
    yield window
    window.close()
    translating.use("en", qapp)


def shown_texts(widget: QWidget) -> list[str]:
    """What the widgets of a page say, to eyes and to screen readers."""
    found: list[str] = []
    for one in widget.findChildren(QWidget):
        found += [one.toolTip(), one.accessibleName(), one.accessibleDescription()]
        if isinstance(one, QAbstractButton | QLabel):
            found.append(one.text())
        if isinstance(one, QLineEdit):
            found.append(one.placeholderText())
        if isinstance(one, QComboBox):
            found += [one.itemText(number) for number in range(one.count())]
    return [text for text in found if text]


def test_all_pages_speak_the_language_and_key_letters_are_unique(started: MainWindow, qtbot: QtBot) -> None:
    """No text that has a translation is shown in English; no letter of a page or menu is used twice."""
    menus = [action.text() for action in started.menuBar().actions()]
    assert len(menus) == 6 and menus[1] == tr("Sess&ion"), "beside File, not behind Help"
    assert_unique(menus, "menu bar")
    for menu in started.menuBar().actions():
        inside = menu.menu()
        assert_unique([action.text() for action in inside.actions()], menu.text())  # type: ignore[attr-defined]
    of_row = [started.acts[name].text() for name in actions.ROW_MENU if name != "|"]
    assert_unique(of_row, "menu of a specimen")
    assert_unique([one.text() for one in started.page.order.menu_of_orders.actions()], "menu of orders")
    assert ("&Fichier" in menus) == (translating.language() == "fr")
    untranslated = {text for text, _, _ in texts_of_sources() if tr(text) != text and "{" not in text}
    for spec in registry.available():
        started.shell.show_page(spec.name)
        page = started.shell.page(spec.name)
        qtbot.wait(50)
        texts = shown_texts(page)
        assert texts and not set(texts) & untranslated, spec.name
        labels = [one for one in page.findChildren(QLabel) if one.buddy() is not None]
        buttons = page.findChildren(QAbstractButton)
        shown = [one.text() for one in (*labels, *buttons) if one.isVisibleTo(page)]
        assert_unique([*shown, *menus], spec.name)


def test_nothing_is_cut_in_any_language(started: MainWindow, qtbot: QtBot) -> None:
    """French is longer than English: at 1280 x 800 no button is narrower than its words."""
    started.resize(1280, 800)
    for spec in registry.available():
        started.shell.show_page(spec.name)
        qtbot.wait(100)
        buttons = started.findChildren(QPushButton) + started.findChildren(QToolButton)
        cut = [one.text() for one in buttons if one.isVisible() and one.width() < one.sizeHint().width()]
        assert cut == [], spec.name
        assert sideways(started) == [], spec.name


def test_qts_own_buttons_speak_french(french: None, qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "Annuler"


def test_numbers_plurals_and_shares_in_french(french: None) -> None:
    assert wording.count(0, "photo") == "0 photo"
    assert wording.count(1, "photo") == "1 photo"
    assert wording.count(12345, "barcode") == f"12{NARROW}345 codes-barres"
    assert wording.percent(0.999) == f">99{NARROW}%"
    assert translating.decimal(97.25, 1) == "97,2"
    assert translating.percentage(0.125, 1) == f"12,5{NARROW}%"
    assert translating.thousands(1234567) == f"1{NARROW}234{NARROW}567"


def test_english_needs_no_start() -> None:
    """Words are right without a window, as scripts and tests use them."""
    assert wording.count(1, "species") == "1 species"
    assert wording.count(2, "genus") == "2 genera"
    assert tr("a text that nobody translated") == "a text that nobody translated"


def test_an_unknown_text_stays_english(french: None) -> None:
    assert tr("a text that nobody translated") == "a text that nobody translated"


@pytest.mark.parametrize(
    ("preferred", "code"),
    [
        (["fr-CA", "en-CA"], "fr"),
        (["de-DE", "fr"], "fr"),
        (["de-DE"], "en"),
        (["en-GB", "fr"], "en"),
        ([], "en"),
    ],
)
def test_the_language_of_the_system(preferred: list[str], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class System:
        @staticmethod
        def uiLanguages() -> list[str]:
            return preferred

    monkeypatch.setattr(QLocale, "system", staticmethod(System))
    assert translating.chosen("system") == code
    assert translating.chosen("fr") == "fr"
    assert translating.chosen("en") == "en"


def test_the_setting_offers_every_language() -> None:
    setting = BY_NAME["language"]
    assert setting.choices == ("system", *translating.LANGUAGES)
    assert setting.restart and setting.default == "system"


def test_every_setting_that_is_shown_is_translated(french: None) -> None:
    for setting in SETTINGS:
        if setting.shown:
            assert tr(setting.title) != setting.title
            assert tr(setting.description) != setting.description
