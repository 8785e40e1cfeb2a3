"""One run of an audit: read, find groups, merge, count."""
