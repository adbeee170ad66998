"""What product.yaml may say."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from milepost.units import seconds

# Promised by the design, not yet kept: refused by name, for a promise is never ignored silently.
NOT_BUILT = {
    ("privacy",),
    ("optimize",),
    ("train", "search"),
    ("train", "budget", "money"),
}


def refuse(what: str, fix: str) -> PydanticCustomError:
    """Return the error of one key: `what` goes on from its name, `fix` says what to write."""
    return PydanticCustomError("refused", "{what}", {"what": what, "fix": fix})


def _no_bool(value: Any) -> Any:
    """Python takes true for 1; a person who writes it means something else."""
    if isinstance(value, bool):
        raise refuse(f"must be a number, not {str(value).lower()}", "write a number")
    return value


def _folder_name(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\w([\w .-]{0,98}[\w-])?", value):
        raise refuse("must be a name that a folder can have", "use letters, digits, `-` and `_`, 100 at most")
    return value


def _time(value: Any) -> float:
    _no_bool(value)
    try:
        return seconds(value)
    except (ValueError, AttributeError, OverflowError):
        raise refuse("must be a time", "write 90s, 5m or 1h30m") from None


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise refuse("must be a date", "write it as 2026-03-31") from None


def _model(value: Any) -> Any:
    return value if isinstance(value, dict | Model) else {"from": value}


def _tune(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"whole|head|last:[1-9]\d{0,3}", value):
        raise refuse("must say which layers learn", "write whole, head or last:2")
    return value


def _milestone(value: Any) -> Any:
    if not isinstance(value, list | dict | Milestone):
        raise refuse("must be a list of gates", f"write `[{'accuracy > naive' if value is None else value}]`")
    return {"gates": value} if isinstance(value, list) else value


class Section(BaseModel):
    """Be one frozen group of keys; a key without a value is as good as absent."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _absent(cls, keys: Any) -> Any:
        if not isinstance(keys, dict):
            return keys
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {k: v for k, v in keys.items() if v is not None or k not in known}


def _split(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"hash|(time|group):.+", value):
        raise refuse("must be a way to split", "write hash, time:COLUMN or group:COLUMN")
    return value


Source = Annotated[str, Field(min_length=1)]  # a file, folder, glob or URL
Gates = Annotated[tuple[str, ...], Field(min_length=1)]
Seed = Annotated[int, Field(ge=0, lt=2**63), BeforeValidator(_no_bool)]
Count = Annotated[int, Field(gt=0), BeforeValidator(_no_bool)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_no_bool)]
Amount = Annotated[float, BeforeValidator(_no_bool)]  # USD
Rate = Annotated[float, Field(gt=0), BeforeValidator(_no_bool)]


class TaskSection(Section):
    """Name the kind; every other key is an option of it, checked by the kind itself."""

    model_config = ConfigDict(extra="allow")

    kind: str

    @property
    def options(self) -> dict[str, Any]:
        """The keys beside `kind`, as written."""
        return dict(self.model_extra or {})


class Data(Section):
    """Say where the data lie, one `source` that Milepost splits or files that are split already, and how to read them.

    `bad_rows` is the share of rows that may be unreadable; `duplicates` says what becomes of exact copies.
    """

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["source"]}, {"required": ["train"]}]})

    source: Source | None = None
    train: Source | None = None
    valid: Source | None = None
    test: Source | None = None
    sheet: str | None = None  # of a workbook
    query: str | None = None  # of a database: SELECT ..., or the name of a table
    split: Annotated[str, BeforeValidator(_split)] = "hash"
    duplicates: Literal["keep", "drop"] = "keep"
    bad_rows: Share = 0.01

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.source is None and self.train is None:
            raise refuse("names no data", "write `source: FILE`, or `train: FILE` beside `test: FILE`")
        if self.source is not None and (self.train, self.valid, self.test) != (None, None, None):
            raise refuse("names a `source`, which is split by itself, and files that are split", "keep one of the two")
        return self


class Lora(Section):
    """Say how wide the adapters are that learn in place of a pretrained network's weights."""

    rank: Annotated[Count, Field(le=1024)] = 16


class Model(Section):
    """Say what training starts from, how large a network built from scratch is, what of a pretrained one learns.

    `auto` tries the `pretrained` one, too, where it is named: its last layer alone, then all of it.
    """

    name: str = Field(default="auto", alias="from")
    size: Literal["tiny", "small", "base", "large"] | None = None
    pretrained: Source | None = None
    tune: Annotated[str, BeforeValidator(_tune)] = "whole"
    lora: Lora | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.pretrained is not None and self.name != "auto":
            raise refuse("names two models to start from", "write `from: auto` beside `pretrained`, or `from` alone")
        if self.lora is not None and self.tune != "whole":
            raise refuse("lets both adapters and layers learn", "keep one of `lora` and `tune`")
        if self.name == "auto" and (self.lora is not None or self.tune != "whole"):
            raise refuse("says how a pretrained model learns, but not which", "write `from: FOLDER`")
        return self


class Budget(Section):
    """Limit what a run may spend; `time` in seconds."""

    time: Annotated[float, BeforeValidator(_time, json_schema_input_type=float | str), Field(gt=0)] = 300.0


class Train(Section):
    """Say how to train; None = chosen by measuring."""

    seed: Seed = 0
    epochs: Count | None = None
    steps: Count | None = None
    lr: Rate | None = None
    batch: Count | None = None
    budget: Budget = Budget()


class Milestone(Section):
    """Hold the gates that evidence must pass, whether deploy waits for them, and the day they are due."""

    gates: Gates
    before: Literal["deploy"] | None = None
    by: Annotated[date, BeforeValidator(_date)] | None = None


class Value(Section):
    """Say in USD what an answer brings: four cells for two classes, or a matrix {truth: {called: USD}}."""

    tp: Amount | None = None
    fp: Amount | None = None
    fn: Amount | None = None
    tn: Amount | None = None
    matrix: dict[str, dict[str, Amount]] | None = None
    requests_per_day: Rate | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        cells = [self.tp, self.fp, self.fn, self.tn]
        if (self.matrix is None) == (cells == [None] * 4):
            raise refuse("must say what answers bring", "write {tp: 40, fp: -5, fn: -120, tn: 0}, or a matrix")
        if self.matrix is None and None in cells:
            raise refuse("lacks some of its four cells", "write all of tp, fp, fn and tn")
        return self


class Spec(Section):
    """Be a whole product.yaml; paths in it are relative to its folder."""

    name: Annotated[str, BeforeValidator(_folder_name)] = "product"
    need: str = ""
    task: TaskSection
    data: Data
    columns: dict[str, dict[str, Any]] = Field(default_factory=dict)  # what a column is, where its cells do not say
    model: Annotated[Model, BeforeValidator(_model, json_schema_input_type=str | Model)] = Field(default_factory=Model)
    train: Train = Train()
    platform: Literal["local"] = "local"
    value: Value | None = None
    milestones: dict[
        str, Annotated[Milestone, BeforeValidator(_milestone, json_schema_input_type=Gates | Milestone)]
    ] = Field(default_factory=dict)
