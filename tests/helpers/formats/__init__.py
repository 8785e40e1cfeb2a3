"""One set of records in every form that exports come in, and what has to be found on them."""
