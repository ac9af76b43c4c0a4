"""A vocabulary made of names: deterministic, without unknown words, with whole names first."""

from pathlib import Path

import pytest
from bioscan_training.config import ConfigError
from bioscan_training.contrast.vocabulary import SPECIALS, build_vocabulary, write_vocabulary

from bioscan_desktop.inference.text import WordPiece

TEXTS = ["Diptera Sciaridae Bradysia Bradysia sp. 7"] * 5 + [
    "Coleoptera Carabidae Çarabus auratus not_classified"
]


def test_the_same_names_in_any_order_give_the_same_vocabulary(tmp_path: Path) -> None:
    one = build_vocabulary(TEXTS, 150)
    assert one == build_vocabulary(reversed(TEXTS), 150)
    assert len(one) == len(set(one)) <= 150 and tuple(one[:5]) == SPECIALS
    assert {"bradysia", "sciaridae", "diptera"} <= set(one)


def test_nothing_that_was_seen_is_unknown(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.txt"
    write_vocabulary(build_vocabulary(TEXTS, 120), path)
    tokenizer = WordPiece(path, 40)
    ids, mask = tokenizer.encode([*TEXTS[:1], TEXTS[-1], "Zzyzx qvw 99"])
    assert not (ids[mask == 1] == 1).any()  # [UNK]
    assert ids[0, 0] == 2 and ids[0, mask[0].sum() - 1] == 3
    assert mask[0].sum() < mask[2].sum() + 10


def test_too_small_a_size_names_the_least() -> None:
    with pytest.raises(ConfigError, match=r"'towers\.text\.vocabulary_size' must be at least \d+.*found 50"):
        build_vocabulary(TEXTS, 50)
