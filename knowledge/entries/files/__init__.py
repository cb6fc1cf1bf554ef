"""Files of content: what volunteers edit, read with line numbers and written back."""
