"""The picture of a learner's progress. Importing a part of it imports matplotlib, so do it late."""
