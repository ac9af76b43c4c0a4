"""The language of the window, with the files of Qt Linguist; English is what the sources say.

`tr` translates where a text is shown, so that nothing is fixed when a module is imported. Tables of a
module mark their texts with `mark`, and are translated when used. `lupdate` finds both. All
texts are in the one context without a name. What a text stands for is filled in afterwards, by name,
so that a translation can order its words as it likes:

    tr("{name} was joined to {other}.").format(name=a, other=b)
    tr("%n results copied.", "", number)

The plural forms come from the files, those of English too. See docs/translating.md.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from bioscan_desktop import paths

LANGUAGES = ("en", "fr")
"""Codes of the languages that there are; the first is that of the sources."""

NARROW_SPACE = "\u202f"


def mark(text: str) -> str:
    """Marks a text of a table for translation; `tr` translates it where it is shown."""
    return text


class _Current:
    """What is in use in this process."""

    code = LANGUAGES[0]
    decimal_mark = "."
    of_qt: QTranslator | None = None


@cache
def _texts(code: str) -> QTranslator:
    translator = QTranslator()
    translator.load(str(paths.resources_dir() / "translations" / f"bioscan_{code}.qm"))
    return translator


def chosen(setting: str) -> str:
    """The code of the language that a value of the setting `language` stands for.

    Args:
        setting: a code, or `system` for the first language of the system that there is.
    """
    if setting in LANGUAGES:
        return setting
    wanted = (name.replace("_", "-").split("-")[0] for name in QLocale.system().uiLanguages())
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])


def use(code: str, app: QCoreApplication) -> None:
    """From now on texts are in this language, those of Qt's own buttons too."""
    if _Current.of_qt is not None:
        app.removeTranslator(_Current.of_qt)
        _Current.of_qt = None
        QLocale.setDefault(QLocale.system())
    _Current.code = code
    _Current.decimal_mark = "."
    if code == LANGUAGES[0]:
        return
    locale = QLocale(code)
    QLocale.setDefault(locale)
    _Current.decimal_mark = locale.decimalPoint()
    _Current.of_qt = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if _Current.of_qt.load(f"qtbase_{code}", folder):
        app.installTranslator(_Current.of_qt)


def decimal_mark() -> str:
    """Between a number and its decimals."""
    return _Current.decimal_mark


def language() -> str:
    """The code of the language in use."""
    return _Current.code


def tr(source: str, comment: str = "", number: int | None = None) -> str:
    """A text in the language in use; one without a translation stays as it is.

    Args:
        comment: tells apart texts that are the same in English, and helps the translator.
        number: chooses the plural form, and stands for `%n`.
    """
    if number is None:
        if not source or _Current.code == LANGUAGES[0]:
            return source
        return _texts(_Current.code).translate("", source, comment) or source
    text = _texts(_Current.code).translate("", source, comment, number) or source
    return text.replace("%n", thousands(number))


def thousands(number: int) -> str:
    """With narrow spaces, which no reader takes for a decimal mark."""
    return f"{number:,}".replace(",", NARROW_SPACE)


def decimal(value: float, digits: int) -> str:
    """With so many digits behind the decimal mark of the language."""
    return f"{value:.{digits}f}".replace(".", _Current.decimal_mark)


def percentage(share: float, digits: int = 0) -> str:
    """`12%` of a share from 0 to 1, as the language writes it."""
    number = f"{share:.{digits}%}".removesuffix("%").replace(".", _Current.decimal_mark)
    return tr("{number}%").format(number=number)


def date_time(moment: datetime) -> str:
    """`05 May 2026, 14:03`, in the words of the language."""
    month = QLocale(_Current.code).monthName(moment.month)
    return f"{moment:%d} {month} {moment:%Y, %H:%M}"
