"""Texts with their entities: HTML and Markdown read as Telegram reads them."""
