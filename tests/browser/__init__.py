"""A real Chromium against the running service."""
