"""Django's PostgreSQL backend, which finds or starts the embedded server when HOST names none."""
