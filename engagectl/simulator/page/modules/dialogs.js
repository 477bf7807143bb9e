// What opens above the page: pictures, alerts, menus, forms, and passing notes.

import { el, icon, iconButton } from "./dom.js";
import { t } from "./i18n.js";

/** Show a passing note; screen readers hear it. */
export function toast(text) {
  const node = el("div", { class: "toast" }, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.classList.add("leaving"), 3600);
  setTimeout(() => node.remove(), 4000);
}

function open(dialog) {
  document.getElementById("overlays").append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.showModal();
  return dialog;
}

/** Show a text that must be confirmed, as bots' alerts are. */
export function showAlert(title, text) {
  const dialog = el("dialog", { class: "dialog", "aria-label": title }, el("h2", {}, title), el("p", {}, text),
    el("div", { class: "dialog-foot" }, el("button", { type: "button", class: "primary", autofocus: true, onclick: () => dialog.close() }, t("ok"))));
  open(dialog);
}

/** Show a picture as large as the window allows. */
export function openPicture(address, alt) {
  const dialog = el("dialog", { class: "lightbox", "aria-label": alt },
    el("img", { src: address, alt, onclick: () => dialog.close() }),
    alt ? el("p", {}, alt) : null, iconButton("close", t("close"), () => dialog.close(), { class: "lightbox-close", autofocus: true }));
  open(dialog);
}

/** Ask for a person's name and language; resolve to them, or to null. */
export function askPerson() {
  return new Promise((resolve) => {
    let answer = null;
    const name = el("input", { name: "first_name", required: true, maxlength: "64", autocomplete: "off", autofocus: true });
    const language = el("select", { name: "language_code" }, el("option", { value: "ru" }, t("russian")), el("option", { value: "en" }, t("english")));
    const form = el("form", { method: "dialog", onsubmit: () => { answer = { first_name: name.value.trim(), language_code: language.value }; } },
      el("h2", {}, t("add_person")), el("label", {}, t("person_name"), name), el("label", {}, t("person_language"), language),
      el("div", { class: "dialog-foot" }, el("button", { type: "button", onclick: () => dialog.close() }, t("cancel")), el("button", { type: "submit", class: "primary" }, t("add"))));
    const dialog = el("dialog", { class: "dialog", "aria-label": t("add_person") }, form);
    dialog.addEventListener("close", () => resolve(answer?.first_name ? answer : null));
    open(dialog);
  });
}

/** Open a menu at an element: entries are {icon, label, run, danger}; the top row holds reactions. */
export function openMenu(anchor, entries, { reactions = [], onReact } = {}) {
  const menu = el("div", { class: "menu", role: "menu", popover: "auto" },
    reactions.length ? el("div", { class: "menu-reactions", role: "group" }, reactions.map((emoji) =>
      el("button", { type: "button", role: "menuitem", "aria-label": `${t("react")} ${emoji}`, onclick: () => { menu.hidePopover(); onReact(emoji); } }, emoji))) : null,
    entries.map((entry) => el("button", { type: "button", role: "menuitem", class: entry.danger ? "danger" : "",
      "aria-current": entry.current ? "true" : null,
      onclick: () => { menu.hidePopover(); entry.run(); } }, entry.picture ?? icon(entry.icon), el("span", {}, entry.label), entry.current ? icon("check") : null)));
  document.body.append(menu);
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.remove());
  menu.addEventListener("keydown", (event) => walk(event, menu));
  menu.showPopover();
  put(menu, anchor.getBoundingClientRect());
  menu.querySelector(":scope > button")?.focus();
}

function walk(event, menu) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...menu.querySelectorAll("button")];
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
}

function put(menu, at) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.min(Math.max(8, at.right - width), innerWidth - width - 8);
  const below = at.bottom + 4;
  const above = at.top - height - 4;
  const top = below + height < innerHeight ? below : above > 8 ? above : Math.max(8, innerHeight - height - 8);
  menu.style.setProperty("left", `${Math.max(8, left)}px`);
  menu.style.setProperty("top", `${top}px`);
}
