"""One specimen of several, and several of one: joining, separating, cropping. Each is one step to undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bioscan_desktop.ui import edit_words, joining
from bioscan_desktop.ui.commands import Snapshot

if TYPE_CHECKING:
    from bioscan_desktop.inference.crop import Box
    from bioscan_desktop.ui.workbench import Workbench


def join(bench: Workbench, keys: Sequence[int]) -> None:
    """As `Workbench.join`."""
    rows = [row for _, row in bench.model.places_of(keys)]
    plan = joining.plan(rows)
    if plan is None:
        bench.said.emit(edit_words.not_joined([row.specimen for row in rows]), None)
        return
    first, others, joined, parts = plan
    names = [row.specimen.query_id for row in others]
    edit, said = edit_words.joined(names, first.specimen.query_id, len(joined.photos))
    bench.edit(edit, {first.key: Snapshot.waiting(joined, parts)}, [row.key for row in others])
    bench.said.emit(said, bench.undo_stack)


def join_by_name(bench: Workbench, groups: Sequence[joining.Proposed]) -> None:
    """Joins rows as proposed, in one step; those that have changed since are left as they are."""
    changes: dict[int, Snapshot] = {}
    gone: list[int] = []
    for group in groups:
        rows = [row for key in group.keys if (row := bench.model.find(key)) is not None]
        if [row.specimen for row in rows] != list(group.specimens):
            continue
        plan = joining.plan(rows)
        if plan is not None:
            first, others, joined, parts = plan
            changes[first.key] = Snapshot.waiting(replace(joined, query_id=group.sample), parts)
            gone += [row.key for row in others]
    if changes:
        edit, said = edit_words.joined_by_name(len(changes), len(changes) + len(gone))
        bench.edit(edit, changes, gone)
        bench.said.emit(said, bench.undo_stack)


def unjoin(bench: Workbench, key: int) -> None:
    """As `Workbench.unjoin`."""
    row = bench.model.find(key)
    if row is None or row.parts is None:
        return
    first, *others = row.parts
    place = bench.model.index_of(key).row() + 1
    inserted = [(place + number, bench.model.new_row(one)) for number, one in enumerate(others)]
    edit, said = edit_words.separated(first.query_id, len(row.parts), len(row.specimen.photos))
    bench.edit(edit, {key: Snapshot.waiting(first)}, (), inserted)
    bench.said.emit(said, bench.undo_stack)


def crop(bench: Workbench, key: int, boxes: Sequence[Box], photo: int = 0) -> None:
    """As `Workbench.crop`."""
    row = bench.model.find(key)
    if row is None or photo >= len(row.specimen.photos):
        return
    first, *others = joining.cut(row.specimen, boxes, photo)
    if first.photos[photo].crop == row.specimen.photos[photo].crop and not others:
        return
    place = bench.model.index_of(key).row() + 1
    inserted = [(place + number, bench.model.new_row(one)) for number, one in enumerate(others)]
    edit, said = edit_words.cropped(len(others) + 1, row.specimen.input)
    parts = joining.cropped_alike(row.parts, first)
    bench.edit(edit, {key: Snapshot.waiting(first, parts)}, (), inserted)
    if said:
        bench.said.emit(said, bench.undo_stack)
