"""What is said of a batch as such, in English; `messages` takes it in."""

from __future__ import annotations

BATCH_WORDS = {
    "error.batch.no_child": (
        "no worker process can begin its work ({cause}); try --jobs 1 or another --start-method, and see what is short: "
        "memory, processes, or audioq itself"
    ),
}
