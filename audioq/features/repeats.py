"""Repeats: stretches that are sample for sample what was heard shortly before.

A decoder that fills a lost packet with the last one and a buffer that is played again write the very same
samples twice; no voice, room or instrument does. Looked for at the native rate: resampling, lossy coding and
noise erase the identity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.fft import room, scratch
from audioq.table import MARK_DTYPE

SHORTEST_LAG_S, LONGEST_LAG_S = 0.0095, 0.25
"""Below, pitch: synthetic voices write identical cycles. Above, memory is not worth what it costs."""
REACH_S = 0.25
"""How far from a place that matches a repeat is followed; longer ones are put together from several places."""
AROUND_S = REACH_S + LONGEST_LAG_S
"""Seconds of sound before and behind a block that the search needs."""
_CHECKED_S = 0.002
"""Samples to either side of a place that must match too before it is followed."""


def repeat_runs(y: NDArray[np.float32], first: int, shortest: int, sr: int, inner: tuple[int, int]) -> NDArray[np.void]:
    """Return runs of samples that equal those a constant lag before.

    Places are picked by their content (eight samples whose hash begins with zeros), so that both copies of a stretch
    pick the same ones wherever a block begins; places with the same hash are compared, and followed in both directions.

    Parameters
    ----------
    y : ndarray, float32, shape (channels, n)
        A block of samples at the native rate with up to `AROUND_S` before and behind it.
    first : int
        Number of the first sample of `y` in the recording.
    shortest : int
        Least length of a run in samples.
    sr : int
        Samples a second.
    inner : (int, int)
        First and one past last sample of the block in `y`: places outside belong to other blocks.

    Returns
    -------
    ndarray of MARK_DTYPE, shape (n_runs,)
        `value` is the lag in samples. Runs of the same lag may overlap; they are parts of one.
    """
    rows = []
    for channel, samples in enumerate(y):
        places, lags = _matches(samples, first, sr, inner)
        runs = _followed(samples, places, lags, round(REACH_S * sr))
        rows += [(channel, start + first, end + first, lag) for start, end, lag in runs if end - start >= shortest]
    return np.array(rows, MARK_DTYPE)


def _matches(
    y: NDArray[np.float32], first: int, sr: int, inner: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in the block around which the samples equal those one lag before, and the shortest such lag of each."""
    nothing = np.zeros(0, np.int64)
    around = round(_CHECKED_S * sr)
    if len(y) < 2 * around:
        return nothing, nothing
    keys = _hashes(np.ascontiguousarray(y))
    every = 1 << max(0, int(np.log2(sr / 750)))  # about one place in 1.3 ms
    places = np.flatnonzero(keys <= np.uint32(2**32 // every - 1))
    places = places[y[places] != y[places + 1]]  # silence and held values are other marks
    places = places[_met_again(keys[places], every)]
    # one sort of hash and place together is several times faster than an argsort of the hashes
    both = np.sort((keys[places].astype(np.uint64) << np.uint64(32)) | places.astype(np.uint64))
    twice = np.flatnonzero((both[1:] >> np.uint64(32)) == (both[:-1] >> np.uint64(32)))
    here, before = ((both[i] & np.uint64(0xFFFFFFFF)).astype(np.int64) for i in (twice + 1, twice))
    lags = here - before
    fits = (lags >= SHORTEST_LAG_S * sr) & (lags <= LONGEST_LAG_S * sr)
    fits &= (here >= inner[0]) & (here < inner[1]) & (before >= around) & (here + around <= len(y))
    here, lags = here[fits], lags[fits]
    for offset in (around - 1, -around, around // 2, -around // 2):  # faint noise of few values matches by chance often
        equal = y[here + offset] == y[here - lags + offset]
        here, lags = here[equal], lags[equal]
    # crafted sounds pick a place at every sample; one in each bin of the recording is enough to follow a repeat from
    second, within = np.divmod(here + first, sr)  # blocks meet at whole seconds, and so no block divides a bin
    one = np.unique(second * sr + within // around, return_index=True)[1]
    here, lags = here[one], lags[one]
    window = np.arange(-around, around)
    equal = (y[here[:, None] + window] == y[(here - lags)[:, None] + window]).all(axis=1)
    return here[equal], lags[equal]


def _met_again(keys: NDArray[np.uint32], every: int, bits: int = 17) -> NDArray[np.int64]:
    """Places of the hashes that occur more than once, and of some others: what is left is soon sorted.

    Each writes its number into a table under the first bits of its hash. Whoever finds another number there, and
    whose number is found, share those bits.
    """
    slots = (keys * np.uint32(every)) >> np.uint32(32 - bits)  # picked hashes begin with zeros: those are left out
    own = np.arange(len(keys), dtype=np.int32)
    table = scratch("hashes met", (1 << bits,), np.int32)
    table[slots] = own
    last = table[slots]
    early = np.flatnonzero(last != own)
    met = np.zeros(len(keys), np.bool_)
    met[early] = met[last[early]] = True
    return np.flatnonzero(met)


def _hashes(y: NDArray[np.float32]) -> NDArray[np.uint32]:
    """A hash of each eight samples in a row, well mixed in its first bits; memory that the next call writes again.

    Of fewer, faint noise has the same in many places by chance.
    """
    bits = y.view(np.uint32)
    # A faint sample of 16 bit as a float has all its digits in front; factors spread them only towards the front.
    keys: NDArray[np.uint32] = np.right_shift(bits, np.uint32(16), out=room("hashes of 1", bits.shape, np.uint32))
    keys ^= bits
    for n, factor in ((1, 0x9E3779B1), (2, 0x85EBCA77), (4, 0xC2B2AE3D)):
        first = np.multiply(keys[:-n], np.uint32(factor), out=room(f"hashes of {2 * n}", (len(keys) - n,), np.uint32))
        first += keys[n:]
        keys = first
    keys *= np.uint32(0x2C1B3C6D)
    return keys


def _followed(
    y: NDArray[np.float32], places: NDArray[np.int64], lags: NDArray[np.int64], reach: int
) -> list[tuple[int, int, int]]:
    """Starts, ends and lags of the runs about the places. A loop over repeats, which are few, and not over samples."""
    runs: list[tuple[int, int, int]] = []
    goes_on = False  # whether the last run ends only because it was not followed further
    for place, lag in zip(places.tolist(), lags.tolist(), strict=True):
        high = min(len(y), place + reach)
        if runs and runs[-1][2] == lag and place < runs[-1][1]:
            if not goes_on:
                continue
            start, place = runs.pop()[:2]
        else:
            low = max(lag, place - reach)
            differs = np.flatnonzero(y[low:place] != y[low - lag : place - lag])
            start = low + int(differs[-1]) + 1 if len(differs) else low
        differs = np.flatnonzero(y[place:high] != y[place - lag : high - lag])
        end = place + int(differs[0]) if len(differs) else max(place, high)
        goes_on = not len(differs)
        runs.append((start, end, lag))
    return runs
