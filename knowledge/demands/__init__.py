"""Demands: questions nobody has answered yet, and the receipts of those who asked."""
