"""Models that need no torch, each an ONNX graph."""
