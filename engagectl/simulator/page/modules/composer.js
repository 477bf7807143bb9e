// The bottom of a chat: writing, commands, files, voice, the reply keyboard; or START, or unblocking.

import { toast } from "./dialogs.js";
import { el, icon, iconButton } from "./dom.js";
import { duration, t } from "./i18n.js";
import { replyKeyboard } from "./keyboards.js";
import { summary } from "./messages.js";
import { canRecord, record } from "./recorder.js";
import { store } from "./store.js";

const PHONE = matchMedia("(max-width: 760px)");

/** Make the composer; `acts` is what a person can do in the chat (see acts.js). */
export function makeComposer(acts) {
  const root = el("footer", { class: "composer-area" });
  const state = { root, acts, shown: "", isKeyboardHidden: false, keyboardKey: "", target: null };
  return {
    root,
    draw: () => draw(state),
    replyTo: (message) => aim(state, { kind: "reply", message }),
    edit: (message) => aim(state, { kind: "edit", message }),
    reset: () => { state.shown = ""; state.target = null; state.isKeyboardHidden = false; },
    sendFiles: (files) => sendFiles(state, files),
    focus: () => state.input?.focus(),
  };
}

function draw(state) {
  const { chat } = store;
  if (!chat) return;
  const mode = chat.view.is_blocked ? "blocked" : chat.view.is_started || chat.messages.size || chat.pending.length ? "open" : "new";
  const shown = `${chat.userId}:${chat.name}:${mode}`;
  if (state.shown !== shown) {
    state.shown = shown;
    state.input = null;
    state.root.replaceChildren(...{ blocked: () => [bigButton(t("restart"), "start", () => state.acts.start())], new: () => [bigButton(t("start"), "start", () => state.acts.start())], open: () => writing(state) }[mode]());
    if (mode === "open" && !PHONE.matches) state.input.focus({ preventScroll: true });
  }
  if (mode === "open") update(state, chat);
}

const bigButton = (label, id, onclick) => el("button", { type: "button", id, class: "big-button", onclick }, label);

function writing(state) {
  state.input = el("textarea", { id: "message", rows: "1", maxlength: "20000", "aria-label": t("write"), autocomplete: "off",
    "aria-autocomplete": "list", "aria-controls": "command-list", value: store.chat.draftText,
    oninput: () => typed(state), onkeydown: (event) => keyed(state, event), onpaste: (event) => pasted(state, event) });
  state.commandsButton = iconButton("commands", t("commands"), () => toggleCommands(state), { id: "commands" });
  state.keyboardButton = iconButton("keyboard", t("hide_keyboard"), () => { state.isKeyboardHidden = !state.isKeyboardHidden; update(state, store.chat); }, { hidden: true, id: "keyboard-toggle" });
  const files = el("input", { type: "file", multiple: true, hidden: true, onchange: (event) => { sendFiles(state, [...event.target.files]); event.target.value = ""; } });
  state.send = iconButton("send", t("send"), () => submit(state), { class: "send", id: "send" });
  state.mic = iconButton("mic", t("record"), () => startRecording(state), { class: "send", id: "record" });
  state.list = el("div", { id: "command-list", class: "command-list", role: "listbox", "aria-label": t("commands"), hidden: true });
  state.aimed = el("div", { class: "aimed", hidden: true });
  state.keys = el("div", { class: "keys", hidden: true });
  state.bar = el("div", { class: "composer" }, state.commandsButton,
    iconButton("attach", t("attach"), () => files.click(), { id: "attach" }), files, state.input, state.keyboardButton, state.send, state.mic);
  grow(state);
  showSend(state);
  return [state.list, el("div", { class: "composer-card" }, state.aimed, state.bar), state.keys];
}

function update(state, chat) {
  const keyboard = chat.view.keyboard;
  const key = JSON.stringify(keyboard ?? null);
  if (key !== state.keyboardKey) {
    state.keyboardKey = key;
    state.isKeyboardHidden = false;
    if (keyboard?.force_reply) state.input.focus({ preventScroll: true });
  }
  const rows = keyboard?.keyboard;
  const isShown = Boolean(rows?.length) && !state.isKeyboardHidden;
  if (state.keys.dataset.key !== key) {
    state.keys.dataset.key = key;
    state.keys.replaceChildren(rows ? replyKeyboard(keyboard, (button) => state.acts.pressKey(button)) : "");
  }
  state.keys.hidden = !isShown;
  state.keyboardButton.hidden = !rows?.length;
  const label = t(isShown ? "hide_keyboard" : "show_keyboard");
  state.keyboardButton.setAttribute("aria-label", label);
  state.keyboardButton.setAttribute("aria-pressed", String(isShown));
  state.input.placeholder = keyboard?.input_field_placeholder || t("write");
  state.commandsButton.hidden = !chat.bot.commands?.length;
  drawAimed(state, chat);
}

function drawAimed(state, chat) {
  const asked = chat.view.keyboard?.force_reply ? chat.ordered.findLast((message) => !message.outgoing) : null;
  const target = state.target ?? (asked && { kind: "reply", message: asked });
  state.aimed.hidden = !target;
  state.aim = target;
  if (!target) return;
  state.aimed.replaceChildren(icon("reply"), el("span", { class: "aimed-text" }, el("b", {}, t(target.kind === "edit" ? "editing" : "replying")), el("span", {}, summary(target.message))),
    state.target ? iconButton("close", t("cancel"), () => aim(state, null), { class: "small" }) : "");
}

function aim(state, target) {
  const wasEditing = state.target?.kind === "edit";
  state.target = target;
  if (!state.input) return;
  if (target?.kind === "edit") state.input.value = target.message.text ?? "";
  else if (wasEditing) state.input.value = "";
  drawAimed(state, store.chat);
  grow(state);
  showSend(state);
  state.input.focus();
}

function typed(state) {
  store.chat.draftText = state.input.value;
  grow(state);
  showSend(state);
  suggest(state, /^\/[a-z0-9_]*$/i.test(state.input.value) ? state.input.value.slice(1).toLowerCase() : null);
}

function grow({ input }) {
  input.style.setProperty("height", "auto");
  input.style.setProperty("height", `${Math.min(input.scrollHeight || 40, 180)}px`);
}

function showSend(state) {
  const hasText = state.input.value.trim() !== "";
  state.send.hidden = !hasText;
  state.mic.hidden = hasText;
}

function toggleCommands(state) {
  suggest(state, state.list.hidden ? "" : null);
  if (!state.list.hidden) state.list.querySelector("button")?.focus();
}

function suggest(state, start) {
  const found = start == null ? [] : (store.chat.bot.commands ?? []).filter(({ command }) => command.startsWith(start));
  state.list.hidden = found.length === 0;
  state.commandsButton.setAttribute("aria-expanded", String(found.length > 0));
  state.list.replaceChildren(...found.map(({ command, description }, index) =>
    el("button", { type: "button", role: "option", id: `command-${command}`, class: "command", "aria-selected": String(index === 0),
      onkeydown: (event) => keyedInList(state, event), onclick: () => choose(state, command) }, el("b", {}, `/${command}`), el("span", {}, description))));
}

function choose(state, command) {
  suggest(state, null);
  if (/^\//.test(state.input.value)) clear(state);
  state.acts.say(`/${command}`);
  state.input.focus();
}

function keyedInList(state, event) {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (step) {
    event.preventDefault();
    event.currentTarget[step]?.focus();
  } else if (event.key === "Escape") {
    suggest(state, null);
    state.input.focus();
  }
}

function keyed(state, event) {
  if (event.isComposing) return;
  if (!state.list.hidden && keyedWhileSuggesting(state, event)) return;
  if (event.key === "Escape" && state.target) aim(state, null);
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit(state);
  }
}

/** Arrows choose among the suggested commands, Tab and Enter take the chosen one. */
function keyedWhileSuggesting(state, event) {
  const options = [...state.list.children];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const next = (at + step + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === next)));
    options[next].scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" || event.key === "Tab") options[at].click();
  else if (event.key === "Escape") suggest(state, null);
  else return false;
  event.preventDefault();
  return true;
}

function submit(state) {
  const text = state.input.value.trim();
  if (!text) return;
  const { aim: target } = state;
  clear(state);
  suggest(state, null);
  if (target?.kind === "edit") state.acts.edit(target.message, text);
  else state.acts.say(text, target?.message.message_id);
}

function clear(state) {
  state.input.value = "";
  store.chat.draftText = "";
  state.target = null;
  drawAimed(state, store.chat);
  grow(state);
  showSend(state);
}

function pasted(state, event) {
  const files = [...event.clipboardData.files];
  if (!files.length) return;
  event.preventDefault();
  sendFiles(state, files);
}

function sendFiles(state, files) {
  const caption = state.input?.value.trim() ?? "";
  if (files.length && state.input) clear(state);
  files.forEach((file, index) => state.acts.upload(kindOf(file), file, index ? "" : caption));
}

function kindOf(file) {
  if (/^image\/(png|jpeg|webp)$/.test(file.type)) return "photo";
  if (/\.(ogg|oga|opus)$/i.test(file.name) || /^audio\/(ogg|webm)/.test(file.type)) return "voice";
  if (file.type.startsWith("audio/")) return "audio";
  return file.type === "video/mp4" ? "video" : "document";
}

async function startRecording(state) {
  if (!canRecord()) return void toast(t("no_microphone"));
  let recording;
  try {
    recording = await record();
  } catch {
    return void toast(t("no_microphone"));
  }
  const clock = el("span", { class: "record-clock", role: "timer" }, "0:00");
  const timer = setInterval(() => { clock.textContent = duration(recording.seconds()); }, 250);
  const end = async (isKept) => {
    clearInterval(timer);
    const file = await recording.finish();
    bar.replaceWith(state.bar);
    if (isKept && file.size) state.acts.upload("voice", file, "");
  };
  const bar = el("div", { class: "composer recording" }, iconButton("trash", t("discard_recording"), () => end(false)),
    el("span", { class: "record-dot" }), clock, el("span", { class: "spring" }), iconButton("send", t("stop_recording"), () => end(true), { class: "send" }));
  state.bar.replaceWith(bar);
  bar.querySelector(".send").focus();
}
