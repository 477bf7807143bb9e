"""What every bot stands on: loading, the queue's reading, the core's client, shared middlewares."""
