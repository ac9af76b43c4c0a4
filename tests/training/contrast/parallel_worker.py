"""What each process of `test_parallel.py` runs: one batch through the loss, and what came of it.

Arguments: folder of prepared data, folder of the run, file to write, `record` or `species` pairing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from bioscan_training.contrast.batches import Sampler
from bioscan_training.contrast.pretrain import pretrain_dna
from bioscan_training.contrast.specimens import SpecimenSource
from bioscan_training.contrast.stage import contrast_loss, make_inputs, make_learner, train_contrast
from bioscan_training.parallel import device_of, joined

from tests.training.contrast.conftest import RECIPE, with_contrast


def main(data: Path, run: Path, out: Path, pairing: str) -> None:
    """Writes loss and gradients of a batch, then the weights of short runs, from the first process."""
    torch.set_num_threads(1)
    run.mkdir(parents=True, exist_ok=True)
    config = with_contrast(RECIPE, pairing=pairing, positives="species")
    with joined(device_of("cpu")) as workers:
        source = SpecimenSource(data, data)
        train = source.read(("train",))
        with workers.first_alone():
            inputs = make_inputs(config, train, train, run, source)
        sampler = Sampler(inputs, np.arange(len(train)), config, workers)
        learner, _ = make_learner(config, run)
        # In batch 11 of `record` pairing the second process has no photo, so its photo tower does nothing.
        loss, figures = contrast_loss(config.dim, workers, chunk=3)(learner, sampler.batch_of(11))
        loss.backward()
        workers.average(learner.parameters())
        said = {"loss": loss.detach(), "figures": {n: torch.tensor(v) for n, v in figures.items()}}
        said["gradients"] = {n: p.grad for n, p in learner.named_parameters() if p.grad is not None}
        trained = train_contrast(with_contrast(config, eval_every=1, patience=5), data, data, run, workers)
        said["contrast"] = trained.state_dict()
        said["pretrain"] = pretrain_dna(config, data, run, workers).state_dict()
        if workers.first:
            torch.save(said, out)


if __name__ == "__main__":
    main(*(Path(word) for word in sys.argv[1:4]), sys.argv[4])
