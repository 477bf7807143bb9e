"""The Bot API's methods, one module a subject."""
