"""Spoken: sentences from speech synthesisers that are installed as programs."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import soundfile

from audioq.simulate import Samples

SENTENCES: Mapping[str, str] = {
    "en": "The boat leaves at ten past eight, so pack both bags tonight. Did Peter put the ticket back in the box? "
    "I could not stop to talk.",
    "de": "Der Bus kommt heute etwas später. Hast du die Tickets schon gekauft? Dann gehen wir zu Fuß zum Bahnhof.",
    "es": "El tren sale a las ocho y cuarto. Trae el paquete pequeño, por favor. No quiero llegar tarde otra vez.",
    "ru": "Поезд приходит в половине девятого. Подожди меня у входа, пожалуйста. Потом пойдём пить кофе.",
    "tr": "Otobüs sekizi çeyrek geçe kalkıyor. Bileti çantanın içine koydum. Geç kalırsak beni hemen ara.",
    "fa": "قطار ساعت هشت حرکت می‌کند. لطفا بلیت را با خودت بیاور. بعد با هم چای می‌خوریم.",
    "cmn": "今天天气很好，我们下午去公园走走。你把票放在哪里了？别忘了给我打电话。",
    "pt": "O comboio parte às oito e um quarto. Traz o bilhete contigo, por favor. Depois tomamos um café.",
}

VOICES = (
    ("espeak-ng", "en-us", "en"),
    ("flite", "slt", "en"),
    ("espeak-ng", "de+f2", "de"),
    ("espeak-ng", "ru", "ru"),
    ("flite", "rms", "en"),
    ("espeak-ng", "es+f4", "es"),
    ("espeak-ng", "fa+m3", "fa"),
    ("espeak-ng", "cmn+f3", "cmn"),
    ("flite", "awb", "en"),
    ("espeak-ng", "tr+m5", "tr"),
    ("flite", "kal16", "en"),
    ("espeak-ng", "pt+f1", "pt"),
)
"""Program, voice and language."""

SECONDS = 60.0
"""A program that has not spoken by then is given up."""


def command(program: str, voice: str, text: str, file: Path) -> list[str]:
    """The command that speaks a text into a file."""
    if program == "flite":
        return ["flite", "-voice", voice, "-t", text, "-o", str(file)]
    return ["espeak-ng", "-v", voice, "-w", str(file), text]


def spoken(program: str, voice: str, language: str) -> tuple[Samples, int]:
    """The sentences of a language, shape (n,), and the rate of the program.

    Raises
    ------
    OSError, subprocess.SubprocessError
        The program is not there or does not have the voice.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        made = command(program, voice, SENTENCES[language], file)
        subprocess.run(made, timeout=SECONDS, check=True, capture_output=True)
        if not file.is_file():
            raise FileNotFoundError(f"{program} wrote nothing")
        y, sr = soundfile.read(file, dtype="float32")
    if y.size < sr:
        raise FileNotFoundError(f"{program} said less than a second")
    return np.asarray(y, np.float32), int(sr)


def all_spoken(notes: list[str]) -> Iterator[tuple[str, Samples, int]]:
    """Name of the voice, sound and rate of every voice that is there; what is missing goes to `notes`."""
    for program in ("espeak-ng", "flite"):
        if shutil.which(program) is None:
            notes.append(f"{program} is not installed (Debian package {program}): its voices are left out")
    for program, voice, language in VOICES:
        if shutil.which(program) is None:
            continue
        try:
            yield f"{program}_{voice}", *spoken(program, voice, language)
        except (OSError, subprocess.SubprocessError) as problem:
            notes.append(f"{program} could not speak with voice {voice}, which is left out: {problem}")
