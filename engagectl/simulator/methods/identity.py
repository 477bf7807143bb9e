"""Methods about the bot itself: who it is, its names, commands and menu."""

from typing import Any

from engagectl.simulator.errors import bad_request
from engagectl.simulator.methods.registry import Call, method
from engagectl.simulator.records import Json

_MOST_COMMANDS = 100
_TEXTS = {
    "name": ("names", 64),
    "description": ("descriptions", 512),
    "short_description": ("short_descriptions", 120),
}


@method("getMe")
async def get_me(call: Call) -> Any:
    """Tell who the bot is."""
    return {
        **call.bot.as_user(),
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _set_text(call: Call, name: str) -> bool:
    field, longest = _TEXTS[name]
    text = call.parameters.text(name)
    if len(text) > longest:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    texts: dict[str, str] = getattr(call.bot, field)
    language = call.parameters.text("language_code")
    if text:
        texts[language] = text
    else:
        texts.pop(language, None)
    _announce(call)
    return True


def _get_text(call: Call, name: str) -> Json:
    texts: dict[str, str] = getattr(call.bot, _TEXTS[name][0])
    language = call.parameters.text("language_code")
    default = call.bot.first_name if name == "name" else ""
    return {name: texts.get(language) or texts.get("") or default}


@method("setMyName")
async def set_my_name(call: Call) -> Any:
    """Change the bot's name."""
    return _set_text(call, "name")


@method("getMyName")
async def get_my_name(call: Call) -> Any:
    """Tell the bot's name."""
    return _get_text(call, "name")


@method("setMyDescription")
async def set_my_description(call: Call) -> Any:
    """Change what an empty chat with the bot shows."""
    return _set_text(call, "description")


@method("getMyDescription")
async def get_my_description(call: Call) -> Any:
    """Tell what an empty chat with the bot shows."""
    return _get_text(call, "description")


@method("setMyShortDescription")
async def set_my_short_description(call: Call) -> Any:
    """Change what the bot's profile shows."""
    return _set_text(call, "short_description")


@method("getMyShortDescription")
async def get_my_short_description(call: Call) -> Any:
    """Tell what the bot's profile shows."""
    return _get_text(call, "short_description")


@method("setMyCommands")
async def set_my_commands(call: Call) -> Any:
    """Change the commands of a scope and language."""
    commands = call.parameters.array("commands") or []
    if len(commands) > _MOST_COMMANDS:
        raise bad_request("too many commands specified; at most 100 commands are allowed")
    call.bot.commands[_scope(call)] = [_command(command) for command in commands]
    _announce(call)
    return True


@method("getMyCommands")
async def get_my_commands(call: Call) -> Any:
    """Tell the commands of a scope and language."""
    return call.bot.commands.get(_scope(call), [])


@method("deleteMyCommands")
async def delete_my_commands(call: Call) -> Any:
    """Remove the commands of a scope and language."""
    call.bot.commands.pop(_scope(call), None)
    _announce(call)
    return True


def _command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(command.get("command", "")).removeprefix("/")
    description = str(command.get("description", "")).strip()
    if not 1 <= len(name) <= 32 or not name.replace("_", "").isascii():
        raise bad_request("BOT_COMMAND_INVALID")
    if not all(letter.islower() or letter.isdigit() or letter == "_" for letter in name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _scope(call: Call) -> str:
    scope = call.parameters.object("scope") or {"type": "default"}
    kind = str(scope.get("type", "default"))
    named = f"chat:{scope.get('chat_id')}" if kind == "chat" else kind
    return f"{named}|{call.parameters.text('language_code')}"


@method("setChatMenuButton")
async def set_chat_menu_button(call: Call) -> Any:
    """Change the menu button of one chat, or of all."""
    button = call.parameters.object("menu_button") or {"type": "default"}
    if button.get("type") not in ("commands", "web_app", "default"):
        raise bad_request("MenuButton has unsupported type")
    key = call.parameters.text("chat_id")
    if button["type"] == "default":
        call.bot.menu_buttons.pop(key, None)
    else:
        call.bot.menu_buttons[key] = button
    _announce(call)
    return True


@method("getChatMenuButton")
async def get_chat_menu_button(call: Call) -> Any:
    """Tell the menu button of one chat, or of all."""
    buttons = call.bot.menu_buttons
    default = buttons.get("", {"type": "commands"})
    return buttons.get(call.parameters.text("chat_id"), default)


@method("setMyDefaultAdministratorRights")
async def set_my_default_administrator_rights(call: Call) -> Any:
    """Change which rights the bot asks for in groups or channels."""
    rights = call.parameters.object("rights") or {}
    call.bot.default_rights[_rights_key(call)] = rights
    call.telegram.world.save_bot(call.bot)
    return True


@method("getMyDefaultAdministratorRights")
async def get_my_default_administrator_rights(call: Call) -> Any:
    """Tell which rights the bot asks for in groups or channels."""
    names = (
        "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
        "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
        "can_post_stories", "can_edit_stories", "can_delete_stories",
        "can_send_welcome_messages",
    )  # fmt: skip
    rights = call.bot.default_rights.get(_rights_key(call), {})
    return {**dict.fromkeys(names, False), **rights}


def _rights_key(call: Call) -> str:
    return "channels" if call.parameters.flag("for_channels") else "groups"


def _announce(call: Call) -> None:
    """Remember the bot and let the people who chat with it see the change."""
    world = call.telegram.world
    world.save_bot(call.bot)
    for chat in world.chats_with(call.bot):
        world.announce(chat, {"type": "chat"})
