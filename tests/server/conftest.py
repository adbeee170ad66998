"""Servers in processes of their own, and what they answer."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FAKE = Path(__file__).with_name("fake.py")
JSON = {"content-type": "application/json"}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def places(self) -> list[str]:
        """Where the errors are."""
        return [e["where"] for e in self.json["errors"]]


@dataclass
class Served:
    process: subprocess.Popen[str]
    said: str
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        """Send bytes as they are, anything else as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, JSON if headers is None and data is not None else headers or {})
            found = connection.getresponse()
            return Reply(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read().decode())
        finally:
            connection.close()

    def predict(self, body: Any) -> Reply:
        return self.ask("POST", "/predict", body)


Start = Callable[..., Served]


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    """Start the fake product: seconds a pass, a token, and limits by name."""
    started: list[subprocess.Popen[str]] = []

    def begin(seconds: float = 0.0, token: str = "", **limits: float) -> Served:
        command = [sys.executable, str(FAKE), "0", str(seconds), token, *(f"{k}={v}" for k, v in limits.items())]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONWARNINGS": ""}
        )
        started.append(process)
        assert process.stdout is not None
        said = process.stdout.readline()
        return Served(process, said, int(said.rpartition(":")[2]))

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def served(start: Start) -> Served:
    return start()
