from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from milepost.server.batcher import Batcher, Full, Result, answer_together
from milepost.server.wire import Rows

from .fake import FakeProduct


class Gate:
    """Hold every pass until it is opened; remember what came."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.passes: list[int] = []

    def __call__(self, asked: Sequence[Rows]) -> list[Result]:
        self.open.wait(10)
        return [[{"n": row["n"]} for row in rows] for rows in asked]


def batcher(gate: Gate, workers: int = 1, largest: int = 100, capacity: int = 1000) -> Batcher:
    return Batcher(gate, workers=workers, largest=largest, capacity=capacity, seen=gate.passes.append)


async def _ask(b: Batcher, *sizes: int) -> list[asyncio.Task[list[dict[str, int]]]]:
    """Ask in order; each row carries its place among all."""
    tasks, n = [], 0
    for size in sizes:
        tasks.append(asyncio.create_task(b.ask([{"n": n + i} for i in range(size)])))
        n += size
    await asyncio.sleep(0.01)
    return tasks


def test_rows_that_come_together_are_answered_together_and_in_order() -> None:
    async def scene() -> None:
        gate = Gate()
        tasks = await _ask(batcher(gate), 1, 2, 3)
        gate.open.set()
        assert [[a["n"] for a in await t] for t in tasks] == [[0], [1, 2], [3, 4, 5]]
        assert gate.passes == [6]

    asyncio.run(scene())


def test_idle_workers_share_what_waits() -> None:
    async def scene() -> None:
        gate = Gate()
        tasks = await _ask(batcher(gate, workers=2), *[1] * 8)
        gate.open.set()
        await asyncio.gather(*tasks)
        assert gate.passes == [4, 4]

    asyncio.run(scene())


def test_a_pass_is_bounded_but_a_large_request_stays_whole() -> None:
    async def scene() -> None:
        gate = Gate()
        tasks = await _ask(batcher(gate, largest=4), 3, 3, 9, 2, 2)
        gate.open.set()
        await asyncio.gather(*tasks)
        assert gate.passes == [3, 3, 9, 4]

    asyncio.run(scene())


def test_the_queue_is_bounded_in_rows() -> None:
    async def scene() -> None:
        gate = Gate()
        b = batcher(gate, capacity=5)
        first = await _ask(b, 5)  # taken by the worker: no longer waiting
        later = await _ask(b, 4)
        assert b.waiting == 4
        with pytest.raises(Full):
            await b.ask([{"n": 0}, {"n": 1}])
        gate.open.set()
        await asyncio.gather(*first, *later)
        assert b.waiting == 0

    asyncio.run(scene())


def test_a_request_given_up_is_not_answered() -> None:
    async def scene() -> None:
        gate = Gate()
        b = batcher(gate)
        first = await _ask(b, 1)
        given_up, kept = await _ask(b, 2, 3)
        given_up.cancel()
        gate.open.set()
        await asyncio.gather(*first, kept)
        assert gate.passes == [1, 3] and b.waiting == 0 and b.idle == 1

    asyncio.run(scene())


def test_a_wrong_request_fails_alone_and_the_rest_are_answered() -> None:
    good, bad, broken = [{"age": 5}, {"age": 6}], [{"age": "old"}], [{"age": 666}]
    results = answer_together(FakeProduct(), [good, bad, broken])
    assert results[0] == [FakeProduct.answer(5.0), FakeProduct.answer(6.0)]
    assert "no number" in str(results[1]) and isinstance(results[2], ValueError)


def test_many_requests_are_one_pass() -> None:
    product = FakeProduct()
    answer_together(product, [[{"age": 1}], [{"age": 2}, {"age": 3}]])
    assert product.passes == [3]
