"""Residents: only pseudonyms, what they asked and what they were told, for as long as promised."""
