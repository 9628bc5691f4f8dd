// Renews the page when massctl says that its files changed, keeps what its reader chose, and finds words in the preview.
"use strict";

const watched = document.body.dataset.watched;
const remembered = ["look", "width", "pair"]; // Choices that go along to the next page.
const parts = ["header.bar", "main"];
// What the server wrote, to tell whether it writes something else now.
const sources = new Map(parts.map((part) => [part, document.querySelector(part).outerHTML]));

function choices() {
  return [...document.querySelectorAll("input[type=radio]:checked")].map((each) => each.id);
}

function choose(ids) {
  for (const id of ids) {
    const button = document.getElementById(id);
    if (button && button.type === "radio") button.checked = true;
  }
}

function tell(word, stays = false) {
  const status = document.querySelector(".live");
  status.textContent = word;
  status.classList.add("shown");
  clearTimeout(tell.timer);
  if (!stays) tell.timer = setTimeout(() => status.classList.remove("shown"), 1600);
}

// Only one renewal at a time, and one more after it where something changed meanwhile.
let renewing = false;
let again = false;
async function renew() {
  if (renewing) {
    again = true;
    return;
  }
  renewing = true;
  try {
    do {
      again = false;
      // Where nobody answers, the stream says so.
      const answer = await fetch(location.pathname + location.search, { cache: "no-store" }).catch(() => null);
      if (answer?.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } while (again);
  } finally {
    renewing = false;
  }
}

function take(fresh) {
  const chosen = choices();
  const scrolled = [...document.querySelectorAll("[id$=-glass]")].map((each) => [each.id, each.scrollTop]);
  const focused = document.activeElement && document.activeElement.id;
  let changed = false;
  for (const part of parts) {
    const old = document.querySelector(part);
    const now = fresh.querySelector(part);
    if (now.outerHTML === sources.get(part)) continue;
    sources.set(part, now.outerHTML);
    old.replaceWith(document.adoptNode(now));
    changed = true;
  }
  document.title = fresh.title;
  document.documentElement.lang = fresh.documentElement.lang;
  if (!changed) return;
  choose(chosen);
  markChanges();
  for (const [id, top] of scrolled) {
    const glass = document.getElementById(id);
    if (glass) glass.scrollTop = top;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const status = document.querySelector(".live");
  tell(`${status.dataset.renewed} ${new Date().toLocaleTimeString(document.documentElement.lang)}`);
}

function listen() {
  const stream = new EventSource(`/-/changes?heard=${document.body.dataset.heard}`);
  let lost = false;
  stream.addEventListener("hello", () => {
    if (lost) renew();
    lost = false;
    document.querySelector(".live").classList.remove("shown");
    document.documentElement.dataset.live = "yes";
  });
  stream.addEventListener("changed", (event) => {
    const names = JSON.parse(event.data);
    if (watched === "" || watched === "*" || names.includes("*") || names.includes(watched)) renew();
  });
  stream.addEventListener("error", () => {
    lost = true;
    document.documentElement.dataset.live = "no";
    tell(document.querySelector(".live").dataset.lost, true);
  });
}

// The place of some words, whatever elements they are spread over; blanks count for nothing. `before` stands before it.
function place(words, article, before = "") {
  const [lead, wanted] = [before, before + words].map((each) => each.replace(/\s+/g, ""));
  const nodes = [];
  let text = "";
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let at = 0; at < node.data.length; at += 1) {
      if (/\s/.test(node.data[at])) continue;
      nodes.push([node, at]);
      text += node.data[at];
    }
  }
  const first = text.indexOf(wanted);
  if (wanted.length === lead.length || first < 0) return null;
  const range = document.createRange();
  range.setStart(...nodes[first + lead.length]);
  const [last, at] = nodes[first + wanted.length - 1];
  range.setEnd(last, at + 1);
  return range;
}

function show(candidates) {
  document.querySelectorAll(".sought-here").forEach((each) => each.classList.remove("sought-here"));
  CSS.highlights?.delete("sought");
  const panels = [...document.querySelectorAll(".reading .panel, .arrival .chat")];
  for (const words of candidates) {
    for (const panel of panels) {
      const picture = [...panel.querySelectorAll("img[alt]")].find((each) => each.alt === words);
      const range = picture ? null : place(words, panel.querySelector(".article") ?? panel);
      if (!picture && !range) continue;
      const tabs = panel.closest(".column").querySelectorAll(".tabs > input");
      tabs[[...panel.parentElement.children].indexOf(panel)]?.click();
      if (picture) picture.classList.add("sought-here");
      else if (CSS.highlights) CSS.highlights.set("sought", new Highlight(range));
      bringIntoView(picture ?? range, panel.parentElement);
      return;
    }
  }
  tell(document.querySelector(".live").dataset.missed);
}

// Marks what came in the version of now and what went in the one before, as the list of changes has it.
function markChanges() {
  const sides = { INS: ["added", ".reading .article, .arrival .chat"], DEL: ["removed", ".earlier .panels > *"] };
  for (const [tag, [name, panels]] of Object.entries(sides)) {
    const marks = [];
    for (const row of document.querySelectorAll(".changes li")) {
      let before = "";
      for (const piece of row.children) {
        if (piece.tagName === "SPAN") before = piece.textContent.split("…").pop();
        if (piece.tagName !== tag) continue;
        const [words] = piece.textContent.split("…");
        for (const panel of document.querySelectorAll(panels)) {
          const range = place(words, panel, before);
          if (range) marks.push(range);
        }
        before += words;
      }
    }
    if (CSS.highlights) CSS.highlights.set(name, new Highlight(...marks));
  }
}

// Scrolls inside of the phone; where the page has no phone but is one, the page.
function bringIntoView(found, glass) {
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  const middle = found.getBoundingClientRect().top;
  if (glass.scrollHeight > glass.clientHeight) {
    const top = glass.scrollTop + middle - glass.getBoundingClientRect().top - glass.clientHeight / 3;
    glass.scrollTo({ top, behavior });
    glass.closest(".glass").scrollIntoView({ block: "nearest", behavior });
  } else {
    scrollTo({ top: scrollY + middle - innerHeight / 3, behavior });
  }
}

// Side by side, both versions show about the same place.
let leading = null;
function follow(event) {
  const sides = ["reading-glass", "earlier-glass"].map((id) => document.getElementById(id));
  const [one, other] = event.target === sides[1] ? sides.reverse() : sides;
  if (event.target !== one || !other || !other.clientHeight || (leading && leading !== one)) return;
  leading = one;
  clearTimeout(follow.timer);
  follow.timer = setTimeout(() => (leading = null), 120);
  other.scrollTop = (one.scrollTop / (one.scrollHeight - one.clientHeight || 1)) * (other.scrollHeight - other.clientHeight);
}

document.addEventListener("scroll", follow, { capture: true, passive: true });
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-sought]");
  if (button) show(JSON.parse(button.dataset.sought));
});
document.addEventListener("change", (event) => {
  if (remembered.includes(event.target.name)) localStorage.setItem(event.target.name, event.target.id);
});

// The gallery of themes: what is chosen stands in the address, and the page is drawn again.
const settings = "input[name=accent], .setting input";
function readSettings() {
  const query = new URLSearchParams(location.search);
  for (const [key, value] of query) {
    choose([`${key}-${value}`]);
    if (key === "accent") document.querySelector("input[name=accent]").value = value;
  }
}

function writeSettings(changed) {
  const query = new URLSearchParams(location.search);
  if (changed.type === "color") query.set("accent", changed.value);
  else if (changed.id.endsWith("-own")) query.delete(changed.name);
  else query.set(changed.name, changed.id.slice(changed.name.length + 1));
  history.replaceState(null, "", `${location.pathname}?${query}`);
  renew();
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.(settings)) writeSettings(event.target);
});
document.addEventListener("click", async (event) => {
  if (event.target.id === "accent-own") writeSettings(event.target);
  const button = event.target.closest?.("button[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    tell(button.dataset.done);
  }
});

if (document.querySelector("input[name=accent]")) readSettings();
choose(remembered.map((name) => localStorage.getItem(name)).filter(Boolean));
markChanges();
// At the desk, whoever frames this page tells it.
if (parent === window) listen();
else addEventListener("message", (event) => event.origin === location.origin && event.source === parent && renew());
