"""Sentences of the layers below are recognised and said in French, with their values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from bioscan_desktop.core.agreement import LEVELS, level_text
from bioscan_desktop.library.restriction import title as restriction_title
from bioscan_desktop.services.export.formats import FORMATS
from bioscan_desktop.services.export.words import novelty_sentence
from bioscan_desktop.services.pace import duration_text
from bioscan_desktop.ui import sentences, translating
from bioscan_desktop.ui.sentences import recognised, translated

N, W = "\u202f", "\u00a0"
PACKAGE = Path(translating.__file__).parents[1]

COMMAND_LINE_ONLY = {
    "library/embedded.py", "library/exporting.py", "library/shrinking.py", "library/staging.py",
    "services/calibrate.py", "services/crops.py", "services/drawing.py", "services/evaluate.py",
    "services/evaluation_plot.py",
    "services/evaluation_report.py", "services/retrieval.py", "services/selftest.py",
    "services/export/darwin_core_check.py", "services/export/blast6.py",
}  # fmt: skip
"""Modules whose errors the window never meets."""

SEEN_BY_NOBODY = {
    "Unknown provider {}; choose auto, cpu or cuda.",
    "Name two libraries or more to merge.",
    "There is no map of the kind '{}'; there are {}.",
    "There is no format {}; choose one of {}.",
    "The library {} comes with the program and stays as it is; make a changed copy of it with --out.",
    "In {} there is no result as `bioscan identify` writes it.",
    "The result in {} is damaged or of an unknown version: {}.",
    "The folder {} holds no results of a run.",
}
"""What only arguments of the command line lead to."""


PIECED = {
    "{} has letters that are no bases ({}){}.": [
        "The sequence has letters that are no bases (E).",
        "The barcode of A has letters that are no bases (E, F); this looks like a protein.",
    ],
    "{}: {}": ["beetle.jpg: the picture is only 3×4 pixels."],
    "The library cannot be written to {} ({}){}.": [
        "The library cannot be written to /a (full).",
        "The library cannot be written to /a (full); the same command goes on where it was.",
    ],
    "None of the records can be used for a library.{}": [
        "None of the records can be used for a library.",
        "None of the records can be used for a library. The first problem: row 1 has neither a barcode nor a "
        "photo.",
    ],
    "{} is damaged or not a session{}.": [
        "a.bioscan is damaged or not a session.",
        "a.bioscan is damaged or not a session; its newest backup is b.bioscan.",
    ],
    "{} is not what the list of packs says (hash mismatch). {}.": [
        "Moths is not what the list of packs says (hash mismatch). The file was thrown away; try again.",
        "Moths is not what the list of packs says (hash mismatch). The file was left as it is.",
    ],
    "The disk has too little room for {}: {} are needed, {} are free.": [
        "The disk has too little room for Moths: 1,200 MB are needed, 3 MB are free.",
    ],
    "{} cannot be fetched from {}: {}. Check the connection.{}": [
        "Moths cannot be fetched from example.org: it does not answer. Check the connection.",
        "Moths cannot be fetched from example.org: it answers 503 Busy. Check the connection. 12 MB have "
        "arrived and are kept; try again to go on from there.",
    ],
}
"""Errors with pieces that are not there each time, and what comes of them."""


@pytest.fixture
def french(qapp: QApplication) -> Iterator[None]:
    translating.use("fr", qapp)
    yield
    translating.use("en", qapp)


def text_of(node: ast.expr) -> str | None:
    """A literal, or an f-string with {} for what it is filled with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    return None


def raised() -> list[tuple[str, str]]:
    """(module, sentence) of the known errors that are raised below the window."""
    found = []
    for layer in ("core", "inference", "index", "library", "session", "services"):
        for path in sorted((PACKAGE / layer).rglob("*.py")):
            module = path.relative_to(PACKAGE).as_posix()
            if module in COMMAND_LINE_ONLY:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                kind = node.func.id if isinstance(node.func, ast.Name) else ""
                is_told = kind.endswith("Error") and kind not in BUILT_IN
                text = text_of(node.args[0]) if is_told else None
                if text and " " in text and text not in SEEN_BY_NOBODY:
                    found.append((module, text))
    return found


BUILT_IN = {"ValueError", "TypeError", "KeyError", "RuntimeError", "OSError", "LookupError", "AssertionError"}

KINDS = [(a, b, c) for a in ("7", "species", "x") for b in ("7", "species", "x") for c in ("7", "x")]
"""Values of several kinds, since the code does not say of which kind one is."""


def filled(text: str, kinds: tuple[str, str, str]) -> str:
    for number in range(text.count("{}")):
        text = text.replace("{}", kinds[min(number, 2)], 1)
    return text


def test_every_error_that_the_window_can_meet_is_known() -> None:
    found = raised()
    assert len(found) > 100
    unknown = [
        (module, text)
        for module, text in found
        if text not in PIECED and not any(recognised(filled(text, kinds)) for kinds in KINDS)
    ]
    assert unknown == []


def test_errors_that_are_pieced_together_are_known(french: None) -> None:
    texts = {text for _, text in raised()}
    for text, examples in PIECED.items():
        assert text in texts
        for example in examples:
            assert translated(example) != example and " the " not in translated(example), example


@pytest.mark.parametrize(
    ("english", "wanted"),
    [
        (
            "94% of the evidence stands behind species Noctua sp. 2. The library is not calibrated, so "
            "these shares are no probabilities.",
            f"L’espèce Noctua sp. 2 réunit 94{N}% des indices. La bibliothèque n’est pas étalonnée{N}; ces "
            "parts ne sont donc pas des probabilités.",
        ),
        (
            "93% of the evidence stands behind genus Noctua. For species Noctua comes it is 40%, below the "
            "80% asked for; next is Noctua pronuba. Photo and barcode agree at genus.",
            f"Le genre Noctua réunit 93{N}% des indices. Pour l’espèce Noctua comes, c’est 40{N}%, sous les "
            f"80{N}% demandés{N}; ensuite vient Noctua pronuba. Photo et code-barres concordent au rang "
            "genre.",
        ),
        (
            "beetle.jpg: the file is damaged or cut short; copy it again.",
            f"beetle.jpg{W}: le fichier est endommagé ou tronqué{N}; copiez-le de nouveau.",
        ),
        (
            "The sequence has only 12 bases; at least 100 are needed to identify a specimen.",
            f"La séquence{W}: seulement 12 bases{N}; il en faut au moins 100 pour identifier un spécimen.",
        ),
        ("1.5% of the bases are N.", f"1,5{N}% des bases sont des N."),
        (
            "Restricted to Noctua and 4 more names from Peru: 2 of 4 species and 1,005 of 9,000 references "
            "of the library could answer.",
            f"Restreint à Noctua et 4 autres noms, Peru{W}: 2 espèces sur 4 et 1{N}005 références sur "
            f"9{N}000 de la bibliothèque pouvaient répondre.",
        ),
        ("Something that nobody listed.", "Something that nobody listed."),
        (
            "Something that nobody listed. The photo resembles nothing in the library.",
            "Something that nobody listed. La photo ne ressemble à rien dans la bibliothèque.",
        ),
        ("", ""),
    ],
)
def test_sentences_are_said_in_french(english: str, wanted: str, french: None) -> None:
    assert translated(english) == wanted


def test_english_stays_as_it_is() -> None:
    text = "94% of the evidence stands behind species Noctua comes."
    assert translated(text) == text
    assert sentences.title("Noctua from Peru") == "Noctua from Peru"


def test_words_that_are_computed_are_known(french: None) -> None:
    for level in LEVELS:
        assert translated(level_text(level)) != level_text(level)
    for seconds in (1, 40, 70, 200, 4000, 7200, 200_000):
        assert translated(duration_text(seconds)) != duration_text(seconds) or seconds == 40
    for novelty, name in (("unlike_library", None), ("new_species", "Noctua"), ("new_species", None)):
        text = novelty_sentence(novelty, name, "genus")
        assert text and translated(text) != text
    for kind in FORMATS:
        assert kind.title == translated(kind.title) or recognised(kind.title)


def test_titles_of_restrictions(french: None) -> None:
    assert sentences.title(restriction_title([], ["Peru"])) == "Peru"
    many = restriction_title(["A", "B", "C", "D", "E"], ["Peru", "Chile"])
    assert sentences.title(many) == "A, B, C et 2 autres noms, Peru, Chile"
