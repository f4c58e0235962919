"""Writing samples: without time stamps or chance, so that the same sound gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from benchmarks.sampling.making import Made

ENCODERS = {  # suffix: container, encoder, bits a second
    "opus": ("ogg", "libopus", 48_000),
    "mp3": ("mp3", "libmp3lame", 64_000),
    "m4a": ("ipod", "aac", 64_000),
    "3gp": ("3gp", "libopencore_amrnb", 12_200),
}


def write_with_av(path: Path, y: NDArray[np.float32], sr: int) -> None:
    """Encode (channels, n) by the suffix; without time stamps or random serial numbers."""
    container, encoder, bits = ENCODERS[path.suffix[1:]]
    with av.open(str(path), "w", format=container, options={"fflags": "+bitexact"}) as out:
        stream = out.add_stream(encoder, rate=sr, layout="mono" if len(y) == 1 else "stereo")
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = bits * len(y)
        stream.codec_context.flags |= 1 << 23  # AV_CODEC_FLAG_BITEXACT: no version of the encoder in the file
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(y), format="fltp", layout=stream.layout.name)
        frame.sample_rate, frame.pts = sr, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)


def write(path: Path, made: Made) -> None:
    """Write a sample in the format of its suffix."""
    y = np.clip(made.y, -1.0, 32767 / 32768)
    if path.suffix[1:] in ENCODERS:
        write_with_av(path, y, made.sr)
        return
    whole = np.round(y.T * 32768.0).astype(np.int16)
    sf.write(path, whole, made.sr, subtype="ULAW" if "noisy_line" in path.name else "PCM_16")
