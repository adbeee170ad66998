"""Personal data are named by column, kind and count; what only looks like them is not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.personal.data import Personal, glance

DATA = Path("/work/shared/data") if Path("/work/shared/data").is_dir() else Path("data")
CARDS = (  # test numbers that the issuers publish
    "4111111111111111",
    "4012888888881881",
    "5555555555554444",
    "5105105105105100",
    "2223003122003222",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
    "3530111333300000",
    "30569309025904",
    "6200000000000005",
)
IBANS = (  # examples of the registry of ISO 13616
    "GB82 WEST 1234 5698 7654 32",
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "CH9300762011623852957",
    "SA0380000000608010167519",
    "MT84MALT011000012345MTLCAST001S",
    "NO9386011117947",
    "BE68 5390 0754 7034",
    "ES9121000418450200051332",
)
RESIDENTS = ("11010519491231002X", "11010519491231002x", "440524188001010014")  # of GB 11643 and its commentaries


def found(cells: Sequence[object], name: str = "x", blocks: int = 1) -> dict[str, int]:
    """Return how many of what is found in one column, by the last word that says what."""
    personal, table = Personal(), pl.DataFrame({name: cells})
    step = -(-len(cells) // blocks)
    for start in range(0, len(cells), step):
        personal.add(glance(table[start : start + step]))
    return {f.what.partition(f"{f.count} ")[2]: f.count for f in personal.findings()}


def test_published_cards() -> None:
    assert found(CARDS) == {"bank card numbers": len(CARDS)}
    assert found([f"{c[:4]} {c[4:8]} {c[8:12]} {c[12:]}" for c in CARDS if len(c) == 16]) == {"bank card numbers": 8}
    assert found(["3782 822463 10005", "3714-496353-98431"]) == {"bank card numbers": 2}
    assert found(["paid with 4111 1111 1111 1111, thanks", "no"]) == {"bank card numbers": 1}
    assert found([int(c) for c in CARDS]) == {"bank card numbers": len(CARDS)}


def test_published_accounts() -> None:
    assert found(IBANS) == {"bank account numbers (IBAN)": len(IBANS)}
    assert found([f"to {IBANS[0]} PLEASE", "", None]) == {"bank account numbers (IBAN)": 1}
    assert found(["GB82 WEST 1234 5698 7654 33"]) == {}


def test_published_resident_ids() -> None:
    assert found(RESIDENTS) == {"Chinese resident ids": 3}
    assert found(["身份证11010519491231002X。", "无"]) == {"Chinese resident ids": 1}
    assert found(["110105491231002", "440524800101001", "320311770706001"]) == {"Chinese resident ids": 3}
    assert found(["110105491331002", "440524800101001", "320311770706001"]) == {}  # no thirteenth month


def test_mail() -> None:
    cells = [
        "a.b+c@example.com",
        "write to ann@mail.example.org or bob@example.net!",
        "邮箱zhang@qq.com联系",
        "jörg@müller.de",
    ]
    assert found(cells) == {"e-mail addresses": 5}
    assert found(["@home", "a @ b", "logo@2x.png", "react@18.2.0", "3 apples @ 2.50", "user@localhost"]) == {}


def test_telephones() -> None:
    everywhere = [
        "+1 212-555-0123",
        "+44 20 7946 0958",
        "+49 (0)30 901820",
        "+33 1 23 45 67 89",
        "+551155256325",
        "+65 6123 4567",
    ]
    assert found(everywhere) == {"telephone numbers": 6}
    assert found(["(212) 555-0123", "call 212-555-0123 now", "1-212-555-0123", "212.555.0123"]) == {
        "telephone numbers": 4
    }
    assert found(["010-62781234", "0571-88001234", "(021) 62781234"]) == {"telephone numbers": 3}
    assert found(["01 23 45 67 89", "02.99.12.34.56", "0171/1234567", "030 1234567"]) == {"telephone numbers": 4}
    assert found([2125550123, 2125550124, 3125550199], "phone") == {"telephone numbers": 3}
    assert found(["91234567", "81234567"], "Home-Phone") == {"telephone numbers": 2}


def test_chinese_mobiles() -> None:
    assert found(["13800138000", "+86 159 1234 5678", "(+86)18612345678", "0086-13912345678"]) == {
        "Chinese mobile numbers": 4
    }
    assert found([13800138000, 15912345678, 18612345678]) == {"Chinese mobile numbers": 3}
    assert found([13800138000.0, 15912345678.0, 18612345678.0]) == {"Chinese mobile numbers": 3}
    assert found(["请打电话13800138000预订", "很好"]) == {"Chinese mobile numbers": 1}
    ages = [str(20 + i % 50) for i in range(500)]
    assert found([*ages, "13800138000", "15912345678", "18612345678"]) == {"Chinese mobile numbers": 3}


def test_addresses_of_computers() -> None:
    assert found(["192.168.0.1", "8.8.8.100", "10.0.0.200"]) == {"IP addresses": 3}
    assert found(["10.0.0.12", "10.0.0.13"], "client_ip") == {"IP addresses": 2}
    assert found(["2001:0db8:85a3:0000:0000:8a2e:0370:7334", "fe80::1ff:fe23:4567:890a"]) == {"IP addresses": 2}
    assert found(["1.2.3.4", "2.10.0.11", "10.0.19041.1", "1.1.1.10"]) == {}


def test_social_security() -> None:
    assert found(["219-09-9999", "078-05-1120", "457-55-5462"]) == {"US social security numbers": 3}
    assert found(["219-09-9999", "000-05-1120", "457-00-5462", "666-12-1234"]) == {}


def test_people_by_the_name_of_the_column() -> None:
    names = [f"{a} {b}" for a in ("Ann", "Bob", "Cid", "Dan", "Eve") for b in ("Ash", "Birch", "Cedar", "Elm", "Oak")]
    assert found(names, "CustomerName") == {"names of people, by its own name": 25}
    assert found([f"{n} Street {i}" for i, n in enumerate(names)], "address") == {
        "addresses of people, by its own name": 25
    }
    assert found(names, "name") == {}  # of products, perhaps
    personal = Personal()
    personal.add(glance(pl.DataFrame({"name": names, "age": range(25)})))
    assert [f.severity for f in personal.findings()] == ["info"] and personal.columns() == {"name"}
    assert found(["yes", "no"] * 20, "first_name") == {}
    assert found([f"someone/project-{i}" for i in range(40)], "full_name") == {}
    assert found([f"0x{i:040x}" for i in range(40)], "address") == {}
    assert found([f"{n}市{n}路{i}号" for i, n in enumerate("甲乙丙丁戊己庚辛壬癸" * 3)], "地址") == {
        "addresses of people, by its own name": 30
    }
    assert found([str(i) for i in range(40)], "surname") == {}


def _dates() -> list[str]:
    return [
        f"20{y:02d}-{m:02d}-{d:02d} {d:02d}:{m:02d}:00" for y in range(10, 24) for m in (1, 6, 12) for d in (1, 9, 28)
    ]


RNG = np.random.default_rng(0)
CLEAN: dict[str, list[object]] = {
    "timestamps": (RNG.integers(10**9, 2 * 10**9, 3000)).tolist(),
    "milliseconds": (RNG.integers(10**12, 2 * 10**12, 3000)).tolist(),
    "microseconds": (RNG.integers(10**15, 2 * 10**15, 3000)).tolist(),
    "nanoseconds": (RNG.integers(10**18, 2 * 10**18, 3000)).tolist(),
    "amounts": (np.round(10 ** RNG.uniform(2, 13, 3000))).tolist(),
    "cents": (np.round(10 ** RNG.uniform(2, 11, 3000), 2)).tolist(),
    "codes of 11 digits": (RNG.integers(10**10, 10**11, 3000)).tolist(),
    "codes of 13 digits": (RNG.integers(10**12, 10**13, 3000)).tolist(),
    "codes of 16 digits": (RNG.integers(10**15, 10**16, 3000)).tolist(),
    "codes of a Visa's prefix": (RNG.integers(4 * 10**15, 5 * 10**15, 3000)).tolist(),
    "codes of 18 digits": (RNG.integers(10**17, 10**18, 3000)).tolist(),
    "one code": [4111111111111111] * 500,
    "one code of 11 digits": ["13800138000"] * 500,
    "floats": (RNG.normal(size=3000)).tolist(),
    "large floats": (RNG.normal(size=3000) * 1e12).tolist(),
    "dates": [*_dates()],
    "short dates": [d[8:10] + "." + d[5:7] + "." + d[:4] for d in _dates()],
    "compact dates": [d[:10].replace("-", "") for d in _dates()],
    "times": [d[11:] for d in _dates()],
    "hexadecimal": [f"{int(i):032x}" for i in RNG.integers(10**15, 10**18, 3000)],
    "uuids": [f"{i:08x}-{i % 9999:04d}-4{i % 999:03d}-a{i % 999:03d}-{i:012d}" for i in range(3000)],
    "parts": [f"{i % 999:03d}-{i % 77:02d}-{i:04d}" for i in range(3000)],
    "keys": [f"{i:04d}-{7 * i % 9999:04d}-{13 * i % 9999:04d}-{31 * i % 9999:04d}" for i in range(1, 3000)],
    "versions": [f"{i % 9}.{i % 13}.{i % 7}.{i % 80}" for i in range(3000)],
    "code": ["std::vector<int> a::b", "x = y[1:2] @ z", "0x1f::2", "face::dead"] * 100,
    "prose": ["It cost 1,250,000 in 1999 2000 2001 and 12 345 678 later ...", "3 of 10 (2.5 %)"] * 100,
    "signed": [f"{i:+d}" for i in RNG.integers(-(10**8), 10**8, 3000)],
    "books": [f"0-306-{i:05d}-{i % 9}" for i in range(3000)],
    "places": [f"0{i % 2999:04d}-{i:04d}" for i in range(1000, 3000)],
    "positions": [f"04.{i:04d} 07.{i:04d}" for i in range(1000, 3000)],
    "in sequence": list(range(13800138000, 13800141000)),
    "links": ["text -@mention.name", "see img/photo@large.png or main@2.js", "A@B.T"] * 50,
    "empty": [None, "", " "] * 50,
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean_columns_raise_no_alarm(name: str) -> None:
    cells = list(CLEAN[name])
    for some in (cells, [None if c is None else str(c) for c in cells]):
        assert found(some) == {}


def test_clean_files_raise_no_alarm() -> None:
    """Only hotel reviews hold telephone numbers, really."""
    files = [f for f in sorted(DATA.glob("*/*.csv")) if f.parent.name != "chnsenticorp_hotel"]
    if not files:
        pytest.skip("the real data sets are not here")
    for file in files:
        personal = Personal()
        personal.add(glance(pl.read_csv(file, infer_schema=False)))
        personal.add(glance(pl.read_csv(file, infer_schema_length=None)))
        assert personal.findings() == [], file.parent.name


def _luhn(digits: str) -> bool:
    """As ISO/IEC 7812-1 says it, digit by digit."""
    total = 0
    for i, c in enumerate(reversed(digits)):
        n = int(c) * (2 if i % 2 else 1)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def _card(seed: int) -> str:
    body = "4" + "".join(random.Random(seed).choices("0123456789", k=14))
    return next(body + c for c in "0123456789" if _luhn(body + c))


def _resident(seed: int) -> str:
    rng = random.Random(seed)
    day = f"{rng.randint(1930, 2020)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    body = f"{rng.choice(['110101', '320311', '440524', '510104', '650102'])}{day}{rng.randint(1, 999):03d}"
    total = sum(int(c) * (2 ** (17 - i) % 11) for i, c in enumerate(body))  # ISO 7064, MOD 11-2
    return body + "0123456789X"[(12 - total % 11) % 11]


def _iban(seed: int) -> str:
    account = "".join(random.Random(seed).choices("0123456789", k=18))
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def _changed(number: str, place: int, by: int) -> str:
    digit = str((int(number[place]) + by) % 10)
    return number[:place] + digit + number[place + 1 :]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 9), st.integers(5, 14), st.sampled_from((_card, _resident, _iban)))
def test_valid_numbers_are_found_and_slips_are_not(seed: int, by: int, place: int, make: object) -> None:
    numbers = [make(seed + i) for i in range(20)]  # type: ignore[operator]
    assert list(found(numbers).values()) == [20]
    assert list(found([*numbers, _changed(numbers[0], place, by)]).values()) == [20]


PIECES = (
    *(
        "4111111111111111",
        "13800138000",
        "12",
        "2024-01-02",
        "+86 139 1234 5678",
        "212-555-0123",
        "a@b.example.com",
        "1.5",
    ),
    *(
        "192.168.1.100",
        "1.2.3.4",
        "GB82WEST12345698765432",
        "11010519491231002X",
        "0571-88001234",
        " ",
        "x",
        "@",
        "-",
        "::",
    ),
    *(
        "fe80::1ff:fe23",
        "219-09-9999",
        "1234567890",
        "0.12345678",
        "01 23 45 67 89",
        "(",
        ")",
        "\n",
        "é",
        "联系",
        "1700000000",
    ),
)
PROSE = st.just("word after word " * 1000)  # beside so much of it, only the cells with digits are looked at
CELLS = st.lists(
    st.none() | PROSE | st.lists(st.sampled_from(PIECES), max_size=3).map("".join), min_size=1, max_size=30
)


@settings(max_examples=150, deadline=None)
@given(CELLS, st.integers(2, 30))
def test_the_cut_of_the_rows_changes_nothing(cells: list[str | None], blocks: int) -> None:
    table, step = pl.DataFrame({"x": cells}, schema={"x": pl.String}), -(-len(cells) // blocks)
    whole, pieces = Personal(), Personal()
    whole.add(glance(table))
    for start in range(0, len(cells), step):
        pieces.add(glance(table[start : start + step]))
    assert pieces.findings() == whole.findings()
    assert {k: int(v[0]) for k, v in pieces._sums.items()} == {k: int(v[0]) for k, v in whole._sums.items()}


def test_columns_side_by_side_are_told_apart() -> None:
    kinds = {
        "m": ["a@b.example"] * 3,
        "s": ["no", "", None],
        "c": list(CARDS[:3]),
        "n": [1, 2, 3],
        "p": [13800138000, 15912345678, None],
    }
    personal = Personal()
    personal.add(glance(pl.DataFrame(kinds)))
    personal.add(glance(pl.DataFrame({"new": ["+44 20 7946 0958"], "m": ["x@y.example"]})))
    assert {f.where: f.count for f in personal.findings()} == {
        "column m": 4,
        "column c": 3,
        "column p": 2,
        "column new": 1,
    }
    assert personal.columns() == {"m", "c", "p", "new"}


def test_many_columns_and_none() -> None:
    personal = Personal()
    for table in (
        pl.DataFrame(),
        pl.DataFrame({"a": []}),
        pl.DataFrame({f"c{i}": ["a@b.example", "4"] for i in range(3000)}),
    ):
        personal.add(glance(table))
    assert len(personal.findings()) == 3000


def test_no_value_is_said() -> None:
    cells = [*CARDS, *IBANS, *RESIDENTS, "a.b@example.com", "+44 20 7946 0958", "13800138000", "192.168.0.100"]
    personal = Personal()
    personal.add(glance(pl.DataFrame({f"c{i}": [c] * 2 + list(CARDS) for i, c in enumerate(cells)})))
    said = " ".join(f"{f.where} {f.what} {f.fix}" for f in personal.findings())
    assert said and not [c for c in cells if c in said]
