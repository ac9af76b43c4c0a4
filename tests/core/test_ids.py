"""Ids that can be told apart."""

from hypothesis import given
from hypothesis import strategies as st

from bioscan_desktop.core.ids import UniqueIds


def test_repeats_are_numbered_from_two() -> None:
    ids = UniqueIds()
    assert [ids.take(name) for name in ("a", "b", "a", "a", "a.2")] == ["a", "b", "a.2", "a.3", "a.2.2"]


@given(st.lists(st.sampled_from(["", "a", "a.2", "a.2.2", "a.3", "b"])))
def test_no_id_is_given_twice(names: list[str]) -> None:
    ids = UniqueIds()
    given_out = [ids.take(name) for name in names]
    assert len(set(given_out)) == len(names)
    assert all(new == name or new.startswith(f"{name}.") for name, new in zip(names, given_out, strict=True))
