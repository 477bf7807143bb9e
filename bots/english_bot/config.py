"""The tutor's settings and its commands."""

from bots.engine.bot_settings import BotSettings, Command


class Settings(BotSettings):
    """The tutor's settings: read from its own .env alone."""


COMMANDS = (
    Command("learn", ru="Урок на сегодня", en="Today’s lesson"),
    Command("words", ru="Повторить слова", en="Review words"),
    Command("progress", ru="Мои успехи", en="My progress"),
    Command("level", ru="Мой уровень", en="My level"),
    Command("add", ru="Добавить слово: /add journey", en="Add a word: /add journey"),
    Command("settings", ru="Цель, время, напоминания", en="Goal, time, reminders"),
    Command("language", ru="Язык · Language", en="Language · Язык"),
    Command(
        "feedback", ru="Отзыв: /feedback и ваши слова", en="Feedback: /feedback and your words"
    ),
    Command("stop", ru="Сделать паузу", en="Take a break"),
    Command("help", ru="Что я умею", en="What I can do"),
)
