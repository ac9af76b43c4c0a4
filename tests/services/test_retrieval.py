"""CLIBD's benchmark on embeddings, against a restatement of its own code."""

from __future__ import annotations

import io

import numpy as np
import pytest

from bioscan_desktop.core.errors import ArgumentError
from bioscan_desktop.core.taxonomy import RANKS, Lineage
from bioscan_desktop.services import evaluation_report
from bioscan_desktop.services.retrieval import Embedded, benchmark, neighbours, pairs_table

NAMES = [
    Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia scalaris"),
    Lineage("Diptera", "Phoridae", "Megaselia", "Megaselia rufipes"),
    Lineage("Diptera", "Sciaridae", "Bradysia", None),
    Lineage("Hemiptera", "Aphididae", "Aphis", "Aphis fabae"),
]


def embedded(n: int, seed: int, modalities: tuple[str, ...] = ("image", "dna")) -> Embedded:
    """Records around one direction per name, noisy enough to be wrong at times."""
    rng = np.random.default_rng(seed)
    which = rng.integers(0, len(NAMES), n)
    centres = np.random.default_rng(0).normal(size=(len(NAMES), 6))
    return Embedded(
        [NAMES[i] for i in which],
        {m: (3 * centres[which] + 3 * rng.normal(size=(n, 6))).astype(np.float32) for m in modalities},
    )


def clibd_figures(
    queries: Embedded, keys: Embedded, query: np.ndarray, key: np.ndarray, labels: list, k: int
) -> dict[str, tuple[float, float]]:
    """`make_prediction` and the two accuracies of CLIBD's util.py, in plain numpy."""

    def unit(rows: np.ndarray) -> np.ndarray:
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    near = np.argsort(-(unit(query) @ unit(key).T), axis=1, kind="stable")[:, :k]
    result = {}
    for rank in RANKS:
        hits: dict[str, list[bool]] = {}
        for lineage, row in zip(queries.lineages, near, strict=True):
            truth = lineage.at(rank) or "not_classified"
            found = [labels[i].at(rank) or "not_classified" for i in row]
            hits.setdefault(truth, []).append(truth in found)
        flat = [h for group in hits.values() for h in group]
        result[rank] = (np.mean(flat), np.mean([np.mean(group) for group in hits.values()]))
    return result


def test_every_pair_gives_the_figures_of_clibds_code() -> None:
    keys, seen, unseen = embedded(60, 1), embedded(40, 2), embedded(30, 3)
    figures = benchmark(keys, seen, unseen, count_unknown=True)
    kinds = [f"{q} to {k}" for q in ("image", "dna", "both") for k in ("image", "dna", "all")]
    assert list(figures["pairs"]) == kinds

    for name, group in (("seen", seen), ("unseen", unseen)):
        image, dna = group.vectors["image"], group.vectors["dna"]

        def unit(rows: np.ndarray) -> np.ndarray:
            return rows / np.linalg.norm(rows, axis=1, keepdims=True)

        # Encoders give unit rows; CLIBD averages those.
        query = {"image": image, "dna": dna, "both": (unit(image) + unit(dna)) / 2}
        key = {m: keys.vectors[m] for m in ("image", "dna")}
        key["all"] = np.concatenate([unit(key["image"]), unit(key["dna"])])
        for q in query:
            for k in key:
                labels = [*keys.lineages, *keys.lineages] if k == "all" else list(keys.lineages)
                for top in (1, 3, 5):
                    ours = figures["pairs"][f"{q} to {k}"][name]["top_k"][str(top)]
                    theirs = clibd_figures(group, keys, query[q], key[k], labels, top)
                    for rank in RANKS:
                        found = (ours[rank]["micro"], ours[rank]["macro"])
                        assert found == pytest.approx(theirs[rank]), (q, k, top, rank)


def test_records_that_lack_a_kind_neither_ask_nor_answer() -> None:
    keys, seen, unseen = embedded(30, 1), embedded(20, 2), embedded(10, 3)
    seen.vectors["image"][[0, 5]] = np.nan
    keys.vectors["dna"][:] = np.nan
    keys.vectors["dna"][7] = 1
    figures = benchmark(keys, seen, unseen)
    pair = figures["pairs"]["image to image"]
    assert (pair["seen"]["n_queries"], pair["n_queries"], pair["n_failed"]) == (18, 28, 2)
    assert figures["pairs"]["both to image"]["seen"]["n_queries"] == 18
    only = {n.nearest for n in neighbours(seen, keys, "dna", "dna")}
    assert only == {(keys.lineages[7],)}  # fewer keys than neighbours asked for
    rows, vectors = keys.unit_rows("all")
    assert len(rows) == 31 and np.allclose(np.linalg.norm(vectors, axis=1), 1)


def test_a_group_without_queries_has_no_figures() -> None:
    keys, seen, nobody = embedded(20, 1), embedded(10, 2), Embedded([], {})
    for groups in ((seen, nobody), (nobody, seen)):
        pair = benchmark(keys, *groups)["pairs"]["dna to image"]
        asked = [pair[name]["top_k"]["1"]["order"]["micro"] is not None for name in ("seen", "unseen")]
        assert asked == [group is seen for group in groups]
        assert pair["harmonic_mean"]["1"]["order"]["micro"] is None
    assert benchmark(Embedded(keys.lineages, {}), seen, seen)["pairs"] == {}


def test_zero_rows_point_nowhere() -> None:
    keys = embedded(5, 1)
    keys.vectors["image"][2] = 0
    assert list(keys.unit_rows("image")[0]) == [0, 1, 3, 4]


def test_kinds_follow_from_what_is_there() -> None:
    assert embedded(3, 1, ("image",)).query_kinds == embedded(3, 1, ("image",)).key_kinds == ("image",)
    three = embedded(3, 1, ("text", "dna", "image"))
    assert three.query_kinds == ("image", "dna", "text", "both")
    assert three.key_kinds == ("image", "dna", "text", "all")


@pytest.mark.parametrize("vectors", [{"image": np.zeros((2, 4))}, {"sound": np.zeros((3, 4))}])
def test_embeddings_that_do_not_fit_are_refused(vectors: dict[str, np.ndarray]) -> None:
    with pytest.raises(ArgumentError, match="do not fit 3 records"):
        Embedded(NAMES[:3], vectors)


def test_pairs_are_shown_compared_and_written() -> None:
    keys, seen, unseen = embedded(60, 1), embedded(40, 2), embedded(30, 3)
    before = benchmark(keys, seen, unseen)
    shown = pairs_table(before)
    assert "macro top-1" in shown and len(shown.splitlines()) == 2 + 9
    worse = Embedded(keys.lineages, {m: v + 9 for m, v in keys.vectors.items()})
    compared = evaluation_report.compare(benchmark(worse, seen, unseen), before)
    assert compared.regressed
    assert all(change.name.startswith("pairs.") for change in compared.regressed)
    stream = io.StringIO()
    evaluation_report.write_csv(before, stream)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1 + 9 * 4 * 3 * 4  # pairs, groups, top-k, ranks
    assert lines[1].startswith("image,image,all,1,order,70,2,")
