"""Headers: what each of them holds, by synonyms, by what a person said, or as a proposal."""
