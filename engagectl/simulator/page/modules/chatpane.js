// The open chat: header, pinned message, messages, what the bot is doing, and the composer.

import { acts } from "./acts.js";
import { makeComposer } from "./composer.js";
import { openMenu, toast } from "./dialogs.js";
import { avatar, el, icon, iconButton } from "./dom.js";
import { formatted } from "./entities.js";
import { dayName, t } from "./i18n.js";
import { messageElement, summary } from "./messages.js";
import { store } from "./store.js";

const NEAR_BOTTOM_PX = 120;
const REACTIONS = ["👍", "❤️", "🔥", "👏", "😁", "🤔", "🎉"];
const ACTIONS = {
  typing: "typing", upload_photo: "sending_photo", record_voice: "sending_voice", upload_voice: "sending_voice",
  upload_document: "sending_file", choose_sticker: "choosing_sticker", find_location: "searching_place",
};

const root = document.getElementById("chat");
const composer = makeComposer(acts);
let list, scroller, status, pinned, jump, growing, spoken;
let newBelow = 0;
let pinnedAt = 0;

const actions = {
  ...acts,
  jump: jumpTo,
  author: (message) => (message.outgoing ? store.person.first_name : store.chat.bot.name),
  menu: messageMenu,
};
const context = { find: (id) => store.chat.messages.get(id), actions };

/** Draw the pane anew for the open chat. */
export function drawChat() {
  const { chat } = store;
  document.getElementById("app").classList.toggle("in-chat", Boolean(chat));
  if (!chat) return void root.replaceChildren(el("div", { class: "no-chat" }, el("span", {}, t("choose_chat"))));
  composer.reset();
  newBelow = 0;
  list = el("div", { class: "messages", role: "log", "aria-label": t("log"), "aria-live": "off" });
  growing = el("div", { class: "growing" });
  spoken = el("div", { class: "heard", "aria-live": "polite" });
  scroller = el("div", { class: "scroller", onscroll: scrolled, tabindex: "-1" }, el("div", { class: "column" }, list, growing));
  jump = iconButton("down", t("down"), toBottom, { class: "jump", hidden: true });
  jump.append(el("span", { class: "unread" }));
  pinned = el("button", { type: "button", class: "pinned", hidden: true, onclick: nextPinned });
  root.replaceChildren(header(chat), pinned, el("div", { class: "stage" }, scroller, jump), composer.root, spoken);
  drawMessages();
  drawView();
  toBottom();
}

function header(chat) {
  status = el("span", { class: "status" });
  return el("header", { class: "chat-head" },
    iconButton("back", t("back"), () => store.choose(null), { class: "back" }),
    avatar(chat.bot.name, chat.bot.id, "small"),
    el("div", { class: "chat-title" }, el("h1", {}, chat.bot.name), status),
    iconButton("panel", t("panel"), () => store.say("panel"), { id: "panel-toggle" }),
    iconButton("more", t("chat_menu"), (event) => openMenu(event.currentTarget, chatEntries(store.chat)), { id: "chat-menu", "aria-haspopup": "menu" }));
}

function chatEntries(chat) {
  return chat.view.is_blocked
    ? [{ icon: "check", label: t("unblock"), run: () => acts.unblock() }]
    : [{ icon: "block", label: t("block"), danger: true, run: () => acts.block() }];
}

function drawMessages() {
  const { chat } = store;
  list.replaceChildren(...chat.ordered.map((message) => messageElement(message, context)));
  drawPending();
}

function drawPending() {
  list.querySelectorAll(".pending").forEach((node) => node.remove());
  list.append(...store.chat.pending.map((message) => messageElement(message, context)));
  arrange();
}

/** Group neighbours, put days between, tell what the bot has read, greet in an empty chat. */
function arrange() {
  const { chat } = store;
  list.querySelectorAll(".day, .greeting").forEach((node) => node.remove());
  const newest = Math.max(0, ...[...chat.messages.values()].filter((one) => !one.outgoing).map((one) => one.message_id));
  let before = null;
  for (const node of [...list.children]) {
    const message = chat.messages.get(Number(node.dataset.id)) ?? chat.pending.find((one) => one.message_id === node.dataset.id);
    if (!message) continue;
    const isNewDay = !before || dayName(before.message.date) !== dayName(message.date);
    if (isNewDay && message.date) node.before(el("div", { class: "day" }, el("span", {}, dayName(message.date))));
    const isJoined = before && !isNewDay && before.message.outgoing === message.outgoing && message.date - before.message.date < 300 && !before.node.classList.contains("service");
    node.classList.toggle("joined", Boolean(isJoined));
    before?.node.classList.toggle("tail", !isJoined);
    node.querySelector(".tick use")?.setAttribute("href", `icons.svg#${message.message_id < newest ? "checks" : "check"}`);
    before = { node, message };
  }
  before?.node.classList.add("tail");
  if (!before && chat.isLoaded) list.append(greeting(chat));
}

function greeting(chat) {
  const words = chat.bot.description || chat.bot.short_description;
  return el("div", { class: "greeting" }, avatar(chat.bot.name, chat.bot.id, "large"), el("h2", {}, chat.bot.name),
    words ? el("p", { class: "greeting-ask" }, t("what_bot_does")) : null, el("p", { dir: "auto" }, words || t("no_messages")));
}

function showMessage({ chat, message, isNew, isOwn }) {
  if (chat !== store.chat || !chat.isLoaded) return;
  if (!chat.messages.has(message.message_id)) return void drawPending();
  const isNear = isNearBottom();
  const known = nodeOf(message.message_id);
  const node = messageElement(chat.messages.get(message.message_id), context);
  if (known) replace(known, node);
  else {
    if (isNew && !isOwn) node.classList.add("arriving");
    insert(node, message.message_id);
  }
  drawPending();
  drawGrowing();
  composer.draw();
  if (!known && !message.outgoing) spoken.textContent = `${chat.bot.name}: ${summary(message)}`;
  if (known ? isNear : isNear || message.outgoing) toBottom();
  else if (!known) countBelow();
  markRead();
}

function replace(known, node) {
  const place = known.contains(document.activeElement) ? document.activeElement.dataset.place : null;
  const hadFocus = known.contains(document.activeElement);
  known.replaceWith(node);
  if (hadFocus) (node.querySelector(`[data-place="${place}"]`) ?? node).focus({ preventScroll: true });
}

function insert(node, id) {
  const next = [...list.children].find((one) => Number(one.dataset.id) > id);
  if (next) next.before(node);
  else list.append(node);
}

const nodeOf = (id) => list?.querySelector(`[data-id="${CSS.escape(String(id))}"]`);

function removeMessages({ chat, ids }) {
  if (chat !== store.chat) return;
  ids.forEach((id) => nodeOf(id)?.remove());
  arrange();
  drawPinned();
}

/** Draw what surrounds the messages: status, draft, pins, keyboard, blocking. */
function drawView() {
  const { chat } = store;
  if (!chat || !status) return;
  drawStatus();
  drawGrowing();
  drawPinned();
  composer.draw();
}

function drawStatus() {
  const { action, is_blocked: isBlocked } = store.chat.view;
  const isActive = action && action.until > Date.now();
  status.classList.toggle("active", Boolean(isActive));
  if (isActive) {
    status.replaceChildren(el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), ` ${t(ACTIONS[action.action] ?? "typing")}…`);
    setTimeout(() => store.chat && drawStatus(), action.until - Date.now() + 50);
  } else status.textContent = isBlocked ? t("blocked") : `@${store.chat.name} · ${t("bot")}`;
}

function drawGrowing() {
  const draft = store.chat.view.draft;
  const isShown = draft && draft.until > Date.now();
  const isNear = isNearBottom();
  growing.replaceChildren(isShown ? draftElement(draft) : "");
  if (isShown) {
    setTimeout(() => store.chat && drawGrowing(), draft.until - Date.now() + 50);
    if (isNear) toBottom();
  }
}

function draftElement(draft) {
  const text = draft.text ? el("div", { class: "text", dir: "auto" }, formatted(draft.text, draft.entities)) : null;
  return el("article", { class: "message bots tail draft", "aria-label": t("drafting") }, el("div", { class: "stack" },
    el("div", { class: "bubble" }, text, el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"))),
    draft.can_stop ? el("button", { type: "button", class: "stop-draft", onclick: () => acts.stopDraft() }, icon("stop"), t("stop")) : null));
}

function drawPinned() {
  const { chat } = store;
  const pins = (chat.view.pinned ?? []).filter((id) => chat.messages.has(id));
  pinned.hidden = pins.length === 0;
  if (!pins.length) return;
  pinnedAt = Math.min(pinnedAt, pins.length - 1);
  const id = pins.at(-1 - pinnedAt);
  pinned.replaceChildren(icon("pin"), el("span", {}, el("b", {}, t("pinned")), el("span", {}, summary(chat.messages.get(id)))));
  pinned.dataset.target = id;
}

function nextPinned() {
  jumpTo(Number(pinned.dataset.target));
  pinnedAt = (pinnedAt + 1) % store.chat.view.pinned.length;
  drawPinned();
}

function jumpTo(id) {
  const node = nodeOf(id);
  if (!node) return;
  node.scrollIntoView({ block: "center", behavior: "smooth" });
  node.classList.remove("flash");
  requestAnimationFrame(() => node.classList.add("flash"));
  node.focus({ preventScroll: true });
}

function messageMenu(message, anchor) {
  const entries = [{ icon: "reply", label: t("reply"), run: () => composer.replyTo(message) }];
  if (message.text) entries.push({ icon: "copy", label: t("copy"), run: () => copy(message.text) });
  if (message.outgoing && message.kind === "text") entries.push({ icon: "file", label: t("edit"), run: () => composer.edit(message) });
  entries.push({ icon: "trash", label: t("remove"), danger: true, run: () => acts.remove(message) });
  openMenu(anchor, entries, { reactions: REACTIONS, onReact: (emoji) => acts.react(message, emoji) });
}

async function copy(text) {
  await navigator.clipboard?.writeText(text);
  toast(t("copied"));
}

// ------------------------------------------------------------------ scrolling and reading
const isNearBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PX;

function toBottom() {
  scroller.scrollTop = scroller.scrollHeight;
  scrolled();
}

function scrolled() {
  const isNear = isNearBottom();
  if (isNear) newBelow = 0;
  jump.hidden = isNear;
  jump.querySelector(".unread").textContent = newBelow || "";
}

function countBelow() {
  newBelow += 1;
  scrolled();
}

function markRead() {
  if (!document.hidden && store.chat?.isLoaded && store.chat.markRead()) store.say("chats");
}

/** Begin to follow the store. */
export function watchChat() {
  const open = (draw) => (detail) => detail.chat === store.chat && draw(detail);
  store.on("chosen", drawChat);
  store.on("person", drawChat);
  store.on("loaded", open(() => { drawMessages(); drawView(); toBottom(); markRead(); }));
  store.on("changed", open(() => { const near = isNearBottom(); drawMessages(); drawView(); if (near) toBottom(); markRead(); }));
  store.on("message", showMessage);
  store.on("deleted", removeMessages);
  store.on("view", open(drawView));
  store.on("sent", open(() => { composer.draw(); drawPending(); toBottom(); }));
  store.on("released", open(({ id, place }) => nodeOf(id)?.querySelector(`[data-place="${place}"]`)?.removeAttribute("aria-busy")));
  document.addEventListener("visibilitychange", markRead);
  new ResizeObserver(() => list && newBelow === 0 && jump.hidden && toBottom()).observe(root);
  root.addEventListener("load", (event) => event.target.tagName === "IMG" && jump.hidden && toBottom(), true);
  root.addEventListener("dragover", (event) => { event.preventDefault(); root.classList.add("dropping"); });
  for (const end of ["dragleave", "drop"]) root.addEventListener(end, () => root.classList.remove("dropping"));
  root.addEventListener("drop", (event) => { event.preventDefault(); if (store.chat) composer.sendFiles([...event.dataTransfer.files]); });
}
