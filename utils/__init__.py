"""Contracts that two or more of engageAI's parts share: one module each, no I/O at import."""
