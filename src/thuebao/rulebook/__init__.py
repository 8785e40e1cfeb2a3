"""All of rules/, loaded and compiled, and nothing else."""
