"""Alignment: by how much one sound comes later than another."""

from __future__ import annotations

import numpy as np

from audioq.fft import irfft, rfft
from audioq.simulate.spans import Samples


def lag(sent: Samples, heard: Samples, sr: int, longest: float = 0.2) -> int:
    """Samples by which a sound is heard later than it was sent, by the peak of the cross-correlation.

    Parameters
    ----------
    sent, heard : ndarray, float32, shapes (n,) and (m,)
        The same sound before and after something that delays it; they may differ in length.
    sr : int
        Sampling rate of both in Hz.
    longest : float
        Longest delay in seconds that is looked for, in both directions.

    Returns
    -------
    int
        Negative where `heard` comes first; 0 where one of them is silent or empty.

    Examples
    --------
    >>> y = np.sin(np.arange(400, dtype=np.float32) ** 1.5)
    >>> lag(y, np.concatenate([np.zeros(30, np.float32), y]), 8000)
    30
    """
    reach = min(round(longest * sr), max(sent.size, heard.size))
    # Long enough that what wraps round does not meet the lags that are looked at.
    n = 1 << (max(sent.size, heard.size) + reach).bit_length()
    products = [rfft(np.pad(y.astype(np.float32), (0, n - y.size))) for y in (sent, heard)]
    likeness = irfft(np.conj(products[0]) * products[1], n)
    near = np.concatenate([likeness[n - reach :], likeness[: reach + 1]])
    best = int(np.argmax(near))
    # Rounding leaves a little of anything in every lag; silence must not be placed by it.
    floor = 1e-6 * float(np.linalg.norm(sent)) * float(np.linalg.norm(heard))
    return best - reach if near[best] > floor else 0
