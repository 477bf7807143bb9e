"""Methods that show a message while it is being written."""

from typing import Any

from engagectl.simulator.chat import Draft
from engagectl.simulator.errors import bad_request
from engagectl.simulator.methods.registry import Call, method
from engagectl.simulator.methods.sending import read_text, send
from engagectl.simulator.records import Json
from engagectl.simulator.rich_messages import plain_text, read_rich_message

_DRAFT_SECONDS = 30.0


@method("sendMessageDraft")
async def send_message_draft(call: Call) -> Any:
    """Show a text that is still being written; an empty one shows that the bot thinks."""
    text = read_text(call.parameters)
    return _show(call, text.text, text.entities, None)


@method("sendRichMessageDraft")
async def send_rich_message_draft(call: Call) -> Any:
    """Show a rich message that is still being written."""
    rich = read_rich_message(call.parameters.object("rich_message"))
    return _show(call, plain_text(rich), [], rich)


@method("sendRichMessage")
async def send_rich_message(call: Call) -> Any:
    """Send a rich message."""
    chat = call.open_chat()
    rich = read_rich_message(call.parameters.object("rich_message"))
    return await send(call, {"rich_message": rich}, chat=chat)


def _show(call: Call, text: str, entities: list[Json], rich: Json | None) -> bool:
    chat = call.open_chat()
    draft_id = call.parameters.integer("draft_id")
    if draft_id == 0:
        raise bad_request("draft_id must be non-zero")
    if chat.stopped_draft_id == draft_id:
        raise bad_request("MESSAGE_GENERATION_STOPPED")
    chat.draft = Draft(
        draft_id=draft_id,
        text=text,
        entities=entities,
        rich_message=rich,
        can_stop=call.parameters.flag("can_stop"),
        keep_on_stop=call.parameters.flag("keep_on_stop"),
        expires_at=call.telegram.clock.now() + _DRAFT_SECONDS,
    )
    call.telegram.world.change_chat(chat, is_kept=False)
    return True
