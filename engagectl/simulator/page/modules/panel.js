// The developer's side: faults to switch on, and the record of all calls.

import { api } from "./api.js";
import { toast } from "./dialogs.js";
import { el, iconButton } from "./dom.js";
import { t } from "./i18n.js";
import { store } from "./store.js";

const KINDS = ["too_many_requests", "server_error", "slow", "lost_answer", "forbidden", "duplicate_update", "webhook_outage"];
const LOOK_EVERY_MS = 1000;
const KEPT = 300;
const TOKEN = /\d{5,}:[A-Za-z0-9_-]{20,}/g;

const root = document.getElementById("panel");
let timer = null;
let after = 0;
let isOneBot = true;

/** Open the panel, or close it. */
export function togglePanel() {
  if (root.hidden) openPanel();
  else closePanel();
}

function openPanel() {
  root.hidden = false;
  document.getElementById("app").classList.add("with-panel");
  drawPanel();
  root.querySelector("button").focus();
}

function closePanel() {
  clearTimeout(timer);
  root.hidden = true;
  document.getElementById("app").classList.remove("with-panel");
  document.getElementById("panel-toggle")?.focus();
}

/** Draw the open panel anew. */
export function drawPanel() {
  if (root.hidden) return;
  clearTimeout(timer);
  after = 0;
  const onlyHere = el("input", { type: "checkbox", checked: isOneBot, onchange: (event) => { isOneBot = event.target.checked; drawPanel(); } });
  root.replaceChildren(
    el("header", { class: "panel-head" }, el("h2", {}, t("panel")), iconButton("close", t("close"), closePanel)),
    el("section", { class: "faults", "aria-label": t("faults") }, el("h3", {}, t("faults")), el("p", { class: "muted" }, t("faults_note")), el("div", { id: "faults" })),
    el("section", { class: "calls", "aria-label": t("calls") }, el("div", { class: "calls-head" }, el("h3", {}, t("calls")), el("label", {}, onlyHere, t("only_this_bot"))),
      el("ol", { id: "calls" }, el("li", { class: "empty-note" }, t("no_calls")))));
  drawFaults();
  look();
}

async function drawFaults() {
  const { faults } = await api.faults();
  const set = new Map(faults.map((fault) => [fault.kind, fault]));
  document.getElementById("faults")?.replaceChildren(...KINDS.map((kind) => faultSwitch(kind, set.get(kind))));
}

function faultSwitch(kind, fault) {
  const box = el("input", { type: "checkbox", role: "switch", checked: Boolean(fault), dataset: { fault: kind } });
  box.addEventListener("change", async () => {
    try {
      if (fault) await api.clearFault(fault.id);
      else await api.addFault({ kind, times: null });
    } catch (error) {
      toast(error.message);
    }
    await drawFaults();
    root.querySelector(`[data-fault="${kind}"]`)?.focus();
  });
  return el("label", { class: "switch" }, el("span", {}, t(`fault_${kind}`)), box);
}

async function look() {
  try {
    const query = { after, ...(isOneBot && store.current ? { bot: store.current } : {}) };
    const { calls } = await api.calls(query);
    if (calls.length) show(calls);
  } catch {
    // The connection note at the top already tells that the simulator is away.
  }
  if (!root.hidden) timer = setTimeout(look, LOOK_EVERY_MS);
}

function show(calls) {
  const list = document.getElementById("calls");
  if (!list) return;
  if (!after) list.replaceChildren();
  after = calls.at(-1).id;
  list.prepend(...calls.map(callLine).reverse());
  while (list.children.length > KEPT) list.lastChild.remove();
}

function callLine(call) {
  const isFine = call.status < 400 && call.status > 0;
  const time = new Date(call.at * 1000).toLocaleTimeString("ru", { hour12: false });
  const parameters = JSON.stringify(call.parameters, null, 2).replace(TOKEN, "••••");
  return el("li", {}, el("details", {}, el("summary", { class: isFine ? "" : "bad" },
    el("span", { class: "call-status" }, String(call.status)), el("b", {}, call.method), el("time", {}, time), el("small", {}, `${call.milliseconds.toFixed(1)} ms`)),
    el("p", { class: "muted" }, `@${call.bot} · ${t(call.direction === "api" ? "from_bot" : "to_bot")}${call.description ? ` · ${call.description}` : ""}`),
    el("pre", { tabindex: "0", "aria-label": t("call_parameters") }, parameters)));
}
