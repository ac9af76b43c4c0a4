"""Sentences of the layers below the window in the language of the window.

Core, services, libraries and sessions know no Qt and speak English: to the command line, in JSON and in
what a session keeps. The window recognises their sentences by `sentence_list.TEMPLATES` and says them
anew, with the same values. A sentence that is not in the list is shown as it is, in English.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from bioscan_desktop.ui import translating
from bioscan_desktop.ui.sentence_list import NAMED, TEMPLATES, TITLES
from bioscan_desktop.ui.translating import tr

_FIELD = re.compile(r"\{(\w+)\}")
_END = re.compile(r"(?<=[.!?]) (?=[A-Z0-9>])")
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")


def translated(text: str) -> str:
    """A sentence, several of them, or one behind the name of a file; what is unknown stays as it is."""
    if not text or translating.language() == translating.LANGUAGES[0]:
        return text
    return _translated(text, translating.language())


def title(text: str) -> str:
    """What a restriction lets answer: `Noctua and 4 more names from Peru`."""
    if translating.language() == translating.LANGUAGES[0]:
        return text
    said = _filled(text, _patterns(TITLES))
    return said if said is not None else text


def recognised(text: str) -> bool:
    """There is a template for the whole of a sentence, or for what follows the name of a file."""
    _, colon, rest = text.partition(": ")
    return _one(text) is not None or bool(colon and _one(rest) is not None)


@lru_cache(maxsize=4096)
def _translated(text: str, _language: str) -> str:
    """`_language` is what the cache must tell apart."""
    said = _several(text)
    if said is not None:
        return said
    name, colon, rest = text.partition(": ")
    said = _several(rest) if colon else None
    if said is not None:
        return tr("{name}: {text}").format(name=name, text=said)
    # Several sentences of which some are unknown.
    ends = [found.start() for found in _END.finditer(text)]
    return " ".join(_several(part) or part for part in _parts(text, ends)) if ends else text


def _several(text: str) -> str | None:
    """Sentences one after the other, of which the first is taken as short as possible."""
    for end in (found.start() for found in _END.finditer(text)):
        first = _one(text[:end])
        rest = _several(text[end + 1 :]) if first is not None else None
        if first is not None and rest is not None:
            return f"{first} {rest}"
    return _one(text)


def _parts(text: str, ends: list[int]) -> list[str]:
    return [text[start:end].strip() for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def _one(text: str) -> str | None:
    """One sentence in the language in use, or None if it is in no template."""
    if text in _plain():
        return tr(text)
    said = _filled(text, _patterns(TEMPLATES))
    if said is None or text[:1].islower():
        return said
    return said[:1].upper() + said[1:]


def _filled(text: str, patterns: list[tuple[re.Pattern[str], str]]) -> str | None:
    for pattern, template in patterns:
        found = pattern.fullmatch(text)
        if found is not None:
            return tr(template).format(
                **{name: _value(name, value) for name, value in found.groupdict().items()}
            )
    return None


def _value(name: str, value: str) -> str:
    kind = name.partition("_")[0]
    if kind == "rank":
        return tr(value)
    if kind == "named":
        rank, _, rest = value.partition(" ")
        return tr(NAMED[rank]).format(name=rest) if rank in NAMED and rest else tr(value)
    if kind == "number":
        return _number(value)
    if kind == "title":
        return title(value)
    return _translated(value, translating.language()) if kind == "part" and value else value


def _number(value: str) -> str:
    digits, percent = value.removesuffix("%"), value.endswith("%")
    digits = _DECIMAL.sub(translating.decimal_mark(), digits.replace(",", translating.NARROW_SPACE))
    return tr("{number}%").format(number=digits) if percent else digits


@cache
def _plain() -> frozenset[str]:
    return frozenset(template for template in TEMPLATES if not _FIELD.search(template))


@cache
def _patterns(templates: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    """Those with fields; the ones that say the most by themselves come first."""
    found = [template for template in templates if _FIELD.search(template)]
    found.sort(key=lambda template: -len(_FIELD.sub("", template)))
    return [(re.compile(_pattern(template), re.DOTALL), template) for template in found]


def _pattern(template: str) -> str:
    parts = _FIELD.split(template)
    return "".join(
        f"(?P<{part}>{_shape(part)})" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )


def _shape(field: str) -> str:
    kind = field.partition("_")[0]
    if kind == "rank":
        return "order|family|genus|species|no rank|none"
    return r"[<>]?\d[\d,.]*%?" if kind == "number" else ".+?"
