"""What a learner does: activities made of steps, judged answers, words that come back."""
