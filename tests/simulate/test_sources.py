"""Which clean recordings there are, and who speaks in them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from audioq.simulate.sources import find_sources


def touched(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(file.name.encode())


def talkers(*given: Path) -> dict[str, str]:
    sources, problems = find_sources([str(one) for one in given])
    assert problems == []
    return {Path(one.path).as_posix(): one.talker for one in sources}


def test_the_folder_below_the_given_one_or_the_file_names_the_talker(tmp_path):
    touched(tmp_path / "eva" / "1.wav", tmp_path / "eva" / "old" / "2.wav", tmp_path / "uwe.flac")
    names = talkers(tmp_path)
    assert sorted(names.values()) == ["eva", "eva", "uwe"]
    assert set(talkers(tmp_path / "eva" / "1.wav").values()) == {"1"}
    assert talkers(Path(f"{tmp_path}/")) == names


def test_two_people_with_one_name_stay_two(tmp_path):
    touched(
        tmp_path / "a" / "x.flac", tmp_path / "b" / "x.wav", tmp_path / "c" / "eva" / "1.wav", tmp_path / "c" / "z.wav"
    )
    names = talkers(tmp_path / "a" / "x.flac", tmp_path / "b" / "x.wav", tmp_path / "c")
    assert len(set(names.values())) == 4
    assert [names[(tmp_path / one / f"x.{suffix}").as_posix()] for one, suffix in (("a", "flac"), ("b", "wav"))] == [
        (tmp_path / one / "x").as_posix() for one in "ab"
    ]


def test_a_file_counts_once_however_often_it_is_given(tmp_path):
    touched(tmp_path / "x.wav")
    (tmp_path / "link.wav").symlink_to(tmp_path / "x.wav")
    sources, _ = find_sources([tmp_path, tmp_path / "x.wav", tmp_path / "link.wav"])
    assert len(sources) == 1


def test_an_empty_folder_is_named(tmp_path):
    sources, problems = find_sources([tmp_path])
    assert sources == [] and len(problems) == 1 and str(tmp_path) in problems[0]


def test_the_digest_is_that_of_the_bytes(tmp_path):
    touched(tmp_path / "x.wav")
    assert find_sources([tmp_path])[0][0].sha256 == hashlib.sha256(b"x.wav").hexdigest()
