"""Serve a deployed folder until told to stop."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from milepost.errors import DONE, MilepostError
from milepost.product import Product
from milepost.server.limits import Limits

if TYPE_CHECKING:
    from milepost.server.app import App

Tell: TypeAlias = Callable[[str, str], None]
BACKLOG = 2048  # connections that may wait to be taken


def serve(
    folder: Path, host: str, port: int, tell: Tell, *, token: str | None = None, limits: Limits | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, finish what was asked, then end the process; raise MilepostError.

    `tell` is called with the product's name and its URL once a connection is taken there.
    """
    if token == "":
        raise MilepostError("MILEPOST_TOKEN is empty", "", "set it to a secret, or unset it to serve without one")
    address, port = _free(host, port)  # port 0: any free one
    asyncio.run(_run(_opened(folder, token, limits), address, port, tell))
    sys.stdout.flush()
    os._exit(DONE)  # at once: Granian's threads, on their way out still, may abort an interpreter that is torn down


def _opened(folder: Path, token: str | None, limits: Limits | None) -> App:
    """Return the application, its product warm; raise MilepostError if the server's packages are not installed."""
    try:
        import granian  # noqa: F401

        from milepost.server.app import App
    except ImportError as error:
        raise MilepostError(f"`{error.name}` is not installed", "", "pip install 'milepost[serve]'") from error
    return App(Product.open(folder, threads=1), token, limits)  # as many workers as cores, so one thread each


def _free(host: str, port: int) -> tuple[str, int]:
    """Return the IP address and a port that nobody listens on; Granian itself would share a port in use silently."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((place[0], port, *place[2:]))
            return str(probe.getsockname()[0]), int(probe.getsockname()[1])
    except (OSError, OverflowError) as error:
        where = f"{host}:{port}"
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise MilepostError(f"port {port} is in use", where, "choose another: --port 0 picks a free one") from None
        raise MilepostError(f"cannot listen there: {error}", where, "choose another --host or --port") from None


async def _run(app: App, address: str, port: int, tell: Tell) -> None:
    from granian.server.embed import Server

    server = Server(app, address, port, backlog=BACKLOG, websockets=False, log_enabled=False)
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: loop.call_soon_threadsafe(server.stop))
    told = asyncio.create_task(_told(app.product.name, address, port, tell))
    await server.serve()
    told.cancel()


async def _told(name: str, address: str, port: int, tell: Tell) -> None:
    """Tell where the product is served, once a connection is taken there."""
    while True:
        try:
            _, writer = await asyncio.open_connection(address, port)
        except OSError:
            await asyncio.sleep(0.005)
            continue
        writer.close()
        host = f"[{address}]" if ":" in address else address
        tell(name, f"http://{host}:{port}")
        return
