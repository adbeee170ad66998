"""Scores from per-row statistics, by weights."""
