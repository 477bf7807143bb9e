"""The three services under odd input: nothing crashes, nothing is lost, nothing answers 500."""
