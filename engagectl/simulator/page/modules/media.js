// What a message carries besides text: pictures, recordings, files, places, contacts.

import { el, icon } from "./dom.js";
import { openPicture } from "./dialogs.js";
import { duration, fileSize, t } from "./i18n.js";

/** Return the element of a message's media. */
export function media(message) {
  const { media: file } = message;
  switch (file.kind) {
    case "photo": return picture(message);
    case "sticker": return sticker(file);
    case "animation": return animation(message);
    case "video": return video(file);
    case "video_note": return videoNote(file);
    case "voice": case "audio": return player(file);
    default: return documentCard(file);
  }
}

function picture(message) {
  const { media: file } = message;
  const alt = message.text?.trim() || t("photo");
  const image = el("img", { src: file.url, alt, loading: "lazy", decoding: "async", width: file.width, height: file.height });
  const node = el("button", { type: "button", class: "picture", "aria-label": `${t("enlarge")}: ${alt}` }, image);
  if (message.has_media_spoiler) node.classList.add("veiled");
  node.addEventListener("click", () => {
    if (node.classList.contains("veiled")) node.classList.remove("veiled");
    else openPicture(file.url, alt, node);
  });
  return node;
}

function animation(message) {
  const { media: file } = message;
  if (file.mime_type?.startsWith("image/")) return picture(message);
  return el("video", { class: "clip", src: file.url, autoplay: true, loop: true, muted: true, playsinline: true, "aria-label": t("animation") });
}

const video = (file) => el("video", { class: "clip", src: file.url, controls: true, preload: "metadata", playsinline: true, "aria-label": t("video") });

function videoNote(file) {
  const clip = el("video", { src: file.url, preload: "metadata", playsinline: true });
  const node = el("button", { type: "button", class: "video-note", "aria-label": `${t("play")}: ${t("video_note")}` }, clip, icon("play"));
  node.addEventListener("click", () => (clip.paused ? clip.play() : clip.pause()));
  clip.addEventListener("play", () => node.classList.add("playing"));
  clip.addEventListener("pause", () => node.classList.remove("playing"));
  return node;
}

function sticker(file) {
  if (!file.url || file.mime_type === "application/x-tgsticker") return el("div", { class: "sticker-emoji" }, file.emoji ?? "🙂");
  const image = el("img", { class: "sticker", src: file.url, alt: `${t("sticker")} ${file.emoji ?? ""}` });
  image.addEventListener("error", () => image.replaceWith(el("div", { class: "sticker-emoji" }, file.emoji ?? "🙂")));
  return image;
}

/** One recording plays at a time. */
let playing = null;

function player(file) {
  const sound = new Audio();
  sound.preload = "none";
  sound.src = file.url;
  const name = file.kind === "voice" ? t("voice") : [file.performer, file.title].filter(Boolean).join(" – ") || file.file_name || t("audio");
  const button = el("button", { type: "button", class: "play", "aria-label": `${t("play")}: ${name}` }, icon("play"));
  const track = el("input", { type: "range", min: "0", max: "1000", value: "0", "aria-label": name });
  const clock = el("span", { class: "clock" }, duration(file.duration));
  button.addEventListener("click", () => (sound.paused ? start(sound) : sound.pause()));
  track.addEventListener("input", () => {
    if (Number.isFinite(sound.duration)) sound.currentTime = (track.value / 1000) * sound.duration;
  });
  follow(sound, { button, track, clock, name, seconds: file.duration });
  return el("div", { class: `player ${file.kind}` }, button,
    el("div", { class: "player-side" }, file.kind === "audio" ? el("b", {}, name) : null, file.kind === "voice" ? wave(file, track) : track, clock));
}

function start(sound) {
  if (playing && playing !== sound) playing.pause();
  playing = sound;
  sound.play().catch(() => sound.dispatchEvent(new Event("pause")));
}

function follow(sound, { button, track, clock, name, seconds }) {
  const shown = (isPlaying) => {
    button.replaceChildren(icon(isPlaying ? "pause" : "play"));
    button.setAttribute("aria-label", `${t(isPlaying ? "pause" : "play")}: ${name}`);
  };
  sound.addEventListener("play", () => shown(true));
  for (const end of ["pause", "ended", "error"]) sound.addEventListener(end, () => shown(false));
  sound.addEventListener("timeupdate", () => {
    const whole = Number.isFinite(sound.duration) ? sound.duration : seconds || 1;
    track.value = (sound.currentTime / whole) * 1000;
    track.parentElement.style.setProperty("--played", `${(sound.currentTime / whole) * 100}%`);
    clock.textContent = duration(sound.currentTime || seconds);
  });
}

/** Bars whose heights come from the file's identity: a mark to know it by, not its loudness. */
function wave(file, track) {
  let seed = [...(file.file_id ?? "")].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65521, 7);
  const bars = Array.from({ length: 34 }, () => {
    seed = (seed * 75 + 74) % 65537;
    const bar = el("i");
    bar.style.setProperty("height", `${25 + (seed % 76)}%`);
    return bar;
  });
  return el("div", { class: "wave" }, el("div", { class: "bars", "aria-hidden": "true" }, bars), track);
}

function documentCard(file) {
  const name = file.file_name ?? t("document");
  return el("a", { class: "document", href: file.url, download: name },
    el("span", { class: "document-mark" }, icon("file")), el("span", { class: "document-name" }, el("b", {}, name), el("small", {}, fileSize(file.file_size))));
}

/** Return a place or venue: its name and coordinates. */
export function place(message) {
  const spot = message.venue?.location ?? message.location;
  const title = message.venue?.title ?? t("location");
  return el("div", { class: "place" }, el("div", { class: "map", "aria-hidden": "true" }, icon("place")),
    el("b", {}, title), message.venue ? el("span", {}, message.venue.address) : null,
    el("small", {}, `${spot.latitude.toFixed(5)}, ${spot.longitude.toFixed(5)}`));
}

/** Return a contact's card. */
export function contactCard(contact) {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  return el("div", { class: "contact" }, icon("person"), el("span", {}, el("b", {}, name), el("small", {}, contact.phone_number)));
}
