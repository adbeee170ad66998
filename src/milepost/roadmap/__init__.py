"""What the founder sees."""
