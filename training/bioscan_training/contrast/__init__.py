"""Contrastive training of photo, barcode and text towers, as in CLIBD, and what comes before and after.

specimens.py   what is trained on: prepared tables, CLIBD's HDF5 files, BIOSCAN's metadata
vocabulary.py  a WordPiece vocabulary made of names
model.py       the towers of a recipe, and the learner that holds them
starts.py      where a tower starts from: published weights, another run, pretraining
batches.py     the batch of a step, from (seed, step) alone
stage.py       stage `contrast`
pretrain.py    masked k-mers for the barcode tower
export.py      a run to a model pack
"""
