"""The folder of a pretrained model that reads texts: checked before anything is spent. No torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from milepost.errors import MilepostError, raise_all

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt", "model.pth")
OLDER = ("vocab.txt", "vocab.json", "tokenizer.model", "sentencepiece.bpe.model", "spiece.model")
LIMIT = 512  # tokens that a network reads where its config does not say


class Pretrained(NamedTuple):
    """What a folder of the Hugging Face form holds."""

    folder: Path
    config: dict[str, Any]
    tokenizer: bytes  # tokenizer.json
    longest: int  # tokens that the network can read


def pretrained(folder: Path, name: str) -> Pretrained:
    """Read what is not weights, and check those; `name` is how the user calls the folder.

    Raises MilepostErrors for a folder that lacks a file, is half there, holds a pickle, or a model that reads no text.
    """
    config, errors = _config(folder, name), list[MilepostError]()
    if config.get("is_encoder_decoder") or "vocab_size" not in config:
        kind = config.get("model_type", "unknown")
        what = f"`{name}` is a `{kind}` model, which is no encoder or decoder of texts"
        errors.append(MilepostError(what, "model", "name a model such as BERT, MiniLM, RoBERTa or Llama"))
    errors += _weights(folder, name)
    tokenizer, wrong = _tokenizer(folder, name, config.get("vocab_size"))
    raise_all([*errors, *wrong])
    return Pretrained(folder, config, tokenizer, _longest(config, folder))


def _config(folder: Path, name: str) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise MilepostError(
            f"`{name}` holds no config.json", "model", "name a folder of the Hugging Face form"
        ) from None
    except (OSError, ValueError) as error:
        raise MilepostError(f"config.json of `{name}` cannot be read: {error}", "model", "fetch it again") from None
    if not isinstance(config, dict):
        raise MilepostError(f"config.json of `{name}` is no object", "model", "fetch it again")
    return config


def _weights(folder: Path, name: str) -> list[MilepostError]:
    """Check that every file of weights is whole: its header says how long it is."""
    if (folder / INDEX).is_file():
        try:
            files = sorted(set(json.loads((folder / INDEX).read_text("utf-8"))["weight_map"].values()))
        except (ValueError, KeyError, AttributeError):
            return [MilepostError(f"{INDEX} of `{name}` is damaged", "model", "fetch it again")]
    elif (folder / WEIGHTS).is_file():
        files = [WEIGHTS]
    elif any((folder / pickle).is_file() for pickle in PICKLES):
        what = f"the weights of `{name}` are a pickle, which can run any code when it is opened"
        return [MilepostError(what, "model", "save them as safetensors: model.save_pretrained(folder)")]
    else:
        return [MilepostError(f"`{name}` holds no {WEIGHTS}", "model", "fetch it again, weights too")]
    broken = [f for f in files if not whole(folder / f)]
    return [MilepostError(f"`{f}` of `{name}` is not all there", "model", "fetch it again") for f in broken]


def whole(path: Path) -> bool:
    """Tell whether a safetensors file is as long as its header says."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= path.stat().st_size - 8:
                return False
            header = json.loads(file.read(length))
        ends = [about["data_offsets"][1] for name, about in header.items() if name != "__metadata__"]
        return path.stat().st_size == 8 + length + max(ends, default=0)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _tokenizer(folder: Path, name: str, ids: int | None) -> tuple[bytes, list[MilepostError]]:
    """Return tokenizer.json, made from an older form where there is none; a network of so many `ids` can read it."""
    path = folder / "tokenizer.json"
    try:
        content = path.read_bytes() if path.is_file() else _older(folder, name)
        about = json.loads(content)
        known, special = len(about["model"]["vocab"]), len(about.get("added_tokens") or ())
    except MilepostError as error:
        return b"", [error]
    except (OSError, ValueError, LookupError, TypeError):
        return b"", [MilepostError(f"tokenizer.json of `{name}` is damaged", "model", "fetch it again")]
    if known <= special:  # transformers makes one without words where it finds no file of them
        return b"", [_no_tokenizer(name)]
    if ids is not None and known > ids:
        what = f"the tokenizer of `{name}` has {known:,} tokens, its network knows {ids:,}"
        return b"", [MilepostError(what, "model", "fetch config and tokenizer together")]
    return content, []


def _no_tokenizer(name: str) -> MilepostError:
    return MilepostError(f"`{name}` holds no tokenizer", "model", "copy tokenizer.json beside config.json")


def _older(folder: Path, name: str) -> bytes:
    """Make a tokenizer.json from the files that came before it."""
    if not any((folder / older).is_file() for older in OLDER):
        raise _no_tokenizer(name)
    try:
        from transformers import AutoTokenizer

        backend = AutoTokenizer.from_pretrained(folder, local_files_only=True).backend_tokenizer
        content: str = backend.to_str()
        return content.encode()
    except ImportError:
        raise MilepostError("transformers is not installed", "model", "pip install 'milepost[text]'") from None
    except Exception as error:
        what = f"the tokenizer of `{name}` cannot be read: {type(error).__name__}: {error}"
        raise MilepostError(what, "model", "save it as tokenizer.json") from error


def _longest(config: dict[str, Any], folder: Path) -> int:
    """Return how many tokens the network can read at once."""
    places = config.get("max_position_embeddings") or config.get("n_positions") or LIMIT
    if config.get("model_type") in ("roberta", "xlm-roberta", "camembert"):
        places -= 1 + config.get("pad_token_id", 1)  # counting starts there
    try:
        said = json.loads((folder / "tokenizer_config.json").read_text("utf-8")).get("model_max_length", places)
    except (OSError, ValueError, AttributeError):
        said = places
    return int(min(places, said if isinstance(said, int | float) and said > 0 else places))
