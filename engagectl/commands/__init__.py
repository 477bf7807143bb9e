"""Flags and help of every command; the work is done by the modules beside this package."""
