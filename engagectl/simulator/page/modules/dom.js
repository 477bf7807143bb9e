// The only place where elements are made. Texts always become text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: `props` are attributes, `on…` listeners, `class`, `dataset`; children may be null. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

function setProp(node, name, value) {
  if (value == null || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "dataset") Object.assign(node.dataset, value);
  else if (name === "value") node.value = value;
  else if (value === true) node.setAttribute(name, "");
  else node.setAttribute(name, value);
}

/** Return the icon of that name from our sprite; it is decoration, labels stand beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Make a round button that shows an icon and says its label. */
export function iconButton(name, label, onclick, extra = {}) {
  const { class: more = "", ...props } = extra;
  return el(
    "button",
    { type: "button", class: `icon-button ${more}`, "aria-label": label, title: label, onclick, ...props },
    icon(name),
  );
}

const HUES = [212, 262, 330, 18, 150, 190];

/** Make the round picture of a person or bot out of their name. */
export function avatar(name, id, size = "") {
  const letters = name.trim().split(/[\s_]+/).slice(0, 2).map((word) => [...word][0] ?? "");
  const node = el("span", { class: `avatar ${size}`, "aria-hidden": "true" }, letters.join("").toUpperCase());
  node.style.setProperty("--hue", HUES[Number(id) % HUES.length]);
  return node;
}
