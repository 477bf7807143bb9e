"""What every part of the API shares: who calls, what a caller may reach, how errors look."""
