"""What a founder looks at: the pages of a run, as HTML that needs nothing else."""
