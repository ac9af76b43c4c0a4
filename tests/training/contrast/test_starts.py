"""A tower starts from published files and from runs; every tensor is accounted for."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.contrast.model import build_tower, set_learning  # noqa: E402
from bioscan_training.contrast.stage import load_learner, make_learner, train_contrast  # noqa: E402
from bioscan_training.contrast.starts import fill_tower  # noqa: E402
from bioscan_training.import_weights.ledger import WeightsError  # noqa: E402

from tests.training.contrast.conftest import RECIPE, with_contrast, with_tower  # noqa: E402

CLIBD = {
    "image": "image_encoder.lora_vit.",
    "dna": "dna_encoder.base_dna_encoder.",
    "text": "language_encoder.base_language_encoder.",
}


@pytest.fixture
def trained(data: Path, run: Path) -> Path:
    """A run that has finished."""
    train_contrast(with_contrast(RECIPE, epochs=1), data, data, run)
    return run


def saved(state: dict[str, object], path: Path) -> Path:
    torch.save(state, path)
    return path


@pytest.mark.parametrize("modality", ["image", "dna", "text"])
def test_a_run_goes_on_from_another(trained: Path, modality: str) -> None:
    tower = build_tower(RECIPE, modality, trained)
    assert fill_tower(tower, modality, trained / "contrast.pt") == ()
    expected = load_learner(RECIPE, trained).tower(modality).state_dict()
    own = tower.state_dict()
    assert own.keys() == expected.keys() and all(torch.equal(own[n], expected[n]) for n in own)


def test_another_width_of_the_joint_space_starts_the_projection_fresh(trained: Path) -> None:
    import dataclasses

    wider = dataclasses.replace(RECIPE, dim=24)
    tower = build_tower(wider, "image", trained)
    head = tower.head.weight.clone()
    assert fill_tower(tower, "image", trained / "contrast.pt") == ("head",)
    assert torch.equal(tower.head.weight, head)
    expected = load_learner(RECIPE, trained).tower("image").state_dict()
    assert torch.equal(tower.state_dict()["norm.weight"], expected["norm.weight"])
    first = with_tower(wider, "image", init=str(trained / "contrast.pt"))
    assert "image.head" in make_learner(first, trained)[1]


def test_clibd_checkpoints_adapters_and_old_names_included(trained: Path, tmp_path: Path) -> None:
    vit = build_tower(RECIPE, "image", trained)
    set_learning(vit, "image", "lora", 4)
    with torch.no_grad():
        for name, p in vit.named_parameters():
            if "linear_b" in name:
                p.normal_(std=0.1)
    state = {CLIBD["image"] + n: x for n, x in vit.state_dict().items()}
    state |= {"logit_scale": torch.tensor(2.0), "dna_encoder.base_dna_encoder.bert.x": torch.zeros(1)}
    tower = build_tower(RECIPE, "image", trained)
    assert fill_tower(tower, "image", saved(state, tmp_path / "best.pth")) == ()
    pixels = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(tower(pixels), vit(pixels), atol=1e-6, rtol=1e-5)


def test_a_bare_bert_fills_the_text_tower_but_its_projection(trained: Path, tmp_path: Path) -> None:
    source = build_tower(RECIPE, "text", trained)
    bare = {n.removeprefix("bert."): x for n, x in source.state_dict().items() if n.startswith("bert.")}
    bare |= {"pooler.dense.weight": torch.zeros(16, 16), "embeddings.position_ids": torch.arange(512)[None]}
    tower = build_tower(RECIPE, "text", trained)
    assert fill_tower(tower, "text", saved(bare, tmp_path / "bert.bin")) == ("proj",)
    assert torch.equal(
        tower.bert.embeddings.word_embeddings.weight, source.bert.embeddings.word_embeddings.weight
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("drop", "lacks blocks.0.norm1.weight"),
        ("add", "holds tensors that this format does not have: surprise"),
        ("shape", r"does not fit: norm.weight \(3,\) instead of \(16,\)"),
        ("other", "holds no image encoder"),
    ],
)
def test_a_file_that_does_not_fit_is_one_sentence(
    trained: Path, tmp_path: Path, change: str, sentence: str
) -> None:
    state = dict(build_tower(RECIPE, "image", trained).state_dict())
    if change == "drop":
        del state["blocks.0.norm1.weight"]
    elif change == "add":
        state["surprise"] = torch.zeros(2)
    elif change == "shape":
        state["norm.weight"] = torch.zeros(3)
    else:
        state = {"temperature.log_scale": torch.zeros(()), "dna.bert.x": torch.zeros(1)}
    with pytest.raises(WeightsError, match=sentence) as caught:
        fill_tower(build_tower(RECIPE, "image", trained), "image", saved(state, tmp_path / "x.pt"))
    assert "\n" not in str(caught.value)


def test_a_file_with_more_than_tensors_is_not_run(trained: Path, tmp_path: Path) -> None:
    path = saved({"model": {"x": print}}, tmp_path / "evil.pt")
    with pytest.raises(WeightsError, match="nothing in it was run"):
        fill_tower(build_tower(RECIPE, "image", trained), "image", path)


def test_the_starter_stages_are_a_start_too(trained: Path, tmp_path: Path) -> None:
    config = with_tower(RECIPE, "dna", kind="codons")
    source = build_tower(config, "dna", trained)
    state = {f"encoder.{n}": x for n, x in source.state_dict().items()} | {
        "species.weight": torch.zeros(3, 16)
    }
    tower = build_tower(config, "dna", trained)
    assert fill_tower(tower, "dna", saved({"model": state}, tmp_path / "dna.pt")) == ()
    own, expected = tower.state_dict(), source.state_dict()
    assert all(torch.equal(own[n], expected[n]) for n in expected)
