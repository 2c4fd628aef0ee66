"""The simplest programs that do the same work: what the hub's figures are held against."""
