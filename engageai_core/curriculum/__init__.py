"""What is taught: placement items, lessons with their tasks, and words, loaded from YAML files."""
