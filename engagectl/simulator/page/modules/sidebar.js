// The left column: who writes, the interface's language, and the list of bots.

import { askPerson, openMenu, toast } from "./dialogs.js";
import { avatar, el, icon, iconButton } from "./dom.js";
import { clockTime, dayName, t, toggleLanguage } from "./i18n.js";
import { summary } from "./messages.js";
import { isProbe, store } from "./store.js";

const root = document.getElementById("sidebar");
let filter = "";

/** Draw the column anew; `redraw` draws the whole page after the language changed. */
export function drawSidebar(redraw) {
  const search = el("input", { type: "search", placeholder: t("search"), "aria-label": t("search"), value: filter, autocomplete: "off",
    oninput: (event) => { filter = event.target.value.toLowerCase(); drawList(); } });
  root.replaceChildren(
    el("header", { class: "side-head" }, personButton(),
      el("button", { type: "button", id: "language", class: "language", "aria-label": t("switch_language_label"), onclick: () => { toggleLanguage(); redraw(); } }, t("switch_language"))),
    el("label", { class: "search" }, icon("search"), search),
    el("nav", { id: "bots", class: "bots", "aria-label": t("title") }));
  drawList();
}

function personButton() {
  const { person } = store;
  const name = person?.first_name ?? "…";
  return el("button", { type: "button", id: "person", class: "person-button", "aria-haspopup": "menu", "aria-label": `${t("people")}: ${name}`,
    onclick: (event) => openMenu(event.currentTarget, peopleEntries()) },
    avatar(name, person?.id ?? 0, "small"), el("span", { class: "person-name" }, name), icon("down"));
}

function peopleEntries() {
  const known = store.people.filter((person) => !isProbe(person) || person === store.person).map((person) => ({
    picture: avatar(person.first_name, person.id, "tiny"), label: person.first_name, current: person === store.person,
    run: () => store.become(person).then(() => toast(`${t("switched")} ${person.first_name}`)),
  }));
  return [...known, { icon: "plus", label: t("add_person"), run: addPerson }];
}

async function addPerson() {
  const details = await askPerson();
  if (details) await store.addPerson(details);
}

/** Draw the list of bots, the chats with the newest messages first. */
export function drawList() {
  const list = document.getElementById("bots");
  if (!list) return;
  const focused = document.activeElement?.dataset?.bot;
  const chats = [...store.chats.values()]
    .filter((chat) => `${chat.bot.name} ${chat.name}`.toLowerCase().includes(filter))
    .sort((a, b) => (b.last?.date ?? 0) - (a.last?.date ?? 0) || a.bot.id - b.bot.id);
  list.replaceChildren(...chats.map(line));
  if (!chats.length) list.append(el("p", { class: "empty-note" }, t(store.chats.size ? "nothing_found" : "no_bots")));
  if (focused) list.querySelector(`[data-bot="${CSS.escape(focused)}"]`)?.focus();
}

function line(chat) {
  const { last } = chat;
  const unread = chat === store.chat && !document.hidden ? 0 : chat.unread;
  return el("button", { type: "button", class: `chat-line ${chat === store.chat ? "chosen" : ""}`, dataset: { bot: chat.name },
    "aria-current": chat === store.chat ? "true" : null, onclick: () => store.choose(chat.name) },
    avatar(chat.bot.name, chat.bot.id),
    el("span", { class: "line-text" },
      el("span", { class: "line-top" }, el("b", {}, chat.bot.name), last?.date ? el("time", {}, shortTime(last.date)) : null),
      el("span", { class: "line-bottom" },
        el("span", { class: `line-last ${chat.view.action?.until > Date.now() ? "active" : ""}` }, lastWords(chat)),
        unread ? el("span", { class: "unread", "aria-label": `${unread} ${t("unread")}` }, unread > 99 ? "99+" : String(unread)) : null)));
}

function lastWords(chat) {
  if (chat.view.action?.until > Date.now()) return `${t("typing")}…`;
  if (!chat.last) return chat.bot.short_description || t("no_messages");
  return (chat.last.outgoing ? `${t("you")}: ` : "") + summary(chat.last);
}

const shortTime = (seconds) => (dayName(seconds) === t("today") ? clockTime(seconds) : dayName(seconds));
