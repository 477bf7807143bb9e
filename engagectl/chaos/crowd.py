"""The people of a run: they make themselves known to the bots, write, and press buttons."""

import asyncio
from collections.abc import Iterable
from typing import Any

import httpx2

from engagectl.chaos.plan import LoadPlan, PlannedUpdate
from engagectl.chaos.private_copy import bot_name
from utils.errors import EngageError

_BUTTONS_A_MESSAGE = 50
_AT_ONCE = 8
_ANSWER_SECONDS = 60.0


class CrowdError(EngageError):
    """The simulator refuses, or a bot does not answer before anything was broken."""


class Crowd:
    """The plan's people, and one more who asks every bot whether it is well."""

    def __init__(self, simulator: httpx2.AsyncClient, plan: LoadPlan, bots: int) -> None:
        """Speak through `simulator`'s front door."""
        self._simulator = simulator
        self._plan = plan
        self._bots = bots
        self._people: list[int] = []
        self._prober = 0
        self._buttons: dict[int, int] = {}
        self._probes = 0

    async def arrive(self) -> None:
        """Make the people, and have the bots show them the buttons that they will press.

        Raises:
            CrowdError: a bot does not answer.
        """
        for number in range(1 + max(chat.person for chat in self._plan.chats)):
            self._people.append(await self._make_person(f"Learner {number}"))
        self._prober = await self._make_person("Prober")
        places = asyncio.Semaphore(_AT_ONCE)

        async def greet(person: int, bot: int, presses: list[PlannedUpdate]) -> None:
            async with places:
                await self._greet(person, bot, presses)

        await asyncio.gather(
            *(greet(self._prober, bot, []) for bot in range(self._bots)),
            *(
                greet(self._people[chat.person], chat.bot, self._plan.presses_of(index))
                for index, chat in enumerate(self._plan.chats)
            ),
        )

    async def act(self, update: PlannedUpdate) -> None:
        """Send a text, or press the button that stands for the update."""
        chat = self._plan.chats[update.chat]
        who = {"user_id": self._people[chat.person], "bot": bot_name(chat.bot)}
        if update.kind == "text":
            await self._post("/sim/send", {**who, "text": update.order})
            return
        press = {"message_id": self._buttons[update.number], "data": update.order}
        await self._post("/sim/tap", {**who, **press})

    async def probe(self) -> set[tuple[str, str]]:
        """Ask every bot something; return who has to answer what."""
        self._probes += 1
        text = f"probe {self._probes}"
        names = [bot_name(index) for index in range(self._bots)]
        for name in names:
            await self._post("/sim/send", {"user_id": self._prober, "bot": name, "text": text})
        return {(name, text) for name in names}

    async def _make_person(self, name: str) -> int:
        profile = {"first_name": name, "language_code": "en"}
        return int((await self._post("/sim/users", profile))["id"])

    async def _greet(self, person: int, bot: int, presses: list[PlannedUpdate]) -> None:
        who: dict[str, Any] = {"user_id": person, "bot": bot_name(bot)}
        orders = [f"{press.number}:{press.effects}" for press in presses]
        pages = [
            orders[start : start + _BUTTONS_A_MESSAGE]
            for start in range(0, len(orders), _BUTTONS_A_MESSAGE)
        ] or [[]]
        for page in pages:
            await self._post("/sim/send", {**who, "text": " ".join(["buttons", *page])})
        self._note_buttons(await self._await_answers(who, len(pages)))

    async def _await_answers(self, who: dict[str, Any], count: int) -> list[dict[str, Any]]:
        version, found = -1, list[dict[str, Any]]()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                while len(found) < count:
                    asked = {**who, "after": version, "wait": 20}
                    news = (await self._simulator.get("/sim/history", params=asked)).json()
                    version = news["version"]
                    found += [each for each in news["messages"] if not each["outgoing"]]
        except TimeoutError:
            raise CrowdError(
                f"{who['bot']} did not answer within {_ANSWER_SECONDS:.0f} s",
                why="nothing was broken yet, so it is the start that fails",
                mend="run it with --keep and read the logs that it names",
            ) from None
        return found

    def _note_buttons(self, messages: Iterable[dict[str, Any]]) -> None:
        for message in messages:
            for row in message.get("inline_keyboard") or []:
                for button in row:
                    number = int(button["callback_data"].split()[1])
                    self._buttons[number] = int(message["message_id"])

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = await self._simulator.post(path, json=body)
        if answer.is_success:
            return answer.json()
        raise CrowdError(
            f"the simulator refuses {path}",
            why=f"HTTP {answer.status_code}: {answer.text[:200]}",
            mend="run it with --keep and read the logs that it names",
        )
