// Inline keyboards under messages, and the reply keyboard under the input field.

import { el, icon } from "./dom.js";
import { safeAddress } from "./entities.js";

const MARKS = { url: "link", login_url: "link", web_app: "app", copy_text: "copy" };

/** Return a message's inline keyboard, or null. */
export function inlineKeyboard(message, actions) {
  if (!message.inline_keyboard?.length) return null;
  return el("div", { class: "inline-keyboard" }, message.inline_keyboard.map((row, rowIndex) =>
    el("div", { class: "key-row" }, row.map((button, index) => inlineButton(message, button, `${rowIndex}.${index}`, actions)))));
}

function inlineButton(message, button, place, actions) {
  const mark = Object.keys(MARKS).find((name) => button[name]);
  const style = button.style ? `key-${button.style}` : "";
  const children = [el("span", { dir: "auto" }, button.text), mark ? icon(MARKS[mark]) : null];
  if (button.url) {
    const href = safeAddress(button.url);
    return href
      ? el("a", { class: `key ${style}`, href, target: "_blank", rel: "noopener noreferrer" }, children)
      : el("span", { class: "key" }, children);
  }
  const node = el("button", { type: "button", class: `key ${style}`, dataset: { place } }, children);
  if (actions.isPressed(message, place)) markBusy(node);
  node.addEventListener("click", async () => {
    if (node.getAttribute("aria-busy")) return;
    markBusy(node);
    await actions.press(message, button, place);
    if (!actions.isPressed(message, place)) node.removeAttribute("aria-busy");
  });
  return node;
}

function markBusy(node) {
  node.setAttribute("aria-busy", "true");
}

/** Return the reply keyboard's rows; `onPress` gets the pressed button. */
export function replyKeyboard(markup, onPress) {
  return el("div", { class: `reply-keyboard ${markup.resize_keyboard ? "fitted" : ""}` },
    (markup.keyboard ?? []).map((row) => el("div", { class: "key-row" }, row.map((button) => {
      const text = typeof button === "string" ? button : button.text;
      return el("button", { type: "button", class: "reply-key", onclick: () => onPress(typeof button === "string" ? { text } : button) }, text);
    }))));
}
