"""Decode with soundfile (libsndfile): WAV, FLAC, Ogg, MP3, AIFF, CAF, RF64, W64 and older ones."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from types import TracebackType
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from audioq.decoders import headers
from audioq.decoders.files import FileView, Patch
from audioq.decoders.stream import OPUS_RATE, CutShortError, Found, Pieces, Samples, Stream, drop
from audioq.table import Note

_NOT_RECOGNISED = 1
"""Number of libsndfile's error for a format that it does not know."""

_NO_MEMORY = 17
"""Number of its error where it gets no memory (``SFE_MALLOC_FAILED``)."""

UNKNOWN_FRAMES = 2**62
"""libsndfile reports the greatest count that it can hold where a FLAC stream has no length."""

_CODECS = {
    "ULAW": "pcm_mulaw",
    "ALAW": "pcm_alaw",
    "GSM610": "gsm",
    "MPEG_LAYER_III": "mp3",
    "IMA_ADPCM": "adpcm_ima_wav",
    "MS_ADPCM": "adpcm_ms",
    "PCM_U8": "pcm_u8",
    "PCM_S8": "pcm_s8",
}
_PCM = {"PCM_16": "s16", "PCM_24": "s24", "PCM_32": "s32", "FLOAT": "f32", "DOUBLE": "f64"}
_SEEK_IS_EXACT = {*_PCM, "PCM_U8", "PCM_S8", "ULAW", "ALAW"}


class _ForwardFile(soundfile.SoundFile):  # type: ignore[misc]
    """A SoundFile that only reads on: soundfile seeks after each read, which fails in FLAC without a length."""

    def seekable(self) -> bool:
        return False


class _Muted:
    """Keeps the standard error of the process quiet: libmpg123 writes to it past Python.

    Counts its users, so that threads may overlap and the last one puts the stream back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._saved: int | None = None

    def __enter__(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._saved = self._redirect()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._saved is not None:
                os.dup2(self._saved, 2)
                os.close(self._saved)

    @staticmethod
    def _redirect() -> int | None:
        """Point descriptor 2 at nothing; None where it is closed and so quiet anyway."""
        if sys.stderr is not None:
            sys.stderr.flush()
        try:
            saved = os.dup(2)
        except OSError:
            return None
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 2)
        os.close(nothing)
        return saved


_muted = _Muted()


def _open(view: FileView) -> _ForwardFile:
    view.seek(0)
    with _muted:
        return _ForwardFile(view)


def refusal(error: soundfile.SoundFileError) -> str | None:
    """Why libsndfile refused a format that it knows; None where it does not know it."""
    if not isinstance(error, soundfile.LibsndfileError) or error.code == _NOT_RECOGNISED:
        return None
    return str(error.error_string).strip().rstrip(".")


def probe(view: FileView) -> Stream:
    """Describe a file, and mend in `view` a WAV header that claims too little.

    Raises
    ------
    soundfile.SoundFileError
        libsndfile cannot open it.
    """
    wav = headers.wav_length(view)
    view.patches = wav.patches if wav is not None else ()
    with _open(view) as file:
        claimed, notes = _claimed_length(view, file, wav)
        return _describe(file, claimed, notes, view.patches)


def _describe(file: Any, claimed: int | None, notes: tuple[Note, ...], patches: tuple[Patch, ...]) -> Stream:
    known = file.frames < UNKNOWN_FRAMES
    codec = _codec_name(file)
    return Stream(
        container={"WAVEX": "wav"}.get(file.format, file.format.lower()),
        codec=codec,
        sr=file.samplerate,
        codec_sr=OPUS_RATE if codec == "opus" else file.samplerate,
        channels=file.channels,
        claimed=claimed,
        seconds=file.frames / file.samplerate if known else float("nan"),
        notes=notes,
        patches=patches,
        decode=_decode,
    )


def _codec_name(file: Any) -> str:
    if file.format == "FLAC":
        return "flac"
    if file.subtype in _PCM:
        big = file.endian == "BIG" or (file.endian == "FILE" and file.format in ("AIFF", "AU", "CAF"))
        return f"pcm_{_PCM[file.subtype]}{'be' if big else 'le'}"
    return _CODECS.get(file.subtype) or str(file.subtype).lower()


def _claimed_length(view: FileView, file: Any, wav: headers.WavLength | None) -> tuple[int | None, tuple[Note, ...]]:
    """Return the samples that the header promises, and a note where it is wrong in itself."""
    if file.frames >= UNKNOWN_FRAMES:
        return None, ()
    if wav is not None and wav.problem == "truncated":
        # Headers of compressed codecs may state a wrong rate of bytes; their chunk "fact" counts samples.
        counted = 0 if file.subtype in _PCM else wav.samples or 0
        return counted if counted > file.frames else round(wav.declared * file.samplerate), ()
    if wav is not None and wav.problem == "wrong_length_header":
        values = (("declared", wav.declared), ("decoded", wav.present))
        return file.frames, (Note("wrong_length_header", values),)
    if file.format == "MP3" and not headers.mp3_states_length(view):
        return None, ()
    if file.format == "OGG" and not headers.ogg_is_complete(view):
        return None, (Note("broken_off", (("decoded", file.frames / file.samplerate),)),)
    share = headers.logged_share(file.extra_info) if wav is None else None
    return round(file.frames * max(share or 1.0, 1.0)), ()


def _decode(view: FileView, stream: Stream, n: int, first: int, found: Found) -> Pieces:
    with _open(view) as file:
        if first and stream.claimed is not None and file.subtype in _SEEK_IS_EXACT and _can_seek(file):
            file.seek(min(first, file.frames))
            yield from _read_on(file, n)
        else:
            yield from drop(_read_on(file, n), first)


def _can_seek(file: _ForwardFile) -> bool:
    return bool(soundfile.SoundFile.seekable(file))


def _read_on(file: _ForwardFile, n: int) -> Pieces:
    """Yield everything from the position on; an error ends it after what was decoded."""
    buffer = np.empty((n, file.channels), np.int16 if file.subtype == "PCM_16" else np.float32)
    position = file.tell() if _can_seek(file) else 0
    count = n
    while count == n:
        count, error = _fill(file, buffer, position)
        position += count
        if count:
            yield _channels_first(buffer[:count])
        if error is not None:
            raise CutShortError from error


def _fill(file: _ForwardFile, buffer: NDArray[Any], position: int) -> tuple[int, Exception | None]:
    """Decode into `buffer`; return the number of samples a channel, and what went wrong."""
    with _muted if file.format == "MP3" else contextlib.nullcontext():
        try:
            return len(file.read(len(buffer), out=buffer)), None
        except soundfile.SoundFileError as error:
            if getattr(error, "code", None) == _NO_MEMORY:
                raise MemoryError from error
            # The count is lost with the exception, but the position tells what arrived before it.
            reached = file.tell() if _can_seek(file) else position
            return min(max(reached - position, 0), len(buffer)), error


def _channels_first(buffer: NDArray[Any]) -> Samples:
    """Copy to shape (channels, n), for the buffer is used again."""
    out = np.empty(buffer.shape[::-1], np.float32)
    if buffer.dtype == np.int16:
        np.multiply(buffer.T, np.float32(2.0**-15), out=out)
    else:
        out[:] = buffer.T
    return out
