"""Write the golden reports of all samples anew: python tests/golden/make_reports.py.

Look at the difference before it is taken: every line of it is a change of what audioq says.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REPORTS = Path(__file__).parent / "reports"
SAMPLES = ROOT / "samples"


def samples() -> list[Path]:
    """Return the recordings, sorted by name."""
    return sorted(p for p in SAMPLES.iterdir() if p.suffix not in {".md", ".csv"})


def report_of(sample: Path) -> dict[str, Any]:
    """Return what audioq says of a sample, without what changes with every release or tuning of a threshold's name."""
    from audioq.render.json import to_dict
    from audioq.report import analyze

    said = to_dict(analyze(sample))
    said["file"] = f"samples/{sample.name}"
    return {key: value for key, value in said.items() if key not in {"audioq", "thresholds"}}


def main() -> None:
    """Replace all golden reports."""
    sys.path.insert(0, str(ROOT))
    REPORTS.mkdir(exist_ok=True)
    wanted = {REPORTS / f"{sample.name}.json": sample for sample in samples()}
    for old in set(REPORTS.glob("*.json")) - set(wanted):
        old.unlink()
    for file, sample in wanted.items():
        file.write_text(json.dumps(report_of(sample), indent=1) + "\n", encoding="utf-8")
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
