"""What the server tells of itself: Prometheus metrics, and a log that never holds a customer's values."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from uuid import uuid4

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as MEDIA
from prometheus_client.exposition import generate_latest

__all__ = ["MEDIA", "Meters", "note"]

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096, 16384)
log = logging.getLogger("milepost.server")


class Meters:
    """Count what passes through one server."""

    def __init__(self, name: str, version: str, kind: str) -> None:
        own = self.registry = CollectorRegistry()  # not the global one: two servers in a process stay apart
        self.requests = Counter("milepost_requests", "Requests answered.", ["route", "status"], registry=own)
        told = "From the head of a request to its answer."
        self.seconds = Histogram("milepost_request_seconds", told, ["route"], buckets=SECONDS, registry=own)
        self.rows = Counter("milepost_rows", "Rows handed to the product.", registry=own)
        self.batches = Histogram("milepost_batch_rows", "Rows answered in one pass.", buckets=ROWS, registry=own)
        self.queue = Gauge("milepost_queue_rows", "Rows that wait.", registry=own)
        Info("milepost_product", "What is served.", registry=own).info({"name": name, "version": version, "kind": kind})
        ProcessCollector(registry=own)

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self.requests.labels(route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def batch(self, rows: int) -> None:
        """Count a pass through the product."""
        self.rows.inc(rows)
        self.batches.observe(rows)

    def watch(self, queue: Callable[[], int]) -> None:
        """Read the length of the queue whenever it is asked for."""
        self.queue.set_function(queue)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self.registry)


def note(error: Exception) -> str:
    """Log where an error arose, but not its message, which may quote a customer's row; return a reference to it."""
    reference = uuid4().hex[:8]
    places = "".join(traceback.format_tb(error.__traceback__))
    log.error("error %s: %s\n%s", reference, type(error).__name__, places)
    return reference
