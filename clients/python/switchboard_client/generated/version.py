"""The version of the hub whose API this speaks."""

VERSION = "1.0.0"
