"""What kind of file it is: by its name in a folder, by its first bytes, or that of another program."""
