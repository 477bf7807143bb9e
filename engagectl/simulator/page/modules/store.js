// What the page knows: who writes, the chats and their messages. Changes are announced to listeners.

import { api } from "./api.js";
import { follow } from "./events.js";

const PERSON_KEY = "chat.person";
const READ_KEY = "chat.read";

/** One chat of the chosen person with one bot. */
export class Chat {
  constructor(line, userId) {
    this.userId = userId;
    this.name = line.bot.username;
    this.messages = new Map();
    this.pending = [];
    this.gone = new Set();
    this.version = -1;
    this.isLoaded = false;
    this.draftText = "";
    this.take(line);
  }

  /** Take up a line of the list of chats. */
  take(line) {
    this.view = { ...this.view, ...line };
    if (!this.isLoaded) this.lastKnown = line.last_message;
  }

  get bot() { return this.view.bot; }

  get ids() { return { user_id: this.userId, bot: this.name }; }

  get ordered() { return [...this.messages.values()].sort((a, b) => a.message_id - b.message_id); }

  get last() { return this.pending.at(-1) ?? (this.isLoaded ? this.ordered.at(-1) : this.lastKnown); }

  /** How many messages of the bot came since the person last looked. */
  get unread() {
    const read = readMarks()[this.readKey] ?? 0;
    if (!this.isLoaded) return this.lastKnown && !this.lastKnown.outgoing && this.lastKnown.message_id > read ? 1 : 0;
    return this.ordered.filter((message) => !message.outgoing && message.message_id > read).length;
  }

  get readKey() { return `${this.userId}:${this.name}`; }

  /** Take messages away for good: an answer that is still under way may not bring them back. */
  drop(ids) {
    for (const id of ids) {
      this.messages.delete(id);
      this.gone.add(id);
    }
  }

  markRead() {
    const newest = Math.max(0, ...this.messages.keys());
    const marks = readMarks();
    if ((marks[this.readKey] ?? 0) >= newest) return false;
    localStorage.setItem(READ_KEY, JSON.stringify({ ...marks, [this.readKey]: newest }));
    return true;
  }

  /** Put a message in its place; an own one replaces the one shown while it was under way. */
  put(message) {
    if (this.gone.has(message.message_id)) return;
    const known = this.messages.get(message.message_id);
    if (known && known.version > message.version) return;
    this.messages.set(message.message_id, message);
    this.version = Math.max(this.version, message.version);
    if (!message.outgoing || known) return;
    const at = this.pending.findIndex((own) => !own.failed && own.kind === message.kind && (own.text ?? "") === (message.text ?? ""));
    if (at >= 0) this.pending.splice(at, 1);
  }
}

function readMarks() {
  try {
    return JSON.parse(localStorage.getItem(READ_KEY)) ?? {};
  } catch {
    return {};
  }
}

class Store extends EventTarget {
  people = [];
  person = null;
  chats = new Map();
  current = null;
  isOnline = true;
  #leave = () => {};

  get chat() { return this.chats.get(this.current) ?? null; }

  say(type, detail = {}) { this.dispatchEvent(Object.assign(new Event(type), { detail })); }

  on(type, listener) { this.addEventListener(type, (event) => listener(event.detail)); }

  /** Find the people and become one of them; the first visitor becomes `newcomer`. */
  async open(newcomer) {
    this.people = await api.users();
    if (!this.people.some((person) => !isProbe(person))) this.people.push(await api.addUser(newcomer));
    const asked = new URLSearchParams(location.search).get("person");
    const wanted = Number(asked ?? localStorage.getItem(PERSON_KEY));
    const real = this.people.filter((person) => !isProbe(person));
    await this.become(this.people.find((person) => person.id === wanted) ?? real[0]);
  }

  async addPerson(details) {
    const person = await api.addUser(details);
    this.people.push(person);
    await this.become(person);
  }

  /** Write as that person from now on. */
  async become(person) {
    this.#leave();
    localStorage.setItem(PERSON_KEY, person.id);
    Object.assign(this, { person, chats: new Map() });
    await this.refreshChats();
    if (!this.chats.has(this.current)) this.current = null;
    this.say("person");
    await this.loadCurrent();
    this.#leave = follow(person.id, {
      onEvent: (event) => this.take(event),
      onOpen: () => this.#connected(),
      onLost: () => this.#lost(),
    });
  }

  async refreshChats() {
    const owner = this.person;
    const lines = await api.chats(owner.id);
    if (owner !== this.person) return;
    for (const line of lines) {
      const known = this.chats.get(line.bot.username);
      if (known) known.take(line);
      else this.chats.set(line.bot.username, new Chat(line, owner.id));
    }
    this.say("chats");
  }

  /** Open a bot's chat, or none. */
  async choose(name) {
    this.current = name;
    this.say("chosen");
    await this.loadCurrent();
  }

  async loadCurrent() {
    if (this.chat) await this.catchUp(this.chat);
  }

  /** Read what changed in a chat since the version known here. */
  async catchUp(chat) {
    const history = await api.history(chat.ids, chat.isLoaded ? chat.version : -1);
    const isFirst = !chat.isLoaded;
    chat.isLoaded = true;
    for (const message of history.messages) chat.put(message);
    chat.drop(history.deleted);
    chat.version = Math.max(chat.version, history.version);
    Object.assign(chat.view, stamped(history.chat));
    this.say(isFirst ? "loaded" : "changed", { chat });
    this.say("chats");
  }

  /** Take an event of the stream. */
  take(event) {
    const chat = this.chats.get(event.bot);
    if (!chat) return void this.refreshChats();
    if (event.type === "message") this.#message(chat, event.message);
    if (event.type === "deleted") {
      chat.drop(event.message_ids);
      this.say("deleted", { chat, ids: event.message_ids });
    }
    if (event.type === "chat") {
      Object.assign(chat.view, stamped(event.chat));
      this.say("view", { chat });
      const { action } = chat.view;
      if (action) setTimeout(() => this.say("chats"), action.until - Date.now() + 50);
    }
    if (event.type === "callback_answer") this.say("answered", { chat, answer: event });
    if (chat.isLoaded) chat.version = Math.max(chat.version, event.version ?? -1);
    this.say("chats");
  }

  #message(chat, message) {
    const isNew = !chat.messages.has(message.message_id);
    if (!message.outgoing && isNew) Object.assign(chat.view, { action: null, draft: null });
    if (chat.isLoaded) chat.put(message);
    else {
      chat.lastKnown = message;
      this.catchUp(chat);
    }
    this.say("message", { chat, message, isNew });
  }

  async #connected() {
    if (!this.isOnline) this.say("online");
    this.isOnline = true;
    await this.refreshChats();
    for (const chat of this.chats.values()) if (chat.isLoaded) await this.catchUp(chat);
  }

  #lost() {
    if (this.isOnline) this.say("offline");
    this.isOnline = false;
  }
}

/** Passing things say how long they last; keep until when. */
function stamped(view) {
  const until = (thing) => thing && { ...thing, until: Date.now() + thing.expires_in * 1000 };
  return { ...view, action: until(view.action), draft: until(view.draft) };
}

/** Tell whether a program made the person to test with. */
export const isProbe = (person) => person.username === "engage_probe" || /^(smoke|probe|bench|chaos|load)\b/i.test(person.first_name);

export const store = new Store();
