"""Call-progress tones."""

import numpy as np
import pytest

from audioq.simulate import BUSY_US, DIAL_EU, RINGBACK_EU, RINGBACK_US, Span, TonePlan, call_progress

SR = 8000


def test_ringback_of_europe() -> None:
    y, truth = call_progress(RINGBACK_EU, 12.0, SR, level_dbfs=-20.0)
    assert truth == [Span(0.0, 1.0, "tone"), Span(5.0, 6.0, "tone"), Span(10.0, 11.0, "tone")]
    heard = np.zeros(y.size, bool)
    for span in truth:
        heard[round(span.start * SR) : round(span.end * SR)] = True
    assert not y[~heard].any()
    ring = y[SR // 10 : SR * 9 // 10].astype(float)
    assert 10 * np.log10(np.mean(ring**2)) == pytest.approx(-20.0, abs=0.05)
    assert np.argmax(np.abs(np.fft.rfft(y[:SR]))) == 425


@pytest.mark.parametrize("plan", [RINGBACK_US, BUSY_US])
def test_two_frequencies_sound_together(plan: TonePlan) -> None:
    y, _ = call_progress(plan, 4.0, SR)
    spectrum = np.abs(np.fft.rfft(y[: round(plan.on * SR)]))
    strongest = np.sort(np.argsort(spectrum)[-2:]) / plan.on
    assert strongest.tolist() == list(plan.frequencies)


def test_a_dial_tone_never_pauses_and_a_last_ring_may_be_cut() -> None:
    y, truth = call_progress(DIAL_EU, 3.0, SR)
    assert truth == [Span(0.0, 3.0, "tone")]
    assert np.mean(y[1000:-1000] == 0.0) < 0.05
    assert call_progress(RINGBACK_EU, 5.4, SR)[1][-1] == Span(5.0, 5.4, "tone")
    assert call_progress(DIAL_EU, 0.0, SR)[1] == []
