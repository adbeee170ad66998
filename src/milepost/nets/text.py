"""The network of texts: an encoder, the mean or the last of its tokens, what stands beside the text, one matrix.

Shape letters: B examples, T tokens, D width, F features, O outputs.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import torch
from torch import Tensor, nn

from milepost.nets.dropout import Dropout
from milepost.nets.packed import Packing, packing
from milepost.nets.tabular import Categories, Numbers

EMBEDDING = 8  # width of a number or category beside the text
DROPPED = 0.1
AGREE = 1e-4  # within which packed and padded outputs must lie
PROBE = (2, 5, 5, 3)  # lengths on which that is tried


class TextNet(nn.Module):
    """Map tokens, and numbers and categories beside them, to outputs.

    `backbone` is an encoder of ours or of transformers. Where `packed` is set a batch runs without its padding, which
    `can_pack` says is possible.
    """

    packed: bool = False
    _checkpointing: bool = False

    def __init__(
        self,
        backbone: Any,
        outputs: int,
        pooling: Literal["mean", "last"],
        knots: Sequence[Sequence[float]] = (),
        sizes: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.backbone, self.pooling = backbone, pooling
        self.numbers = Numbers(knots, EMBEDDING) if knots else None
        self.categories = Categories(sizes, EMBEDDING) if sizes else None
        width = backbone.width if hasattr(backbone, "width") else backbone.config.hidden_size
        self.dropout = Dropout(DROPPED)
        self.head = nn.Linear(width + EMBEDDING * (len(knots) + len(sizes)), outputs)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(
        self,
        ids: Tensor,
        ids_len: Tensor,
        type: Tensor | None = None,
        number: Tensor | None = None,
        category: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Map ids int64 [B, T] of lengths [B], and what stands beside them, to {"out": [B, O]}."""
        features = self.features(ids, ids_len, type, number, category)["features"]
        return {"out": self.head(self.dropout(features))}

    def features(
        self,
        ids: Tensor,
        ids_len: Tensor,
        type: Tensor | None = None,
        number: Tensor | None = None,
        category: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Return what the last matrix sees, {"features": [B, F]}."""
        kind = None if type is None else type.long()
        parts = [self._packed(ids, ids_len, kind) if self.packed else self._padded(ids, ids_len, kind)]
        if self.numbers is not None:
            parts.append(self.numbers(number).flatten(1))
        if self.categories is not None:
            parts.append(self.categories(category).flatten(1))
        return {"features": torch.cat(parts, 1)}

    def _padded(self, ids: Tensor, ids_len: Tensor, kind: Tensor | None) -> Tensor:
        """Encode a padded batch: [B, D]."""
        mask_BT = torch.arange(ids.shape[1], device=ids.device) < ids_len[:, None]
        padding = getattr(getattr(self.backbone, "config", None), "pad_token_id", None) or 0
        known = {} if kind is None else {"token_type_ids": kind}
        hidden_BTD = self.backbone(
            input_ids=ids.masked_fill(~mask_BT, padding), attention_mask=mask_BT.long(), **known
        ).last_hidden_state
        if self.pooling == "last":
            return hidden_BTD[torch.arange(len(ids), device=ids.device), ids_len - 1]
        return hidden_BTD.masked_fill(~mask_BT[..., None], 0).sum(1) / ids_len[:, None]

    def _packed(self, ids: Tensor, ids_len: Tensor, kind: Tensor | None) -> Tensor:
        """Encode the tokens of a batch one after another: [B, D]."""
        plan = packing(ids_len, ids.shape[1])
        known = {} if kind is None else {"token_type_ids": kind.flatten()[plan.token_S][None]}
        hidden_SD = self.backbone(
            input_ids=ids.flatten()[plan.token_S][None],
            position_ids=(plan.position_S + self._first_position)[None],
            spans=plan.spans,
            **known,
        ).last_hidden_state[0]
        return self._pooled(hidden_SD, plan)[plan.order_B.argsort()]

    def _pooled(self, hidden_SD: Tensor, plan: Packing) -> Tensor:
        if self.pooling == "last":
            return hidden_SD[plan.length_B.cumsum(0) - 1]
        counts = [count * length for count, length in plan.spans.runs]
        runs = zip(hidden_SD.split(counts), plan.spans.runs, strict=True)
        return torch.cat([part.unflatten(0, run).mean(1) for part, run in runs])

    @property
    def checkpointing(self) -> bool:
        """Whether layers are worked out again on the way back instead of kept (Chen et al. 2016)."""
        return self._checkpointing

    @checkpointing.setter
    def checkpointing(self, on: bool) -> None:
        if on != self.checkpointing:
            switch = "gradient_checkpointing_enable" if on else "gradient_checkpointing_disable"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # transformers 6 will call it otherwise
                getattr(self.backbone, switch)(*([{"use_reentrant": False}] if on else []))
            self._checkpointing = on

    @property
    def _first_position(self) -> int:
        """RoBERTa and its kin count positions from behind the padding's id."""
        embeddings = getattr(self.backbone, "embeddings", None)
        first = getattr(embeddings, "padding_idx", None)
        return 0 if first is None else first + 1

    @cached_property
    def can_pack(self) -> bool:
        """Tell whether a batch without padding gives what a padded one gives: not every architecture takes it."""
        device, training, packed = self.head.weight.device, self.training, self.packed
        length_B = torch.tensor(PROBE, device=device)
        ids = torch.arange(len(PROBE) * max(PROBE), device=device).view(len(PROBE), -1) % 7 + 3
        self.eval()
        try:
            with torch.no_grad():
                close = torch.allclose(self._padded(ids, length_B, None), self._packed(ids, length_B, None), atol=AGREE)
        except (TypeError, ValueError, RuntimeError, IndexError, AttributeError):
            return False
        finally:
            self.train(training)
            self.packed = packed
        return close
