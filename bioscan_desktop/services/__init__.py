"""Use cases without a face: each is what a command of `bioscan` and a part of the window call."""
