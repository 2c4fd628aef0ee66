"""What the workshop's pages show, as plain values: one module a page, and the words they share."""
