"""Polls while they are open: votes come in, time runs out."""

import asyncio
import zlib
from collections.abc import Callable

from engagectl.simulator.errors import ControlError
from engagectl.simulator.records import Bot, Json, Message, Poll
from engagectl.simulator.world import World

Push = Callable[[Bot, str, Json, int], None]
"""Sends an update of a kind to a bot: bot, kind, payload, queue."""


class PollingBooth:
    """Takes votes, closes polls, and tells the bots of both."""

    def __init__(self, world: World, push: Push) -> None:
        """Serve the polls of `world`."""
        self._world = world
        self._push = push
        self._closing: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Watch the polls that were open when the simulator stopped."""
        for poll in list(self._world.polls.values()):
            self._watch(poll)

    async def close_all(self) -> None:
        """Stop watching."""
        tasks = list(self._closing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def open(self, poll: Poll) -> None:
        """Take a poll in."""
        self._world.save_poll(poll)
        self._watch(poll)

    def close(self, poll: Poll) -> None:
        """Close a poll and show that."""
        poll.body["is_closed"] = True
        self._changed(poll)

    def vote(self, message: Message, option_ids: list[int]) -> None:
        """Count a person's vote; no option takes it back.

        Raises:
            ControlError: the poll takes no such vote.
        """
        poll = self._world.polls.get(message.body.get("poll", {}).get("id", ""))
        if poll is None:
            raise ControlError(409, "not_a_poll", "the message is no poll")
        chosen = sorted(set(option_ids))
        self._refuse_wrong(poll, message.user_id, chosen)
        for number in poll.votes.pop(message.user_id, []):
            poll.body["options"][number]["voter_count"] -= 1
        for number in chosen:
            poll.body["options"][number]["voter_count"] += 1
        if chosen:
            poll.votes[message.user_id] = chosen
        poll.body["total_voter_count"] = len(poll.votes)
        self._tell_answer(poll, message.user_id, chosen)
        self._changed(poll)

    def _refuse_wrong(self, poll: Poll, user_id: int, chosen: list[int]) -> None:
        body = poll.body
        if body["is_closed"]:
            raise ControlError(409, "poll_closed", "the poll is closed")
        if not all(0 <= number < len(body["options"]) for number in chosen):
            raise ControlError(400, "option_not_found", "the poll has no such option")
        if len(chosen) > 1 and not body["allows_multiple_answers"]:
            raise ControlError(409, "one_answer_only", "the poll takes one answer")
        if user_id in poll.votes and not body["allows_revoting"]:
            raise ControlError(409, "already_voted", "the vote can't be changed")

    def _tell_answer(self, poll: Poll, user_id: int, chosen: list[int]) -> None:
        if poll.body["is_anonymous"]:
            return
        answer: Json = {
            "poll_id": poll.id,
            "user": self._world.people[user_id].as_user(),
            "option_ids": chosen,
            "option_persistent_ids": [
                poll.body["options"][number]["persistent_id"] for number in chosen
            ],
        }
        self._push(self._world.bots[poll.bot_id], "poll_answer", answer, _queue(poll))

    def _changed(self, poll: Poll) -> None:
        self._world.save_poll(poll)
        self._push(self._world.bots[poll.bot_id], "poll", poll.body, _queue(poll))
        chat = self._world.chats.get((poll.bot_id, poll.user_id))
        message = chat.messages.get(poll.message_id) if chat else None
        if chat is not None and message is not None:
            message.body["poll"] = poll.body
            self._world.change_message(chat, message)

    def _watch(self, poll: Poll) -> None:
        if poll.closes_at is not None and not poll.body["is_closed"]:
            self._closing[poll.id] = asyncio.create_task(self._close_in_time(poll))

    async def _close_in_time(self, poll: Poll) -> None:
        try:
            await self._world.clock.sleep((poll.closes_at or 0) - self._world.clock.now())
            if not poll.body["is_closed"]:
                self.close(poll)
        finally:
            self._closing.pop(poll.id, None)


def _queue(poll: Poll) -> int:
    return zlib.crc32(poll.id.encode())
