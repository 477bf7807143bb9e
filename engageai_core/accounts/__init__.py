"""Learners: who they are, how they want to learn, through which bots they come."""
