"""The `/sim` API: what people do, what scripts and the chat page need."""
