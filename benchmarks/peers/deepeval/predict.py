"""DeepEval: the signal detectors behind its voice metrics. No language model, no network, no telemetry."""

from __future__ import annotations

import io
import os
import sys
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from decoding import decoded
from replies import Judge, Reply, answer

RATE = 16000
QUIET = {
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "DEEPEVAL_DISABLE_DOTENV": "1",
    "DEEPEVAL_DISABLE_LEGACY_KEYFILE": "1",
    "DEEPEVAL_UPDATE_WARNING_OPT_IN": "0",
    "CONFIDENT_TRACING_ENABLED": "NO",
}


def prepare() -> Judge:
    os.environ.update(QUIET)
    from deepeval.metrics.audio_glitch._detectors import detect_audio_glitches
    from deepeval.metrics.voice._detectors import detect_audio_integrity
    from deepeval.test_case import Audio, ConversationalTestCase, Turn

    def judge(path: str) -> Reply:
        # A recording is one turn of the assistant, the side that its metrics listen to.
        turn = Turn(role="assistant", content="", audio=Audio.from_bytes(wav(path), "audio/wav"))
        case = ConversationalTestCase(turns=[turn])
        integrity, glitches = detect_audio_integrity(case), detect_audio_glitches(case)
        scores = {"integrity": integrity.score, "glitches": len(glitches.events)}
        for event in integrity.events:
            scores[event["type"]] = event.get("count", 1)
        return {"events": [placed(event) for event in glitches.events], "scores": scores}

    return judge


def placed(event: dict[str, object]) -> dict[str, object]:
    start, length = float(str(event["offset_seconds"])), float(str(event["duration_seconds"]))
    return {"start": start, "end": round(start + length, 3), "kind": event["type"]}


def wav(path: str) -> bytes:
    import numpy as np

    samples = np.clip(np.round(decoded(path, RATE) * 32768.0), -32768, 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


if __name__ == "__main__":
    answer(prepare)
