"""Biology without machinery: taxonomy, barcodes, verdicts. Standard library and numpy only."""
