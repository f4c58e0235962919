"""The two decoders behind `audioq.audio.read`: soundfile first, PyAV for what it cannot read.

Both tell what a file holds (`probe` -> `Stream`) and then decode it piece by piece. Neither
resamples, mixes or clips. Opus has no native rate: libsndfile decodes it at the rate of the sound
before coding, which Ogg Opus keeps in its header, PyAV always at 48 kHz. `sr` is the rate that the
decoder hands out; `codec_sr` says 48000.
"""

from __future__ import annotations

import soundfile

from audioq.decoders import ffmpeg, libsndfile
from audioq.decoders.files import FileView
from audioq.decoders.stream import Stream


def probe(view: FileView) -> Stream:
    """Find the decoder of a file and what it says about it.

    Raises
    ------
    UndecodableError
        Neither soundfile nor PyAV can read it.
    """
    try:
        return libsndfile.probe(view)
    except soundfile.SoundFileError as refused:
        return ffmpeg.probe(view, libsndfile.refusal(refused))
