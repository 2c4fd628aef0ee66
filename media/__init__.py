"""The archive: authors' files, kept, probed and handed to platforms. Knows no platform."""
