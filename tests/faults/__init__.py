"""Faults: real servers stopped, frozen and taken away under a running service."""
