from __future__ import annotations

import socket
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .conftest import JSON, Served, Start
from .fake import FakeProduct

HEAD = b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
ASK = HEAD + b'content-length: 10\r\n\r\n{"age": 5}'


def test_answers_in_the_form_of_the_question(served: Served) -> None:
    one = {"age": 54, "pain": "typical"}
    answer = FakeProduct.answer(54)
    assert served.predict(one).json == answer
    assert served.predict([one, {"age": 10}]).json == [answer, FakeProduct.answer(10)]
    assert served.predict({"rows": [one]}).json == {"answers": [answer]}
    assert served.predict([]).json == []
    assert served.predict({"rows": []}).json == {"answers": []}


def test_rounds_at_the_door(served: Served) -> None:
    assert served.predict({"age": 54.123456789}).json["age"] == 54.1235


def test_a_field_left_out_is_missing(served: Served) -> None:
    assert served.predict({}).status == 200


def test_every_wrong_field_is_named(served: Served) -> None:
    lone = served.predict({"age": "old", "colour": 1})
    assert lone.status == 422 and set(lone.places) == {"age", "colour"}
    many = served.predict([{"age": 1}, {"age": "old"}])
    assert many.status == 422 and many.places == ["rows[1].age"]
    assert all(e["fix"] for e in lone.json["errors"] + many.json["errors"])


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        (b'{"age": 5', 400, "line 1 column 10"),
        (b'{"age":\n 5,}', 400, "line 2 column 3"),
        (b"", 400, "line 1 column 1"),
        (b"\xff\xfe", 400, "line 1 column 1"),
        (b"[" * 100_000, 400, None),
        (b'{"age": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400, None),
        (b'{"age": NaN}', 422, "age"),
        (b'[{"age": 1}, {"age": -Infinity}]', 422, "rows[1].age"),
        (b'{"rows": [{"age": 1e999}]}', 422, "rows[0].age"),
        (b"3", 422, "body"),
        (b'[{"age": 1}, 2]', 422, "rows[1]"),
    ],
)
def test_malformed_bodies_say_where(served: Served, body: bytes, status: int, where: str | None) -> None:
    reply = served.predict(body)
    assert reply.status == status
    assert where is None or reply.places == [where]


def test_a_key_given_twice_counts_once(served: Served) -> None:
    assert served.predict(b'{"age": 1, "age": 2}').json["age"] == 2.0


def test_no_such_route_or_method(served: Served) -> None:
    assert served.ask("GET", "/nothing").status == 404
    wrong = served.ask("GET", "/predict")
    assert wrong.status == 405 and wrong.headers["allow"] == "POST"
    head = served.ask("HEAD", "/health")
    assert head.status == 200 and head.text == ""


def test_another_content_type_is_refused(served: Served) -> None:
    assert served.ask("POST", "/predict", b"age=5", {"content-type": "application/x-www-form-urlencoded"}).status == 415
    assert served.ask("POST", "/predict", b"x", JSON | {"content-encoding": "gzip"}).status == 415
    assert served.ask("POST", "/predict", {"age": 5}, {"content-type": "Application/JSON; charset=utf-8"}).status == 200


def test_a_failure_of_ours_quotes_nothing(start: Start) -> None:
    served = start()
    reply = served.predict([{"age": 666}])
    assert reply.status == 500
    assert "secret" not in reply.text and "Traceback" not in reply.text
    served.process.terminate()
    _, log = served.process.communicate(timeout=10)
    reference = reply.json["errors"][0]["fix"].split("reference ")[1].split()[0]
    assert reference in log and "ValueError" in log and "secret of row 666\n" not in log


def test_one_bad_request_fails_alone(start: Start) -> None:
    served = start(0.05, workers=1)
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda age: served.predict({"age": age}), [1, 2, "old", 4, 666, *range(6, 13)]))
    assert [r.status for r in replies] == [200, 200, 422, 200, 500] + [200] * 7
    assert replies[2].places == ["age"]
    assert [r.json["age"] for r in replies if r.status == 200] == [1, 2, 4, 6, 7, 8, 9, 10, 11, 12]


def _peak_mb(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_too_large_is_refused_without_reading_it(start: Start, chunked: bool) -> None:
    served = start()
    before = _peak_mb(served.process.pid)
    length = b"transfer-encoding: chunked" if chunked else b"content-length: %d" % (100 << 20)
    piece = b"x" * (1 << 20)
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(HEAD + length + b"\r\n\r\n")
        try:
            for _ in range(100):
                line.sendall(b"100000\r\n" + piece + b"\r\n" if chunked else piece)
        except OSError:
            pass  # refused while sending, which is right too
        assert b" 413 " in line.recv(100)
    assert _peak_mb(served.process.pid) - before < 40
    assert served.ask("GET", "/health").status == 200


def test_more_rows_than_can_ever_wait_are_refused(start: Start) -> None:
    served = start(queue_rows=10)
    assert served.predict([{"age": 1}] * 10).status == 200
    assert served.predict([{"age": 1}] * 11).status == 413


def test_a_full_queue_says_when_to_come_back(start: Start) -> None:
    served = start(0.2, workers=1, queue_rows=4)
    with ThreadPoolExecutor(24) as pool:
        replies = list(pool.map(lambda _: served.predict({"age": 5}), range(24)))
    statuses = [r.status for r in replies]
    assert set(statuses) == {200, 429}
    assert all(r.headers["retry-after"] == "1" for r in replies if r.status == 429)
    assert served.predict({"age": 5}).status == 200


def test_no_answer_in_time(start: Start) -> None:
    served = start(1.0, deadline_s=0.2)
    assert served.predict({"age": 5}).status == 504


def test_a_body_that_does_not_come(start: Start) -> None:
    served = start(deadline_s=0.2)
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(HEAD + b"content-length: 9\r\n\r\n{")
        assert b" 408 " in line.recv(100)


def test_a_thousand_at_once(start: Start) -> None:
    served = start(0.02, queue_rows=400)
    lines = [socket.create_connection(("127.0.0.1", served.port), timeout=30) for _ in range(1000)]
    for line in lines:
        line.sendall(ASK)
    statuses = [line.recv(4096).split()[1] for line in lines]
    for line in lines:
        line.close()
    assert set(statuses) <= {b"200", b"429"} and statuses.count(b"200") >= 400
    assert served.predict({"age": 5}).status == 200


def test_a_client_that_leaves_harms_nobody(start: Start) -> None:
    served = start(0.1, workers=1)
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", served.port)) as line:
            line.sendall(ASK)
    time.sleep(0.1)
    assert served.predict({"age": 5}).status == 200


def test_the_token_opens_everything_and_probes_need_none(start: Start) -> None:
    served = start(token="s3cret")
    assert served.ask("GET", "/health").status == 200
    for path in ("/", "/docs", "/openapi.json", "/metrics", "/nothing", "/v2/models/heart-check"):
        refused = served.ask("GET", path)
        assert refused.status == 401 and "www-authenticate" in refused.headers
    basic = b64encode(b"anyone:s3cret").decode()
    for header in ("Bearer s3cret", f"Basic {basic}"):
        assert served.ask("POST", "/predict", {"age": 5}, JSON | {"authorization": header}).status == 200
    for header in ("Bearer wrong", "Bearer", "Basic !!", "Basic " + b64encode(b"s3cret").decode(), "Bearer s3créT"):
        sent = JSON | {"authorization": header.encode("utf-8").decode("latin-1")}
        assert served.ask("POST", "/predict", {"age": 5}, sent).status == 401


def test_headers_are_safe_and_no_origin_is_invited(served: Served) -> None:
    reply = served.ask("GET", "/", headers={"origin": "http://elsewhere.example"})
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert not any(name.startswith("access-control") for name in reply.headers)


def test_health_names_the_product(served: Served) -> None:
    found = served.ask("GET", "/health").json
    assert (found["name"], found["version"], found["ready"]) == ("heart-check", "1a2b3c", True)
