"""Results as files that other programs take as they are; `exporting.export` is the way in."""
