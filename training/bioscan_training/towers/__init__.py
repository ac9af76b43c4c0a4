"""Published architectures, with the parameter names of the published checkpoints.

    vit.py      ViT-B/16 with a linear head, as in CLIBD's image encoder (timm's names)
    bert.py     BERT's body, shared by the barcode and the text towers (transformers' names)
    barcode.py  BarcodeBERT and CLIBD's DNA encoder
    text.py     CLIBD's text encoder, BERT-small with a projection
    clip.py     OpenCLIP's image and text towers, as in BioCLIP and BioCLIP 2
    lora.py     low-rank adapters and their exact folding into the weights

Every tower maps its input to unit rows, and is a plain module: its graph can be exported to ONNX,
and its state dict takes the checkpoint's tensors under their own names.
"""

from bioscan_training.towers.barcode import POOLINGS, BarcodeShape, BarcodeTower
from bioscan_training.towers.bert import Bert, BertShape
from bioscan_training.towers.clip import ClipImageShape, ClipImageTower, ClipTextShape, ClipTextTower
from bioscan_training.towers.text import BertTextTower
from bioscan_training.towers.vit import VisionTransformer, VitShape

__all__ = [
    "POOLINGS",
    "BarcodeShape",
    "BarcodeTower",
    "Bert",
    "BertShape",
    "BertTextTower",
    "ClipImageShape",
    "ClipImageTower",
    "ClipTextShape",
    "ClipTextTower",
    "VisionTransformer",
    "VitShape",
]
