"""Training of the encoders that BIOSCAN Desktop ships: from public records to a model pack.

Importing this package loads no torch; `bioscan_training.cli` says in one sentence where it is missing.
"""
