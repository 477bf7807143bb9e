// A message's text with its entities as DOM nodes. Offsets are in UTF-16 units, as JavaScript's own.

import { el, iconButton } from "./dom.js";
import { t } from "./i18n.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:", "tg:"]);

/** Return nodes for `text`; `onCommand` is called with a command that is clicked. */
export function formatted(text, entities, onCommand) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nested(text, sorted, 0, text.length, onCommand);
}

function nested(text, entities, from, to, onCommand) {
  const nodes = [];
  let at = from;
  for (let index = 0; index < entities.length; ) {
    const entity = entities[index];
    const end = Math.min(entity.offset + entity.length, to);
    const inner = [];
    let next = index + 1;
    while (next < entities.length && entities[next].offset < end) inner.push(entities[next++]);
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    nodes.push(marked(entity, text.slice(entity.offset, end), nested(text, inner, entity.offset, end, onCommand), onCommand));
    at = Math.max(at, end);
    // A block ends its line by itself.
    if (BLOCKS.has(entity.type) && text[at] === "\n" && at < to) at += 1;
    index = next;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function marked(entity, plain, children, onCommand) {
  switch (entity.type) {
    case "pre": return codeBlock(entity, plain, children);
    case "spoiler": return spoiler(children);
    case "url": return link(plain, children);
    case "text_link": return link(entity.url, children);
    case "email": return link(`mailto:${plain}`, children);
    case "phone_number": return link(`tel:${plain}`, children);
    case "bot_command":
      return el("button", { type: "button", class: "inline-link", onclick: () => onCommand?.(plain) }, children);
    case "mention": case "text_mention": case "hashtag": case "cashtag":
      return el("span", { class: "mention" }, children);
    default: return el(TAGS[entity.type] ?? "span", {}, children);
  }
}

function codeBlock(entity, plain, children) {
  const copy = iconButton("copy", t("copy"), () => navigator.clipboard?.writeText(plain), { class: "small copy" });
  return el("div", { class: "code-block" },
    el("div", { class: "code-head" }, entity.language ?? "", copy), el("pre", { tabindex: "0" }, el("code", {}, children)));
}

function spoiler(children) {
  const node = el("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": t("show_hidden") }, el("span", {}, children));
  const show = () => {
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    show();
  });
  return node;
}

/** Return the address if following it can do no harm, else null. */
export function safeAddress(address) {
  const full = /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`;
  try {
    return SAFE_SCHEMES.has(new URL(full).protocol) ? full : null;
  } catch {
    return null;
  }
}

function link(address, children) {
  const href = safeAddress(address);
  if (!href) return el("span", {}, children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, children);
}
