"""Loss: how likely it is that a frame was muted, covered up, played again or cut to its neighbour.

A small temporal network over the finished curves of the call. No single curve tells a frozen vowel from a
frozen packet; their course over half a second does. Everything it sees is measured by the kernels of this
folder, so that people can check each event by eye. The weights are data with a model card (`docs/model-card.md`);
``benchmarks/training/train.py`` makes them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audioq.features.weights import digest, load

CLASSES = ("fine", "muted", "concealed", "stuttered", "lost in a pause", "spliced")
"""What the network tells apart in a frame, in the order of its outputs."""

NEEDS = (
    "level",
    "level_low",
    "fall_10",
    "rise_10",
    "fall_30",
    "rise_30",
    "shape_flux",
    "shape_correlation",
    "spread",
    "flatness",
    "periodicity",
    "packet_similarity",
    "grid_similarity",
    "stutter_similarity",
    "harmonic_contrast",
    "jump",
    "band_edge",
    "spectral_lines",
    "modulation_17",
    "modulation_25",
    "modulation_33",
    "modulation_50",
    "modulation_100",
    "zero_share",
    "hole_depth",
    "activity",
    "fade_slope",
    "fade_error",
    "pitch_wander",
    "phase_jump",
    "active_level_dbfs",
    "noise_floor_dbfs",
)
"""Curves and numbers that the network sees."""

INPUTS = 33
"""Numbers a frame that the network sees."""
STACK = 2
"""Frames a step of the network: it runs at 20 ms and answers for each 10 ms."""
WEIGHTS = Path(__file__).with_name("loss.npz")
"""File of the shipped weights; a benchmark may name another one before the first call."""
_TILE = 512
"""Steps computed at once, so that their 40 numbers each stay in the cache."""


def loss_probabilities(*measured: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    """Return the probability of each kind of loss.

    Parameters
    ----------
    *measured : ndarray
        Curves (channels, n_frames) and numbers (channels,) in the order of `NEEDS`.

    Returns
    -------
    muted : ndarray, float32, shape (channels, n_frames)
        Probability that speech was replaced by nothing, 0 to 1.
    pause_lost : ndarray, float32, shape (channels, n_frames)
        Probability that a pause was lost: nothing was there to be heard.
    concealed : ndarray, float32, shape (channels, n_frames)
        Probability that sound was made up by a decoder.
    stuttered : ndarray, float32, shape (channels, n_frames)
        Probability that a stretch is played again and again.
    spliced : ndarray, float32, shape (channels, n_frames)
        Probability that time was cut out here and the ends were put together.
    """
    channels = [probabilities(dict(zip(NEEDS, row, strict=True))) for row in zip(*measured, strict=True)]
    p = np.stack(channels)
    return p[..., 1], p[..., 4], p[..., 2], p[..., 3], p[..., 5]


def inputs(measured: dict[str, NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the network sees of one channel.

    Parameters
    ----------
    measured : dict of str to ndarray, shape (n_frames,) or ()
        Curves and numbers named in `NEEDS`.

    Returns
    -------
    x : ndarray, float32, shape (n_frames, n_inputs)
        Transformed curves, not yet scaled.
    setting : ndarray, float32, shape (2 * n_inputs + 1,)
        Their medians over active frames and over quiet ones, and the signal-to-noise ratio: what is usual in
        this call.
    """
    columns, setting = _seen(measured)
    return np.nan_to_num(np.stack(columns, axis=1)), setting


def _seen(c: dict[str, NDArray[np.float32]]) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
    """Columns of the inputs, NaN where undefined, and the setting; an hour of columns in one array would be a copy."""
    active_level = float(np.nan_to_num(c["active_level_dbfs"], nan=-60.0))
    relative = c["level"] - np.float32(active_level)
    columns = [
        np.clip(relative, -60, 20),
        np.clip(c["activity"], -60, 60),
        c["level"] - _highest(c["level"], 30),
        c["level_low"] - c["level"],
        *(c[name] for name in ("fall_10", "rise_10", "fall_30", "rise_30")),
        np.log(0.3 + c["shape_flux"]),
        -np.log(1.02 - c["shape_correlation"]),
        c["spread"],
        c["flatness"],
        *(_nearness(c[n]) for n in ("periodicity", "packet_similarity", "grid_similarity", "stutter_similarity")),
        _nearness(_mean(c["packet_similarity"], 5)),
        _nearness(_mean(c["stutter_similarity"], 5)),
        c["harmonic_contrast"],
        c["jump"],
        c["band_edge"] / 1000,
        np.log(c["spectral_lines"]),
        *(c[f"modulation_{rate}"] for rate in (17, 25, 33, 50, 100)),
        c["zero_share"],
        c["hole_depth"],
        np.clip(c["fade_slope"] / 100, -10, 10),
        np.log(0.2 + c["fade_error"]),
        np.log(1 + c["pitch_wander"]),
        c["phase_jump"],
    ]
    # Digital silence is no background: whoever adds some to a call must not change what is usual in it.
    quiet = (relative < -25) & (c["level"] > -90) & (c["zero_share"] < 0.2)
    usual = [_medians(columns, rows) for rows in (relative > -20, quiet)]
    snr = np.clip(active_level - float(c["noise_floor_dbfs"]), -20, 80)
    return columns, np.append(np.concatenate(usual), snr).astype(np.float32)


def probabilities(measured: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the probability of each of `CLASSES` in each frame of one channel, shape (n_frames, 6)."""
    w = _weights()
    columns, setting = _seen(measured)
    setting = np.clip((setting - w["setting_mean"]) / w["setting_scale"], -4, 4)
    bias = setting @ w["setting_weight"] + w["in_bias"]
    n_frames = len(columns[0])
    n_steps = -(-n_frames // STACK)
    p = np.empty((n_steps + -n_steps % _TILE, STACK, len(CLASSES)), np.float32)
    for first in range(0, n_steps, _TILE):
        p[first : first + _TILE] = _run(*_tile(columns, first, w), bias, w)
    return p.reshape(-1, len(CLASSES))[:n_frames]


def _tile(
    columns: list[NDArray[np.float32]], first: int, w: dict[str, NDArray[np.float32]]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Scaled inputs of the steps from `first` on with their context, and which of them lie inside the call."""
    reach, n_frames = int(w["dilations"].sum()), len(columns[0])
    steps = np.arange(first - reach, first + _TILE + reach)
    inside = (steps >= 0) & (steps * STACK < n_frames)
    start, stop = (int(steps[inside][i]) * STACK for i in (0, -1))
    x = np.stack([column[start : stop + STACK] for column in columns], axis=1)
    x[np.isnan(x)] = 0
    x = np.clip((x - w["x_mean"]) / w["x_scale"], -4, 4)
    if len(x) < stop + STACK - start:  # the last step may lack a frame
        x = np.pad(x, ((0, stop + STACK - start - len(x)), (0, 0)), mode="edge")
    scaled = np.zeros((len(steps), STACK * x.shape[1]), np.float32)
    scaled[inside] = x.reshape(-1, scaled.shape[1])
    return scaled, inside


def _run(
    x: NDArray[np.float32], inside: NDArray[np.bool_], bias: NDArray[np.float32], w: dict[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    """One tile with its context: residual layers of dilated convolutions, then a softmax over the classes."""
    h = x @ w["in_weight"]
    h += bias
    for layer, dilation in enumerate(w["dilations"].astype(int)):
        h[~inside] = 0
        r = np.maximum(h, 0)
        n = len(h) - 2 * dilation
        h = h[dilation : dilation + n]
        for k, weight in enumerate(w[f"weight_{layer}"]):
            h += r[k * dilation : k * dilation + n] @ weight
        h += w[f"bias_{layer}"]
        inside = inside[dilation : dilation + n]
    h[~inside] = 0
    logits = np.maximum(h, 0) @ w["out_weight"] + w["out_bias"]
    logits = logits.reshape(len(h), STACK, len(CLASSES))
    logits -= logits.max(axis=2, keepdims=True)
    p: NDArray[np.float32] = np.exp(logits, out=logits)
    p /= p.sum(axis=2, keepdims=True)
    return p


@cache
def weights_digest() -> str:
    """Return a short digest of the shipped weights: tables made with others are told apart by it."""
    return digest(WEIGHTS)


@cache
def _weights() -> dict[str, NDArray[np.float32]]:
    return load(WEIGHTS, inputs=INPUTS, settings=2 * INPUTS + 1, stack=STACK, outputs=STACK * len(CLASSES))


def _medians(columns: list[NDArray[np.float32]], rows: NDArray[np.bool_]) -> NDArray[np.float32]:
    if not rows.any():
        return np.zeros(len(columns), np.float32)
    return np.array([_median(column[rows]) for column in columns], np.float32)


def _median(x: NDArray[np.float32]) -> np.float32:
    """Median, NaN taken as 0, of an array that may be reordered; np.median would import masked arrays for 11 ms."""
    x[np.isnan(x)] = 0
    middle = len(x) // 2
    x.partition(middle)
    upper = x[middle]
    lower = upper if len(x) % 2 else x[:middle].max()
    return np.mean([lower, upper], dtype=np.float32)


def _nearness(similarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread out what lies near 1, where an exact copy differs from a steady vowel."""
    near: NDArray[np.float32] = -np.log(1.01 - np.minimum(similarity, 1))
    return near


def _mean(x: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    return np.convolve(x, np.full(n, 1 / n), "same").astype(np.float32)


def _highest(x: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Largest value within `reach` frames to either side, by doubling."""
    padded = np.pad(x, reach, mode="edge")
    width, top = 1, padded
    while 2 * width <= 2 * reach + 1:
        top = np.maximum(top[:-width], top[width:])
        width *= 2
    rest = 2 * reach + 1 - width
    return np.maximum(top[: len(x)], top[rest : rest + len(x)])
