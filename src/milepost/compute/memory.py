"""What a step keeps for its way back, beside the memory that there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

SHARE = 0.5  # of the free memory that a step's activations may take
UNKNOWN = 4 << 30  # bytes, where the system does not say what is free
LIMITS = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"  # of a container


def parts_of(step: Callable[[], Tensor], device: torch.device) -> int:
    """Return into how many parts a batch must be cut for what its loss keeps to fit into memory."""
    return max(1, -(-kept(step) // max(1, int(SHARE * free(device)))))


def kept(step: Callable[[], Tensor]) -> int:
    """Return the bytes that the graph of `step` holds for the backward pass, each storage once."""
    sizes = dict[int, int]()

    def see(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(see, lambda tensor: tensor):
        held = step()  # alive until all is counted: a storage that is freed may come again
    del held
    return sum(sizes.values())


def free(device: torch.device) -> int:
    """Return the bytes that may still be taken on a device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    left = [UNKNOWN]
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        left = [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable")] or left
        most, now = (Path(path).read_text().strip() for path in LIMITS)
        left += [int(most) - int(now)] if most != "max" else []
    except (OSError, ValueError):
        pass
    return min(left)
