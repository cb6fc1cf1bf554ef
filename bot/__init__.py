"""How we answer: from a resident's message to a reply. No platform, no HTTP, no SQL."""
