"""Train the network of ``audioq/features/loss.py`` on labelled folders.

    python benchmarks/training/train.py FOLDER... -o audioq/features/loss.npz [--not source.voice=fa,ml]

A folder holds ``labels.jsonl`` and truth on 10 ms frames, in the lab's form or in that of the real calls.
Needs torch and numpy; neither the product nor its tests need torch.
"""

from __future__ import annotations

import argparse
import sys
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soxr

try:
    import torch
    from torch import nn
except ModuleNotFoundError:
    sys.exit("train.py needs torch: pip install torch==2.13.0 soxr (the product itself does not)")

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from audioq.audio import Audio, read  # noqa: E402
from audioq.features import CALL_FEATURES  # noqa: E402
from audioq.features.loss import CLASSES, NEEDS, STACK, inputs, loss_probabilities  # noqa: E402
from audioq.features.weights import load, save  # noqa: E402
from audioq.measurement import measure  # noqa: E402
from benchmarks.training.choosing import read_labels, unwanted_values, wanted  # noqa: E402
from benchmarks.training.harming import CONCEALED, FINE, IGNORE, MUTED, PAUSE, SPLICED, STUTTERED, harmed  # noqa: E402

STATES = {0: FINE, 1: FINE, 2: MUTED, 3: CONCEALED, 4: STUTTERED, 5: PAUSE, 6: FINE, 7: FINE, 8: FINE, 9: MUTED}
"""The lab's state of a frame -> the class of the network."""


def lab_truth(folder: Path, label: dict) -> np.ndarray:
    """Class of each 10 ms frame from the lab's states."""
    state = np.load(folder / label["frames"])["state"]
    truth = np.array([STATES[s] for s in range(10)])[state]
    for event in label.get("events", ()):
        if event["kind"] in ("skip", "splice"):  # a point in time, known to a frame
            at = int(event["start"] * 100)
            truth[max(0, at - 1) : at + 2] = IGNORE
            truth[at : at + 1] = SPLICED
    return truth


def call_truth(folder: Path, label: dict) -> np.ndarray:
    """Class of each 10 ms frame from the shares that real clients tell for every 60 ms."""
    with np.load(folder / "frames.npz") as frames:
        unreal, nothing = frames[Path(label["file"]).stem].T.astype(int)
    truth = np.full(len(unreal), FINE)
    truth[unreal > 0] = IGNORE
    truth[(unreal >= 25) & (nothing < 30)] = CONCEALED
    truth[nothing >= 70] = MUTED
    return truth


def truth_of(folder: Path, label: dict) -> np.ndarray:
    """Class of each 10 ms frame, however the folder tells it; a recording without any event is fine throughout."""
    if isinstance(label.get("frames"), str):
        return lab_truth(folder, label)
    if (folder / "frames.npz").exists():
        return call_truth(folder, label)
    if label.get("label") != "intact" or label.get("events"):
        remedy = "take a folder of audioq simulate, or one that benchmarks/traps.py saved"
        sys.exit(f"{folder}: {label['file']} has no truth on frames; {remedy}")
    return np.full(int(label["dur"] * 100) + 1, FINE)


def examples(task: tuple[str, dict, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Inputs, setting and truth of one variant of a recording, or None where it says nothing of loss."""
    folder, label, variant = Path(task[0]), task[1], task[2]
    if label.get("distractor") == "vocoder":
        return None
    if variant < 0 and label.get("label") != "intact":
        return None
    rest = tuple(feature for feature in CALL_FEATURES if feature.function is not loss_probabilities)
    audio, speed, harm = read(folder / label["file"]), 1.0, None
    rng = np.random.default_rng([abs(variant), variant < 0, zlib.crc32(f"{folder.name}/{label['file']}".encode())])
    if variant > 0:
        audio, speed = varied(audio, rng)
    if variant < 0:
        audio, *harm = harmed_call(audio, rng)
    table = measure(audio, call_features=rest)
    seen = {name: table.curves.get(name, table.numbers.get(name))[0] for name in NEEDS}
    x, setting = inputs(seen)
    truth = truth_of(folder, label)
    place = np.arange(len(x)) * speed if harm is None else harm[0][: len(x)]
    known = place < len(truth)
    x, truth = x[: len(place)][known], truth[place[known].astype(int)]
    if (folder / "frames.npz").exists():
        # Real clients do not tell whether speech or a pause was covered up; the level does.
        quiet = seen["level"][: len(x)] < np.nan_to_num(seen["active_level_dbfs"], nan=-60) - 30
        truth = np.where((truth == CONCEALED) & quiet, PAUSE, truth)
    if harm is not None:
        kind = harm[1][: len(known)][known]
        truth = np.where(kind >= IGNORE, kind, truth)
    n = len(x) // STACK * STACK
    return x[:n], setting, truth[:n].astype(np.int64)


def varied(audio: Audio, rng: np.random.Generator) -> tuple[Audio, float]:
    """The same call at another speed (so by another voice), another level and over another floor."""
    y = np.concatenate(list(audio.blocks(1 << 16)), axis=1)[:1]
    speed = float(np.exp(rng.uniform(-0.13, 0.13)))
    y = soxr.resample(y[0], audio.sr, round(audio.sr / speed)).astype(np.float64)
    if rng.random() < 0.5:
        y = expanded(y, audio.sr, rng.uniform(0.1, 0.6))
    if rng.random() < 0.5:  # another microphone
        tilt = rng.uniform(-0.6, 0.6)
        y = y - tilt * np.concatenate([[0], y[:-1]])
    y *= 10 ** (rng.uniform(-15, 3) / 20)
    if rng.random() < 0.5:
        noise = rng.standard_normal(len(y))
        if rng.random() < 0.5:
            noise = np.convolve(noise, 0.9 ** np.arange(40), "same") * 0.44
        y += noise * 10 ** (rng.uniform(-75, -50) / 20)
    whole = np.clip(np.round(y * 32768), -32768, 32767).astype(np.int16)
    return read(whole, sr=audio.sr), speed


def expanded(y: np.ndarray, sr: int, power: float) -> np.ndarray:
    """A livelier voice: what is soft within a word, as the closure of a stop, becomes softer still."""
    length = sr // 200
    energy = np.convolve(np.square(y), np.full(length, 1 / length), "same")
    top = np.percentile(energy, 95) + 1e-12
    return y * np.minimum(energy / top + 1e-7, 1) ** (power / 2)


def harmed_call(audio: Audio, rng: np.random.Generator) -> tuple[Audio, np.ndarray, np.ndarray]:
    """An intact call with harm laid into it, at another level; which frames stand for which, and their class."""
    y = np.concatenate(list(audio.blocks(1 << 16)), axis=1)[0].astype(np.float64)
    y, place, kind = harmed(y, audio.sr, rng)
    y *= 10 ** (rng.uniform(-15, 3) / 20)
    if rng.random() < 0.25:  # a recorder that adds noise
        y += rng.standard_normal(len(y)) * 10 ** (rng.uniform(-78, -55) / 20)
    whole = np.clip(np.round(y * 32768), -32768, 32767).astype(np.int16)
    return read(whole, sr=audio.sr), place, kind


def gather(folders: list[str], unwanted: dict[str, set[str]], variants: int, gaps: int, jobs: int) -> list:
    """All examples of all folders."""
    tasks = []
    for folder in folders:
        kept = [label for label in read_labels(Path(folder)) if wanted(label, unwanted)]
        tasks += [(folder, label, variant) for label in kept for variant in range(-gaps, variants)]
    with ProcessPoolExecutor(jobs) as pool:
        return [e for e in pool.map(examples, tasks, chunksize=8) if e is not None]


class Net(nn.Module):
    """The network of ``loss.py`` in torch."""

    def __init__(self, n_in: int, n_setting: int, width: int, dilations: list[int], drop: float) -> None:
        super().__init__()
        self.drop = nn.Dropout1d(drop)
        self.first = nn.Linear(n_in * STACK, width)
        self.setting = nn.Linear(n_setting, width, bias=False)
        self.layers = nn.ModuleList(nn.Conv1d(width, width, 3, dilation=d, padding=d) for d in dilations)
        self.last = nn.Linear(width, STACK * len(CLASSES))

    def forward(self, x: torch.Tensor, setting: torch.Tensor) -> torch.Tensor:
        h = (self.first(x) + self.setting(setting)[:, None]).transpose(1, 2)
        for layer in self.layers:
            h = h + layer(self.drop(torch.relu(h)))
        out = self.last(torch.relu(h).transpose(1, 2))
        return out.reshape(len(x), -1, len(CLASSES))


class Crops:
    """Random stretches of the examples, half of them about the beginning of something."""

    def __init__(self, data: list, frames: int, seed: int) -> None:
        self.data, self.frames = data, frames
        self.rng = np.random.default_rng(seed)
        self.starts = {c: [] for c in range(1, len(CLASSES))}
        for i, (_, _, truth) in enumerate(data):
            for at in np.flatnonzero(np.diff(truth, prepend=FINE)):
                if truth[at] > 0:
                    self.starts[truth[at]].append((i, at))
        self.share = [0.45, 0.13, 0.19, 0.08, 0.07, 0.08]

    def one(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        kind = self.rng.choice(len(self.share), p=self.share)
        if kind and self.starts[kind]:
            i, at = self.starts[kind][self.rng.integers(len(self.starts[kind]))]
            first = at - self.rng.integers(self.frames)
        else:
            i = self.rng.integers(len(self.data))
            first = self.rng.integers(-self.frames // 4, max(1, len(self.data[i][0]) - self.frames // 2))
        x, setting, truth = self.data[i]
        first = int(np.clip(first, 0, max(0, len(x) - self.frames))) // STACK * STACK
        part, answer = x[first : first + self.frames], truth[first : first + self.frames]
        lack = self.frames - len(part)
        setting = setting + self.rng.normal(0, 0.5, setting.shape).astype(np.float32)
        setting *= self.rng.random() < 0.7  # the curves must do without at times
        part = part.astype(np.float32) + self.rng.normal(0, 0.2, part.shape[1]).astype(
            np.float32
        )  # another voice, another room
        answer = np.pad(answer.astype(np.int64), (0, lack), constant_values=IGNORE)
        return np.pad(part, ((0, lack), (0, 0))), setting, answer

    def batch(self, n: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        x, setting, truth = map(np.stack, zip(*(self.one() for _ in range(n)), strict=True))
        x = x.reshape(n, self.frames // STACK, -1)
        return torch.from_numpy(x), torch.from_numpy(setting), torch.from_numpy(truth)


def scaling(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of each column."""
    return rows.mean(0).astype(np.float32), np.maximum(rows.std(0), 1e-3).astype(np.float32)


def fit(data: list, args: argparse.Namespace) -> dict[str, np.ndarray]:
    """Train one network and return its weights under the names that ``loss.py`` reads."""
    torch.manual_seed(args.seed)
    begun = load(Path(args.start)) if args.start else {}
    x_mean, x_scale = scaling(np.concatenate([x[::7] for x, _, _ in data]).astype(np.float32))
    s_mean, s_scale = scaling(np.stack([s for _, s, _ in data]))
    if begun:
        x_mean, x_scale, s_mean, s_scale = (begun[k] for k in ("x_mean", "x_scale", "setting_mean", "setting_scale"))
    squeeze = [  # half precision, so that a hundred hours fit in memory
        (np.clip((x - x_mean) / x_scale, -4, 4).astype(np.float16), np.clip((s - s_mean) / s_scale, -4, 4), t)
        for x, s, t in data
    ]
    crops = Crops(squeeze, args.frames, args.seed)
    net = Net(len(x_mean), len(s_mean), args.width, args.dilations, args.drop)
    if begun:
        take_up(net, begun)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.rate, args.steps, pct_start=0.1)
    cost = nn.CrossEntropyLoss(ignore_index=IGNORE)
    began, mean = time.time(), 0.0
    for step in range(args.steps):
        x, setting, truth = crops.batch(args.batch)
        value = cost(net(x, setting).flatten(0, 1), truth.flatten())
        optimiser.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        mean += (value.item() - mean) * max(0.01, 1 / (step + 1))
        if step % 250 == 0:
            print(f"step {step} loss {mean:.4f} {time.time() - began:.0f} s", file=sys.stderr, flush=True)
    net.eval()
    return weights(net, args.dilations, x_mean, x_scale, s_mean, s_scale)


def take_up(net: Net, begun: dict[str, np.ndarray]) -> None:
    """Give a network the weights that `weights` wrote."""
    give = lambda t, a: t.data.copy_(torch.from_numpy(a.astype(np.float32)))  # noqa: E731
    give(net.first.weight, begun["in_weight"].T)
    give(net.first.bias, begun["in_bias"])
    give(net.last.weight, begun["out_weight"].T)
    give(net.last.bias, begun["out_bias"])
    give(net.setting.weight, begun["setting_weight"].T)
    for i, layer in enumerate(net.layers):
        give(layer.weight, begun[f"weight_{i}"].transpose(2, 1, 0))
        give(layer.bias, begun[f"bias_{i}"])


def weights(net: Net, dilations: list[int], x_mean, x_scale, s_mean, s_scale) -> dict[str, np.ndarray]:
    """The network as arrays, half precision."""
    take = lambda t: t.detach().numpy()  # noqa: E731
    out = {
        "x_mean": x_mean, "x_scale": x_scale, "setting_mean": s_mean, "setting_scale": s_scale,
        "in_weight": take(net.first.weight).T.astype(np.float16), "in_bias": take(net.first.bias),
        "setting_weight": take(net.setting.weight).T.astype(np.float16),
        "out_weight": take(net.last.weight).T.astype(np.float16), "out_bias": take(net.last.bias),
        "dilations": np.array(dilations),
    }  # fmt: skip
    for i, layer in enumerate(net.layers):
        out[f"weight_{i}"] = take(layer.weight).transpose(2, 1, 0).astype(np.float16)
        out[f"bias_{i}"] = take(layer.bias)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--not", dest="unwanted", action="append", default=[], metavar="KEY=V1,V2")
    parser.add_argument("--steps", type=int, default=50000)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("--width", type=int, default=44)
    parser.add_argument("--dilations", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--drop", type=float, default=0.03, help="share of channels dropped in training")
    parser.add_argument("--start", help="weights to go on from, with their scaling")
    parser.add_argument("--gaps", type=int, default=2, help="harmed recordings made of each intact one")
    parser.add_argument("--variants", type=int, default=2, help="recordings made of each, itself included")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    unwanted = unwanted_values(args.unwanted)
    data = gather(args.folders, unwanted, args.variants, args.gaps, args.jobs)
    print(f"{len(data)} recordings, {sum(len(x) for x, _, _ in data) / 6000:.0f} min", file=sys.stderr)
    save(Path(args.output), fit(data, args))


if __name__ == "__main__":
    main()
