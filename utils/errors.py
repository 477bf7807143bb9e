"""The one shape of an error that a person reads: what happened, why, and what to do."""


class EngageError(Exception):
    """Root of engageAI's own errors.

    Subclasses say which part failed; every one carries the same three lines, so that the CLI,
    the services' logs and the start-up refusals can print them alike.

        EngageError
        ├── EnvFileError      a .env file is missing or malformed        (utils.env_files)
        ├── BotFolderError    a bot's folder or name cannot be used      (utils.bot_registry)
        ├── EnvelopeError     a queue entry is not an update envelope    (utils.update_envelope)
        ├── PostgresError     the embedded PostgreSQL cannot be used     (utils.embedded_postgres)
        └── SettingsError     a service refuses to start                 (utils.settings)
    """

    def __init__(self, what: str, *, why: str, mend: str) -> None:
        """Keep the three lines.

        Args:
            what: what happened, one sentence.
            why: the cause, as far as it is known.
            mend: what to do next; a command where one exists.
        """
        super().__init__(what)
        self.what = what
        self.why = why
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what}\n  why: {self.why}\n  do:  {self.mend}"
