"""A Telegram of one's own: Bot API, people who chat, delivery and faults, all on this machine."""
