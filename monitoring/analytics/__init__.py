"""Numbers: what platforms tell of posts and places, asked for in time, kept for a while, and shown."""
