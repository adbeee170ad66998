"""From raw files to columns on disk."""
