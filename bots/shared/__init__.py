"""What the shipped bots have in common: texts, a step's look, its buttons and the flows."""
