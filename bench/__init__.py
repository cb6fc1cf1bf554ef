"""Measurements: side by side in one run, printed as they come out."""
