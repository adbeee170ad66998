"""What the owner of data should know. Nothing is changed here."""
