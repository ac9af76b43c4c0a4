"""BIOSCAN Desktop: identify insects offline from photos and DNA barcodes."""

__version__ = "0.1.0"
