"""All bots of the process, each behind its own failure wall, as the others see them."""

from collections.abc import Collection
from pathlib import Path

from bots.engine.bot_keeper import BotKeeper
from bots.engine.bot_roll import ServedBot
from bots.engine.failures import BotNotServedError
from bots.engine.loaded_bot import LoadedBot, SharedConnections
from bots.engine.metrics import EngineMetrics
from bots.engine.pushing import PushSender
from utils.update_envelope import PUSH, UpdateEnvelope


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
        self._pushes = PushSender(metrics.sending)
        self._keeper = BotKeeper(bots_dir, connections, metrics, kept_ready=kept_ready)

    async def start(self) -> None:
        """Know all bots; a few are loaded too, if that is quickly done. Raises OSError."""
        await self._keeper.start()

    async def look(self, names: Collection[str]) -> None:
        """Take in what has become of the folders of these names; raises OSError."""
        await self._keeper.look(names)

    async def close(self) -> None:
        """Tell the core the last outcomes; end what runs in the background."""
        await self._pushes.close()
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
        """Run an update through its bot's handlers, or send a push; raises what they raise."""
        served = self._served(envelope)
        if envelope.kind == PUSH:
            await self._pushes.send(served.bot, served.core, envelope)
            return
        await (await self._loaded(served)).handle(envelope)

    async def apologise(self, envelope: UpdateEnvelope) -> None:
        """Tell the learner that the update could not be handled; of a push, tell the core."""
        served = self._served(envelope)
        if envelope.kind == PUSH:
            await self._pushes.give_up(served.core, envelope)
            return
        await (await self._loaded(served)).apologise(envelope)

    async def announce_outage(self, envelope: UpdateEnvelope) -> None:
        """Tell the learner that the update waits for the core; nobody waits for a push."""
        if envelope.kind != PUSH:
            await (await self._loaded(self._served(envelope))).announce_outage(envelope)

    def _served(self, envelope: UpdateEnvelope) -> ServedBot:
        served = self.named(envelope.bot_name)
        if served is None:
            raise _not_served(envelope.bot_name)
        return served

    async def _loaded(self, served: ServedBot) -> LoadedBot:
        loaded = await self._keeper.loaded(served)
        if loaded is None:
            raise _not_served(served.name)
        return loaded


def _not_served(bot_name: str) -> BotNotServedError:
    return BotNotServedError(
        f"no bot called {bot_name} serves here",
        why="its folder is missing or did not load",
        mend="see why: engagectl dev logs bots",
    )
