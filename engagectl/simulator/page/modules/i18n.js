// The interface's texts in both languages, and times as each language writes them.

const LANGUAGE_KEY = "chat.language";

const TEXTS = {
  ru: {
    title: "Чат с ботами", search: "Поиск", people: "Люди", add_person: "Добавить человека",
    person_name: "Имя", person_language: "Язык в Telegram", add: "Добавить", cancel: "Отмена",
    close: "Закрыть", ok: "Хорошо", you: "Вы", guest: "Гость", russian: "Русский", english: "English",
    switch_language: "English", switch_language_label: "Switch the interface to English",
    no_bots: "Ботов пока нет. Они появятся здесь, как только будут созданы.",
    nothing_found: "Ничего не найдено", choose_chat: "Выберите бота, чтобы начать разговор",
    no_messages: "Сообщений ещё нет", start: "НАЧАТЬ", restart: "ПЕРЕЗАПУСТИТЬ", bot: "бот",
    what_bot_does: "Что умеет этот бот?", write: "Сообщение", send: "Отправить",
    attach: "Прикрепить файл", record: "Записать голосовое", stop_recording: "Отправить голосовое",
    discard_recording: "Удалить запись", no_microphone: "Микрофон недоступен. Прикрепите готовую запись кнопкой слева.",
    commands: "Команды", show_keyboard: "Показать клавиатуру", hide_keyboard: "Скрыть клавиатуру",
    block: "Заблокировать бота", unblock: "Разблокировать", blocked: "Вы заблокировали бота",
    menu: "Меню", back: "К списку ботов", panel: "Сбои и журнал вызовов", down: "К последним сообщениям",
    pinned: "Закреплённое сообщение", edited: "изменено", typing: "печатает", sending_photo: "отправляет фото",
    sending_voice: "записывает голосовое", sending_file: "отправляет файл", choosing_sticker: "выбирает стикер",
    searching_place: "ищет место", stop: "Остановить", drafting: "пишет ответ", unread: "непрочитанных",
    photo: "Фотография", voice: "Голосовое сообщение", audio: "Аудио", document: "Файл", sticker: "Стикер",
    video: "Видео", video_note: "Видеосообщение", animation: "Анимация", poll: "Опрос", quiz: "Викторина",
    anonymous_poll: "Анонимный опрос", anonymous_quiz: "Анонимная викторина", contact: "Контакт", location: "Местоположение", venue: "Место", dice: "Кубик",
    poll_closed: "Опрос завершён", vote: "Голосовать", your_choice: "ваш выбор", correct_answer: "верный ответ",
    votes: "голосов", vote_now: "Выберите ответ", play: "Слушать", pause: "Пауза", enlarge: "Увеличить",
    reply: "Ответить", react: "Реакция", copy: "Скопировать текст", copied: "Скопировано", remove: "Удалить у себя", edit: "Изменить",
    unknown_kind: "Сообщение этого вида страница пока не показывает", pinned_service: "Закреплено сообщение",
    today: "Сегодня", yesterday: "Вчера", show_hidden: "Показать скрытый текст", not_sent: "Не отправлено. Повторить?", retry: "Повторить",
    lost: "Нет связи с симулятором. Пробую снова…", found: "Связь восстановлена", failed: "Не получилось",
    faults: "Сбои", calls: "Журнал вызовов", faults_note: "То, что Telegram и сеть делают в плохой день: проверьте, выдержит ли бот.",
    fault_too_many_requests: "Слишком много запросов (429)", fault_server_error: "Ошибка сервера (500)",
    fault_slow: "Медленные ответы", fault_lost_answer: "Ответ потерян", fault_forbidden: "Запрещено (403)",
    fault_duplicate_update: "Двойные обновления", fault_webhook_outage: "Вебхук недоступен",
    no_calls: "Вызовов ещё не было", call_parameters: "Параметры", only_this_bot: "Только этот бот", from_bot: "бот → Bot API", to_bot: "Bot API → бот",
    drop_here: "Отпустите, чтобы отправить", open_app: "Открыть приложение", seconds: "с", editing: "Изменение сообщения", replying: "Ответ", asked_reply: "Бот ждёт ответа на сообщение",
    web_app_note: "Приложение открыто во вкладке", chat_menu: "Действия с чатом", log: "Сообщения", switched: "Теперь пишет", share_contact: "Отправить свой номер", share_location: "Отправить место",
  },
  en: {
    title: "Chat with bots", search: "Search", people: "People", add_person: "Add a person",
    person_name: "Name", person_language: "Language in Telegram", add: "Add", cancel: "Cancel",
    close: "Close", ok: "OK", you: "You", guest: "Guest", russian: "Русский", english: "English",
    switch_language: "Русский", switch_language_label: "Переключить интерфейс на русский",
    no_bots: "No bots yet. They appear here as soon as they are made.",
    nothing_found: "Nothing found", choose_chat: "Choose a bot to start talking",
    no_messages: "No messages yet", start: "START", restart: "RESTART", bot: "bot",
    what_bot_does: "What can this bot do?", write: "Message", send: "Send",
    attach: "Attach a file", record: "Record a voice message", stop_recording: "Send the voice message",
    discard_recording: "Discard the recording", no_microphone: "No microphone here. Attach a recording with the button on the left.",
    commands: "Commands", show_keyboard: "Show the keyboard", hide_keyboard: "Hide the keyboard",
    block: "Block the bot", unblock: "Unblock", blocked: "You blocked the bot",
    menu: "Menu", back: "Back to the bots", panel: "Faults and calls", down: "To the latest messages",
    pinned: "Pinned message", edited: "edited", typing: "is typing", sending_photo: "is sending a photo",
    sending_voice: "is recording a voice message", sending_file: "is sending a file", choosing_sticker: "is choosing a sticker",
    searching_place: "is looking for a place", stop: "Stop", drafting: "is writing the answer", unread: "unread",
    photo: "Photo", voice: "Voice message", audio: "Audio", document: "File", sticker: "Sticker",
    video: "Video", video_note: "Video message", animation: "Animation", poll: "Poll", quiz: "Quiz",
    anonymous_poll: "Anonymous poll", anonymous_quiz: "Anonymous quiz", contact: "Contact", location: "Location", venue: "Venue", dice: "Die",
    poll_closed: "The poll is closed", vote: "Vote", your_choice: "your choice", correct_answer: "right answer",
    votes: "votes", vote_now: "Choose an answer", play: "Play", pause: "Pause", enlarge: "Enlarge",
    reply: "Reply", react: "React", copy: "Copy the text", copied: "Copied", remove: "Delete for me", edit: "Edit",
    unknown_kind: "The page does not show messages of this kind yet", pinned_service: "A message was pinned",
    today: "Today", yesterday: "Yesterday", show_hidden: "Show the hidden text", not_sent: "Not sent. Try again?", retry: "Try again",
    lost: "No connection to the simulator. Trying again…", found: "Connected again", failed: "That did not work",
    faults: "Faults", calls: "Record of calls", faults_note: "What Telegram and the network do on a bad day: see whether the bot bears it.",
    fault_too_many_requests: "Too many requests (429)", fault_server_error: "Server error (500)",
    fault_slow: "Slow answers", fault_lost_answer: "Answer lost", fault_forbidden: "Forbidden (403)",
    fault_duplicate_update: "Updates twice", fault_webhook_outage: "Webhook unreachable",
    no_calls: "No calls yet", call_parameters: "Parameters", only_this_bot: "This bot only", from_bot: "bot → Bot API", to_bot: "Bot API → bot",
    drop_here: "Drop to send", open_app: "Open the app", seconds: "s", editing: "Editing a message", replying: "Reply", asked_reply: "The bot waits for a reply to",
    web_app_note: "The app is open in a tab", chat_menu: "What to do with the chat", log: "Messages", switched: "Now writing as", share_contact: "Send own number", share_location: "Send place",
  },
};

let language = localStorage.getItem(LANGUAGE_KEY) === "en" ? "en" : "ru";

/** Return a text of the interface. */
export const t = (name) => TEXTS[language][name] ?? name;

/** Return the interface's language. */
export const interfaceLanguage = () => language;

/** Switch between Russian and English and remember it. */
export function toggleLanguage() {
  language = language === "ru" ? "en" : "ru";
  localStorage.setItem(LANGUAGE_KEY, language);
}

/** Write a Unix time as hours and minutes. */
export const clockTime = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false });

/** Write a Unix time's day: today, yesterday or the date. */
export function dayName(seconds) {
  const day = new Date(seconds * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  const year = day.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return day.toLocaleDateString(language, { day: "numeric", month: "long", year });
}

/** Write a length in seconds as 1:05. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Write a file's size. */
export function fileSize(bytes) {
  if (!bytes) return "";
  const units = language === "ru" ? ["Б", "КБ", "МБ"] : ["B", "KB", "MB"];
  const power = Math.min(2, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${(bytes / 1024 ** power).toFixed(power && bytes / 1024 ** power < 10 ? 1 : 0)} ${units[power]}`;
}
