"""What makes labels or predictions unusable, as one type: its message says what, which, and what to do."""

from __future__ import annotations


class ScoringError(Exception):
    """Labels or predictions that cannot be used."""
