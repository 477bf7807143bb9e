"""A bot for python-telegram-bot as its users write it: echo, buttons, photo, files.

Arguments: the Bot API's address, and a port when it shall listen for webhooks. The token comes
on standard input.
"""

import asyncio
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03\x08\x02\x00\x00\x00"
    b"\x12\x16\xf1M\x00\x00\x00\x00IEND\xaeB`\x82"
)


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    await update.message.reply_text(update.message.text)


async def ask(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes")]])
    await update.message.reply_text("<b>Sure?</b>", parse_mode="HTML", reply_markup=markup)


async def pressed(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    await update.callback_query.answer("Noted")
    await update.callback_query.edit_message_text(f"You chose {update.callback_query.data}")


async def picture(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    await update.message.reply_photo(PICTURE, caption="a picture")


async def document(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    file = await update.message.document.get_file()
    content = await file.download_as_bytearray()
    await update.message.reply_text(f"{len(content)} bytes: {content[:20].decode()}")


def build(address: str, token: str) -> Application:
    builder = Application.builder().token(token)
    builder = builder.base_url(f"{address}/bot").base_file_url(f"{address}/file/bot")
    application = builder.updater(None).build() if PORT else builder.build()
    application.add_handler(CommandHandler("ask", ask))
    application.add_handler(CommandHandler("picture", picture))
    application.add_handler(CallbackQueryHandler(pressed))
    application.add_handler(MessageHandler(filters.Document.ALL, document))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    return application


async def serve(application: Application) -> None:
    """Listen for webhooks with a web server of one's own, as the library's example does."""

    async def hook(request: Request) -> Response:
        if request.headers["X-Telegram-Bot-Api-Secret-Token"] != "a-secret":
            return Response(status_code=401)
        update = Update.de_json(await request.json(), application.bot)
        await application.update_queue.put(update)
        return Response()

    routes = [Route("/hook", hook, methods=["POST"])]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=PORT))
    await application.bot.set_webhook(f"http://127.0.0.1:{PORT}/hook", secret_token="a-secret")
    async with application:
        await application.start()
        await server.serve()
        await application.stop()


PORT = int(sys.argv[2])
application = build(sys.argv[1], sys.stdin.readline().strip())
if PORT:
    asyncio.run(serve(application))
else:
    application.run_polling()
