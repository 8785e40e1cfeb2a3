"""What an audit gives, and what is done with it later."""
