"""Quiet: pauses that hold digital silence, a gate, comfort noise; and eight bits that round softness to nothing."""

from __future__ import annotations

import numpy as np

from audioq.simulate import Samples, colored_noise
from audioq.simulate.codecs import companding
from audioq.simulate.codecs.slots import FULL_SCALE, quantised
from benchmarks.trapping.places import edged, inserted, loudness, pauses, seam, seconds

ZERO_SHARE = 1.0 / 3.0
"""At least this share of the samples is zero in `mu_law`."""
SOFT_DBFS = (-48.0, -38.0)
"""Active level of the speech in `mu_law`; pauses then lie under the smallest step of G.711."""
SID_SECONDS = (0.08, 0.16, 0.4)
"""How often senders describe the silence anew."""


def with_floor(y: Samples, sr: int, rng: np.random.Generator, under_db: float) -> Samples:
    """The speech over pink noise `under_db` below it."""
    return y + colored_noise(y.size, sr, rng, level_dbfs=loudness(y, sr) - under_db, color="pink")


def digital_pauses(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Every pause fades to exact zero and comes back from it, within 10 to 30 ms."""
    out = np.array(speech, np.float32)
    for start, end in pauses(speech, sr):
        edges = edged(end - start, seconds(rng, 0.01, 0.03, sr), seconds(rng, 0.01, 0.03, sr))
        out[start:end] *= (1.0 - edges).astype(np.float32)
    return out


def pause_gate(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A noisy room behind a gate that closes in pauses only: slowly shut, quickly open, deep or half way."""
    out = with_floor(speech, sr, rng, rng.uniform(30.0, 45.0))
    shut = 0.0 if rng.random() < 0.5 else 10.0 ** (-rng.uniform(12.0, 30.0) / 20.0)
    for start, end in pauses(speech, sr):
        edges = edged(end - start, seconds(rng, 0.02, 0.08, sr), seconds(rng, 0.005, 0.015, sr))
        out[start:end] *= (1.0 - (1.0 - shut) * edges).astype(np.float32)
    return out


def dtx(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """The sender stops in pauses after 140 ms; comfort noise of stepwise level stands in, on a grid of 20 ms."""
    out = with_floor(speech, sr, rng, (under := rng.uniform(35.0, 50.0)))
    packet, step = round(0.02 * sr), round(float(rng.choice(SID_SECONDS)) * sr)
    for start, end in pauses(speech, sr, 0.25):
        first, last = -(-(start + 4 * packet) // packet) * packet, end // packet * packet
        for at in range(first, last, step):
            n = min(step, last - at)
            level = loudness(speech, sr) - under + rng.normal(0.0, 1.5)
            out[at : at + n] = colored_noise(n, sr, rng, level_dbfs=level, color="pink")
    return out


def companded(y: Samples) -> Samples:
    """What 8-bit mu-law leaves of a signal (ITU-T G.711)."""
    law = companding.mu_law()
    coded = companding.compress(quantised(y), law)
    return np.asarray(companding.expand(coded, law) / np.float32(FULL_SCALE), np.float32)


def mu_law(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Soft speech in 8-bit mu-law, which makes a third of its samples zero; the talker pauses as long as that takes."""
    level = rng.uniform(*SOFT_DBFS)
    noisy = with_floor(speech, sr, rng, rng.uniform(45.0, 55.0))
    coded = companded(np.asarray(noisy * 10.0 ** ((level - loudness(speech, sr)) / 20.0), np.float32))
    share = float(np.mean(coded == 0.0)) if coded.size else 1.0
    missing = round(coded.size * max(0.0, ZERO_SHARE - share) / max(1.0 - share, ZERO_SHARE))
    return inserted(coded, np.zeros(missing, np.float32), seam(speech, sr, rng))
