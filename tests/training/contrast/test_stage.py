"""Stage `contrast`: its loss, its gradients, and that a run that was killed ends with the same weights."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch")

from bioscan_training.config import Config, ConfigError, DnaModel, ImageModel  # noqa: E402
from bioscan_training.contrast.batches import Batch, Sampler  # noqa: E402
from bioscan_training.contrast.model import ContrastLearner, embed  # noqa: E402
from bioscan_training.contrast.specimens import SpecimenSource  # noqa: E402
from bioscan_training.contrast.stage import (  # noqa: E402
    contrast_loss,
    load_learner,
    make_inputs,
    make_learner,
    train_contrast,
)
from bioscan_training.loop import DivergedError, MemoryShortError, Trainer  # noqa: E402
from bioscan_training.towers.lora import fold_adapters  # noqa: E402

from tests.training.contrast.conftest import RECIPE, recipe_file, with_contrast, with_tower  # noqa: E402

ROOT = Path(__file__).parents[3]


def weights(run: Path) -> dict[str, Any]:
    return torch.load(run / "contrast.pt", weights_only=True)["model"]


def rows_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def learner_and_sampler(config: Config, data: Path, run: Path) -> tuple[ContrastLearner, Sampler]:
    source = SpecimenSource(data, data)
    train = source.read(("train",))
    inputs = make_inputs(config, train, train, run, source)
    learner, _ = make_learner(config, run)
    return learner.train(), Sampler(inputs, np.arange(len(train)), config)


def gradients(learner: ContrastLearner) -> dict[str, Any]:
    found = {n: p.grad.clone() for n, p in learner.named_parameters() if p.grad is not None}
    learner.zero_grad(set_to_none=True)
    return found


def assert_close(one: dict[str, Any], two: dict[str, Any], atol: float = 5e-6) -> None:
    assert one.keys() == two.keys() and one
    for name in one:
        torch.testing.assert_close(
            one[name], two[name], atol=atol, rtol=1e-4, msg=lambda m, n=name: f"{n}: {m}"
        )


def test_the_loss_is_the_mean_of_six_terms_over_those_that_have_both(data: Path, run: Path) -> None:
    config = with_contrast(RECIPE, pairing="record")
    learner, sampler = learner_and_sampler(config, data, run)
    batch = sampler.batch_of(1)
    loss, figures = contrast_loss(config.dim)(learner, batch)
    rows = {}
    for m in ("image", "dna", "text"):
        rows[m] = torch.full((batch.share, config.dim), torch.nan)
        rows[m][batch.places[m]] = learner.tower(m)(*batch.inputs[m])
    terms = {}
    for a in rows:
        for b in rows:
            both = batch.present[a] & batch.present[b]
            if a != b and bool(both.any()):
                logits = rows[a][both] @ rows[b][both].T / 0.07
                terms[f"{a}-{b}"] = torch.nn.functional.cross_entropy(logits, torch.arange(len(logits)))
    expected = {n: t.item() for n, t in terms.items()}
    assert loss.item() == pytest.approx(sum(expected.values()) / len(expected), abs=1e-6)
    assert {n: figures[n] for n in expected} == pytest.approx(expected, abs=1e-6)
    assert figures["scale"] == pytest.approx(1 / 0.07)


def test_cached_gradients_are_those_of_the_whole_batch(data: Path, run: Path) -> None:
    learner, sampler = learner_and_sampler(RECIPE, data, run)
    batch = sampler.batch_of(0)
    found = []
    for chunk in (0, 3):
        loss, _ = contrast_loss(RECIPE.dim, chunk=chunk)(learner, batch)
        loss.backward()
        found.append((loss.item(), gradients(learner)))
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-6)
    assert_close(found[0][1], found[1][1])


def test_cached_gradients_meet_the_dropout_of_the_first_pass(data: Path, run: Path) -> None:
    config = replace(
        with_tower(RECIPE, "dna", kind="codons"),
        dna_model=DnaModel(embedding=12, hidden=16, dropout=0.5),
    )
    learner, _ = learner_and_sampler(config, data, run)
    tower, ids = learner.tower("dna"), torch.randint(0, 125, (8, 220))
    wish = torch.randn(len(ids), config.dim)
    found = []
    for cached in (True, False):
        torch.manual_seed(5)
        if cached:
            rows = embed(tower, (ids,), chunk=3)
        else:  # the same chunks, each with its graph
            rows = torch.cat([tower(ids[i : i + 3]) for i in range(0, len(ids), 3)])
        (rows * wish).sum().backward()
        found.append(gradients(learner))
    assert_close(*found)
    torch.manual_seed(6)
    (embed(tower, (ids,), chunk=3) * wish).sum().backward()
    other = gradients(learner)
    assert any(not torch.allclose(found[0][n], other[n]) for n in other)


def test_caching_keeps_no_graph_of_the_whole_batch(data: Path, run: Path) -> None:
    learner, sampler = learner_and_sampler(RECIPE, data, run)
    (ids,) = sampler.batch_of(0).inputs["dna"]
    kept = []
    for chunk in (0, 2):
        sizes: list[int] = []
        with torch.autograd.graph.saved_tensors_hooks(
            lambda x, s=sizes: (s.append(x.numel()), x)[1], lambda x: x
        ):
            embed(learner.tower("dna"), (ids,), chunk)
        kept.append(sum(sizes))
    assert kept[1] < kept[0] / 10


def test_accumulated_steps_are_the_mean_of_their_batches(data: Path, run: Path) -> None:
    config = with_contrast(RECIPE, accumulate=3, clip=0.0)
    learner, sampler = learner_and_sampler(config, data, run)
    loss_of = contrast_loss(config.dim)
    expected: dict[str, Any] = {}
    for number in range(3):
        loss, _ = loss_of(learner, sampler.batch_of(number))
        (loss / 3).backward()
    expected = gradients(learner)
    trainer = Trainer(learner, run, "contrast", config.contrast.schedule, config.seed, {}, "")
    trainer._train_step([sampler.batch_of(n) for n in range(3)], loss_of)
    assert_close(expected, gradients(learner))
    # Nine batches in three epochs of three: one step each.
    steps = []
    trainer.fit(3, lambda n: steps.append(n) or sampler.batch_of(n), loss_of)
    assert steps == list(range(6)) and trainer.step == 2


def test_training_brings_the_modalities_together(data: Path, run: Path) -> None:
    config = with_contrast(RECIPE, epochs=12, eval_every=12, ema=0.0, positives="species")
    train_contrast(config, data, data, run)
    rows = rows_of(run)
    assert rows[-1]["loss"] < rows[0]["loss"] - 0.3
    assert rows[-1]["val/image-dna/species"] > 1 / 6 and rows[-1]["val/mean"] > 0.5
    assert (run / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert load_learner(config, run).training is False


def command(recipe: Path, data: Path, run: Path) -> list[str]:
    code = "import sys; from bioscan_training.cli import main; sys.exit(main(sys.argv[1:]))"
    words = ["fit", "--config", str(recipe), "--data", str(data), "--images", str(data), "--run", str(run)]
    return [sys.executable, "-c", code, *words]


ENVIRONMENT = {"PYTHONPATH": f"{ROOT}:{ROOT / 'training'}", "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}


def test_a_run_that_is_killed_ends_with_the_weights_of_one_that_was_not(data: Path, tmp_path: Path) -> None:
    from bioscan_training.cli import main

    recipe = recipe_file(tmp_path / "recipe.toml", epochs=20, precision="bf16")
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    process = subprocess.Popen(
        command(recipe, data, cut), env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not (cut / "metrics.jsonl").exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.005)
    process.kill()  # SIGKILL
    assert process.wait() != 0
    state = torch.load(cut / "contrast.ckpt", weights_only=True)
    assert 0 < state["step"] < 60 and not (cut / "contrast.pt").exists()
    for run in (cut, whole):
        assert main(["--quiet", *command(recipe, data, run)[3:]]) == 0
    one, two = weights(whole), weights(cut)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[k], two[k]) for k in one)
    # Figures of an epoch that was cut in two are those of the epoch.
    ends = {row["epoch"]: row["loss"] for row in rows_of(cut)}
    assert ends == {row["epoch"]: row["loss"] for row in rows_of(whole)}


def test_the_run_ends_early_and_keeps_the_best_weights(data: Path, run: Path) -> None:
    config = with_contrast(RECIPE, epochs=6, eval_every=1, patience=2)
    learner, sampler = learner_and_sampler(config, data, run)
    trainer = Trainer(learner, run, "contrast", config.contrast.schedule, config.seed, {}, "")
    figures = iter([0.2, 0.5, 0.5, 0.4, 0.9])
    kept: list[Any] = []

    def validate(model: Any) -> dict[str, float]:
        kept.append({n: x.clone() for n, x in model.state_dict().items()})
        return {"val/mean": next(figures)}

    trainer.fit(sampler.steps_per_epoch, sampler.batch_of, contrast_loss(config.dim), validate)
    assert len(kept) == 4  # 0.5 was not surpassed twice
    saved = weights(run)
    assert all(torch.equal(saved[n], kept[1][n]) for n in saved)
    again = Trainer(learner, run, "contrast", config.contrast.schedule, config.seed, {}, "")
    assert again.resume()
    again.fit(sampler.steps_per_epoch, sampler.batch_of, contrast_loss(config.dim), validate)
    assert len(kept) == 4 and again.step == 4 * sampler.steps_per_epoch


def test_of_a_loss_the_lower_is_better(data: Path, run: Path) -> None:
    config = with_contrast(RECIPE, epochs=4, eval_every=1, patience=1, watch="val/loss")
    learner, sampler = learner_and_sampler(config, data, run)
    trainer = Trainer(learner, run, "contrast", config.contrast.schedule, config.seed, {}, "")
    figures = iter([3.0, 2.0, 2.5, 1.0])
    trainer.fit(
        sampler.steps_per_epoch,
        sampler.batch_of,
        contrast_loss(config.dim),
        lambda _: {"val/loss": next(figures)},
    )
    assert trainer.best["epoch"] == 2 and trainer.best["ended"]


def test_a_watched_figure_that_does_not_exist_is_named(data: Path, run: Path) -> None:
    config = with_contrast(RECIPE, eval_every=1, patience=1, watch="val/species")
    with pytest.raises(
        ConfigError, match=r"'contrast.schedule.watch' must be one of .*val/mean.*'val/species'"
    ):
        train_contrast(config, data, data, run)


@pytest.mark.parametrize("modality", ["image", "dna", "text"])
def test_with_adapters_only_they_and_the_projection_learn(data: Path, run: Path, modality: str) -> None:
    config = with_tower(RECIPE, modality, train="lora", rank=2)
    learner, _ = learner_and_sampler(config, data, run)
    before = {n: p.clone() for n, p in learner.state_dict().items()}
    train_contrast(config, data, data, run)
    after = weights(run)
    changed = {n.removeprefix(f"{modality}.") for n in after if not torch.equal(before[n], after[n])}
    mine = {n for n in changed if f"{modality}.{n}" in after}
    adapters = {n for n in mine if ".linear_a" in n or ".linear_b" in n or ".w_a." in n or ".w_b." in n}
    projection = {n for n in mine if n.split(".")[0] in ("head", "projection", "proj")}
    assert adapters and mine == adapters | projection

    tower = load_learner(config, run).tower(modality)
    inputs = {
        "image": (torch.rand(3, 3, 32, 32),),
        "dna": (torch.randint(0, 67, (3, 31)),),
        "text": (torch.randint(0, 60, (3, 12)), torch.ones(3, 12, dtype=torch.int64)),
    }[modality]
    with torch.no_grad():
        expected = tower(*inputs)
        assert fold_adapters(tower) > 0
        torch.testing.assert_close(tower(*inputs), expected, atol=1e-6, rtol=1e-5)
    assert not any("linear_a" in n or "w_a" in n for n in tower.state_dict())


def test_a_frozen_tower_stays_as_it_is(data: Path, run: Path) -> None:
    config = with_tower(RECIPE, "text", train="frozen")
    learner, _ = learner_and_sampler(config, data, run)
    before = {n: p.clone() for n, p in learner.state_dict().items()}
    train_contrast(config, data, data, run)
    after = weights(run)
    same = {n for n in after if torch.equal(before[n], after[n])}
    assert {n for n in after if n.startswith("text.")} <= same
    assert not any(n.startswith("image.") and n.endswith("weight") for n in same)


def test_small_towers_and_two_modalities(data: Path, run: Path) -> None:
    """Lite0 and the starter's barcode tower; statistics of batch norms do not move."""
    config = replace(
        with_tower(with_tower(RECIPE, "dna", kind="codons"), "image", kind="efficientnet-lite0"),
        dna_model=DnaModel(embedding=12, hidden=16),
        image_model=ImageModel(frozen_blocks=0),
    )
    config = with_contrast(config, modalities=("image", "dna"), cache_chunk=5, schedule="onecycle", epochs=1)
    learner, _ = learner_and_sampler(config, data, run)
    before = {n: p.clone() for n, p in learner.state_dict().items()}
    train_contrast(config, data, data, run)
    after = weights(run)
    assert not any(n.startswith("text.") for n in after)
    running = [n for n in after if "running_" in n]
    assert running and all(torch.equal(before[n], after[n]) for n in running)
    assert not torch.equal(before["image.stem.weight"], after["image.stem.weight"])


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_lower_precision_trains(data: Path, run: Path, precision: str) -> None:
    config = with_contrast(RECIPE, precision=precision, epochs=1)
    train_contrast(config, data, data, run)
    assert all(torch.isfinite(x).all() and x.dtype == torch.float32 for x in weights(run).values())
    state = torch.load(run / "contrast.ckpt", weights_only=True)
    assert bool(state["scaler"]) == (precision == "fp16")


def test_a_loss_that_is_no_number_ends_the_run_in_one_sentence(data: Path, run: Path) -> None:
    learner, sampler = learner_and_sampler(RECIPE, data, run)
    trainer = Trainer(learner, run, "contrast", RECIPE.contrast.schedule, 1, {}, "")

    def loss_of(model: Any, batch: Batch) -> Any:
        return contrast_loss(RECIPE.dim)(model, batch)[0] * torch.nan, {}

    with pytest.raises(DivergedError, match="not finite at step 0"):
        trainer.fit(sampler.steps_per_epoch, sampler.batch_of, loss_of)


def test_too_little_memory_ends_the_run_in_one_sentence(data: Path, run: Path) -> None:
    learner, sampler = learner_and_sampler(RECIPE, data, run)
    trainer = Trainer(learner, run, "contrast", RECIPE.contrast.schedule, 1, {}, "")

    def loss_of(model: Any, batch: Batch) -> Any:
        return torch.empty(10**15).sum(), {}  # 4 PB

    with pytest.raises(MemoryShortError, match=r"Stage contrast: .* step 0; .*'batch'.*'cache_chunk'"):
        trainer.fit(sampler.steps_per_epoch, sampler.batch_of, loss_of)

    def mistaken(model: Any, batch: Batch) -> Any:
        return torch.zeros(2) @ torch.zeros(3), {}

    with pytest.raises(RuntimeError, match="size"):  # any other fault stays one
        trainer.fit(sampler.steps_per_epoch, sampler.batch_of, mistaken)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (
            with_contrast(RECIPE, modalities=("dna",)),
            r"'contrast.modalities' must be two or three.*\['dna'\]",
        ),
        (with_tower(RECIPE, "image", heads=3), r"'towers.image.heads' must divide the width of 16, found 3"),
        (
            with_tower(RECIPE, "image", patch=7),
            r"'towers.image.patch' must divide the size of 32 px, found 7",
        ),
        (with_tower(RECIPE, "dna", max_bases=2), r"'towers.dna' has no usable tokens \(.*max=2\)"),
        (with_tower(RECIPE, "dna", init="pretrain"), r"'towers.dna.init' .*pretrain-dna` first"),
        (with_tower(RECIPE, "text", init="no.bin"), r"'towers.text.init' must be a file.*no\.bin"),
        (with_tower(RECIPE, "text", vocabulary="no.txt"), r"'towers.text.vocabulary' no.txt cannot be read"),
        (with_tower(RECIPE, "text", vocabulary_size=20), r"'towers.text.vocabulary_size' must be at least 9"),
        (
            with_tower(RECIPE, "image", init="imagenet"),
            "'towers.image.init' = 'imagenet' is for efficientnet",
        ),
        (
            with_tower(RECIPE, "dna", kind="codons", train="lora"),
            "'towers.dna.train' must be full or frozen .* 'lora'",
        ),
    ],
)
def test_recipes_that_cannot_be_are_one_sentence(
    data: Path, run: Path, config: Config, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        train_contrast(config, data, data, run)
    assert "\n" not in str(caught.value)


def test_a_vocabulary_of_another_kind_is_refused(data: Path, run: Path, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("alpha\nbeta\n")
    config = with_tower(RECIPE, "text", vocabulary=str(tmp_path / "words.txt"))
    with pytest.raises(ConfigError, match=r"words\.txt must be one of BERT's; it lacks \[CLS\]"):
        train_contrast(config, data, data, run)


def test_all_towers_frozen_is_refused(data: Path, run: Path) -> None:
    config = RECIPE
    for name in ("image", "dna", "text"):
        config = with_tower(config, name, train="frozen")
    with pytest.raises(ConfigError, match="one tower at least that learns"):
        train_contrast(config, data, data, run)


def test_tensorboard_is_asked_for_in_one_sentence(
    data: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ConfigError, match="pip install tensorboard"):
        train_contrast(with_contrast(RECIPE, tensorboard=True), data, data, run)


def test_runs_are_evaluated_as_packs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from bioscan_training.cli import main

    recipe = str(recipe_file(tmp_path / "recipe.toml", 1))
    assert (
        main(["evaluate", "--config", recipe, "--data", str(tmp_path), "--run", str(tmp_path / "run")]) == 2
    )
    assert "`export` first" in capsys.readouterr().err


def test_the_command_asks_for_the_photos(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from bioscan_training.cli import main

    recipe = recipe_file(tmp_path / "recipe.toml", 1)
    words = ["fit", "--config", str(recipe), "--data", str(data), "--run", str(tmp_path / "run")]
    assert main(words) == 2
    assert "--images" in capsys.readouterr().err
