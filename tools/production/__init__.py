"""What ``make try`` and the measuring tools share: an installation as deploy/ says, what stands in front of it, and who asks it."""
