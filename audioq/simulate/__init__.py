"""Known harm with known spans: what networks and receivers do to speech, as pure functions of arrays.

Signals are float32 of shape (n,), times are seconds, chance comes from a seeded `numpy.random.Generator` that the
caller hands in. A function that harms gives back the harmed signal and the exact truth, a list of `Span`.

    y = speechlike(10.0, 16000, rng)                                   speech that needs no recording
    lost = random_loss(count_packets(y.size, 16000, 0.02), 0.1, rng)   which packets never came
    harmed, truth = straight_fade(y, 16000, gaps(lost, 0.02))          what the receiver plays instead

`make_corpus` makes a whole labelled folder of calls from clean speech: docs/simulate.md.
"""

from __future__ import annotations

from audioq.simulate.activity import active_frames, active_level, delivered_share, in_activity
from audioq.simulate.calls import SimulatedCall, make_call
from audioq.simulate.clicks import add_clicks
from audioq.simulate.clipping import clip
from audioq.simulate.concealment import comfort_noise, endless_hold, repetition, straight_fade, zero_fill
from audioq.simulate.corpus import make_corpus
from audioq.simulate.hums import add_hum
from audioq.simulate.ingredients import SECTIONS
from audioq.simulate.labels import label_of
from audioq.simulate.loops import Loop, stutter
from audioq.simulate.losses import count_packets, gaps, gilbert_elliott, outage, random_loss, throttle
from audioq.simulate.noise import add_noise, colored_noise
from audioq.simulate.recipes import Plan, Recipe, read_recipe
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
from audioq.simulate.truth import TrueEvent, Truth, truth_of
from audioq.simulate.voices import Voice, read_voices

__all__ = [
    "BUSY_EU",
    "BUSY_US",
    "DIAL_EU",
    "DIAL_US",
    "RINGBACK_EU",
    "RINGBACK_US",
    "Harmed",
    "Plan",
    "Recipe",
    "SECTIONS",
    "SimulatedCall",
    "TrueEvent",
    "Truth",
    "Voice",
    "label_of",
    "make_call",
    "make_corpus",
    "read_recipe",
    "read_voices",
    "truth_of",
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
