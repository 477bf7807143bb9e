"""The engine at work: connections, cluster, queue, and the watch over the folders.

Importing this module imports aiogram, which takes seconds of CPU.
"""

import asyncio
import functools
from pathlib import Path

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bots.engine.cluster import BotCluster
from bots.engine.consuming import UpdateConsumer
from bots.engine.core_connections import CoreConnections
from bots.engine.delivering import Delivery, DeliveryMeans, Voice
from bots.engine.folder_watch import FolderWatch
from bots.engine.ledger import LedgerStore
from bots.engine.loaded_bot import SharedConnections
from bots.engine.metrics import EngineMetrics, SendingMetrics
from bots.engine.outgoing import HarmlessRefusals, OnceForEachUpdate, calls_under_way
from bots.engine.ownership import PartitionOwnership
from bots.engine.paced_calls import Paced, RetryAfterHonoured, Timed
from bots.engine.pacing import Pace, Pacing
from bots.engine.settings import EngineSettings
from bots.engine.update_queue import UpdateQueue
from utils.update_envelope import LANES

_TELEGRAM_CONNECTIONS = 1000
_TELEGRAM_SECONDS = 30.0


class RunningEngine:
    """All bots at work, from `start` to `stop`."""

    def __init__(
        self, settings: EngineSettings, bots_dir: Path, queue: UpdateQueue, metrics: EngineMetrics
    ) -> None:
        """Build the parts; nothing runs yet."""
        self._bots_dir = bots_dir
        pacing = Pacing(settings.pace_chat_burst, settings.pace_pushes_a_second)
        pace = Pace(queue.redis, pacing)
        self._telegram = _open_telegram(settings.telegram_api_url, pace, metrics.sending)
        self._core = CoreConnections(settings.core_api_url, observe=metrics.core_seconds.observe)
        self.cluster = BotCluster(
            bots_dir,
            SharedConnections(telegram=self._telegram, core=self._core),
            metrics,
            kept_ready=settings.bots_kept_ready,
        )
        self._store = LedgerStore(queue.redis)
        means = DeliveryMeans(
            self._store,
            metrics,
            handle=self.cluster.handle,
            voice=Voice(self.cluster.apologise, self.cluster.announce_outage),
        )
        self._consumer = UpdateConsumer(queue, self._store, Delivery(queue, means).deliver)
        for lane in LANES:
            metrics.in_flight.labels(lane).set_function(
                functools.partial(self._consumer.in_flight, lane)
            )
        self._ownership = PartitionOwnership(queue.redis, self._consumer)
        self._consumer.on_lost = self._ownership.lost
        self._watch: asyncio.Task[None] | None = None
        self.is_started = False

    async def start(self) -> None:
        """Load the bots, then take updates and follow changes of the folders."""
        await self.cluster.start()
        self._consumer.start()
        self._ownership.start()
        self._watch = asyncio.create_task(FolderWatch(self._bots_dir, self.cluster).follow())
        self.is_started = True

    async def stop(self) -> None:
        """Let handlers end, give the partitions back, then close the connections."""
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._ownership.stop()
        await self._consumer.stop()
        await calls_under_way()
        await self._store.flush()
        await self.cluster.close()
        await self._core.aclose()
        await self._telegram.close()


def _open_telegram(telegram_api_url: str, pace: Pace, metrics: SendingMetrics) -> AiohttpSession:
    session = AiohttpSession(
        api=TelegramAPIServer.from_base(telegram_api_url),
        limit=_TELEGRAM_CONNECTIONS,
        timeout=_TELEGRAM_SECONDS,
    )
    # In the order in which a call passes them.
    session.middleware.register(OnceForEachUpdate())
    session.middleware.register(HarmlessRefusals())
    session.middleware.register(Paced(pace, metrics))
    session.middleware.register(RetryAfterHonoured(pace, metrics))
    session.middleware.register(Timed(metrics))
    return session
