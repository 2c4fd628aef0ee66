"""Forgetting: which rows are kept for how long, and how those whose time is over are deleted without anybody noticing."""
