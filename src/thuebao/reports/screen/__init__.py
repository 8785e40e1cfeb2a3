"""The screen of an audit: what was read, the worst of what was found, the verdict, in as many lines as a screen has."""
