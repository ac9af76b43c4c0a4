"""Laying out keys on a plane, placing specimens among them, and choosing by an outline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioscan_desktop.core.errors import ArgumentError, Cancelled
from bioscan_desktop.services import embedding_map, map_groups
from bioscan_desktop.services.browse import ROOT, Taxonomy
from bioscan_desktop.services.embedding_map import KINDS, Layout, choose_points, components, inside
from bioscan_desktop.services.identify import Identifier
from bioscan_desktop.services.specimens import from_sequence, join
from bioscan_desktop.services.tasks import CancelToken, Progress
from tests.conftest import TinyWorld
from tests.services.test_browse import find


@pytest.fixture
def taxonomy(identifier: Identifier) -> Taxonomy:
    return Taxonomy(identifier.library.records, "Tiny")


def clusters(n_each: int = 40, dim: int = 12, count: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """(n, d) unit rows in some tight groups, and the group of each."""
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(count, dim))
    group = np.repeat(np.arange(count), n_each)
    rows = (middles[group] + rng.normal(scale=0.05, size=(len(group), dim))).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), group


def test_components_are_those_of_the_singular_values(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, _ = clusters()
    monkeypatch.setattr(embedding_map, "BLOCK", 7)
    layout = components(rows)
    centred = rows - rows.mean(axis=0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    expected = centred @ axes[:2].T
    scale = np.abs(layout.xy).max() / np.abs(expected).max()
    assert np.allclose(np.abs(layout.xy), np.abs(expected) * scale, atol=1e-4)
    assert layout.explained == pytest.approx((values[:2] ** 2).sum() / (values**2).sum(), rel=1e-3)
    assert layout.mean is not None and layout.axes is not None
    assert np.allclose((rows - layout.mean) @ layout.axes, layout.xy, atol=1e-5)
    assert np.array_equal(components(rows).xy, layout.xy)
    assert np.abs(layout.xy).max() < 1.5


@pytest.mark.parametrize("rows", [np.zeros((0, 4)), np.ones((1, 4)), np.ones((3, 4)), np.ones((3, 1))])
def test_components_of_next_to_nothing(rows: np.ndarray) -> None:
    layout = components(rows.astype(np.float32))
    assert layout.xy.shape == (len(rows), 2) and np.isfinite(layout.xy).all()


def test_neighbourhoods_keep_groups_together() -> None:
    pytest.importorskip("openTSNE", reason="the extra 'map' is not installed")
    rows, group = clusters()
    told: list[Progress] = []
    layout = embedding_map.neighbourhoods(rows, told.append, threads=1)
    assert layout.xy.shape == (len(rows), 2) and np.isfinite(layout.xy).all()
    away = np.linalg.norm(layout.xy[:, None] - layout.xy[None], axis=2) + np.eye(len(rows)) * 9
    assert (group[away.argmin(axis=1)] == group).all()
    assert told[-1].done <= told[-1].total == embedding_map.EARLY + embedding_map.LATE
    assert [p.done for p in told] == sorted(p.done for p in told)


def test_neighbourhoods_can_be_stopped() -> None:
    pytest.importorskip("openTSNE", reason="the extra 'map' is not installed")
    token = CancelToken()

    def stop(progress: Progress) -> None:
        if progress.done >= 5:
            token.cancel()

    with pytest.raises(Cancelled):
        embedding_map.neighbourhoods(clusters()[0], stop, token, threads=1)


def test_neighbourhoods_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_map, "has_neighbourhoods", lambda: False)
    with pytest.raises(ArgumentError, match="pip install openTSNE"):
        embedding_map.neighbourhoods(clusters()[0])
    monkeypatch.setattr(embedding_map, "has_neighbourhoods", lambda: True)
    with pytest.raises(ArgumentError, match="at least 20 keys"):
        embedding_map.neighbourhoods(clusters(1)[0])


def test_points_of_a_taxon(taxonomy: Taxonomy, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = choose_points(taxonomy)
    assert len(whole) == sum(taxonomy.counts(ROOT).keys.values()) and whole.n_left_out == 0
    noctua = find(taxonomy, "Noctua")
    own = choose_points(taxonomy, noctua, ["image"])
    assert len(own) == 6 and set(own.modality) == {0}
    assert map_groups.below(taxonomy, whole, noctua).sum() == sum(taxonomy.counts(noctua).keys.values())
    monkeypatch.setattr(embedding_map, "POINTS_MAX", 5)
    some = choose_points(taxonomy)
    assert len(some) == 5 and some.n_left_out == len(whole) - 5
    assert np.array_equal(some.key_id, choose_points(taxonomy).key_id)  # the same lot each time


def test_vectors_are_the_librarys_keys(identifier: Identifier, taxonomy: Taxonomy) -> None:
    points = choose_points(taxonomy)
    vectors = embedding_map.vectors_of(identifier.library, points)
    for number, modality in enumerate(("image", "dna")):
        own = points.modality == number
        assert np.allclose(vectors[own], identifier.library.keys(modality)[points.row[own]])


def test_points_by_key(taxonomy: Taxonomy) -> None:
    points = choose_points(taxonomy)
    ids = [int(points.key_id[3]), 10**9, int(points.key_id[0])]
    assert points.of_keys(ids).tolist() == [3, -1, 0]
    assert points.of_keys([]).tolist() == []
    assert choose_points(taxonomy, ROOT, []).of_keys([1]).tolist() == [-1]


def test_a_specimen_is_placed_by_photo_and_by_barcode(
    identifier: Identifier, taxonomy: Taxonomy, world: TinyWorld
) -> None:
    from bioscan_desktop.services.specimens import collect

    (photo,) = collect([world.photos["Pieris rapae"]])
    both = join(photo, from_sequence(world.barcodes["Pieris rapae"]))
    points = choose_points(taxonomy)
    vectors = embedding_map.vectors_of(identifier.library, points)
    layout = components(vectors)
    placed = {one.modality: one for one in embedding_map.place_specimen(identifier, layout, points, both)}
    assert set(placed) == {"image", "dna"}
    pieris = find(taxonomy, "Pieris rapae")
    for modality, one in placed.items():
        own = (points.taxon == pieris) & (points.modality == (modality == "dna"))
        away = np.linalg.norm(layout.xy - one.xy, axis=1)
        assert own[away.argmin()]
        assert own[one.hits[0]]
    # Without axes, the place is among the nearest keys.
    neighbours = Layout("neighbourhoods", layout.xy)
    for one in embedding_map.place_specimen(identifier, neighbours, points, both, k=1):
        assert np.allclose(one.xy, layout.xy[one.hits[0]])


def test_a_specimen_far_from_the_map_has_no_place(
    identifier: Identifier, taxonomy: Taxonomy, world: TinyWorld
) -> None:
    flies = choose_points(taxonomy, find(taxonomy, "Diptera"))
    layout = Layout("neighbourhoods", np.zeros((len(flies), 2), dtype=np.float32))
    moth = from_sequence(world.barcodes["Noctua comes"])
    assert embedding_map.place_specimen(identifier, layout, flies, moth, k=1) == []


SQUARE = np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)])


def test_inside_an_outline() -> None:
    xy = np.array([(1, 1), (3, 1), (-0.1, 1), (1.9, 0.1), (1, 2.5)], dtype=np.float32)
    assert inside(xy, SQUARE).tolist() == [True, False, False, True, False]
    bay = np.array([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)], dtype=float)
    assert inside(np.array([(2, 2), (2, 0.5), (0.5, 2)]), bay).tolist() == [False, True, True]
    assert not inside(xy, SQUARE[:2]).any()
    assert inside(np.zeros((0, 2)), SQUARE).tolist() == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), max_size=20), st.integers(0, 3), st.booleans())
def test_where_an_outline_begins_and_which_way_it_goes_is_all_one(
    places: list[tuple[float, float]], turn: int, backwards: bool
) -> None:
    xy = np.array(places, dtype=np.float32).reshape(-1, 2)
    outline = np.roll(SQUARE, turn, axis=0)
    assert np.array_equal(inside(xy, outline[::-1] if backwards else outline), inside(xy, SQUARE))


def test_layouts_are_kept_and_made_anew_when_keys_change(
    identifier: Identifier, taxonomy: Taxonomy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def lay_out(vectors: np.ndarray, *_: object) -> Layout:
        made.append(len(vectors))
        return Layout("neighbourhoods", vectors[:, :2].copy())

    monkeypatch.setattr(embedding_map, "neighbourhoods", lay_out)
    library, points = identifier.library, choose_points(taxonomy)
    first = embedding_map.cached(tmp_path, library, points, "neighbourhoods")
    assert embedding_map.is_cached(tmp_path, library, points, "neighbourhoods")
    again = embedding_map.cached(tmp_path, library, points, "neighbourhoods")
    assert np.array_equal(first.xy, again.xy) and len(made) == 1
    # Another set of keys is another map; a damaged file is as good as none.
    embedding_map.cached(tmp_path, library, choose_points(taxonomy, ROOT, ["dna"]), "neighbourhoods")
    assert len(made) == 2
    for file in tmp_path.iterdir():
        file.write_bytes(b"\x93NUMPY\x01\x00 cut short")
    embedding_map.cached(tmp_path, library, points, "neighbourhoods")
    assert len(made) == 3
    # A cache that cannot be written does no harm.
    (tmp_path / "file").write_text("")
    embedding_map.cached(tmp_path / "file", library, points, "neighbourhoods")
    with pytest.raises(ArgumentError, match=" and ".join(KINDS)):
        embedding_map.cached(tmp_path, library, points, "umap")


def test_groups_by_rank(taxonomy: Taxonomy) -> None:
    points = choose_points(taxonomy)
    grouping = map_groups.group_by(taxonomy, points, "family", 2)
    names = [taxonomy.name(g.taxon) if g.taxon is not None else None for g in grouping.groups]
    assert names == ["Noctuidae", "Syrphidae", None]
    assert sum(group.total for group in grouping.groups) == len(points)
    assert [g.n_taxa for g in grouping.groups] == [1, 1, 1]
    assert all((grouping.number == n).sum() == g.total for n, g in enumerate(grouping.groups))
    everyone = map_groups.group_by(taxonomy, points, "order", 7)
    assert len(everyone.groups) == 2 and everyone.groups[0].counts["image"] == 9
    nobody = map_groups.group_by(taxonomy, choose_points(taxonomy, ROOT, []), "order", 7)
    assert nobody.groups == []
    assert map_groups.default_rank(taxonomy, ROOT) == "order"
    assert map_groups.default_rank(taxonomy, find(taxonomy, "Noctuidae")) == "genus"
    assert map_groups.default_rank(taxonomy, find(taxonomy, "Noctua comes")) == "species"


def test_a_name_stands_on_its_taxon(taxonomy: Taxonomy) -> None:
    points = choose_points(taxonomy)
    grouping = map_groups.group_by(taxonomy, points, "order", 7)
    xy = np.random.default_rng(0).normal(size=(len(points), 2)).astype(np.float32)
    found = map_groups.middles(grouping, xy)
    assert taxonomy.name(found[0][0]) == "Lepidoptera" and len(found) == 2
    for taxon, place in found:
        assert any(np.array_equal(place, own) for own in xy[grouping.taxon == taxon])
