"""The machinery of training: devices, batches, randomness, checkpoints."""
