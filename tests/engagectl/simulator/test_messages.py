"""What bots send, edit and delete, and what people do in return."""

from typing import Any

import pytest

from tests.engagectl.simulator.conftest import Scene

_BUTTON = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}


def test_a_bot_can_not_write_first(scene: Scene) -> None:
    assert scene.refusal("sendMessage", text="hi") == "Bad Request: chat not found"


def test_start_carries_the_payload_of_a_deep_link(scene: Scene) -> None:
    scene.act("start", payload="from_site")
    [update] = scene.updates()
    assert update["message"]["text"] == "/start from_site"
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]


def test_methods_are_known_in_any_case_and_form(started: Scene) -> None:
    token, chat_id = started.bot["token"], started.user["id"]
    query = started.http.get(f"/bot{token}/SENDMESSAGE", params={"chat_id": chat_id, "text": "q"})
    form = started.http.post(f"/bot{token}/sendmessage", data={"chat_id": chat_id, "text": "f"})
    assert query.json()["result"]["text"] == "q"
    assert form.json()["result"]["text"] == "f"


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/bot1:abc/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot1:" + "a" * 35 + "/getMe", 401, "Unauthorized"),
        ("{own}/nothing", 404, "Not Found: method not found"),
    ],
)
def test_refusals_have_telegram_s_shape(
    scene: Scene, path: str, status: int, description: str
) -> None:
    answer = scene.http.get(path.format(own=f"/bot{scene.bot['token']}"))
    assert answer.status_code == status
    assert answer.json() == {"ok": False, "error_code": status, "description": description}


def test_an_edit_is_seen_and_one_without_change_refused(started: Scene) -> None:
    sent = started.say(text="a", reply_markup=_BUTTON)
    edit = {"message_id": sent["message_id"], "text": "b", "reply_markup": _BUTTON}
    edited = started.say(method="editMessageText", **edit)
    assert (edited["text"], "edit_date" in edited) == ("b", True)
    assert started.refusal("editMessageText", **edit).startswith(
        "Bad Request: message is not modified: "
    )
    [seen] = [m for m in started.history()["messages"] if m["message_id"] == sent["message_id"]]
    assert (seen["text"], seen["inline_keyboard"]) == ("b", _BUTTON["inline_keyboard"])


def test_what_is_not_there_can_not_be_edited_or_deleted(started: Scene) -> None:
    refusal = started.refusal("editMessageText", message_id=999, text="x")
    assert refusal == "Bad Request: message to edit not found"
    refusal = started.refusal("deleteMessage", message_id=999)
    assert refusal == "Bad Request: message to delete not found"


def test_a_deleted_message_is_gone_for_the_person(started: Scene) -> None:
    sent = started.say(text="a")
    before = started.history()["version"]
    started.say(method="deleteMessage", message_id=sent["message_id"])
    after = started.history(after=before)
    assert after["deleted"] == [sent["message_id"]]
    assert after["version"] > before


@pytest.mark.parametrize(
    ("button", "why"),
    [
        ({"text": "a", "callback_data": "я" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "a"}, "can't parse inline keyboard button: Text buttons are unallowed"),
        ({"callback_data": "a"}, "can't parse inline keyboard button: Field"),
        ({"text": "a", "url": "nowhere"}, "inline keyboard button URL 'nowhere' is invalid"),
    ],
)
def test_a_wrong_button_is_refused(started: Scene, button: dict[str, Any], why: str) -> None:
    markup = {"inline_keyboard": [[button]]}
    refusal = started.refusal("sendMessage", text="x", reply_markup=markup)
    assert refusal.startswith(f"Bad Request: {why}")


def test_a_pressed_button_is_answered_once_and_in_time(started: Scene) -> None:
    sent = started.say(text="?", reply_markup=_BUTTON)
    tapped = started.act("tap", message_id=sent["message_id"], data="yes")
    query_id = started.updates()[0]["callback_query"]["id"]
    assert query_id == tapped["callback_query_id"]
    assert started.call("answerCallbackQuery", callback_query_id=query_id, text="ok")["ok"]
    again = started.refusal("answerCallbackQuery", callback_query_id=query_id)
    assert again.startswith("Bad Request: query is too old and response timeout expired")
    [answer] = started.history()["callback_answers"]
    assert (answer["text"], answer["show_alert"]) == ("ok", False)


def test_an_answer_comes_too_late_after_fifteen_seconds(started: Scene) -> None:
    sent = started.say(text="?", reply_markup=_BUTTON)
    tapped = started.act("tap", message_id=sent["message_id"], data="yes")
    started.http.post("/sim/clock", json={"advance": 16})
    refusal = started.refusal("answerCallbackQuery", callback_query_id=tapped["callback_query_id"])
    assert "query is too old" in refusal


def test_a_button_that_is_not_there_can_not_be_pressed(started: Scene) -> None:
    sent = started.say(text="?", reply_markup=_BUTTON)
    press = {**started.who, "message_id": sent["message_id"], "data": "no"}
    answer = started.http.post("/sim/tap", json=press)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "button_not_found")


def test_a_keyboard_stays_until_it_is_removed(started: Scene) -> None:
    keyboard = {"keyboard": [[{"text": "A"}]], "resize_keyboard": True}
    started.say(text="x", reply_markup=keyboard)
    assert started.history()["chat"]["keyboard"] == keyboard
    started.say(text="x", reply_markup={"remove_keyboard": True})
    assert started.history()["chat"]["keyboard"] is None


def test_a_blocked_bot_is_told_and_then_refused(started: Scene) -> None:
    started.act("block")
    [update] = started.updates()
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    refused = started.call("sendMessage", chat_id=started.user["id"], text="x")
    assert (refused["error_code"], refused["description"]) == (
        403, "Forbidden: bot was blocked by the user",
    )  # fmt: skip
    started.act("unblock")
    assert started.say(text="x")["text"] == "x"


def test_a_reply_shows_what_it_answers(started: Scene) -> None:
    first = started.say(text="first")
    reply = started.say(text="re", reply_parameters={"message_id": first["message_id"]})
    assert reply["reply_to_message"]["text"] == "first"
    refusal = started.refusal("sendMessage", text="re", reply_parameters={"message_id": 999})
    assert refusal == "Bad Request: message to be replied not found"


def test_typing_shows_for_five_seconds(started: Scene) -> None:
    started.say(method="sendChatAction", action="typing")
    assert started.history()["chat"]["action"]["action"] == "typing"
    started.http.post("/sim/clock", json={"advance": 5})
    assert started.history()["chat"]["action"] is None


def test_reactions_go_both_ways(started: Scene) -> None:
    started.call("getUpdates", allowed_updates=["message", "message_reaction"])
    sent = started.say(text="x")
    started.act("react", message_id=sent["message_id"], emoji="🔥")
    [update] = started.updates()
    assert update["message_reaction"]["new_reaction"] == [{"type": "emoji", "emoji": "🔥"}]
    started.say(
        method="setMessageReaction",
        message_id=sent["message_id"],
        reaction=[{"type": "emoji", "emoji": "👍"}],
    )
    [seen] = [m for m in started.history()["messages"] if m["message_id"] == sent["message_id"]]
    assert seen["reactions"]["bot"] == [{"type": "emoji", "emoji": "👍"}]


def test_a_draft_grows_and_can_be_stopped(started: Scene) -> None:
    started.say(method="sendMessageDraft", draft_id=7, text="Thin", can_stop=True)
    started.say(method="sendMessageDraft", draft_id=7, text="Thinking", can_stop=True)
    assert started.history()["chat"]["draft"]["text"] == "Thinking"
    started.act("stop_draft")
    [update] = started.updates()
    assert update["stopped_message_generation"]["draft_id"] == 7
    assert started.history()["chat"]["draft"] is None


def test_a_message_ends_the_draft(started: Scene) -> None:
    started.say(method="sendMessageDraft", draft_id=7, text="Thin")
    started.say(text="Thin ice")
    assert started.history()["chat"]["draft"] is None


def test_a_rich_message_is_blocks(started: Scene) -> None:
    sent = started.say(
        method="sendRichMessage",
        rich_message={"markdown": "# Title\nText **bold**\n\n- one\n- two\n\n```py\nx\n\ny\n```"},
    )
    assert [block["type"] for block in sent["rich_message"]["blocks"]] == [
        "heading", "paragraph", "list", "pre",
    ]  # fmt: skip


def test_commands_show_in_the_person_s_language(started: Scene) -> None:
    for language, text in (("", "help"), ("ru", "помощь")):
        commands = [{"command": "help", "description": text}]
        assert started.call("setMyCommands", commands=commands, language_code=language)["ok"]
    assert started.history()["chat"]["bot"]["commands"][0]["description"] == "помощь"


def test_a_page_of_another_origin_is_kept_out(scene: Scene) -> None:
    foreign = scene.http.get("/sim/bots", headers={"Origin": "https://elsewhere.example"})
    rebound = scene.http.get("/sim/bots", headers={"Host": "elsewhere.example"})
    assert (foreign.status_code, rebound.status_code) == (403, 403)
