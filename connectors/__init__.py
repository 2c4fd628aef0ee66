"""The embassy: everything that speaks with a platform. Connections, connect pages, token life, the platforms' folders."""
