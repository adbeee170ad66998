"""product.yaml, read and checked; no torch."""
