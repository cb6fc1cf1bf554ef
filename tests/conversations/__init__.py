"""Conversations as residents have them, in YAML, and what plays them."""
