"""A small tutor bot that the page is tried with: plain HTTP, getUpdates, no framework."""

import io
import threading
from typing import Any

import httpx2
from PIL import Image, ImageDraw

Json = dict[str, Any]

WELCOME = (
    "<b>Здравствуйте, {name}!</b> 👋\n"
    "Я ваш репетитор английского: короткие уроки, слова и разговор каждый день.\n\n"
    "<i>Зачем вам английский?</i>"
)
LESSON = (
    "<b>Present Perfect</b>: опыт и результат\n\n"
    "Говорим о том, что <u>уже случилось</u>, когда важен итог, а не время.\n"
    "<blockquote>I <b>have lost</b> my keys. – Я потерял ключи.</blockquote>\n"
    "Составьте так: <code>have / has + V3</code>\n"
    'Не путайте: <s>I have lost them yesterday</s> и <a href="https://example.org/rule">правило</a>.\n'
    "Ответ к примеру: <tg-spoiler>has never seen</tg-spoiler>\n"
    '<pre><code class="language-text">She has lived here since 2019.</code></pre>'
)
GOALS = [
    [{"text": "✈️ Путешествия", "callback_data": "goal:travel"}, {"text": "💼 Работа", "callback_data": "goal:work"}],  # noqa: E501
    [{"text": "🎓 Учёба", "callback_data": "goal:study"}, {"text": "🎬 Фильмы", "callback_data": "goal:films"}],  # noqa: E501
    [{"text": "Открыть правило", "url": "https://example.org/rule"}],
]  # fmt: skip
HOSTILE = (
    "<img src=x onerror=\"document.body.dataset.hacked='yes'\">"
    "<script>document.body.dataset.hacked='yes'</script> javascript:alert(1)"
)
COMMANDS = [
    {"command": "learn", "description": "Занятие на сегодня"},
    {"command": "words", "description": "Повторить слова"},
    {"command": "progress", "description": "Мои успехи"},
    {"command": "language", "description": "Сменить язык"},
]


class RefusedError(Exception):
    """The Bot API refused a call; a bot notes it and goes on."""


class ScriptedBot:
    """Answers in a thread of its own until it is stopped."""

    def __init__(self, simulator_url: str, username: str, name: str) -> None:
        self.username = username
        self.updates: list[Json] = []
        self.refusals: list[RefusedError] = []
        with httpx2.Client(base_url=simulator_url, trust_env=False) as http:
            made = http.post("/sim/bots", json={"username": username, "name": name}).json()
        self.token: str = made["token"]
        self._http = httpx2.Client(
            base_url=f"{simulator_url}/bot{self.token}/", timeout=30, trust_env=False
        )
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        """Describe itself, then begin to answer."""
        self.call("setMyCommands", commands=COMMANDS)
        self.call(
            "setMyDescription", description="Учу английскому по 10 минут в день. Нажмите «Начать»."
        )
        self.call("setMyShortDescription", short_description="Английский по 10 минут в день")
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._is_stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._http.close()

    def call(self, method: str, **parameters: Any) -> Any:
        """Call a method of the Bot API and return its result."""
        answer = self._http.post(method, json=parameters).json()
        if not answer["ok"]:
            raise RefusedError(method, answer["description"])
        return answer["result"]

    def _serve(self) -> None:
        offset = 0
        while not self._is_stopping.is_set():
            for update in self._take(offset):
                offset = update["update_id"] + 1
                self.updates.append(update)
                try:
                    self._answer(update)
                except RefusedError as refusal:
                    self.refusals.append(refusal)

    def _take(self, offset: int) -> list[Json]:
        try:
            return list(self.call("getUpdates", offset=offset, timeout=1))
        except RefusedError as refusal:
            self.refusals.append(refusal)
            return []

    def _answer(self, update: Json) -> None:
        if query := update.get("callback_query"):
            self._pressed(query)
        elif message := update.get("message"):
            act = _WORDS.get(message.get("text", "").split(" ")[0], ScriptedBot._echo)
            act(self, message)

    def say(self, message: Json, text: str, **more: Any) -> Json:
        """Send an HTML text into the chat of a message."""
        chat_id = message["chat"]["id"]
        return dict(self.call("sendMessage", chat_id=chat_id, text=text, parse_mode="HTML", **more))

    def _welcome(self, message: Json) -> None:
        payload = message["text"].partition(" ")[2]
        greeting = WELCOME.format(name=message["from"]["first_name"])
        if payload:
            greeting = f"Приглашение: {payload}\n{greeting}"
        self.say(message, greeting, reply_markup={"inline_keyboard": GOALS})

    def _lesson(self, message: Json) -> None:
        self.say(message, LESSON)

    def _quiz(self, message: Json) -> None:
        options = ["has lived", "lives", "is living", "lived"]
        self.call(
            "sendPoll", chat_id=message["chat"]["id"], type="quiz", is_anonymous=False,
            question="She ___ in London since 2019.", options=[{"text": text} for text in options],
            correct_option_ids=[0], explanation="since + момент начала → Present Perfect",
        )  # fmt: skip

    def _progress(self, message: Json) -> None:
        chat_id = str(message["chat"]["id"])
        caption = "Ваш прогресс: уровень A2, серия 7 дней"
        answer = self._http.post(
            "sendPhoto", data={"chat_id": chat_id, "caption": caption},
            files={"photo": ("progress.png", _chart(), "image/png")},
        )  # fmt: skip
        assert answer.json()["ok"], answer.text

    def _hostile(self, message: Json) -> None:
        keys = [[{"text": HOSTILE[:60], "callback_data": "ok"}]]
        chat_id = message["chat"]["id"]
        sent = self.call(
            "sendMessage", chat_id=chat_id, text=HOSTILE, reply_markup={"inline_keyboard": keys}
        )
        self.call("pinChatMessage", chat_id=chat_id, message_id=sent["message_id"])

    def _keyboard(self, message: Json) -> None:
        rows = [[{"text": "Знаю"}, {"text": "Не знаю"}]]
        markup = {
            "keyboard": rows,
            "resize_keyboard": True,
            "one_time_keyboard": True,
            "input_field_placeholder": "Ваш ответ",
        }
        self.say(message, "Слово <b>reliable</b>?", reply_markup=markup)

    def _typing(self, message: Json) -> None:
        chat_id = message["chat"]["id"]
        self.call("sendChatAction", chat_id=chat_id, action="typing")

    def _draft(self, message: Json) -> None:
        chat_id = message["chat"]["id"]
        for text in ("You could say", "You could say: “I have been here before.”"):
            self.call("sendMessageDraft", chat_id=chat_id, draft_id=7, text=text, can_stop=True)

    def _delete(self, message: Json) -> None:
        self.call("deleteMessage", chat_id=message["chat"]["id"], message_id=message["message_id"])
        self.say(message, "Удалено")

    def _react(self, message: Json) -> None:
        reaction = [{"type": "emoji", "emoji": "🔥"}]
        chat_id = message["chat"]["id"]
        self.call(
            "setMessageReaction",
            chat_id=chat_id,
            message_id=message["message_id"],
            reaction=reaction,
        )

    def _file(self, message: Json) -> None:
        chat_id = str(message["chat"]["id"])
        files = {"document": ("words.txt", b"reliable\nto wonder\n", "text/plain")}
        self._http.post("sendDocument", data={"chat_id": chat_id}, files=files)
        self.call("sendDice", chat_id=chat_id)
        self.call("sendLocation", chat_id=chat_id, latitude=51.5, longitude=-0.12)
        self.call("sendContact", chat_id=chat_id, phone_number="+442071234567", first_name="Ann")

    def _rich(self, message: Json) -> None:
        items = "<ul><li>go – went</li><li>see – saw</li></ul>"
        html = f"<h2>Past Simple</h2><p>Say <b>went</b></p>{items}"
        rich = {"html": html}
        self.call("sendRichMessage", chat_id=message["chat"]["id"], rich_message=rich)

    def _forced(self, message: Json) -> None:
        markup = {"force_reply": True, "input_field_placeholder": "Напишите перевод"}
        self.say(message, "Переведите: «надёжный»", reply_markup=markup)

    def _echo(self, message: Json) -> None:
        reply = {"message_id": message["message_id"]}
        kind = next(
            (kind for kind in ("photo", "voice", "document", "location") if kind in message), ""
        )
        self.say(
            message,
            kind or f"Вы написали: {message['text'].replace('<', '&lt;')}",
            reply_parameters=reply,
        )

    def _pressed(self, query: Json) -> None:
        data = query["data"]
        message = query["message"]
        if data.startswith("goal:"):
            self.call("answerCallbackQuery", callback_query_id=query["id"], text="Записал!")
            keys = [
                [{"text": "Показать оповещение", "callback_data": "alert"}],
                [{"text": "Молчать", "callback_data": "silent"}],
            ]
            self.call(
                "editMessageText", chat_id=message["chat"]["id"], message_id=message["message_id"],
                text=f"Цель: {data[5:]}. Сколько минут в день?",
                reply_markup={"inline_keyboard": keys},
            )  # fmt: skip
        elif data == "alert":
            self.call(
                "answerCallbackQuery",
                callback_query_id=query["id"],
                text="Это важно",
                show_alert=True,
            )


_WORDS = {
    "/start": ScriptedBot._welcome,
    "/learn": ScriptedBot._lesson,
    "/progress": ScriptedBot._progress,
    "/words": ScriptedBot._quiz,
    "hostile": ScriptedBot._hostile,
    "keyboard": ScriptedBot._keyboard,
    "typing": ScriptedBot._typing,
    "draft": ScriptedBot._draft,
    "delete": ScriptedBot._delete,
    "react": ScriptedBot._react,
    "things": ScriptedBot._file,
    "forced": ScriptedBot._forced,
    "rich": ScriptedBot._rich,
}


def _chart() -> bytes:
    """Draw a week's bars."""
    picture = Image.new("RGB", (640, 360), "#f4f8ff")
    draw = ImageDraw.Draw(picture)
    for day, height in enumerate((90, 150, 120, 210, 180, 240, 270)):
        left = 60 + day * 78
        draw.rounded_rectangle((left, 320 - height, left + 48, 320), 12, fill="#3f86f0")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
