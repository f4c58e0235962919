"""Known harm with known spans: what networks and receivers do to speech, as pure functions of arrays.

Signals are float32 of shape (n,), times are seconds, chance comes from a seeded `numpy.random.Generator` that the
caller hands in. A function that harms gives back the harmed signal and the exact truth, a list of `Span`.

    y = speechlike(10.0, 16000, rng)                                   speech that needs no recording
    lost = random_loss(count_packets(y.size, 16000, 0.02), 0.1, rng)   which packets never came
    harmed, truth = straight_fade(y, 16000, gaps(lost, 0.02))          what the receiver plays instead
"""

from __future__ import annotations

from audioq.simulate.activity import active_frames, active_level, delivered_share, in_activity
from audioq.simulate.clicks import add_clicks
from audioq.simulate.clipping import clip
from audioq.simulate.concealment import comfort_noise, endless_hold, repetition, straight_fade, zero_fill
from audioq.simulate.hums import add_hum
from audioq.simulate.loops import Loop, stutter
from audioq.simulate.losses import count_packets, gaps, gilbert_elliott, outage, random_loss, throttle
from audioq.simulate.noise import add_noise, colored_noise
from audioq.simulate.spans import Harmed, Samples, Span, Times
from audioq.simulate.speech import speechlike
from audioq.simulate.splices import cut_out
from audioq.simulate.tones import (
    BUSY_EU,
    BUSY_US,
    DIAL_EU,
    DIAL_US,
    RINGBACK_EU,
    RINGBACK_US,
    TonePlan,
    call_progress,
)

__all__ = [
    "BUSY_EU",
    "BUSY_US",
    "DIAL_EU",
    "DIAL_US",
    "RINGBACK_EU",
    "RINGBACK_US",
    "Harmed",
    "Loop",
    "Samples",
    "Span",
    "Times",
    "TonePlan",
    "active_frames",
    "active_level",
    "add_clicks",
    "add_hum",
    "add_noise",
    "call_progress",
    "clip",
    "colored_noise",
    "comfort_noise",
    "count_packets",
    "cut_out",
    "delivered_share",
    "endless_hold",
    "gaps",
    "gilbert_elliott",
    "in_activity",
    "outage",
    "random_loss",
    "repetition",
    "speechlike",
    "straight_fade",
    "stutter",
    "throttle",
    "zero_fill",
]
