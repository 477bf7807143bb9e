// Polls and quizzes: choose, vote, see how it stands.

import { el, icon } from "./dom.js";
import { formatted } from "./entities.js";
import { t } from "./i18n.js";

/** Return a poll's card. */
export function pollCard(message, actions) {
  const { poll } = message;
  const own = poll.own_vote ?? [];
  const isOver = poll.is_closed || own.length > 0;
  return el("div", { class: `poll ${isOver ? "over" : ""}` },
    el("div", { class: "poll-question", dir: "auto" }, formatted(poll.question, poll.question_entities)),
    el("div", { class: "poll-kind" }, kindName(poll)),
    isOver ? results(poll, own) : choices(message, poll, actions),
    isOver && poll.explanation ? el("div", { class: "explanation" }, icon("bulb"), el("span", {}, formatted(poll.explanation, poll.explanation_entities))) : null,
    el("div", { class: "poll-foot" }, isOver || !poll.allows_multiple_answers ? voters(poll) : null));
}

function kindName(poll) {
  if (poll.is_closed) return t("poll_closed");
  return t(`${poll.is_anonymous ? "anonymous_" : ""}${poll.type === "quiz" ? "quiz" : "poll"}`);
}

const voters = (poll) => (poll.total_voter_count ? `${poll.total_voter_count} ${t("votes")}` : t("vote_now"));

function choices(message, poll, actions) {
  const chosen = new Set();
  const group = el("div", { class: "choices", role: "group", "aria-label": poll.question });
  const button = el("button", { type: "button", class: "poll-vote", disabled: true, onclick: () => actions.vote(message, [...chosen]) }, t("vote"));
  const choose = (index, node) => {
    if (!poll.allows_multiple_answers) {
      group.setAttribute("aria-busy", "true");
      node.classList.add("chosen");
      actions.vote(message, [index]).finally(() => group.removeAttribute("aria-busy"));
      return;
    }
    if (!chosen.delete(index)) chosen.add(index);
    node.setAttribute("aria-pressed", String(chosen.has(index)));
    button.disabled = chosen.size === 0;
  };
  group.append(...poll.options.map((option, index) => {
    const node = el("button", { type: "button", class: "choice", onclick: () => choose(index, node) },
      el("span", { class: poll.allows_multiple_answers ? "box" : "dot" }), el("span", { dir: "auto" }, formatted(option.text, option.text_entities)));
    if (poll.allows_multiple_answers) node.setAttribute("aria-pressed", "false");
    return node;
  }));
  return poll.allows_multiple_answers ? [group, button] : group;
}

function results(poll, own) {
  const right = new Set(poll.correct_option_ids ?? (poll.correct_option_id == null ? [] : [poll.correct_option_id]));
  return el("ul", { class: "results" }, poll.options.map((option, index) => {
    const share = poll.total_voter_count ? Math.round((100 * option.voter_count) / poll.total_voter_count) : 0;
    const isOwn = own.includes(index);
    const isQuiz = poll.type === "quiz";
    const verdict = isQuiz && right.has(index) ? "right" : isQuiz && isOwn ? "wrong" : isOwn ? "own" : "";
    const marks = [isOwn ? t("your_choice") : "", right.has(index) ? t("correct_answer") : ""].filter(Boolean).join(", ");
    const bar = el("span", { class: "bar" });
    bar.style.setProperty("--share", `${share}%`);
    return el("li", { class: verdict }, el("span", { class: "share" }, `${share}%`),
      el("span", { class: "mark" }, verdict ? icon(verdict === "wrong" ? "close" : "check") : null),
      el("span", { class: "option", dir: "auto" }, formatted(option.text, option.text_entities), el("span", { class: "heard" }, marks ? ` (${marks})` : "")), bar);
  }));
}
