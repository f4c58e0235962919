"""An impairment of your own, without a fork: rumble, as of wind on a microphone.

    python docs/examples/add_impairment.py call.wav

It is measured (a curve), found (a kind of event), limited (thresholds) and judged (a rule).
"""

import sys

import numpy as np

import audioq
from audioq import FrameFeature, Kind, Label, Quantity, Rule, Threshold


def low_share(frames):
    """Return the power under 125 Hz against the whole band in dB, shape (rows, 128); a row is a channel of a tile."""
    S = frames.around(frames.S, 0, 0)  # power in bins of 31.25 Hz, shape (rows, n_bins, 128)
    return 10 * np.log10((S[:, :4].sum(axis=1) + 1e-12) / (S.sum(axis=1) + 1e-12))


RUMBLE = FrameFeature(low_share, {"low_share": Quantity("dB", "power under 125 Hz against the whole band")})
KIND = Kind("rumble", "low_share", shown=(("level", "mean"),), affects_verdict=True, meaning="Rumble covers the voice.")
LIMITS = audioq.DEFAULT_THRESHOLDS.with_rows(
    Threshold("rumble.onset", -1.0, "dB", -60, 0, "rumble begins when its curve reaches this", "this example"),
    Threshold("rumble.offset", -3.0, "dB", -60, 0, "rumble lasts while its curve stays over this", "this example"),
    Threshold("rumble.shortest", 0.3, "s", 0.01, 60, "shorter stretches are no rumble", "this example"),
    Threshold("rumble.merge", 0.2, "s", 0, 5, "stretches of rumble closer than this are one", "this example"),
    Threshold("rumble.most", 2.0, "s", 0, 60, "more rumble than this makes a call degraded", "this example"),
)
RULE = Rule(
    "rumbling",
    Label.DEGRADED,
    "speech",
    lambda facts, limits: facts.get("rumble_s", 0.0) > limits["rumble.most"],
    (("rumble_s", "rumble.most"),),
    meaning="Rumble covers the voice for too long.",
)


def analyze(source, **options):
    """Return the report on a recording, rumble included."""
    features, kinds, rules = (*audioq.FRAME_FEATURES, RUMBLE), (*audioq.KINDS, KIND), (RULE, *audioq.RULES)
    return audioq.analyze(source, features=features, kinds=kinds, thresholds=LIMITS, rules=rules, **options)


if __name__ == "__main__":
    report = analyze(sys.argv[1])
    print(report.verdict.label, report.verdict.rule)
    for event in report.events:
        if event.kind == "rumble":
            print(f"{event.start:.2f} to {event.end:.2f} s: {event.evidence[0].value} {event.evidence[0].unit}")
