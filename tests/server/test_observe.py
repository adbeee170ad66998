from __future__ import annotations

import re

from .conftest import Start


def test_metrics_count_what_happened(start: Start) -> None:
    served = start()
    served.predict([{"age": 1}, {"age": 2}])
    served.predict({"age": "old"})
    served.ask("GET", "/nothing/to/see")
    reply = served.ask("GET", "/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = dict(re.findall(r"^(milepost\S+) (\S+)$", reply.text, re.MULTILINE))
    assert found['milepost_requests_total{route="/predict",status="200"}'] == "1.0"
    assert found['milepost_requests_total{route="/predict",status="422"}'] == "1.0"
    assert found['milepost_requests_total{route="other",status="404"}'] == "1.0"
    assert found["milepost_rows_total"] == "3.0" and found["milepost_queue_rows"] == "0.0"
    assert found['milepost_batch_rows_bucket{le="1.0"}'] == "1.0" and found["milepost_batch_rows_count"] == "2.0"
    assert found['milepost_request_seconds_count{route="/predict"}'] == "2.0"
