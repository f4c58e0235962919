"""The network of features/loss.py as it is written down: one step after the other, one layer after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]


def probabilities(x: NDArray[np.float32], setting: NDArray[np.float32], w: Weights, stack: int) -> NDArray[np.float64]:
    """Probabilities of each class in each frame; `x` has shape (n_frames, n_inputs), unscaled."""
    n_frames = len(x)
    scaled = [np.clip((row - w["x_mean"]) / w["x_scale"], -4, 4).astype(np.float64) for row in x]
    usual = np.clip((setting - w["setting_mean"]) / w["setting_scale"], -4, 4).astype(np.float64)
    while len(scaled) % stack:
        scaled.append(scaled[-1])
    steps = [np.concatenate(scaled[i : i + stack]) for i in range(0, len(scaled), stack)]
    h = [step @ w["in_weight"] + usual @ w["setting_weight"] + w["in_bias"] for step in steps]
    for layer, dilation in enumerate(int(d) for d in w["dilations"]):
        h = [_layer(h, t, dilation, w[f"weight_{layer}"], w[f"bias_{layer}"]) for t in range(len(h))]
    frames: list[NDArray[np.float64]] = []
    for row in h:
        logits = np.maximum(row, 0) @ w["out_weight"] + w["out_bias"]
        for part in logits.reshape(stack, -1):
            e = np.exp(part - part.max())
            frames.append(e / e.sum())
    return np.array(frames[:n_frames])


def _layer(
    h: list[NDArray[np.float64]], t: int, dilation: int, weight: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float64]:
    """One step of a residual layer; there is nothing before the first step and after the last."""
    total = h[t] + bias
    for k in range(3):
        place = t + (k - 1) * dilation
        if 0 <= place < len(h):
            total = total + np.maximum(h[place], 0) @ weight[k]
    return total
