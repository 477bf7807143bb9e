"""All bots of the process, each behind its own failure wall, as the others see them."""

from collections.abc import Collection
from pathlib import Path

from bots.engine.bot_keeper import BotKeeper
from bots.engine.bot_roll import ServedBot
from bots.engine.failures import BotNotServedError
from bots.engine.loaded_bot import LoadedBot, SharedConnections
from bots.engine.metrics import EngineMetrics
from utils.update_envelope import UpdateEnvelope


class BotCluster:
    """The bots under one folder."""

    def __init__(
        self,
        bots_dir: Path,
        connections: SharedConnections,
        metrics: EngineMetrics,
        *,
        kept_ready: int,
    ) -> None:
        """Serve what lies in `bots_dir`; nothing is looked at before `start`.

        The handlers of at most `kept_ready` bots stay in memory.
        """
        self._keeper = BotKeeper(bots_dir, connections, metrics, kept_ready=kept_ready)

    async def start(self) -> None:
        """Know all bots; a few are loaded too, if that is quickly done. Raises OSError."""
        await self._keeper.start()

    async def look(self, names: Collection[str]) -> None:
        """Take in what has become of the folders of these names; raises OSError."""
        await self._keeper.look(names)

    async def close(self) -> None:
        """End what runs in the background."""
        await self._keeper.close()

    # ---------------------------------------------------------- asked from outside
    @property
    def folder_names(self) -> set[str]:
        """The folders of the bots, whether they serve or not."""
        return self._keeper.folder_names

    @property
    def states(self) -> dict[str, str]:
        """For each bot folder `serving`, or `failed: ` and why.

        `serving: ` and a remark when its handlers have not been imported yet.
        """
        serving = {each.folder.name: self._state(each) for each in self._keeper.roll}
        failed = {
            name: f"failed: {why}" for name, why in self._keeper.failures.items()
            if name not in serving
        }  # fmt: skip
        return dict(sorted((serving | failed).items()))

    def _state(self, served: ServedBot) -> str:
        if served.folder.name in self._keeper.introductions.unauthorized:
            return "failed: Telegram does not accept its BOT_TOKEN"
        if served.commands is None:
            return "serving: its handlers are imported soon, or at its first update"
        return "serving"

    @property
    def refused_changes(self) -> dict[str, str]:
        """What serves as it was before a change that does not load, with why.

        Bots, and packages that bots import from.
        """
        refused = {
            name: why for name, why in self._keeper.failures.items()
            if self._keeper.roll.at(name) is not None
        }  # fmt: skip
        return refused | self._keeper.shared.refused

    def named(self, bot_name: str) -> ServedBot | None:
        """Return the bot with this BOT_NAME, if it serves."""
        return self._keeper.roll.named(bot_name)

    def knows_key(self, key: str) -> bool:
        """Tell whether `key` is the BOT_INTERNAL_KEY of any bot."""
        return self._keeper.roll.knows_key(key)

    def knows_core_key(self, key: str) -> bool:
        """Tell whether `key` is the DRF_INTERNAL_KEY of any bot."""
        return self._keeper.roll.knows_core_key(key)

    # ------------------------------------------------------------------ updates
    async def handle(self, envelope: UpdateEnvelope) -> None:
        """Run an update through its bot's handlers; raises what they raise."""
        await (await self._for(envelope)).handle(envelope)

    async def apologise(self, envelope: UpdateEnvelope) -> None:
        """Tell the learner that the update could not be handled."""
        await (await self._for(envelope)).apologise(envelope)

    async def announce_outage(self, envelope: UpdateEnvelope) -> None:
        """Tell the learner that the update waits for the core."""
        await (await self._for(envelope)).announce_outage(envelope)

    async def _for(self, envelope: UpdateEnvelope) -> LoadedBot:
        served = self.named(envelope.bot_name)
        loaded = await self._keeper.loaded(served) if served else None
        if loaded is None:
            raise BotNotServedError(
                f"no bot called {envelope.bot_name} serves here",
                why="its folder is missing or did not load",
                mend="see why: engagectl dev logs bots",
            )
        return loaded
