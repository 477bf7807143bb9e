"""`engagectl dev chaos`: a private stack under load, broken part by part, and the count of it."""
