from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from milepost.errors import MilepostError
from milepost.server.run import serve

from .conftest import Reply, Served, Start


def test_says_where_it_listens_and_does(served: Served) -> None:
    assert served.said == f"serving heart-check on http://127.0.0.1:{served.port}\n"
    assert served.ask("GET", "/health").status == 200


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_finishes_what_was_asked_before_it_stops(start: Start, sign: int) -> None:
    served, replies = start(0.6), list[Reply]()
    asking = threading.Thread(target=lambda: replies.append(served.predict({"age": 5})))
    asking.start()
    time.sleep(0.3)
    served.process.send_signal(sign)
    asking.join(10)
    assert replies[0].status == 200
    assert served.process.wait(10) == 0


def test_stops_though_a_client_keeps_its_line_open(start: Start) -> None:
    served = start()
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b" 200 " in line.recv(100)
        served.process.terminate()
        assert served.process.wait(10) == 0


def test_a_port_in_use_is_said(served: Served) -> None:
    with pytest.raises(MilepostError, match="in use") as caught:
        serve(Path(), "127.0.0.1", served.port, print)
    assert "--port 0" in caught.value.fix


@pytest.mark.parametrize(("host", "port"), [("256.1.1.1", 0), ("127.0.0.1", 99999)])
def test_a_place_that_is_none_is_said(host: str, port: int) -> None:
    with pytest.raises(MilepostError, match="cannot listen"):
        serve(Path(), host, port, print)


def test_an_empty_token_is_no_token_but_a_mistake() -> None:
    with pytest.raises(MilepostError, match="empty"):
        serve(Path(), "127.0.0.1", 0, print, token="")


@pytest.mark.parametrize("package", ["granian", "orjson"])
def test_a_package_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in [n for n in sys.modules if n.startswith("milepost.server.") and n != "milepost.server.run"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MilepostError, match=f"`{package}` is not installed") as caught:
        serve(Path(), "127.0.0.1", 0, print)
    assert "milepost[serve]" in caught.value.fix
