"""What a column is, how its cells are read, and how it looks: decided by all rows, whatever the cut."""
