"""What became of the numbers that are to be put right: the list of them, and what each later day's exports say."""
