"""How updates reach a bot: queued by chat and kind, pushed to its webhook or pulled by it."""
