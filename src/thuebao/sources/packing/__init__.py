"""Opens exports that are stored as files, compressed or in archives."""
