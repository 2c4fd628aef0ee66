"""Small programs behind the Makefile. Each runs on the standard library alone."""
