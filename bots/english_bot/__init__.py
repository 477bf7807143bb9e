"""The tutor: placement, lessons, words, progress."""
