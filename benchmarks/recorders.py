"""Recorders: what automatic gains, noise suppressors and lossy codings do to a call, by several designs each.

Each design takes samples and their rate and returns the same. Those of FFmpeg come with PyAV; those of WebRTC need
``pip install webrtc-noise-gain``, which is asked for nowhere else.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.codecs.files import reencode
from audioq.simulate.devices import DEVICES

Samples = NDArray[np.float32]
Design = Callable[[Samples, int, np.random.Generator], tuple[Samples, int]]

WEBRTC_SR, WEBRTC_FRAME = 16000, 160


def _device(name: str) -> Design:
    return lambda y, sr, rng: (DEVICES[name].pass_through(y, sr, rng), sr)


def _undone(form: str, kbps: float) -> Design:
    return lambda y, sr, rng: (reencode(y, sr, form, kbps), sr)


def _vorbis(y: Samples, sr: int, rng: np.random.Generator) -> tuple[Samples, int]:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, y, sr, format="OGG", subtype="VORBIS", compression_level=0.9)
    file.seek(0)
    back, rate = soundfile.read(file, dtype="float32")
    return np.asarray(back, np.float32), int(rate)


def filtered(y: Samples, sr: int, name: str, settings: str) -> Samples:
    """Send sound through a filter of FFmpeg.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The sound.
    sr : int
        Its rate in Hz.
    name, settings : str
        Filter and its options, as FFmpeg spells them.

    Returns
    -------
    ndarray, float32, shape (m,)
        What comes out; some filters end a little early.
    """
    import av
    import av.filter

    graph = av.filter.Graph()
    nodes = (
        graph.add_abuffer(sample_rate=sr, format="flt", layout="mono"),
        graph.add(name, settings),
        graph.add("aformat", f"sample_fmts=flt:sample_rates={sr}:channel_layouts=mono"),
        graph.add("abuffersink"),
    )
    graph.link_nodes(*nodes).configure()
    parts: list[NDArray[np.float32]] = []

    def taken() -> None:
        while True:
            try:
                parts.append(np.asarray(graph.pull().to_ndarray(), np.float32).reshape(-1))
            except (av.error.BlockingIOError, av.error.EOFError):
                return

    for start in range(0, len(y), sr):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(y[None, start : start + sr]), "flt", "mono")
        frame.sample_rate, frame.pts = sr, start
        graph.push(frame)
        taken()
    graph.push(None)
    taken()
    return np.concatenate(parts)


def _filter(name: str, settings: str) -> Design:
    return lambda y, sr, rng: (filtered(y, sr, name, settings), sr)


def _webrtc(gain_dbfs: int, suppression: int) -> Design:
    def pass_through(y: Samples, sr: int, rng: np.random.Generator) -> tuple[Samples, int]:
        import soxr

        processor = importlib.import_module("webrtc_noise_gain").AudioProcessor(gain_dbfs, suppression)
        at_16 = y if sr == WEBRTC_SR else soxr.resample(y, sr, WEBRTC_SR)
        words = (np.clip(at_16, -1, 0.9999) * 32768).astype("<i2")
        frames = words[: len(words) // WEBRTC_FRAME * WEBRTC_FRAME].reshape(-1, WEBRTC_FRAME)
        out = [np.frombuffer(processor.Process10ms(frame.tobytes()).audio, "<i2") for frame in frames]
        return (np.concatenate(out) / np.float32(32768)).astype(np.float32), WEBRTC_SR

    return pass_through


DESIGNS: Mapping[str, Mapping[str, Design]] = {
    "gain": {
        "agc": _device("agc"),
        "dynaudnorm": _filter("dynaudnorm", "f=250:g=11"),
        "speechnorm": _filter("speechnorm", "e=12.5:r=0.0005"),
        "acompressor": _filter("acompressor", "threshold=0.03:ratio=6:attack=20:release=800:makeup=4"),
        "webrtc_agc": _webrtc(9, 0),
    },
    "suppression": {
        "noise_suppression": _device("noise_suppression"),
        "afftdn": _filter("afftdn", "nr=20:tn=1"),
        "afwtdn": _filter("afwtdn", "sigma=0.003:percent=90"),
        "webrtc_ns": _webrtc(0, 3),
    },
    "undone": {
        "mp3-48": _undone("mp3", 48),
        "mp3-128": _undone("mp3", 128),
        "vorbis": _vorbis,
        "aac-40": _undone("aac", 40),
        "aac-96": _undone("aac", 96),
        "opus-24": _undone("opus", 24),
    },
}
"""For each class: its designs by name."""


def installed() -> dict[str, dict[str, Design]]:
    """Return the designs that can run here."""
    webrtc = importlib.util.find_spec("webrtc_noise_gain") is not None
    return {
        kind: {name: design for name, design in designs.items() if webrtc or not name.startswith("webrtc")}
        for kind, designs in DESIGNS.items()
    }
