"""Messages to learners that answer nothing: single pushes and broadcasts, with their outcomes."""
