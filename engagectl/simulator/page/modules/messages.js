// One message as a bubble: what it says, what it carries, when, and what can be done with it.

import { el, icon, iconButton } from "./dom.js";
import { formatted } from "./entities.js";
import { clockTime, t } from "./i18n.js";
import { inlineKeyboard } from "./keyboards.js";
import { contactCard, media, place } from "./media.js";
import { pollCard } from "./polls.js";
import { richText, richWords } from "./rich.js";

const BARE_KINDS = new Set(["sticker", "dice", "video_note"]);
const SERVICE_KINDS = new Set(["pinned_message", "web_app_data"]);
const FRAMED = new Set(["photo", "video", "animation"]);

/** Return a message's element. `find(id)` gives other messages of the chat, `actions` what a person can do. */
export function messageElement(message, { find, actions }) {
  if (SERVICE_KINDS.has(message.kind)) return serviceMessage(message, find);
  const bare = BARE_KINDS.has(message.kind) || isBigEmoji(message);
  const framed = FRAMED.has(message.kind);
  const bubble = el("div", { class: `bubble ${bare ? "bare" : ""} ${framed ? "framed" : ""} kind-${message.kind}` },
    origin(message), quoted(message, find, actions), body(message, actions), reactions(message, actions), meta(message));
  const node = el("article", {
    class: `message ${message.outgoing ? "own" : "bots"}`, tabindex: "-1",
    dataset: { id: message.message_id, kind: message.kind },
  }, el("div", { class: "stack" }, bubble, inlineKeyboard(message, actions)), tools(message, actions));
  if (message.pending) node.classList.add("pending");
  return node;
}

/** Return a message in a few words, for the list of chats, quotes and pins. */
export function summary(message) {
  if (!message) return "";
  const named = { photo: "photo", voice: "voice", audio: "audio", video: "video", video_note: "video_note",
    animation: "animation", sticker: "sticker", location: "location", venue: "venue", dice: "dice" };
  if (message.kind === "document") return message.text || message.media?.file_name || t("document");
  if (message.kind === "poll") return `${t(message.poll?.type === "quiz" ? "quiz" : "poll")}: ${message.poll?.question ?? ""}`;
  if (message.kind === "contact") return `${t("contact")}: ${message.contact?.first_name ?? ""}`;
  if (message.kind === "pinned_message") return t("pinned_service");
  if (message.rich_message) return richWords(message.rich_message);
  if (message.text) return message.text;
  return named[message.kind] ? t(named[message.kind]) : t("unknown_kind");
}

function body(message, actions) {
  const text = message.text
    ? el("div", { class: "text", dir: "auto" }, formatted(message.text, message.entities, actions.say)) : null;
  const carried = content(message, actions);
  if (!carried && !text) return el("div", { class: "text muted" }, t("unknown_kind"));
  return message.show_caption_above_media ? [text, carried] : [carried, text];
}

function content(message, actions) {
  if (message.media) return media(message);
  if (message.poll) return pollCard(message, actions);
  if (message.venue || message.location) return place(message);
  if (message.contact) return contactCard(message.contact);
  if (message.dice) return dice(message.dice);
  if (message.rich_message) return richText(message.rich_message);
  return null;
}

const DIE_FACES = ["⚀", "⚁", "⚂", "⚃", "⚄", "⚅"];

function dice({ emoji, value }) {
  const face = emoji === "🎲" ? DIE_FACES[value - 1] : emoji;
  return el("div", { class: "dice", role: "img", "aria-label": `${t("dice")} ${emoji}: ${value}` },
    el("span", {}, face), el("small", {}, String(value)));
}

function isBigEmoji(message) {
  return message.kind === "text" && !message.entities?.length && !message.reply_to_message_id
    && /^(?:\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F\u200D]*){1,3}$/u.test(message.text ?? "");
}

function origin(message) {
  const from = message.forward_origin;
  if (!from) return null;
  const name = from.sender_user?.first_name ?? from.sender_user_name ?? from.chat?.title ?? "";
  return el("div", { class: "origin" }, icon("reply"), name);
}

function quoted(message, find, actions) {
  if (!message.reply_to_message_id) return null;
  const target = find(message.reply_to_message_id);
  const words = message.quote?.text ?? summary(target);
  return el("button", { type: "button", class: "quote", onclick: () => actions.jump(message.reply_to_message_id) },
    el("b", {}, target ? actions.author(target) : t("reply")), el("span", {}, words || "…"));
}

function reactions(message, actions) {
  const { own = [], bot = [] } = message.reactions ?? {};
  if (!own.length && !bot.length) return null;
  const emoji = [...new Set([...bot, ...own].map((one) => one.emoji).filter(Boolean))];
  return el("div", { class: "reactions" }, emoji.map((one) => {
    const isOwn = own.some((reaction) => reaction.emoji === one);
    const count = isOwn + bot.some((reaction) => reaction.emoji === one);
    return el("button", { type: "button", class: isOwn ? "mine" : "", "aria-pressed": String(isOwn),
      onclick: () => actions.react(message, isOwn ? null : one) }, one, count > 1 ? ` ${count}` : null);
  }));
}

function meta(message) {
  const time = message.date ? el("time", { datetime: new Date(message.date * 1000).toISOString() }, clockTime(message.date)) : null;
  // Bots rewrite their messages all the time; Telegram marks people's edits only.
  const edited = message.edit_date && message.outgoing ? el("span", {}, `${t("edited")} `) : null;
  return el("span", { class: "meta" }, edited, time, message.outgoing ? tick(message) : null);
}

function tick(message) {
  if (message.failed) return icon("alert");
  if (message.pending) return icon("clock");
  const node = icon(message.isRead ? "checks" : "check");
  node.classList.add("tick");
  return node;
}

function tools(message, actions) {
  if (message.failed) {
    return el("button", { type: "button", class: "retry", onclick: () => actions.retry(message) }, t("not_sent"));
  }
  if (message.pending) return null;
  return el("div", { class: "tools" },
    iconButton("more", t("chat_menu"), (event) => actions.menu(message, event.currentTarget), { class: "small", "aria-haspopup": "menu" }));
}

function serviceMessage(message, find) {
  const pinned = message.pinned_message;
  const said = pinned ? `${t("pinned_service")}: ${summary(find(pinned.message_id)) || pinned.text || ""}` : message.web_app_data?.button_text;
  return el("article", { class: "service", dataset: { id: message.message_id, kind: message.kind } }, el("span", {}, said || t("unknown_kind")));
}
