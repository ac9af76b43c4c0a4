"""Mistakes in a recipe are one sentence that names the key."""

import dataclasses
import subprocess
import sys
import typing
from pathlib import Path

import pytest
from bioscan_training.cli import main
from bioscan_training.config import Config, ConfigError, DnaTower, load_config

ROOT = Path(__file__).parents[2]


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    return path


def test_the_shipped_recipe_is_valid() -> None:
    config = load_config(ROOT / "training/configs/starter.toml")
    assert config.dim == 256 and config.stages == ("dna", "align")


def test_empty_recipe_is_the_default(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "")) == Config()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("dimm = 3", ["'dimm'", "dim", "seed"]),
        ("[dna]\ncapp = 3", ["'dna.capp'", "cap"]),
        ("[dna.schedule]\nepoch = 3", ["'dna.schedule.epoch'", "epochs"]),
        ("dim = 'wide'", ["'dim'", "int", "'wide'"]),
        ("dna = 3", ["'dna'", "table"]),
        ("[dna]\ntrain_splits = 'train'", ["'dna.train_splits'", "list of strings"]),
        ("dim = ", ["recipe.toml", "TOML"]),
        ("[contrast]\npositives = 'genus'", ["'contrast.positives'", "record, species, bin", "'genus'"]),
        (
            "[contrast]\nmodalities = ['image', 'sound']",
            ["'contrast.modalities'", "image, dna, text", "'sound'"],
        ),
        ("[contrast.schedule]\nschedule = 'linear'", ["'contrast.schedule.schedule'", "cosine, onecycle"]),
        ("[dna.schedule]\nprecision = 16", ["'dna.schedule.precision'", "fp32, bf16, fp16", "16"]),
        ("[towers.image]\nkind = 'resnet50'", ["'towers.image.kind'", "vit-b16, efficientnet-lite0"]),
        ("[towers.dna]\npooling = 'max'", ["'towers.dna.pooling'", "softmax_mean", "cls_token", "'max'"]),
        ("[towers.text]\ntrain = 'partly'", ["'towers.text.train'", "full, lora, frozen", "'partly'"]),
        ("[pretrain]\nmask = 1.5", ["'pretrain.mask'", "from 0 to 1", "1.5"]),
        ("[contrast.schedule]\nbatch = 0", ["'contrast.schedule.batch'", "at least 1", "0"]),
        ("[contrast.schedule]\naccumulate = true", ["'contrast.schedule.accumulate'", "int", "True"]),
        ("[contrast]\ntemperature = 0", ["'contrast.temperature'", "at least 0.001", "0.0"]),
        ("[contrast.schedule]\nlr = -0.1", ["'contrast.schedule.lr'", "at least 0", "-0.1"]),
        ("[dna.schedule]\nlr = nan", ["'dna.schedule.lr'", "must be a number", "nan"]),
        ("[dna_model]\nembedding = 8", ["'dna_model.embedding'", "at least 12", "8"]),
        ("[align.augmentation]\nflip = 2", ["'align.augmentation.flip'", "from 0 to 1", "2.0"]),
        ("[export]\nvariants = ['int4']", ["'export.variants'", "fp16, int8", "'int4'"]),
        ("[splits]\nunseen = 8", ["'splits.unseen'", "from 0 to 1", "8.0"]),
        ("[dna]\nper_genus = 0", ["'dna.per_genus'", "at least 1", "0"]),
        ("[align.augmentation]\nmost_shrink = 0.5", ["'align.augmentation.most_shrink'", "at least 1"]),
        ("[towers.text]\ntemplate = '{kingdom}'", ["'towers.text.template'", "{order}", "'{kingdom}'"]),
        ("[towers.text]\ntemplate = '{order'", ["'towers.text.template'", "{epithet}", "'{order'"]),
        ("stages = []", ["'stages'", "at least one stage", "[]"]),
        ("[align]\ninit = 'dna'", ["'align.init'", "'image'", "photos", "'dna'"]),
        ("[image]\ninit = 'image'", ["'image.init'", "'align'", "found 'image'"]),
        ("device = 'tpu'", ["'device'", "auto, cpu, cuda", "'tpu'"]),
        ("seed = 1125899906842624000", ["'seed'", "from 0 to 4294967295", "1125899906842624000"]),
        ("[image]\nmode = 'stretch'", ["'image.mode'", "crop, squash, letterbox", "'stretch'"]),
        ("[align]\nsize = 256", ["'align.resize'", "at least the size of 256 px", "240"]),
        ("[towers.image]\nresize = 200", ["'towers.image.resize'", "at least the size of 224 px", "200"]),
        ("[towers.text]\nmax_tokens = 2", ["'towers.text.max_tokens'", "at least 3", "2"]),
        ("[dna.schedule]\npatience = 3", ["'dna.schedule.watch'", "figure of the validation", "''"]),
        (
            "[contrast.schedule]\npatience = 3\neval_every = 0",
            ["'contrast.schedule.patience'", "'eval_every'", "3"],
        ),
    ],
)
def test_mistakes_name_key_and_expectation(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text))
    assert all(part in str(caught.value) for part in parts)
    assert "\n" not in str(caught.value)


def test_a_picture_that_is_not_cropped_may_be_of_any_size(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "[align]\nsize = 256\nmode = 'squash'")).align.size == 256


def test_integers_are_fine_where_a_float_is_meant(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "[dna]\nscale = 20")).dna.scale == 20.0


def test_a_table_that_is_given_in_part_keeps_the_rest_of_its_defaults(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, "[pretrain.schedule]\nepochs = 3"))
    assert config.pretrain.schedule == dataclasses.replace(Config().pretrain.schedule, epochs=3)
    assert config.pretrain.schedule.schedule == "onecycle"


def test_the_poolings_are_those_of_the_tower() -> None:
    pytest.importorskip("torch", reason="training needs torch")
    from bioscan_training.towers import POOLINGS

    hint = typing.get_type_hints(DnaTower)["pooling"]
    assert sorted(typing.get_args(hint)) == sorted(POOLINGS)


def test_command_line_exits_2_with_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "dimm = 3")
    assert main(["fit", "--config", str(path), "--data", str(tmp_path), "--run", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "'dimm'" in error and "Traceback" not in error and error.count("\n") == 1


def test_missing_data_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="training needs torch")
    recipe = str(write(tmp_path, ""))
    assert main(["fit", "--config", recipe, "--data", str(tmp_path), "--run", str(tmp_path / "run")]) == 2
    assert "prepare" in capsys.readouterr().err


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out = tmp_path / "t.tsv", tmp_path / "out"
    table.write_text("processid\tnucleotides\nP1\tACGT\n")
    out.write_text("no folder")
    assert main(["prepare", "--barcodes", str(table), "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert str(out) in error and error.count("\n") == 1
    assert main(["fit", "--config", str(tmp_path), "--data", str(tmp_path), "--run", str(out)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_a_command_that_is_stopped_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bioscan_training.cli.read_records", stopped)
    assert main(["prepare", "--barcodes", "t.tsv", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "Stopped.\n"


def test_wrong_arguments_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["prepare", "--seed", "first"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("stages", "said"), [("'dna', 'algin'", "Unknown stage 'algin'"), ("'dna', 'align'", "--images")]
)
def test_later_stages_are_looked_at_before_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stages: str, said: str
) -> None:
    pytest.importorskip("torch", reason="training needs torch")
    (tmp_path / "barcodes.tsv.gz").write_bytes(b"")  # stage dna would fail on it
    recipe = str(write(tmp_path, f"stages = [{stages}]"))
    assert main(["fit", "--config", recipe, "--data", str(tmp_path), "--run", str(tmp_path / "run")]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["prepare", "fit", "export", "evaluate", "calibrate"])
def test_every_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert f"example: bioscan-train {command} " in capsys.readouterr().out


def test_without_torch_the_command_says_what_to_install(tmp_path: Path) -> None:
    recipe = write(tmp_path, "")
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from bioscan_training.cli import main\n"
        f"sys.exit(main(['fit', '--config', {str(recipe)!r}, '--data', '.', '--run', 'r']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'training'}"},
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert 'pip install "bioscan-desktop[train]"' in done.stderr and done.stderr.count("\n") == 1


def test_help_and_config_load_no_torch() -> None:
    code = "import sys, bioscan_training.cli; sys.exit('torch' in sys.modules)"
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'training'}"}
    assert subprocess.run([sys.executable, "-c", code], env=env, check=False).returncode == 0


@pytest.mark.parametrize("given", [None, "active"])
def test_threads_wait_without_spinning_unless_told(given: str | None) -> None:
    """Before torch is loaded, for its threads read it then."""
    code = (
        "import os, sys\n"
        "from bioscan_training.cli import main\n"
        "main(['fit', '--config', 'none.toml', '--data', '.', '--run', 'r'])\n"
        "assert 'torch' not in sys.modules\n"
        "print(os.environ['OMP_WAIT_POLICY'])"
    )
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'training'}"} | ({"OMP_WAIT_POLICY": given} if given else {})
    done = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == (given or "passive")
