"""What the watchtower's pages show, as plain values: one module a page."""
