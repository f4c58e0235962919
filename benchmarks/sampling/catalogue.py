"""The manifest for programs and the README for people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import av

from audioq.simulate import (
    Span,
)
from benchmarks.sampling.calls import Call
from benchmarks.sampling.plan import Sample

ATTRIBUTION = (
    "Asterisk core sounds, recorded by Allison Smith (theivrvoice.com), funded by Digium, Inc.; CC BY-SA 3.0; "
    "played through a call between two real clients"
)


def describe(sample: Sample, calls: list[Call], path: Path, spans: Iterable[Span]) -> dict[str, str]:
    """A row of the manifest."""
    changed = "" if sample.recipe is None else " (changed)"
    return {
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "label": sample.label,
        "what_happened": sample.story,
        "spans": ";".join(f"{s.kind}:{s.start:.3f}-{s.end:.3f}" for s in sorted(spans)),
        "origin": "; ".join(call.origin for call in calls) + changed if calls else "synthetic",
        "licence": "CC-BY-SA-3.0" if calls else "CC0-1.0",
        "attribution": ATTRIBUTION if calls else "the authors of audioq",
    }


README = """# Samples

{count} recordings of calls, 3 to 25 s each, with the verdict that `audioq analyze samples/` must give: the first word
of the name. `manifest.csv` holds the same with checksums, the known spans of harm and the full attribution.

- **Real calls** were heard at the far end of two real clients while the network between them was disturbed on purpose;
  files without "changed" are passed on sample for sample.
- **Changed** ones are undisturbed recordings of such calls with known harm added by `audioq.simulate`, or brought to
  another format. What was done stands in the table.
- **Synthetic** ones are computed and hold no recorded sound.
- **Labels** follow the share of the speech that arrived, known from the client or from the simulation: under 15 % is
  blocked; under 97 %, more than four concealed stretches a minute or stutter is degraded; the rest is intact. All
  samples lie well away from these borders.
- **Spans** are `kind:start-end` in seconds on the time line of the file. For real calls they are what the client itself
  knew, in steps of 60 ms, also in pauses where nobody hears it; for simulated harm they are exact before encoding and
  name the harm inside speech only. They say what was done, not what a listener must notice.

To make them again: `python benchmarks/make_samples.py REAL_CALLS_FOLDER -o samples`.

| file | what happened | sound | format | licence |
|---|---|---|---|---|
{rows}

## Licences and attribution

- **CC-BY-SA-3.0** (<https://creativecommons.org/licenses/by-sa/3.0/>): the speech is from the Asterisk core sounds in
  English and Spanish, recorded by Allison Smith (<https://theivrvoice.com>), funded by Digium, Inc. It was played
  through calls; the table says which files were changed further, and how. If you pass these files on or change them,
  name the source and keep the licence. The licence is that of the recordings alone, not of audioq.
- **CC0-1.0** (<https://creativecommons.org/publicdomain/zero/1.0/>): made by the authors of audioq, free for any use.
"""


CODEC_NAMES = {".3gp": "AMR-NB", ".m4a": "AAC"}


def table_row(row: dict[str, str], path: Path) -> str:
    """A row of the table in the README."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        duration = float(container.duration or 0) / 1_000_000
        layout = {1: "mono", 2: "stereo"}[stream.channels]
        form = (
            f"{path.suffix[1:]} ({stream.codec_context.name}), {stream.rate / 1000:g} kHz, {layout}, {duration:.0f} s"
        )
    return f"| `{row['file']}` | {row['what_happened']} | {row['origin']} | {form} | {row['licence']} |"


def write_readme(rows: list[dict[str, str]], folder: Path) -> None:
    """The table for people, from the rows of the manifest."""
    lines = [table_row(row, folder / row["file"]) for row in rows]
    text = README.format(count=len(rows), rows="\n".join(lines))
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")
