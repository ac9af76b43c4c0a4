"""The towers compute what the published networks compute."""

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.towers import (  # noqa: E402
    POOLINGS,
    BarcodeShape,
    BarcodeTower,
    Bert,
    BertShape,
    BertTextTower,
    ClipImageShape,
    ClipImageTower,
    ClipTextShape,
    ClipTextTower,
    VisionTransformer,
    VitShape,
)
from bioscan_training.towers.barcode import trailing_mask  # noqa: E402
from bioscan_training.towers.lora import (  # noqa: E402
    LoraLinear,
    LoraQkv,
    add_adapters,
    fold_adapters,
    fold_state,
)

from tests.training.originals import barcodebert_tokens, cosines  # noqa: E402

VIT = VitShape(28, 7, 64, 2, 1, 256, 24)
BERT = BertShape(vocabulary=258, width=64, depth=2, heads=4, hidden=128, positions=200)
UNK = 1


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def scattered(module: torch.nn.Module) -> torch.nn.Module:
    """The module with every tensor moved off its start, so that biases and norms matter."""
    with torch.no_grad():
        for tensor in module.parameters():
            tensor += 0.1 * torch.randn_like(tensor)
    return module.eval()


def hugging_face(shape: BertShape, masked_lm: bool = False) -> torch.nn.Module:
    transformers = pytest.importorskip("transformers")
    config = transformers.BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        num_hidden_layers=shape.depth,
        num_attention_heads=shape.heads,
        intermediate_size=shape.hidden,
        max_position_embeddings=shape.positions,
        tie_word_embeddings=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind = transformers.BertForMaskedLM if masked_lm else transformers.BertModel
        return scattered(kind(config))


def own(state: dict[str, torch.Tensor], *dropped: str) -> dict[str, torch.Tensor]:
    return {name: tensor for name, tensor in state.items() if not name.startswith(dropped)}


def padded_ids(n: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("ACGT"), length)) for length in np.linspace(300, 660, n).astype(int)]
    ids, masks = zip(*(barcodebert_tokens(text) for text in texts), strict=True)
    return torch.tensor(ids), torch.tensor(masks)


@pytest.mark.parametrize("masked", [False, True])
@torch.no_grad()
def test_bert_is_that_of_transformers(masked: bool) -> None:
    theirs = hugging_face(BERT)
    ours = Bert(BERT).eval()
    ours.load_state_dict(own(theirs.state_dict(), "pooler."))
    ids, mask = padded_ids()
    given = mask if masked else None
    expected = theirs(input_ids=ids, attention_mask=given).last_hidden_state
    torch.testing.assert_close(ours(ids, given), expected, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("pooling", POOLINGS)
@torch.no_grad()
def test_barcode_pooling_is_that_of_the_authors(pooling: str) -> None:
    """Against transformers' BertForMaskedLM with its decoder replaced, as CLIBD does it."""
    theirs = hugging_face(BERT, masked_lm=True)
    theirs.cls.predictions.decoder = torch.nn.Linear(64, 48)
    tower = BarcodeTower(BarcodeShape(BERT, pooling, units=48)).eval()
    names = {"cls.predictions.": "head."} if tower.head is not None else {}
    state = own(theirs.state_dict(), "cls.predictions.bias", *(() if names else ("cls.",)))
    for old, new in names.items():
        state = {name.replace(old, new): tensor for name, tensor in state.items()}
    tower.load_state_dict(state)
    ids, _ = padded_ids()
    out = theirs(input_ids=ids, output_hidden_states=True)
    expected = {
        "softmax_mean": out.logits.softmax(dim=-1).mean(dim=1),
        "logits_mean": out.logits.mean(dim=1),
        "cls_token": out.hidden_states[-1][:, 0],
        "hidden_state_mean": out.hidden_states[-1].mean(dim=1),
    }[pooling]
    rows = tower(ids)
    assert rows.shape == (4, tower.shape.dim)
    torch.testing.assert_close(rows.norm(dim=1), torch.ones(4))
    assert cosines(expected / expected.norm(dim=1, keepdim=True), rows).min() > 0.99999


@torch.no_grad()
def test_padding_has_no_say_where_it_is_masked() -> None:
    tower = scattered(BarcodeTower(BarcodeShape(BERT, "hidden_state_mean", pad_id=UNK)))
    ids, mask = padded_ids()
    rows = tower(ids)
    for i in range(len(ids)):
        alone = tower(ids[i : i + 1, : int(mask[i].sum())])
        torch.testing.assert_close(rows[i : i + 1], alone, atol=1e-5, rtol=1e-4)


def test_only_the_padding_at_the_end_is_masked() -> None:
    ids = torch.tensor([[5, 1, 7, 1, 1], [1, 1, 1, 1, 1], [1, 2, 3, 4, 5], [5, 1, 1, 1, 1]])
    expected = [[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1], [1, 0, 0, 0, 0]]
    assert trailing_mask(ids, 1).int().tolist() == expected


@torch.no_grad()
def test_a_barcode_without_any_base_gives_finite_numbers() -> None:
    tower = scattered(BarcodeTower(BarcodeShape(BERT, "hidden_state_mean", pad_id=UNK)))
    assert torch.isfinite(tower(torch.ones(1, 165, dtype=torch.int64))).all()


def test_a_projection_sets_the_length() -> None:
    tower = BarcodeTower(BarcodeShape(BERT, "hidden_state_mean", projection=12))
    assert tower(torch.ones(2, 9, dtype=torch.int64)).shape == (2, 12)
    assert tower.shape.dim == 12


def test_an_unknown_pooling_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown pooling"):
        BarcodeShape(BERT, "max")


@torch.no_grad()
def test_padding_of_a_text_counts_in_the_mean_only() -> None:
    theirs = hugging_face(BERT)
    tower = BertTextTower(BERT, 24).eval()
    tower.bert.load_state_dict(own(theirs.state_dict(), "pooler."))
    ids, mask = padded_ids()
    hidden = theirs(input_ids=ids, attention_mask=mask).last_hidden_state
    expected = tower.proj(hidden.mean(dim=1))
    assert cosines(expected / expected.norm(dim=1, keepdim=True), tower(ids, mask)).min() > 0.99999


@torch.no_grad()
def test_clip_reads_up_to_the_end_token() -> None:
    shape = ClipTextShape(vocabulary=100, context=12, width=64, depth=2, heads=2, hidden=128, dim=16)
    tower = scattered(ClipTextTower(shape))
    ids = torch.tensor([[98, 5, 6, 7, 99, 0, 0, 0, 0, 0, 0, 0]])
    mask = (torch.arange(12) < 5).long()[None]
    row = tower(ids, mask)
    torch.testing.assert_close(tower(torch.where(mask == 1, ids, 99), mask), row)  # other padding
    torch.testing.assert_close(tower(ids, torch.ones_like(mask)), row)
    assert (tower(torch.where(ids == 6, 8, ids), mask) - row).abs().max() > 1e-3


@torch.no_grad()
def test_the_last_block_of_a_picture_is_computed_for_the_class_token_alone() -> None:
    pixels = torch.rand(3, 3, 28, 28)
    tower = scattered(VisionTransformer(VIT))
    x = tower.patch_embed(pixels)
    x = torch.cat([tower.cls_token.expand(3, -1, -1), x], dim=1) + tower.pos_embed
    for block in tower.blocks:
        x = block(x, first_only=False)
    assert x.shape == (3, VIT.tokens, VIT.width)
    torch.testing.assert_close(tower.logits(pixels), tower.head(tower.norm(x)[:, 0]), atol=1e-5, rtol=1e-5)

    shape = ClipImageShape(28, 7, 64, 2, 1, 256, 24)
    clip = scattered(ClipImageTower(shape))
    x = torch.randn(3, shape.tokens, shape.width)
    whole, first = clip.transformer(x), clip.transformer(x, first_only=True)
    assert whole.shape == x.shape and first.shape == (3, 1, shape.width)
    torch.testing.assert_close(first, whole[:, :1], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_adapters_start_without_effect_and_fold_exactly() -> None:
    tower = scattered(VisionTransformer(VIT))
    pixels = torch.rand(3, 3, 28, 28)
    before = tower(pixels)
    assert add_adapters(tower) == 2
    torch.testing.assert_close(tower(pixels), before)
    assert {n for n, p in tower.named_parameters() if p.requires_grad} == {
        f"blocks.{i}.attn.qkv.linear_{side}_{part}.weight" for i in range(2) for side in "ab" for part in "qv"
    }
    for module in tower.modules():
        if isinstance(module, LoraQkv):
            torch.nn.init.normal_(module.linear_b_q.weight)
            torch.nn.init.normal_(module.linear_b_v.weight)
    adapted = tower(pixels)
    assert (adapted - before).abs().max() > 1e-2
    assert fold_adapters(tower) == 2
    torch.testing.assert_close(tower(pixels), adapted, atol=1e-5, rtol=1e-4)
    assert set(tower.state_dict()) == set(VisionTransformer(VIT).state_dict())


@torch.no_grad()
def test_adapters_of_a_bert_sit_on_queries_and_values() -> None:
    tower = scattered(BarcodeTower(BarcodeShape(BERT, "hidden_state_mean")))
    assert add_adapters(tower) == 4
    for module in tower.modules():
        if isinstance(module, LoraLinear):
            torch.nn.init.normal_(module.w_b.weight)
    ids, _ = padded_ids()
    adapted = tower(ids)
    assert isinstance(tower.bert.encoder.layer[0].attention.self.key, torch.nn.Linear)
    assert fold_adapters(tower) == 4
    torch.testing.assert_close(tower(ids), adapted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("missing", ["linear_a_q", "linear_b_v", "qkv"])
def test_half_an_adapter_is_named(missing: str) -> None:
    state = {f"x.{name}": tensor for name, tensor in LoraQkv(torch.nn.Linear(8, 24)).state_dict().items()}
    del state[f"x.{missing}.weight"]
    with pytest.raises(KeyError, match=f"x.{missing}.weight"):
        fold_state(state)


def test_an_adapter_of_another_layer_is_named() -> None:
    state = {f"x.{name}": tensor for name, tensor in LoraLinear(torch.nn.Linear(8, 8)).state_dict().items()}
    state["x.w_b.weight"] = torch.zeros(9, 4)
    with pytest.raises(ValueError, match=r"x\.w_b\.weight"):
        fold_state(state)


def test_folding_leaves_its_input_alone() -> None:
    layer = LoraLinear(torch.nn.Linear(8, 8))
    torch.nn.init.normal_(layer.w_b.weight)
    state = {f"x.{name}": tensor for name, tensor in layer.state_dict().items()}
    kept = {name: tensor.clone() for name, tensor in state.items()}
    folded, notes = fold_state(state)
    assert set(folded) == {"x.weight", "x.bias"} == set(notes)
    for name, tensor in state.items():
        torch.testing.assert_close(tensor, kept[name], atol=0, rtol=0)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_rows_have_length_one_in_half_precision_too(dtype: "torch.dtype") -> None:
    """The length of a row that is brought to length one in bfloat16 is off by up to 0.4 %."""
    bert = BertShape(vocabulary=30, width=32, depth=1, heads=2, hidden=64)
    ids = torch.randint(0, 30, (64, 12))
    towers: list[tuple[torch.nn.Module, tuple[torch.Tensor, ...]]] = [
        (BarcodeTower(BarcodeShape(bert, pooling, units=48)), (ids,)) for pooling in POOLINGS
    ]
    towers += [
        (BertTextTower(bert, 48), (ids, torch.ones_like(ids))),
        (VisionTransformer(VitShape(16, 8, 32, 1, 2, 64, 48)), (torch.rand(64, 3, 16, 16),)),
        (ClipImageTower(ClipImageShape(16, 8, 32, 1, 2, 64, 48)), (torch.rand(64, 3, 16, 16),)),
        (ClipTextTower(ClipTextShape(30, 12, 32, 1, 2, 64, 48)), (ids, torch.ones_like(ids))),
    ]
    for tower, inputs in towers:
        with torch.no_grad(), torch.autocast("cpu", dtype):
            rows = tower.eval()(*inputs)
        assert rows.dtype == torch.float32
        torch.testing.assert_close(rows.norm(dim=1), torch.ones(64), atol=1e-6, rtol=0)
