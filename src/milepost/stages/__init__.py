"""What never changes: prepare, initialize, train, evaluate, deploy."""
