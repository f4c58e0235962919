"""The plan of samples/: which recordings there are and how each comes about."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.sampling.blocked import died, one_way, outage_noise
from benchmarks.sampling.degraded import (
    bursts_of_zeros,
    mobile_bursts,
    noise_in_gaps,
    random_fades,
    stuttering,
    throttled,
)
from benchmarks.sampling.intact import mobile, natural_end, noisy_line, quiet_call, ringback, two_way
from benchmarks.sampling.making import Recipe
from benchmarks.sampling.music import waiting


@dataclass(frozen=True, slots=True)
class Sample:
    """A row of the plan. Without a recipe the recording of the call is taken as it is."""

    name: str
    story: str
    calls: tuple[str, ...] = ()
    recipe: Recipe | None = None

    @property
    def label(self) -> str:
        """The verdict that audioq should give."""
        return self.name.partition("_")[0]


SAMPLES = (
    Sample(
        "intact_telegram_call.flac",
        "a clean call over Telegram's engine, as it was heard",
        ("c062_ntgcalls_opus_tg_9_b",),
    ),
    Sample(
        "intact_dtx_turn_taking.flac",
        "a browser call that sends nothing in pauses: digital silence while the other side speaks",
        ("c073_chromium_opus_dtx_b",),
    ),
    Sample(
        "intact_noise_gate.wav",
        "a call whose sender mutes the line noise between sentences",
        ("c035_ntgcalls_opus_tg_8_a",),
    ),
    Sample(
        "intact_noisy_line.wav",
        "a poor telephone line: 300 to 3400 Hz, pink noise 12 dB under the speech, mu-law",
        ("c075_ntgcalls_opus_tg_9_a",),
        noisy_line,
    ),
    Sample(
        "intact_quiet_call.flac",
        "a call at a very low level, -45 dBFS",
        ("c065_ntgcalls_opus_tg_9_a",),
        quiet_call,
    ),
    Sample(
        "intact_natural_end.m4a",
        "sentences that end by themselves, then 4 s of digital silence",
        ("c039_ntgcalls_opus_tg_13_b",),
        natural_end,
    ),
    Sample(
        "intact_two_way_stereo.opus",
        "both directions of a healthy call, one a channel",
        ("c066_ntgcalls_opus_tg_8_a", "c066_ntgcalls_opus_tg_8_b"),
        two_way,
    ),
    Sample(
        "intact_mobile_recorder.3gp",
        "a clean call in the format of a mobile telephone's recorder (AMR-NB)",
        ("c016_chromium_opus_8k_a",),
        mobile,
    ),
    Sample("intact_hold_music.mp3", "hold music and nothing else", (), waiting),
    Sample("intact_ringback.wav", "five rings (425 Hz, 1 s on, 4 s off), nobody answers", (), ringback),
    Sample(
        "degraded_telegram_metallic.flac",
        "bursty loss over Telegram's engine: intermittent, metallic",
        ("c021_ntgcalls_opus_tg_13_b",),
    ),
    Sample(
        "degraded_stalls.flac",
        "a browser call that stalls three times for about 2 s",
        ("c077_chromium_opus_a",),
    ),
    Sample(
        "degraded_random_loss.wav",
        "every fourth packet of 60 ms lost by chance; the last pitch cycle frozen on a straight fade",
        ("c076_chromium_opus_12k_dtx_b",),
        random_fades,
    ),
    Sample(
        "degraded_bursty_loss.flac",
        "bursts of loss with digital silence instead, narrow band",
        ("c071_chromium_pcma_b",),
        bursts_of_zeros,
    ),
    Sample(
        "degraded_stutter.flac",
        "short stretches played four to six times over",
        ("c040_ntgcalls_opus_tg_12_b",),
        stuttering,
    ),
    Sample(
        "degraded_comfort_noise.opus",
        "gaps in the speech filled with comfort noise",
        ("c034_chromium_opus_8k_a",),
        noise_in_gaps,
    ),
    Sample(
        "degraded_throttled.m4a",
        "on and off by turns, as under throttling; straight fades to digital silence",
        ("c046_ntgcalls_opus_tg_8_a",),
        throttled,
    ),
    Sample(
        "degraded_mobile_recorder.3gp",
        "bursts of loss covered up by repeated pitch cycles, noisy, then AMR-NB",
        ("c041_chromium_pcma_a",),
        mobile_bursts,
    ),
    Sample(
        "blocked_telegram_nothing.flac",
        "Telegram's engine: a little line noise, then nothing; no word gets through",
        ("c031_ntgcalls_opus_tg_13_b",),
    ),
    Sample(
        "blocked_telegram_silence.flac",
        "Telegram's engine, media blocked from the start: digital silence",
        ("c001_ntgcalls_opus_tg_13_a",),
    ),
    Sample(
        "blocked_flashes.flac",
        "a browser call of which only flashes of 0.1 to 0.25 s get through",
        ("c018_chromium_pcmu_a",),
    ),
    Sample(
        "blocked_metallic_bursts.flac",
        "a browser call of which single packets get through, each drawn out into a metallic buzz",
        ("c034_chromium_opus_8k_b",),
    ),
    Sample(
        "blocked_one_way_stereo.flac",
        "one direction of a call is heard, the other channel is digital silence",
        ("c031_ntgcalls_opus_tg_13_a",),
        one_way,
    ),
    Sample(
        "blocked_died_after_a_few_words.mp3",
        "a second of speech, cut off in mid-word, then nothing more",
        ("c040_ntgcalls_opus_tg_12_b",),
        died,
    ),
    Sample(
        "blocked_recorder_noise.wav", "a total outage: the noise of the recorder and nothing else", (), outage_noise
    ),
)
