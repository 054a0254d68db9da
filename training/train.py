"""Trains the encoder and its heads on the data set beside this file, and writes what the bot ships. See README.md.

make train                                # everything, deterministic: the same data give the same weights
python training/train.py --without w4,s3  # for an honest look: writers kept out; writes nothing that ships
python training/train.py --mean-of A B    # of two trainings that differ in their seed: one judge
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from encoder import WIDTH, load_pretrained
from examples import LABELS, Example, load_examples, varied
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from orchard_bot.detectors.hints import names
from orchard_bot.detectors.word_pieces import WordPieces

SEED = 20
EPOCHS, BATCH = 5, 32
RATE, HEAD_RATE, HINTS_RATE = 1e-4, 1e-3, 1e-2
ANY_WEIGHT = 4.0
"""How much telling breaches from the rest counts beside telling them apart."""


class Judge(nn.Module):
    """The encoder with one output a label, and a last one for "any of them"."""

    def __init__(self, hints: int) -> None:
        super().__init__()
        self.encoder = load_pretrained()
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(WIDTH, len(LABELS) + 1)
        self.from_hints = nn.Linear(hints, len(LABELS) + 1, bias=False)
        nn.init.zeros_(self.head.bias)
        nn.init.zeros_(self.from_hints.weight)

    def forward(self, tokens: Tensor, hints: Tensor) -> Tensor:
        vector = self.encoder(tokens).float()
        return self.head(self.drop(vector)) + self.from_hints(hints)


def batches(lengths: list[int], order: random.Random) -> list[list[int]]:
    """Examples of about one length together, in an order that changes with each epoch."""
    numbers = sorted(range(len(lengths)), key=lambda one: lengths[one] + order.random() * 6)
    found = [numbers[at : at + BATCH] for at in range(0, len(numbers), BATCH)]
    order.shuffle(found)
    return found


def padded(rows: list[list[int]]) -> Tensor:
    """Rows of one length, filled up with 0."""
    longest = max(map(len, rows))
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows])


def train(examples: list[Example], pieces: WordPieces, *, epochs: int = EPOCHS, seed: int = SEED) -> Judge:
    """A judge trained on these examples."""
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    order = random.Random(seed)
    judge = Judge(len(examples[0].hints))
    words = {id(judge.encoder.word.weight)}
    judge.encoder.word.weight.requires_grad_(False)
    body = [one for one in judge.encoder.parameters() if id(one) not in words]
    optimiser = torch.optim.AdamW(
        [
            {"params": body, "lr": RATE, "weight_decay": 0.01},
            {"params": judge.head.parameters(), "lr": HEAD_RATE, "weight_decay": 0.01},
            {"params": judge.from_hints.parameters(), "lr": HINTS_RATE, "weight_decay": 0.01},
        ]
    )
    steps = epochs * (len(examples) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.08 * steps), max(0.02, 1 - step / steps))
    )
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    # The mean of the last few hundred steps overlooks less and cries wolf less than the last step alone.
    average = AveragedModel(judge, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    hints = torch.tensor([one.hints for one in examples])
    wanted = torch.tensor(
        [[float(label in one.labels) for label in LABELS] + [float(bool(one.labels))] for one in examples]
    )
    weights = torch.tensor([one.weight for one in examples])
    scale = torch.ones(len(LABELS) + 1)
    scale[-1] = ANY_WEIGHT
    for epoch in range(epochs):
        judge.train()
        rows = [pieces.numbers(varied(one.text, order)) for one in examples]
        began, total = time.process_time(), 0.0
        for chosen in batches([len(row) for row in rows], order):
            tokens = padded([rows[one] for one in chosen])
            said = judge(tokens, hints[chosen])
            target = wanted[chosen]
            loss = (loss_of(said, target) * scale).mean(1)
            loss = (loss * weights[chosen]).sum() / weights[chosen].sum()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            average.update_parameters(judge)
            total += loss.item()
        print(
            f"epoch {epoch + 1}: loss {total / len(rows) * BATCH:.4f}, {time.process_time() - began:.0f} s of CPU",
            flush=True,
        )
    kept: Judge = average.module
    return kept.eval()


def trained(folder: Path) -> Judge:
    """What ``main`` kept in ``folder``."""
    judge = Judge(len(names()))
    judge.load_state_dict(torch.load(folder / "judge.pt", weights_only=True))
    return judge.eval()


@torch.no_grad()
def judged(judge: Judge, examples: list[Example], pieces: WordPieces) -> np.ndarray:
    """The outputs (logits) for each example."""
    rows = [pieces.numbers(one.text) for one in examples]
    result = np.zeros((len(rows), len(LABELS) + 1), np.float32)
    numbers = sorted(range(len(rows)), key=lambda one: len(rows[one]))
    for at in range(0, len(numbers), 64):
        chosen = numbers[at : at + 64]
        hints = torch.tensor([examples[one].hints for one in chosen])
        result[chosen] = judge(padded([rows[one] for one in chosen]), hints).numpy()
    return result


def split(without: str) -> tuple[list[Example], list[Example]]:
    """What to learn from, and what is kept out: the writers ``without`` (with commas between them), or the test split."""
    examples = load_examples()
    out = without.split(",")
    # Thresholds come from the training that kept whole writers out; so in the other the validation split may teach.
    kept_out = [one for one in examples if (one.writer in out if without else one.split == "test")]
    ids = {one.id for one in kept_out}
    return [one for one in examples if one.id not in ids], kept_out


def word_pieces() -> WordPieces:
    """Of the vocabulary that ships."""
    return WordPieces(Path("orchard_bot/detectors/data/meaning/vocabulary.txt").read_text("utf-8").split("\n")[:-1])


def keep(judge: Judge, kept_out: list[Example], into: Path) -> None:
    """The judge, and what it says of what was kept out, for ``calibrate.py``."""
    into.mkdir(parents=True, exist_ok=True)
    torch.save(judge.state_dict(), into / "judge.pt")
    np.save(into / "said.npy", judged(judge, kept_out, word_pieces()))
    rows = [
        {"id": one.id, "text": one.text, "labels": one.labels, "split": one.split, "kind": one.kind} for one in kept_out
    ]
    (into / "kept_out.json").write_text(json.dumps(rows, ensure_ascii=False))


def mean(folders: list[Path]) -> Judge:
    """One judge of several that began alike: the mean of their weights overlooks less than each of them alone."""
    states = [trained(folder).state_dict() for folder in folders]
    judge = Judge(len(names()))
    judge.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    return judge.eval()


def main() -> None:
    """Train, or take the mean of trainings; judge what was kept out."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--without", default="", help="writers to keep out, with commas between them")
    options.add_argument("--epochs", type=int, default=EPOCHS)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument(
        "--mean-of", type=Path, nargs="+", default=[], help="folders of trainings on the same messages"
    )
    options.add_argument("--into", type=Path, default=Path("build/training"))
    chosen = options.parse_args()
    torch.set_num_threads(1)
    given, kept_out = split(chosen.without)
    print(f"{len(given)} to learn from, {len(kept_out)} kept out", flush=True)
    if chosen.mean_of:
        judge = mean(chosen.mean_of)
    else:
        judge = train(given, word_pieces(), epochs=chosen.epochs, seed=chosen.seed)
    keep(judge, kept_out, chosen.into)


if __name__ == "__main__":
    main()
