"""The adaptive placement test: which item comes next, what the ability is, when to stop."""
