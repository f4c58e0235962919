"""G.711, sample by sample: the segment is looked for, not computed (ITU-T G.711 11/1988, rounding as in G.191)."""

from __future__ import annotations


def mu_law(x: int) -> int:
    """The byte of a 16-bit sample."""
    magnitude = min((~x if x < 0 else x) // 4 + 33, 8191)
    segment = 0
    while magnitude >= 64 << segment:
        segment += 1
    step = magnitude // (2 << segment) - 16
    return ~((128 if x < 0 else 0) | segment << 4 | step) & 255


def a_law(x: int) -> int:
    """The byte of a 16-bit sample."""
    magnitude = (~x if x < 0 else x) // 16
    segment = 0
    while magnitude >= 32:
        magnitude //= 2
        segment += 1
    code = magnitude if segment == 0 and magnitude < 16 else (segment + 1) << 4 | magnitude - 16
    return (code | (0 if x < 0 else 128)) ^ 0x55
