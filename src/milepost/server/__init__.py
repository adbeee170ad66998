"""HTTP over a deployed folder."""
