"""What the name of a column says of people: telephones, persons, where they live."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_PHONE = re.compile(
    r"(.*[_ ])?(phone|phones|phone_?(no|nr|num|number)|telephone|tel|tel_?(no|nr|num|number)|telefon|telefono|teléfono"
    r"|téléphone|mobile|mobile_?(no|nr|num|number)|cell_?phone|handy|fax|whatsapp)(_\d+)?"
    r"|.*(电话|电话号码|手机|手机号|手机号码|联系方式|传真)"
)
_COMPUTER = re.compile(r"(.*[_ ])?(ip|ips|ipv4|ip_?addr|ip_?address)(_\d+)?|.*(ip地址)")
_SECURITY = re.compile(r"(.*[_ ])?(ssn|social_security(_(no|number))?)")
_PERSON = re.compile(
    r"((customer|client|patient|person|user|employee|student|applicant|borrower|contact|passenger|holder|owner|member"
    r"|account_holder|card_?holder|mother|father|spouse)s?_)?"
    r"(first_?name|last_?name|full_?name|given_?name|family_?name|middle_?name|maiden_?name|surname|forename)"
    r"|(customer|client|patient|person|employee|student|applicant|borrower|passenger|account_holder|card_?holder"
    r"|mother|father|spouse)s?_name"
    r"|(客户|患者|病人|学生|员工|用户|申请人|借款人|联系人|收件人|持卡人|乘客|真实)?姓名|联系人|收件人"
)
_HOME = re.compile(
    r"((home|street|mailing|postal|billing|shipping|delivery|residential|customer|patient|client|current|permanent)_)?"
    r"address(_?(line)?_?\d)?|.*(住址|家庭地址|通讯地址|收货地址|联系地址)|地址"
)
_ALIVE = re.compile(r"sex|gender|age|birth_?(date|day|year)|date_?of_?birth|dob|性别|年龄|出生日期|生日")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=1 << 16)
def _plain(name: str) -> str:
    """Write customerName, Customer-Name and customer.name alike."""
    return re.sub(r"[\s_.\-]+", "_", _CAMEL.sub("_", name.strip())).lower()


def of_phones(name: str) -> bool:
    """Tell whether a column is named like telephone numbers."""
    return _PHONE.fullmatch(_plain(name)) is not None


def of_computers(name: str) -> bool:
    """Tell whether a column is named like the addresses of computers."""
    return _COMPUTER.fullmatch(_plain(name)) is not None


def of_security(name: str) -> bool:
    """Tell whether a column is named like social security numbers."""
    return _SECURITY.fullmatch(_plain(name)) is not None


def of_homes(name: str) -> bool:
    """Tell whether a column is named like the addresses of people."""
    return _HOME.fullmatch(_plain(name)) is not None


def of_persons(name: str, names: Iterable[str]) -> bool:
    """Tell whether a column is named like people; a mere `name` is, beside their sex, age or birthday."""
    plain = _plain(name)
    if plain == "name" or plain == "名字":
        return any(_ALIVE.fullmatch(_plain(n)) for n in names)
    return _PERSON.fullmatch(plain) is not None


@lru_cache(maxsize=4)
def like_people(names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of the columns that are named like people or where they live."""
    return tuple(i for i, n in enumerate(names) if of_homes(n) or of_persons(n, names))
