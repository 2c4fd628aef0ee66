"""The workshop: posts, jobs, attempts, retries, dead letters. Publishes once and only once."""
