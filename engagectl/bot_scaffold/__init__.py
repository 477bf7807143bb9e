"""Makes the folder of a new bot from a template."""
