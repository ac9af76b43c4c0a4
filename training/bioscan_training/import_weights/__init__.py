"""Published weights to model packs.

command.py      `bioscan-train import-weights`
published.py    what is known of the published files: where, which revision, which hash
checkpoints.py  reading files without running code from them; hashes; downloads
ledger.py       every tensor of a checkpoint is used, or left out for a stated reason
clibd.py barcodebert.py openclip.py    from a checkpoint's names to towers, one format each
vocabularies.py a text encoder's vocabulary, as the pack carries it
variants.py     smaller forms of an encoder
pack.py         towers to ONNX, compared with torch, and the pack's manifest
"""
