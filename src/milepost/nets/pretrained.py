"""Networks of transformers under `.backbone`: built from their config, filled from safetensors, tuned in part."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from torch import nn

from milepost.errors import MilepostError
from milepost.nets.dropout import replaced
from milepost.nets.packed import registered

LORA_SCALE = 2  # of the adapters' sum, as alpha / rank
LORA_DROPPED = 0.05


def backbone_of(config: Mapping[str, Any]) -> Any:
    """Return the network that a config.json describes, with fresh weights; raise MilepostError for one unknown."""
    from transformers import AutoConfig, AutoModel

    rest = {k: v for k, v in config.items() if k not in ("model_type", "architectures", "_name_or_path", "dtype")}
    try:
        known = AutoConfig.for_model(config.get("model_type", ""), **rest)
        for name in vars(known).copy():
            if "drop" in name and "att" in name:
                setattr(known, name, 0.0)  # it would forbid the fused kernel
        network = AutoModel.from_config(known)
    except Exception as error:  # whatever a config of any kind leads to
        what = f"the installed transformers has no network `{config.get('model_type')}`: {error}"
        raise MilepostError(what, "model", "name another model, or update transformers") from error
    network = network.float()
    if network.config._attn_implementation == "sdpa":  # others take no other mask than their own
        network.set_attn_implementation(registered())
    if getattr(network, "pooler", None) is not None:
        network.pooler = None
    if hasattr(network.config, "use_cache"):
        network.config.use_cache = False
    return replaced(network)


def pooling_of(config: Mapping[str, Any]) -> Literal["mean", "last"]:
    """Return how the tokens of a network become one vector: decoders see all of a text at its end only."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES as CAUSAL
    from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES as MASKED

    kind = config.get("model_type")
    return "last" if kind in CAUSAL and kind not in MASKED else "mean"


def load_weights(backbone: Any, folder: Path) -> None:
    """Fill a backbone from the safetensors of a folder; raise MilepostError where they are of another network."""
    from transformers import AutoModel

    with _quiet():
        try:
            found, about = AutoModel.from_pretrained(
                folder, use_safetensors=True, local_files_only=True, output_loading_info=True
            )
        except Exception as error:
            what = f"`{folder}` cannot be loaded: {type(error).__name__}: {error}"
            raise MilepostError(what, "model", "fetch it again") from error
    wanted, state = backbone.state_dict(), found.float().state_dict()
    lacking = sorted(set(wanted) & set(about["missing_keys"]) | set(wanted) - set(state))
    if lacking:
        what = f"the weights of `{folder}` are of another network than its config: `{lacking[0]}` is not there"
        raise MilepostError(what, "model", "fetch config and weights together")
    backbone.load_state_dict({k: state[k] for k in wanted})


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers from writing bars, tables and what is to change in it between ours."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def tune(network: Any, how: str) -> None:
    """Say what learns: `whole`, the `head` alone, or `last:N` layers and the head."""
    if how == "whole":
        return
    network.backbone.requires_grad_(False)
    layers = _layers(network.backbone)
    for layer in layers[len(layers) - int(how.partition(":")[2] or 0) :]:
        layer.requires_grad_(True)


def _layers(backbone: nn.Module) -> list[nn.Module]:
    """Return the layers of a backbone, the lowest first: its longest list of modules."""
    lists = [list(m) for m in backbone.modules() if isinstance(m, nn.ModuleList)]
    return max(lists, key=len, default=[])


def with_lora(network: Any, rank: int) -> None:
    """Freeze the backbone and put adapters beside every matrix of it (Hu et al. 2021)."""
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise MilepostError("peft is not installed", "model.lora", "pip install 'milepost[text]'") from error
    config = LoraConfig(r=rank, lora_alpha=LORA_SCALE * rank, lora_dropout=LORA_DROPPED, target_modules="all-linear")
    with _quiet():
        network.backbone = replaced(get_peft_model(network.backbone, config))


def merge(network: Any) -> None:
    """Fold adapters into the weights that they stand beside, so that names are as before."""
    if hasattr(network.backbone, "merge_and_unload"):
        network.backbone = network.backbone.merge_and_unload()
