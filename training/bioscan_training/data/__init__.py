"""Records, splits, barcodes and photos as training sees them."""
