"""Data come in: read once, typed, dealt out to the sides of the split, in bounded memory."""
