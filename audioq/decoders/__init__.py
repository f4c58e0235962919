"""The two decoders behind `audioq.audio.read`: soundfile first, PyAV for what it cannot read.

Bytes without a header, which the name or the user says what they are, go to PyAV at once.

Both tell what a file holds (`probe` -> `Stream`) and then decode it piece by piece. Neither
resamples, mixes or clips. Opus has no native rate: libsndfile decodes it at the rate of the sound
before coding, which Ogg Opus keeps in its header, PyAV always at 48 kHz. `sr` is the rate that the
decoder hands out; `codec_sr` says 48000.
"""

from __future__ import annotations

import soundfile

from audioq.decoders import ffmpeg, headerless, headers, libsndfile, raw
from audioq.decoders.files import FileView
from audioq.decoders.stream import Stream


def probe(view: FileView, name: str = "", raw_format: str | None = None) -> Stream:
    """Find the decoder of a file and what it says about it.

    Parameters
    ----------
    view : FileView
    name : str
        Its ending says what bytes without a header are.
    raw_format : str, optional
        What they are, as the user says; see `audioq.decoders.raw.parse`.

    Raises
    ------
    UndecodableError
        Neither soundfile nor PyAV can read it, or `raw_format` is no such text.
    """
    given = None if raw_format is None else raw.parse(raw_format)
    if (given or raw.named_raw(name)) and not headers.has_header(view):
        return headerless.probe(view, given or raw.by_name(name))
    try:
        return libsndfile.probe(view)
    except soundfile.SoundFileError as refused:
        headers.refuse_packets(view)
        return ffmpeg.probe(view, libsndfile.refusal(refused))
