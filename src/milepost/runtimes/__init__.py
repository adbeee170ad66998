"""A network behind a runtime."""
