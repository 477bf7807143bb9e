// What a person can do in the open chat. Each act shows at once and is told to the simulator.

import { api } from "./api.js";
import { showAlert, toast } from "./dialogs.js";
import { safeAddress } from "./entities.js";
import { t } from "./i18n.js";
import { store } from "./store.js";

const ANSWER_WITHIN_MS = 15_000;
let pendingCount = 0;
const pressed = new Map();
const earlyAnswers = new Map();

store.on("answered", ({ answer }) => {
  const done = pressed.get(answer.callback_query_id);
  if (done) done(answer);
  else earlyAnswers.set(answer.callback_query_id, answer);
});

/** Show a message at once, send it, and put the real one in its place. */
async function deliver(chat, look, send) {
  const own = { ...look, message_id: `p${++pendingCount}`, outgoing: true, pending: true, version: 0, date: Date.now() / 1000, reactions: {} };
  own.send = send;
  chat.pending.push(own);
  store.say("sent", { chat });
  try {
    const message = await send();
    chat.put(message);
    remove(chat, own);
    store.say("message", { chat, message, isNew: true, isOwn: true });
  } catch (error) {
    Object.assign(own, { failed: true });
    toast(error.message || t("failed"));
    store.say("sent", { chat });
  }
  store.say("chats");
}

function remove(chat, own) {
  const at = chat.pending.indexOf(own);
  if (at >= 0) chat.pending.splice(at, 1);
}

async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    toast(error.message || t("failed"));
    return null;
  }
}

export const acts = {
  start(payload = "") {
    const { chat } = store;
    return deliver(chat, { kind: "text", text: `/start ${payload}`.trim() }, () => api.start(chat.ids, payload))
      .then(() => store.catchUp(chat));
  },

  say(text, replyTo) {
    const { chat } = store;
    const content = replyTo ? { text, reply_to_message_id: replyTo } : { text };
    return deliver(chat, { kind: "text", text, reply_to_message_id: replyTo }, () => api.send(chat.ids, content));
  },

  upload(kind, file, text) {
    const { chat } = store;
    const look = { kind, text, media: { kind, url: URL.createObjectURL(file), file_name: file.name, file_size: file.size, mime_type: file.type } };
    return deliver(chat, look, () => api.upload(chat.ids, kind, file, text)).finally(() => URL.revokeObjectURL(look.media.url));
  },

  /** Press a key of the reply keyboard: it says its text, or shares what it asks for. */
  pressKey(button) {
    const { chat } = store;
    if (button.request_contact) {
      const contact = { phone_number: "+70000000000", first_name: store.person.first_name, user_id: store.person.id };
      return deliver(chat, { kind: "contact", contact }, () => api.send(chat.ids, { contact }));
    }
    if (button.request_location) {
      const location = { latitude: 55.75222, longitude: 37.61556 };
      return deliver(chat, { kind: "location", location }, () => api.send(chat.ids, { location }));
    }
    return acts.say(button.text);
  },

  isPressed: (message, place) => [...pressed.values()].some((done) => done.message === message.message_id && done.place === place),

  /** Press an inline button and wait for the bot's answer. */
  async press(message, button, place) {
    const { chat } = store;
    if (button.copy_text) {
      await navigator.clipboard?.writeText(button.copy_text.text);
      return toast(t("copied"));
    }
    if (button.web_app) return acts.openApp(button.web_app.url);
    if (!button.callback_data) return undefined;
    const tapped = await attempt(() => api.tap(chat.ids, message.message_id, button.callback_data));
    if (!tapped) return undefined;
    const answer = await answerTo(tapped.callback_query_id, { message: message.message_id, place });
    if (answer) showAnswer(chat, answer);
    store.say("released", { chat, id: message.message_id, place });
    return undefined;
  },

  async openApp(url) {
    const { chat } = store;
    const opening = await attempt(() => api.webApp(chat.ids, url));
    if (opening?.url) window.open(opening.url, "_blank", "noopener");
  },

  vote: (message, options) => attempt(() => api.vote(store.chat.ids, message.message_id, options)),
  react: (message, emoji) => attempt(() => api.react(store.chat.ids, message.message_id, emoji)),
  remove: (message) => attempt(() => api.remove(store.chat.ids, message.message_id)),
  edit: (message, text) => attempt(() => api.edit(store.chat.ids, message.message_id, text)),
  stopDraft: () => attempt(() => api.stopDraft(store.chat.ids)),

  async block() {
    await attempt(() => api.block(store.chat.ids));
  },

  async unblock() {
    await attempt(() => api.unblock(store.chat.ids));
  },

  retry(message) {
    const { chat } = store;
    remove(chat, message);
    const { send, ...look } = message;
    return deliver(chat, { ...look, failed: false }, send);
  },
};

function answerTo(queryId, where) {
  const early = earlyAnswers.get(queryId);
  earlyAnswers.delete(queryId);
  if (early) return early;
  return new Promise((resolve) => {
    const done = (answer) => {
      clearTimeout(timer);
      pressed.delete(queryId);
      resolve(answer);
    };
    const timer = setTimeout(() => done(null), ANSWER_WITHIN_MS);
    pressed.set(queryId, Object.assign(done, where));
  });
}

function showAnswer(chat, { text, show_alert: isAlert, url }) {
  if (url && safeAddress(url)) window.open(safeAddress(url), "_blank", "noopener");
  if (text && isAlert) showAlert(chat.bot.name, text);
  else if (text) toast(text);
}
