"""Large facts in files of their own."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from milepost.data.asset import Asset, put_aside, taken_up


class Holder(BaseModel):
    """What facts look like."""

    name: str
    whole: Asset
    several: list[Asset]


def holder(*contents: bytes) -> Holder:
    assets = [Asset(file=f"{i}.bin", content=c) for i, c in enumerate(contents)]
    return Holder(name="x", whole=assets[0], several=assets[1:])


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=3))
def test_contents_lie_beside_the_json_and_come_back(contents: list[bytes]) -> None:
    held = holder(*contents)
    with TemporaryDirectory() as name:
        folder = Path(name)
        saved = json.loads(json.dumps(put_aside(held.model_dump(mode="json"), folder)))
        assert [(folder / f"{i}.bin").read_bytes() for i in range(len(contents))] == contents
        assert Holder.model_validate(taken_up(saved, folder)) == held
    assert saved["whole"].keys() == {"file", "hash"} and saved["name"] == "x"
    assert Holder.model_validate_json(held.model_dump_json()) == held


def test_a_file_that_changed_or_went_is_told(tmp_path: Path) -> None:
    saved = put_aside(holder(b"one", b"two").model_dump(mode="json"), tmp_path)
    (tmp_path / "1.bin").write_bytes(b"twO")
    with pytest.raises(ValueError, match=r"1\.bin is not what it was"):
        taken_up(saved, tmp_path)
    (tmp_path / "0.bin").unlink()
    with pytest.raises(OSError, match=r"0\.bin"):
        taken_up(saved, tmp_path)


def test_contents_are_not_printed_and_do_not_change() -> None:
    asset = Asset(file="a.bin", content=b"secret")
    assert "secret" not in repr(asset)
    with pytest.raises(ValidationError):
        asset.content = b""  # type: ignore[misc]
