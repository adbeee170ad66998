"""What Milepost says, in the reader's language: every message is found by the English it was written in."""
