"""A large fact: bytes that lie in a file of their own beside task.json."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Asset(BaseModel):
    """Bytes and the name of their file; in JSON they are base64, on disk a file with its hash beside its name."""

    model_config = ConfigDict(frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    file: str
    content: bytes = Field(repr=False)


def put_aside(saved: Any, folder: Path) -> Any:
    """Write the content of every asset in a dump of JSON into `folder`; return the dump with hashes instead."""
    if isinstance(saved, list):
        return [put_aside(s, folder) for s in saved]
    if not isinstance(saved, dict):
        return saved
    if saved.keys() == {"file", "content"}:
        content = base64.urlsafe_b64decode(saved["content"])
        (folder / saved["file"]).write_bytes(content)
        return {"file": saved["file"], "hash": sha256(content).hexdigest()}
    return {k: put_aside(s, folder) for k, s in saved.items()}


def taken_up(saved: Any, folder: Path) -> Any:
    """Return what `put_aside` was given, the contents as bytes; raise ValueError where one is not what it was."""
    if isinstance(saved, list):
        return [taken_up(s, folder) for s in saved]
    if not isinstance(saved, dict):
        return saved
    if saved.keys() == {"file", "hash"}:
        content = (folder / saved["file"]).read_bytes()
        if sha256(content).hexdigest() != saved["hash"]:
            raise ValueError(f"{saved['file']} is not what it was")
        return {"file": saved["file"], "content": content}
    return {k: taken_up(s, folder) for k, s in saved.items()}
