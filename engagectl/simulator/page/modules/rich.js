// Rich messages: blocks of rich text as the Bot API writes them.

import { el } from "./dom.js";
import { safeAddress } from "./entities.js";

const INLINE = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", marked: "mark", subscript: "sub", superscript: "sup",
};

/** Return a rich message's element. */
export const richText = (rich) => el("div", { class: "rich", dir: rich.is_rtl ? "rtl" : "auto" }, rich.blocks.map(block));

/** Return a rich message's words without formatting. */
export const richWords = (rich) => rich.blocks.map(words).join(" ");

function words(part) {
  if (typeof part === "string") return part;
  if (Array.isArray(part)) return part.map(words).join("");
  return words(part?.text ?? part?.blocks ?? part?.items ?? "");
}

function block(part) {
  switch (part.type) {
    case "heading": return el(`h${Math.min(6, (part.size ?? 1) + 1)}`, {}, inline(part.text));
    case "pre": return el("pre", { tabindex: "0" }, el("code", {}, inline(part.text)));
    case "divider": return el("hr");
    case "list": return el("ul", {}, part.items.map((item) => el("li", {}, el("span", { class: "label" }, item.label), el("div", {}, item.blocks.map(block)))));
    case "blockquote": return el("blockquote", {}, part.blocks.map(block));
    default: return el("p", {}, inline(part.text ?? words(part)));
  }
}

function inline(part) {
  if (typeof part === "string") return [part];
  if (Array.isArray(part)) return part.flatMap(inline);
  const inside = inline(part.text ?? "");
  if (part.type === "spoiler") return [el("details", { class: "veil" }, el("summary", {}, "▒▒▒"), inside)];
  const href = part.type === "url" && safeAddress(part.url);
  if (href) return [el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, inside)];
  return [el(INLINE[part.type] ?? "span", {}, inside)];
}
