// Calls of the simulator's /sim API. A refusal becomes an ApiError with the server's own words.

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function call(method, path, { query, body } = {}) {
  const address = query ? `${path}?${new URLSearchParams(query)}` : path;
  const isForm = body instanceof FormData;
  const response = await fetch(`/sim/${address}`, {
    method,
    headers: body && !isForm ? { "Content-Type": "application/json" } : {},
    body: isForm ? body : body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { code = "", message = response.statusText } = answer.error ?? {};
  throw new ApiError(response.status, code, message);
}

const get = (path, query) => call("GET", path, { query });
const post = (path, body) => call("POST", path, { body });

export const api = {
  users: () => get("users"),
  addUser: (person) => post("users", person),
  chats: (userId) => get("chats", { user_id: userId }),
  history: (chat, after = -1) => get("history", { ...chat, after }),
  start: (chat, payload = "") => post("start", { ...chat, payload }),
  send: (chat, content) => post("send", { ...chat, ...content }),
  upload: (chat, kind, file, text = "") => post("send", uploadForm(chat, kind, file, text)),
  edit: (chat, messageId, text) => post("edit", { ...chat, message_id: messageId, text }),
  remove: (chat, messageId) => post("delete", { ...chat, message_id: messageId }),
  tap: (chat, messageId, data) => post("tap", { ...chat, message_id: messageId, data }),
  vote: (chat, messageId, optionIds) => post("vote", { ...chat, message_id: messageId, option_ids: optionIds }),
  react: (chat, messageId, emoji) => post("react", { ...chat, message_id: messageId, emoji }),
  block: (chat) => post("block", chat),
  unblock: (chat) => post("unblock", chat),
  clear: (chat) => post("clear", chat),
  stopDraft: (chat) => post("stop_draft", chat),
  webApp: (chat, url) => post("web_app", { ...chat, url }),
  calls: (query) => get("calls", query),
  faults: () => get("faults"),
  addFault: (fault) => post("faults", fault),
  clearFault: (id) => call("DELETE", "faults", { query: { id } }),
};

function uploadForm(chat, kind, file, text) {
  const form = new FormData();
  form.append("user_id", chat.user_id);
  form.append("bot", chat.bot);
  if (text) form.append("text", text);
  form.append(kind, file, file.name);
  return form;
}
