"""Results as files that other programs take as they are; `formats.export` is the way in."""
