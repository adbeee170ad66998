"""Whatever data lie in -> pieces of tables, in order, with the place of every row. Text stays text."""
