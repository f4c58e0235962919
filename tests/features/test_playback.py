"""Playback: a voice at half and at twice its speed."""

from pathlib import Path

import numpy as np
import pytest

from audioq.audio import read
from audioq.features.playback import NEEDS, WEIGHTS, playback_speed, speed_statistics
from audioq.measurement import measure
from audioq.report import compose
from audioq.simulate.voice_change import change_pitch, change_speed
from audioq.thresholds import DEFAULT_THRESHOLDS

SAMPLES = Path(__file__).parents[2] / "samples"
