"""The API of engagement."""
