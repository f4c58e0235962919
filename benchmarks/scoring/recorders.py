"""Recorders: by what way a recording came about, in one word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WHOLE = frozenset({"flac", "wav"})
"""Boxes that keep every sample."""


def recorder(facts: Mapping[str, Any]) -> str | None:
    """Return the recorder: ``recorder``, or the call's ``client``, or the gravest thing that ``post`` did to the sound.

    That is `phone` (a loudspeaker and a second phone), `mix` (both sides in one channel), `lossy` (encoded once more,
    or saved in a lossy form), `agc`, `noise` or `plain`.
    """
    for key in ("recorder", "client"):
        if isinstance(facts.get(key), str):
            return str(facts[key])
    post = facts.get("post")
    return _gravest(post) if isinstance(post, Mapping) else None


def _gravest(post: Mapping[str, Any]) -> str:
    done = {
        "phone": post.get("phone"),
        "mix": post.get("mix"),
        "lossy": post.get("reenc") or (post.get("box") or "flac") not in WHOLE,
        "agc": post.get("agc"),
        "noise": post.get("rec_noise") is not None,
    }
    return next((name for name, value in done.items() if value), "plain")
