"""What is told of Ray's failures."""

from bioscan_training.cluster import reason_of


def test_an_error_without_words_is_told_by_its_kind() -> None:
    assert reason_of(TimeoutError()) == "TimeoutError"
    assert reason_of(ValueError("first\nlast\n")) == "last"
