"""BIOSCAN Desktop: identify insects offline from photos and DNA barcodes."""

import os

# Before numpy is loaded: the helpers of its matrix products otherwise wait for the next product in a
# busy loop, for up to a second, on the cores that decode photos and compare barcodes meanwhile.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "16")

# Before onnxruntime is loaded: from 1.29 on it tells Microsoft of each model that is opened, from Linux and
# macOS, and keeps an id of the machine for it. Set whatever was set before: nothing leaves this computer.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
