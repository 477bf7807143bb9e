// The page's beginning: open the store, draw the columns, follow the address.

import { acts } from "./acts.js";
import { drawChat, watchChat } from "./chatpane.js";
import { toast } from "./dialogs.js";
import { interfaceLanguage, t } from "./i18n.js";
import { drawPanel, togglePanel } from "./panel.js";
import { drawList, drawSidebar } from "./sidebar.js";
import { store } from "./store.js";

const CHAT_KEY = "chat.bot";
const RETRY_MS = 1500;

function redraw() {
  document.documentElement.lang = interfaceLanguage();
  title();
  drawSidebar(redraw);
  drawChat();
  drawPanel();
}

function title() {
  const unread = [...store.chats.values()].reduce((sum, chat) => sum + (chat === store.chat && !document.hidden ? 0 : chat.unread), 0);
  document.title = (unread ? `(${unread}) ` : "") + (store.chat?.bot.name ?? t("title"));
}

function watch() {
  watchChat();
  let isDue = false;
  store.on("chats", () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => { isDue = false; drawList(); title(); });
  });
  store.on("person", () => drawSidebar(redraw));
  store.on("chosen", () => { drawList(); title(); remember(); drawPanel(); });
  store.on("panel", togglePanel);
  store.on("offline", () => toast(t("lost")));
  store.on("online", () => toast(t("found")));
  addEventListener("hashchange", () => fromAddress());
  addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && leaveChat());
}

/** On a phone Escape leads back to the list, unless something above the page is open. */
function leaveChat() {
  const isBusy = document.querySelector("dialog[open], [popover]:popover-open") || document.activeElement?.id === "message";
  if (!isBusy && matchMedia("(max-width: 760px)").matches && store.chat) store.choose(null);
}

function remember() {
  const hash = store.current ? `#${store.current}` : "";
  if (location.hash !== hash) history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
  if (store.current) localStorage.setItem(CHAT_KEY, store.current);
}

/** Open the bot of the address (`#bot`, `?bot=bot&start=payload`, `?person=id#bot`), else the last one on a wide window. */
async function fromAddress() {
  const query = new URLSearchParams(location.search);
  const isWide = matchMedia("(min-width: 761px)").matches;
  const asked = decodeURIComponent(location.hash.slice(1)) || query.get("bot");
  const known = [...store.chats.keys()];
  const name = [asked, isWide && localStorage.getItem(CHAT_KEY), isWide && known[0]].find((one) => one && store.chats.has(one));
  if (name && name !== store.current) await store.choose(name);
  if (store.chat && query.has("start")) {
    history.replaceState(null, "", `${location.pathname}#${store.current}`);
    await acts.start(query.get("start"));
  }
}

async function begin() {
  watch();
  redraw();
  for (;;) {
    try {
      await store.open({ first_name: t("guest"), language_code: interfaceLanguage() });
      break;
    } catch {
      toast(t("lost"));
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  // Who was asked for is known now; a reload goes on with whoever writes by then.
  if (new URLSearchParams(location.search).has("person")) history.replaceState(null, "", `${location.pathname}${location.hash}`);
  await fromAddress();
  document.body.dataset.ready = "true";
}

begin();
