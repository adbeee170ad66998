"""The routes of a served product, as an RSGI application."""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias

import orjson

from milepost.errors import MilepostError
from milepost.server import pages, v2, wire
from milepost.server.batcher import Batcher, Full, answer_together
from milepost.server.limits import Limits
from milepost.server.observe import MEDIA, Meters, note
from milepost.server.openapi import SAMPLE, lone_text, openapi
from milepost.server.wire import Headers, Refused, Reply, Rows
from milepost.types import Answer

Handle: TypeAlias = Callable[[Any, Any], Awaitable[Reply]]  # of RSGI's scope and protocol
OPEN = ("/health", "/v2/health/live", "/v2/health/ready")  # what a probe asks, it may ask without the token
SAFE: Headers = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
)


class App:
    """Answer HTTP with a product; raise whatever the product raises on its own example."""

    def __init__(self, product: Any, token: str | None = None, limits: Limits | None = None) -> None:
        self.product, self.token, self.limits = product, token, limits or Limits()
        self.row = {f.name: SAMPLE if f.type == "text" else f.example for f in product.fields}
        self.lone = lone_text(product.fields)
        [self.example] = wire.rounded(product(product.table([self.row])))  # a true answer for the docs; warms up, too
        self.meters = Meters(product.name, product.version, product.kind)
        self.batcher = Batcher(
            partial(answer_together, product),
            workers=self.limits.workers,
            largest=self.limits.batch_rows,
            capacity=self.limits.queue_rows,
            seen=self.meters.batch,
        )
        self.meters.watch(lambda: self.batcher.waiting)
        self.routes = self._routes()

    def _routes(self) -> Mapping[str, Mapping[str, Handle]]:
        locked = self.token is not None
        page, policy = pages.form(self.product, self.row, needs_token=locked)
        docs, docs_policy = pages.docs(self.product, self.row, self.example, self.limits, needs_token=locked)
        api = orjson.dumps(openapi(self.product, self.row, self.example, needs_token=locked))
        model = f"/v2/models/{self.product.name}"
        html = "text/html; charset=utf-8"
        return {
            "/": _fixed(Reply(200, page, html, (("content-security-policy", policy),))),
            "/docs": _fixed(Reply(200, docs, html, (("content-security-policy", docs_policy),))),
            "/openapi.json": _fixed(Reply(200, api)),
            "/health": _fixed(_json(pages.facts(self.product) | {"ready": True})),
            "/metrics": {"GET": self._metrics},
            "/predict": {"POST": self._predict},
            "/v2/health/live": _fixed(_json({"live": True})),
            "/v2/health/ready": _fixed(_json({"ready": True})),
            model: _fixed(_json(v2.metadata(self.product, self.example))),
            f"{model}/ready": _fixed(_json({"name": self.product.name, "ready": True})),
            f"{model}/infer": {"POST": self._infer},
        }

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        started = perf_counter()
        reply = await self._reply(scope, proto)
        route = scope.path if scope.path in self.routes else "other"
        self.meters.request(route, reply.status, perf_counter() - started)
        proto.response_bytes(reply.status, [("content-type", reply.media), *SAFE, *reply.headers], reply.body)
        if reply.status == 413:
            await wire.discard(proto)

    async def _reply(self, scope: Any, proto: Any) -> Reply:
        try:
            self._admit(scope)
            return await self._handle(scope)(scope, proto)
        except Refused as refused:
            return refused.reply
        except Exception as error:
            what = MilepostError("the server failed", "", f"report it with the reference {note(error)} of its log")
            return Refused(500, what).reply

    def _admit(self, scope: Any) -> None:
        """Raise Refused (401) without the token, as a bearer's or, so that a browser can ask for it, as a password."""
        if self.token is None or scope.path in OPEN:
            return
        if hmac.compare_digest(_sent_token(scope.headers.get("authorization", "")), self.token.encode()):
            return
        ways = (("www-authenticate", "Bearer"), ("www-authenticate", 'Basic realm="milepost", charset="UTF-8"'))
        fix = "send the header `authorization: Bearer TOKEN`; in a browser, the token is the password"
        raise Refused(401, MilepostError("this server wants a token", "authorization", fix), ways)

    def _handle(self, scope: Any) -> Handle:
        methods = self.routes.get(scope.path)
        if methods is None:
            raise Refused(404, MilepostError(f"there is no `{scope.path[:200]}`", "path", "look at /docs"))
        handle = methods.get("GET" if scope.method == "HEAD" else scope.method)
        if handle is None:
            takes = ", ".join(methods)
            error = MilepostError(f"{scope.path} does not take {scope.method}", "method", f"use {takes}")
            raise Refused(405, error, (("allow", takes),))
        return handle

    async def _metrics(self, scope: Any, proto: Any) -> Reply:
        return Reply(200, self.meters.text(), MEDIA)

    async def _predict(self, scope: Any, proto: Any) -> Reply:
        asked = wire.asked(await self._body(scope, proto), self.lone)
        try:
            return _json(asked.wrap(await self._answers(asked.rows)))
        except MilepostError as error:
            wire.refuse(422, [asked.place(e) for e in error.errors])
            raise

    async def _infer(self, scope: Any, proto: Any) -> Reply:
        rows, id = v2.rows(wire.parse(await self._body(scope, proto)))
        try:
            return _json(v2.reply(self.product, await self._answers(rows), id))
        except MilepostError as error:
            raise Refused(422, error) from None

    async def _body(self, scope: Any, proto: Any) -> bytes:
        try:
            async with asyncio.timeout(self.limits.deadline_s):
                return await wire.body(scope, proto, self.limits.body_bytes)
        except TimeoutError:
            raise Refused(408, MilepostError("the body did not arrive in time", "body", "send it again")) from None

    async def _answers(self, rows: Rows) -> list[Answer]:
        if len(rows) > self.limits.queue_rows:
            what = f"{len(rows)} rows in one request, {self.limits.queue_rows} at most are taken"
            raise Refused(413, MilepostError(what, "body", wire.TOO_LONG))
        try:
            async with asyncio.timeout(self.limits.deadline_s):
                return await self.batcher.ask(rows) if rows else []
        except Full:
            error = MilepostError("too many rows are waiting", "", "try again in a second")
            raise Refused(429, error, (("retry-after", "1"),)) from None
        except TimeoutError:
            what = f"no answer within {self.limits.deadline_s:g} s"
            raise Refused(504, MilepostError(what, "", "send fewer rows, or try again")) from None


def _json(value: Any) -> Reply:
    return Reply(200, orjson.dumps(value))


def _fixed(reply: Reply) -> Mapping[str, Handle]:
    async def handle(scope: Any, proto: Any) -> Reply:
        return reply

    return {"GET": handle}


def _sent_token(header: str) -> bytes:
    """Return the token of an authorization header, b"" if it has none."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip().encode()
    try:
        return b64decode(rest, validate=True).partition(b":")[2] if scheme.lower() == "basic" else b""
    except ValueError:
        return b""
