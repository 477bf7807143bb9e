"""The words bot's settings and its commands."""

from bots.engine.bot_settings import BotSettings, Command


class Settings(BotSettings):
    """The words bot's settings: read from its own .env alone."""


COMMANDS = (
    Command("words", ru="Повторить слова", en="Review words"),
    Command("add", ru="Добавить слово: /add journey", en="Add a word: /add journey"),
    Command("progress", ru="Мои успехи", en="My progress"),
    Command("settings", ru="Время и напоминания", en="Time and reminders"),
    Command("language", ru="Язык · Language", en="Language · Язык"),
    Command(
        "feedback", ru="Отзыв: /feedback и ваши слова", en="Feedback: /feedback and your words"
    ),
    Command("stop", ru="Сделать паузу", en="Take a break"),
    Command("help", ru="Что я умею", en="What I can do"),
)
