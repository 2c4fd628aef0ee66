"""What the pages of numbers show, as plain values: an overview, one place, one post."""
