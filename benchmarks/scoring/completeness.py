"""Completeness: what labels name and is not there, and predictions that are for other recordings."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.scoring.labels import Label, base_name
from benchmarks.scoring.predictions import Predictions, Row
from benchmarks.scoring.problems import ScoringError


def split_by_presence(labels: Sequence[Label]) -> tuple[list[Label], list[Row]]:
    """Return the labels whose recordings are there, and a row with an error for each of the others.

    Raises
    ------
    ScoringError
        None is there.
    """
    present = [label for label in labels if label.path.is_file()]
    absent = [label for label in labels if not label.path.is_file()]
    if not present:
        raise ScoringError(
            f"none of the {len(labels)} recordings lies in {labels[0].folder}, the first would be {labels[0].file}: "
            "put them beside the labels, or give --predictions"
        )
    return present, [_failed(label) for label in absent]


def _failed(label: Label) -> Row:
    return {"file": label.file, "error": {"type": "Missing", "message": f"{label.file} is not there"}}


def sentence_on_failures(rows: Sequence[Row]) -> str | None:
    """Return one sentence on rows without a verdict, which count as wrong; None without any."""
    failed = [row["file"] for row in rows if "error" in row]
    if not failed:
        return None
    return f"{len(failed)} of {len(rows)} recordings are missing or unreadable and count as wrong, first {failed[0]}"


def sentence_on_frames(labels: Sequence[Label]) -> str | None:
    """Return one sentence on files of frame truth that labels name and that are not there; None without any."""
    named = [(label.folder, label.facts["frames"]) for label in labels if isinstance(label.facts.get("frames"), str)]
    absent = [name for folder, name in named if name and not (folder / name).is_file()]
    if not absent:
        return None
    return (
        f"{len(absent)} of {len(named)} files of frame truth are missing, and their recordings are left out of the "
        f"figures of frames, first {absent[0]}"
    )


def check_common(everything: Sequence[Label], labels: Sequence[Label], predictions: Predictions) -> None:
    """Refuse predictions of which none is for a recording that is scored.

    Raises
    ------
    ScoringError
        They are for other recordings, or for such as were left out.
    """
    if any(label in predictions for label in labels):
        return
    if any(label in predictions for label in everything):
        raise ScoringError("the predictions are only for recordings that were left out: look at --only and --not")
    theirs, ours = min(predictions.names, default="nothing"), min(base_name(label.file) for label in everything)
    raise ScoringError(
        f"the predictions are for other recordings: not one of their {len(predictions.names)} names ({theirs}, ...) "
        f"is among the {len(everything)} labels ({ours}, ...)"
    )
