"""Essentia: its detectors of audio problems, frame by frame as its documentation runs them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from decoding import decoded
from replies import Judge, Reply, answer

SETTINGS: dict[str, dict[str, Any]] = {
    # What one gets without saying anything: 44.1 kHz, frames of 2048 for gaps.
    "essentia": {"rate": 44100, "gap_frame": 2048, "gaps": {}, "gate": {}},
    # Calls are quiet and their gaps short: finer frames, and only what is nearly nothing is silence.
    "essentia-calls": {
        "rate": 16000,
        "gap_frame": 512,
        "gaps": {"silenceThreshold": -90, "prepowerThreshold": -100},
        "gate": {"silenceThreshold": -100},
    },
    "essentia-gate60": {
        "rate": 16000,
        "gap_frame": 512,
        "gaps": {"silenceThreshold": -90, "prepowerThreshold": -60},
        "gate": {"silenceThreshold": -60},
    },
}
FRAME, HOP = 512, 256
APART = 0.01
"""Points closer than this many seconds are one: frames overlap."""


def prepare() -> Judge:
    import essentia
    import essentia.standard as standard

    essentia.log.infoActive = False
    essentia.log.warningActive = False
    setting = SETTINGS[sys.argv[1]]
    return lambda path: judge(standard, path, setting)


def judge(standard: Any, path: str, setting: dict[str, Any]) -> Reply:
    rate = setting["rate"]
    samples = decoded(path, rate)
    gate = setting["gate"]
    events = spans("gap", gaps(standard, samples, setting))
    framed = {"frameSize": FRAME, "hopSize": HOP}
    # Energy of silent pieces of a frame, beside that of silent frames.
    energy = {"energyThreshold": gate["silenceThreshold"]} if gate else {}
    detector = standard.DiscontinuityDetector(**framed, **gate, **energy)
    events += points("discontinuity", sample_times(standard, detector, samples, rate))
    detector = standard.NoiseBurstDetector(**gate)
    events += points("noise_burst", sample_times(standard, detector, samples, rate))
    detector = standard.ClickDetector(**framed, sampleRate=rate, **gate)
    events += points("click", (start for start, _ in frame_spans(standard, detector, samples, FRAME)))
    detector = standard.SaturationDetector(**framed, sampleRate=rate)
    events += spans("saturation", frame_spans(standard, detector, samples, FRAME))
    return {"events": events + hum(standard, samples, rate)}


def gaps(standard: Any, samples: Any, setting: dict[str, Any]) -> Iterator[tuple[float, float]]:
    frame = setting["gap_frame"]
    sizes = {"frameSize": frame, "hopSize": frame // 2, "sampleRate": setting["rate"]}
    return frame_spans(standard, standard.GapsDetector(**sizes, **setting["gaps"]), samples, frame)


def frame_spans(standard: Any, detector: Any, samples: Any, frame: int) -> Iterator[tuple[float, float]]:
    for piece in standard.FrameGenerator(samples, frameSize=frame, hopSize=frame // 2, startFromZero=True):
        starts, ends = detector(piece)
        yield from zip(map(float, starts), map(float, ends), strict=False)


def sample_times(standard: Any, detector: Any, samples: Any, rate: int) -> Iterator[float]:
    frames = standard.FrameGenerator(samples, frameSize=FRAME, hopSize=HOP, startFromZero=True)
    for number, piece in enumerate(frames):
        found = detector(piece)
        places = found[0] if isinstance(found, tuple) else found
        yield from ((number * HOP + float(place)) / rate for place in places)


def hum(standard: Any, samples: Any, rate: int) -> list[dict[str, Any]]:
    try:
        _, _, _, starts, ends = standard.HumDetector(sampleRate=rate)(samples)
    except RuntimeError:  # it fails on what is shorter than its windows; the other detectors do not
        return []
    return spans("hum", zip(map(float, starts), map(float, ends), strict=False))


def spans(kind: str, found: Any) -> list[dict[str, Any]]:
    return [{"start": round(start, 5), "end": round(end, 5), "kind": kind} for start, end in sorted(set(found))]


def points(kind: str, times: Any) -> list[dict[str, Any]]:
    kept: list[float] = []
    for time in sorted(times):
        if not kept or time - kept[-1] > APART:
            kept.append(time)
    return [{"start": round(time, 5), "end": round(time, 5), "kind": kind} for time in kept]


if __name__ == "__main__":
    answer(prepare)
