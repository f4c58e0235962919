"""Speak sentences with synthetic voices, for training: one folder of WAV files a voice.

    python benchmarks/training/synthetic_voices.py TEXT... -o FOLDER

Needs the commands flite, text2wave (festival) and espeak-ng; a voice that is not installed is left out. The loss
network heard calls made from these voices, since fluent speech closes its stops more deeply than prompts do.
"""

from __future__ import annotations

import argparse
import itertools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

FLITE_HZ = {"awb": 120, "rms": 100, "slt": 170, "kal16": 110}
"""Voices of flite and their usual pitch in Hz."""
PACES = ((1.0, 1.0), (0.78, 1.15), (0.9, 0.85), (1.15, 1.0), (0.7, 0.95))
"""Duration and pitch, as factors."""
FESTIVAL = (
    *("kal_diphone", "cmu_us_slt_arctic_hts", "lp_diphone", "pc_diphone", "suo_fi_lj_diphone", "hy_fi_mv_diphone"),
    "upc_ca_ona_hts",
)
ESPEAK = (
    *("en-us", "en-gb+f3", "de", "fr+f4", "es+m3", "pl+f2", "pt+m5", "tr+f5", "sv+m7", "cs+f1", "nl+m2", "hu+f3"),
    *("en-gb-x-rp", "en-us+m5", "de+f2", "es+f1", "pt+f2", "sk", "sl+m3", "ca+f4"),
)


def sentences(files: list[str]) -> list[str]:
    """Sentences of 45 to 120 letters, without anything that a voice would spell out."""
    text = " ".join(Path(file).read_text(errors="ignore") for file in files)
    parts = (re.sub(r"[^A-Za-z ,]", "", re.sub(r"\s+", " ", part)).strip() for part in re.split(r"[.;:]\s", text))
    return [part for part in parts if 45 < len(part) < 120]


def voices() -> Iterator[tuple[str, list[str], bool]]:
    """Name, command that ends before the file to write, and whether the sentence goes in by standard input."""
    for (name, hertz), (i, (pace, pitch)) in itertools.product(FLITE_HZ.items(), enumerate(PACES)):
        changes = ["--setf", f"duration_stretch={pace}", "--setf", f"int_f0_target_mean={hertz * pitch:.0f}"]
        yield f"flite_{name}_{i}", ["flite", "-voice", name, *changes, "-o"], False
    for name, pace in itertools.product(FESTIVAL, (1.0, 0.75)):
        changes = ["-eval", f"(voice_{name})", "-eval", f"(Parameter.set 'Duration_Stretch {pace})"]
        yield f"festival_{name}_{pace:g}", ["text2wave", *changes, "-o"], True
    for i, name in enumerate(ESPEAK):
        changes = ["-v", name, "-p", str(35 + 17 * i % 35), "-s", str(160 + 7 * i % 40)]
        yield f"espeak_{name}", ["espeak-ng", *changes, "-w"], False


def speak(command: list[str], sentence: str, file: Path, by_input: bool) -> None:
    """Have one sentence spoken; a voice that fails leaves no file."""
    said = ["-t", sentence] if command[0] == "flite" else [] if by_input else [sentence]
    typed = sentence if by_input else None
    subprocess.run([*command, str(file), *said], input=typed, text=True, timeout=60, check=True)


def main() -> None:
    """Speak ten sentences with every voice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="+", help="files of English text")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--count", type=int, default=10, help="sentences a voice")
    args = parser.parse_args()
    supply = itertools.cycle(sentences(args.text))
    for name, command, by_input in voices():
        folder = Path(args.output) / name
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for i in range(args.count):
                speak(command, next(supply), folder / f"{i:02d}.wav", by_input)
        except (OSError, subprocess.SubprocessError) as cause:
            print(f"{name}: left out ({cause})")


if __name__ == "__main__":
    main()
