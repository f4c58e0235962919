"""Lines: what `labels.jsonl` says of a call. The form is the one that benchmarks read."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from audioq.simulate.activity import HOP_SECONDS
from audioq.simulate.calls import SimulatedCall, is_vocoder
from audioq.simulate.codecs import CODECS
from audioq.simulate.contents import CONTENTS
from audioq.simulate.ingredients import BABBLE, NEAR, REENCODED
from audioq.simulate.recipes import Part
from audioq.simulate.truth import TrueEvent

LOSING = ("loops", "skips", "stretches", "gate")
"""Things that a receiver does which are harm by themselves."""


def line_of(call: SimulatedCall, file: str, frames: str) -> dict[str, Any]:
    """Everything that is known about a call, ready for JSON."""
    plan, truth, judged = call.plan, call.truth, call.judged
    content, codec, network = (plan.one(section) for section in ("content", "codec", "network"))
    harm = [part.name for part in plan.parts["receiver"] if part.name in LOSING]
    return {
        "file": file,
        "frames": frames,
        "dur": round(truth.state.size * HOP_SECONDS, 2),
        "fs": call.sr,
        "label": judged.label,
        "grey": judged.grey,
        "why": list(judged.why),
        "recipe": plan.recipe,
        "delivered": round(truth.delivered, 4),
        "active_s": round(float(truth.active.sum()) * HOP_SECONDS, 2),
        "n_concealed": truth.n_losses,
        "events_per_min": round(truth.losses_per_minute, 2),
        "events": [_event(event) for event in truth.events],
        "content": "speech" if CONTENTS[content.name].speaks else content.name,
        "contents": _part(content),
        "distractor": _distractor(call),
        "voices": list(call.scene.voices),
        "pitch_hz": _pitch(call),
        "vocoder": is_vocoder(codec),
        "events_known": not is_vocoder(codec),
        "rms_dbfs": _level(call),
        "codec": CODECS[codec.name].family,
        "codec_params": _part(codec),
        "plc": call.sent.concealer,
        "packet_ms": round(call.sent.packet * 1000.0, 3),
        "loss": network.name if network.name != "none" else (harm[0] if harm else "none"),
        "loss_params": dict(network.settings),
        "loss_rate": round(call.sent.loss, 4),
        "artefact": harm[0] if harm else None,
        "variant": "+".join(part.name for part in plan.parts["talker"]) or "clean",
        "far_chain": [_part(part) for part in plan.parts["talker"]],
        "receiver": [_part(part) for part in plan.parts["receiver"]],
        "chain": [_part(part) for part in plan.parts["recorder"]],
        "post": _post(call),
    }


def _pitch(call: SimulatedCall) -> float | None:
    """Median pitch as it goes into the network: a voice changer moves it."""
    settings = [part.settings for part in call.plan.parts["talker"] if part.name == "voice_change"]
    raised = sum(float(one["pitch_semitones"]) for one in settings)
    pitch = call.scene.pitch_hz * 2.0 ** (raised / 12.0)
    return None if math.isnan(pitch) else round(pitch, 1)


def _level(call: SimulatedCall) -> float:
    """RMS level of the finished sound in dBFS; -200 for digital silence."""
    return round(10.0 * math.log10(float(np.mean(call.y.astype(np.float64) ** 2)) + 1e-20), 2)


def _part(part: Part) -> dict[str, Any]:
    return {"name": part.name, **part.settings}


def _event(event: TrueEvent) -> dict[str, Any]:
    """An event without what is false or empty; seconds to a tenth of a sample at 48 kHz."""
    values = {name: value for name, value in asdict(event).items() if value not in (False, "", ())}
    values["start"], values["end"] = round(event.start, 6), round(event.end, 6)
    values["outer"] = [round(edge, 6) for edge in event.outer]
    return values


def _distractor(call: SimulatedCall) -> str | None:
    """What makes an intact call look damaged."""
    plan = call.plan
    if call.judged.label != "intact":
        return None
    if is_vocoder(plan.one("codec")):
        return "vocoder"
    content = plan.one("content").name
    if content != "speech":
        return content
    if plan.parts["talker"]:
        return plan.parts["talker"][0].name
    return "digital_pause" if plan.one("content").settings.get("pauses") == "digital" else None


def _post(call: SimulatedCall) -> dict[str, Any]:
    """What the recorder did, in the words of earlier corpora."""
    parts = {part.name: part for part in call.plan.parts["recorder"]}
    noise = parts.get("recorder_noise")
    return {
        "box": call.plan.one("file").name,
        "rec_noise": noise.settings["level_dbfs"] if noise else None,
        "agc": "agc" in parts,
        "reenc": parts[REENCODED].settings["form"] if REENCODED in parts else None,
        "mix": NEAR in parts and parts[NEAR].settings["channel"] == "same",
        "phone": "loudspeaker" in parts,
        "stereo": call.y.shape[0] == 2,
        "babble": any(part.name == BABBLE for part in call.plan.parts["talker"]),
    }
