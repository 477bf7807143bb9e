"""Pushes updates to webhooks as Telegram's own Bot API server does."""

import asyncio
import json
import logging
import random
import time
from dataclasses import dataclass, field
from typing import Protocol

import httpx2

from engagectl.simulator.calls import CallLog, RecordedCall
from engagectl.simulator.clock import VirtualClock
from engagectl.simulator.delivery.updates import Updates
from engagectl.simulator.faults import Faults
from engagectl.simulator.records import Bot, PendingUpdate, Webhook
from engagectl.simulator.world import World

_logger = logging.getLogger(__name__)
ANSWER_SECONDS = 60.0
RETRY_DELAYS = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_LATER_DELAYS = (60.0, 120.0)
_LONGEST_RETRY_AFTER = 3600
_GONE_SECONDS = 23 * 3600.0
_PROBING_AFTER = 10.0
_PROBE_INTERVAL = 2.0
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)


class BodyMethods(Protocol):
    """Runs the method that a webhook's answer may carry."""

    async def __call__(self, bot: Bot, *, content_type: str, body: bytes) -> None:
        """Run it; what comes of it is not reported to anyone."""


@dataclass(frozen=True)
class _Outcome:
    """What became of one attempt."""

    is_delivered: bool
    status: int = 0
    error: str = ""
    retry_after: float | None = None


@dataclass
class _Route:
    """The state of one bot's webhook while it is set."""

    connections: asyncio.Semaphore
    last_success: float
    tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    probing: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_probe_at: float = 0.0
    has_failed: bool = False


class WebhookDelivery:
    """One update in flight for each chat and kind; the next goes only after a 2xx."""

    def __init__(self, *, world: World, updates: Updates, faults: Faults, calls: CallLog) -> None:
        """Start with no webhook served."""
        self._world = world
        self._clock: VirtualClock = world.clock
        self._updates = updates
        self._faults = faults
        self._calls = calls
        self._routes: dict[int, _Route] = {}
        self.run_body_method: BodyMethods | None = None
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=200)
        self._client = httpx2.AsyncClient(
            timeout=ANSWER_SECONDS, limits=limits, verify=True, trust_env=False
        )

    def serve(self, bot: Bot) -> None:
        """Begin to deliver to the bot's webhook, as it is set now, or stop when there is none."""
        self._stop(bot)
        if not bot.webhook.url:
            return
        self._routes[bot.id] = _Route(
            asyncio.Semaphore(bot.webhook.max_connections), last_success=self._clock.now()
        )
        for queue_id in list(self._updates.of(bot).queues):
            self._drain_soon(bot, queue_id)

    def announce(self, update: PendingUpdate | None) -> None:
        """Deliver a fresh update when its turn comes; None was not wanted by its bot."""
        if update is not None and update.bot_id in self._routes:
            self._drain_soon(self._world.bots[update.bot_id], update.queue_id)

    async def close(self) -> None:
        """Stop all deliveries."""
        tasks = [task for route in self._routes.values() for task in route.tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def _stop(self, bot: Bot) -> None:
        route = self._routes.pop(bot.id, None)
        if route is not None:
            for task in route.tasks.values():
                task.cancel()

    def _drain_soon(self, bot: Bot, queue_id: int) -> None:
        route = self._routes[bot.id]
        if queue_id not in route.tasks:
            route.tasks[queue_id] = asyncio.create_task(self._drain(bot, route, queue_id))

    async def _drain(self, bot: Bot, route: _Route, queue_id: int) -> None:
        try:
            queues = self._updates.of(bot).queues
            while (queue := queues.get(queue_id)) and self._routes.get(bot.id) is route:
                await self._deliver(bot, route, queue[0])
        finally:
            route.tasks.pop(queue_id, None)

    async def _deliver(self, bot: Bot, route: _Route, update: PendingUpdate) -> None:
        """Send an update until it is taken or its time is over."""
        failures = 0
        while update.expires_at > self._clock.now():
            outcome = await self._attempt(bot, route, update)
            if outcome.is_delivered:
                route.last_success, route.has_failed = self._clock.now(), False
                bot.webhook.gone_since = None
                break
            route.has_failed = True
            self._note_failure(bot, outcome)
            if self._routes.get(bot.id) is not route:
                return
            delay = outcome.retry_after
            if delay is None:
                delay = _retry_delay(failures)
                failures += 1
            if self._clock.now() + delay > update.expires_at:
                break
            await self._clock.sleep(delay)
        self._updates.confirm(update)

    async def _attempt(self, bot: Bot, route: _Route, update: PendingUpdate) -> _Outcome:
        async with route.connections:
            if not self._is_probing(route):
                return await self._post(bot, update)
            # A webhook that has failed for a while is probed: one connection, one try in 2 s.
            async with route.probing:
                await self._clock.sleep(route.next_probe_at - self._clock.now())
                route.next_probe_at = self._clock.now() + _PROBE_INTERVAL
                return await self._post(bot, update)

    def _is_probing(self, route: _Route) -> bool:
        return route.has_failed and self._clock.now() - route.last_success > _PROBING_AFTER

    async def _post(self, bot: Bot, update: PendingUpdate) -> _Outcome:
        begun = time.perf_counter()
        outcome = await self._exchange(bot, update)
        self._calls.add(
            RecordedCall(
                at=self._clock.now(),
                bot=bot.username,
                direction="webhook",
                method=update.kind,
                parameters={"update_id": update.update_id},
                status=outcome.status,
                description=outcome.error or None,
                milliseconds=(time.perf_counter() - begun) * 1000,
            )
        )
        return outcome

    async def _exchange(self, bot: Bot, update: PendingUpdate) -> _Outcome:
        if self._faults.strike("webhook_outage", bot.username):
            return _Outcome(is_delivered=False, error="Connection refused")
        body = json.dumps(update.as_update(), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate"}
        if bot.webhook.secret_token:
            headers[_SECRET_HEADER] = bot.webhook.secret_token
        try:
            answer = await self._client.post(bot.webhook.url, content=body, headers=headers)
        except httpx2.TimeoutException:
            return _Outcome(is_delivered=False, error="Read timeout expired")
        except httpx2.ConnectError:
            return _Outcome(is_delivered=False, error="Connection refused")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return _Outcome(is_delivered=False, error=f"Connection failed: {type(error).__name__}")
        return await self._judge(bot, answer)

    async def _judge(self, bot: Bot, answer: httpx2.Response) -> _Outcome:
        if answer.is_success:
            if answer.content and self.run_body_method is not None:
                await self.run_body_method(
                    bot, content_type=answer.headers.get("content-type", ""), body=answer.content
                )
            if self._faults.strike("duplicate_update", bot.username):
                return _Outcome(
                    is_delivered=False, status=answer.status_code, error="Connection closed"
                )
            return _Outcome(is_delivered=True, status=answer.status_code)
        return _Outcome(
            is_delivered=False,
            status=answer.status_code,
            error="Wrong response from the webhook: "
            f"{answer.status_code} {answer.reason_phrase}".rstrip(),
            retry_after=_retry_after(answer),
        )

    def _note_failure(self, bot: Bot, outcome: _Outcome) -> None:
        webhook, now = bot.webhook, self._clock.now()
        webhook.last_error_date, webhook.last_error_message = int(now), outcome.error
        if outcome.status != 410:
            webhook.gone_since = None
        elif webhook.gone_since is None:
            webhook.gone_since = now
        elif now - webhook.gone_since >= _GONE_SECONDS:
            _logger.warning("@%s's webhook answered 410 for 23 hours: removed", bot.username)
            bot.webhook = Webhook()
            self._routes.pop(bot.id, None)
        self._world.save_bot(bot)


def _retry_delay(failures: int) -> float:
    if failures < len(RETRY_DELAYS):
        return RETRY_DELAYS[failures]
    return random.uniform(*_LATER_DELAYS)  # noqa: S311


def _retry_after(answer: httpx2.Response) -> float | None:
    try:
        seconds = float(answer.headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)
