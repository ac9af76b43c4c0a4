"""BIOSCAN Desktop: identify insects offline from photos and DNA barcodes."""

import os

# Before numpy is loaded: the helpers of its matrix products otherwise wait for the next product in a
# busy loop, for up to a second, on the cores that decode photos and compare barcodes meanwhile.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "16")

__version__ = "0.1.0"
