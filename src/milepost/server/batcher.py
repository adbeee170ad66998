"""Answer what concurrent callers ask in batches, without making anyone wait for company.

A free worker takes its share of the rows that wait, at once: alone under a light load, many together under a heavy one.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from milepost.server.wire import Rows, rounded
from milepost.types import Answer

Result: TypeAlias = list[Answer] | Exception
AnswerAll: TypeAlias = Callable[[Sequence[Rows]], list[Result]]  # one result for each request


class Full(Exception):
    """Say that no more rows can wait."""


@dataclass(slots=True)
class Job:
    """One request in the queue."""

    rows: Rows
    answers: asyncio.Future[list[Answer]]


class Batcher:
    """Hand waiting requests to `workers` threads, at most `largest` rows at a time, while at most `capacity` wait."""

    def __init__(
        self, answer: AnswerAll, *, workers: int, largest: int, capacity: int, seen: Callable[[int], None]
    ) -> None:
        self.answer, self.largest, self.capacity, self.seen = answer, largest, capacity, seen
        self.jobs: deque[Job] = deque()
        self.waiting = 0  # rows
        self.idle = workers
        self.pool = ThreadPoolExecutor(workers, "answer")

    async def ask(self, rows: Rows) -> list[Answer]:
        """Return an answer for every row; raise Full, or what the product raised for these rows."""
        if self.waiting + len(rows) > self.capacity:
            raise Full
        loop = asyncio.get_running_loop()
        job = Job(rows, loop.create_future())
        self.jobs.append(job)
        self.waiting += len(rows)
        if self.idle:
            loop.call_soon(self._start)  # after the requests that are arriving in this same turn of the loop
        return await job.answers

    def _start(self) -> None:
        while self.idle and (jobs := self._next()):
            self.idle -= 1
            self.seen(sum(len(j.rows) for j in jobs))
            work = asyncio.get_running_loop().run_in_executor(self.pool, self.answer, [j.rows for j in jobs])
            work.add_done_callback(partial(self._done, jobs))

    def _next(self) -> list[Job]:
        """Take one idle worker's share of the queue, in order; requests that were given up are dropped."""
        share = min(self.largest, math.ceil(self.waiting / self.idle))
        jobs, rows = list[Job](), 0
        while self.jobs and (not jobs or rows + len(self.jobs[0].rows) <= share):
            job = self.jobs.popleft()
            self.waiting -= len(job.rows)
            if not job.answers.done():
                jobs.append(job)
                rows += len(job.rows)
        return jobs

    def _done(self, jobs: Sequence[Job], work: asyncio.Future[list[Result]]) -> None:
        self.idle += 1
        self._start()
        for job, result in zip(jobs, work.result(), strict=True):
            if job.answers.done():
                continue
            if isinstance(result, Exception):
                job.answers.set_exception(result)
            else:
                job.answers.set_result(result)


def answer_together(product: Any, asked: Sequence[Rows]) -> list[Result]:
    """Answer several requests in one pass, rounded; if that fails, each alone, so that only the wrong one fails."""
    try:
        answers = rounded(product(product.table([row for rows in asked for row in rows])))
    except Exception as error:
        return [error] if len(asked) == 1 else [r for rows in asked for r in answer_together(product, [rows])]
    rest = iter(answers)
    return [[next(rest) for _ in rows] for rows in asked]
