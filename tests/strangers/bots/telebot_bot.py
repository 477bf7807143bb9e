"""A bot for pyTelegramBotAPI as its users write it: echo, buttons, photo, files.

Arguments: the Bot API's address, and a port when it shall listen for webhooks. The token comes
on standard input.
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import telebot
from telebot import apihelper, types

PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03\x08\x02\x00\x00\x00"
    b"\x12\x16\xf1M\x00\x00\x00\x00IEND\xaeB`\x82"
)
ADDRESS, PORT = sys.argv[1], int(sys.argv[2])
apihelper.API_URL = ADDRESS + "/bot{0}/{1}"
apihelper.FILE_URL = ADDRESS + "/file/bot{0}/{1}"
bot = telebot.TeleBot(sys.stdin.readline().strip(), threaded=False)


@bot.message_handler(commands=["ask"])
def ask(message: types.Message) -> None:
    markup = types.InlineKeyboardMarkup()
    markup.add(types.InlineKeyboardButton("Yes", callback_data="yes"))
    bot.send_message(message.chat.id, "*Sure?*", parse_mode="MarkdownV2", reply_markup=markup)


@bot.callback_query_handler(func=lambda _: True)
def pressed(query: types.CallbackQuery) -> None:
    bot.answer_callback_query(query.id, "Noted")
    bot.edit_message_text(
        f"You chose {query.data}", query.message.chat.id, query.message.message_id
    )


@bot.message_handler(commands=["picture"])
def picture(message: types.Message) -> None:
    bot.send_photo(message.chat.id, PICTURE, caption="a picture")


@bot.message_handler(content_types=["document"])
def document(message: types.Message) -> None:
    content = bot.download_file(bot.get_file(message.document.file_id).file_path)
    bot.reply_to(message, f"{len(content)} bytes: {content[:20].decode()}")


@bot.message_handler(content_types=["text"])
def echo(message: types.Message) -> None:
    bot.reply_to(message, message.text)


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        is_telegram = self.headers["X-Telegram-Bot-Api-Secret-Token"] == "a-secret"
        if is_telegram:
            bot.process_new_updates([types.Update.de_json(body)])
        self.send_response(200 if is_telegram else 401)
        self.end_headers()


def main() -> None:
    if not PORT:
        bot.remove_webhook()
        bot.infinity_polling(timeout=5, long_polling_timeout=5)
        return
    server = HTTPServer(("127.0.0.1", PORT), Hook)
    bot.set_webhook(f"http://127.0.0.1:{PORT}/hook", secret_token="a-secret")
    server.serve_forever()


main()
