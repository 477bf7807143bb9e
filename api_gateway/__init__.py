"""The FastAPI gateway: takes webhook calls and queues updates durably."""
