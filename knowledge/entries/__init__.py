"""Entries: answers that a person wrote and another approved, from file to published snapshot."""
