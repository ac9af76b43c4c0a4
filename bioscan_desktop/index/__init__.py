"""Neighbours: exact and approximate search over unit rows, and alignment of barcodes."""
