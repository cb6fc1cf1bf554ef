"""What we know, and what we are asked but do not know yet. SQL lives here and nowhere else."""
