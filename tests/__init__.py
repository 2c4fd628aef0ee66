"""The proofs: one folder per room, plus contract/ and journeys/; `python -m tests` runs them all."""
