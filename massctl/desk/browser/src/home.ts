// The letters by state, the newest day first.

import { onChange } from "./changes";
import { byId, make, openDialog } from "./dom";
import { reviewWords } from "./review";
import { ask, at, type Listed, oneAtATime, Refused } from "./server";
import { bringUpstream } from "./upstream";
import { say, tell } from "./words";

const PAUSE_MS = 500; // Between two lists.
const STATES = ["draft", "review", "merged", "sending", "sent"] as const;

interface Home {
  letters: Listed[];
  accounts: string[];
  trouble: string;
  reviewed?: Record<string, { words: string; page: string }>;
}

export async function showHome(): Promise<void> {
  const home = await ask<Home>("GET", "letters");
  if (home.trouble) tell(home.trouble);
  const search = byId<HTMLInputElement>("search");
  const draw = (): void =>
    list(
      home.letters
        .filter((each) => `${each.title} ${each.name}`.toLowerCase().includes(search.value.trim().toLowerCase()))
        .map((each) => ({ ...each, stateWords: home.reviewed?.[each.name]?.words ?? each.stateWords })),
    );
  search.addEventListener("input", draw);
  byId("order").addEventListener("change", draw);
  byId("new").addEventListener("click", () => askNew(home));
  const review = oneAtATime(async () => {
    if (!home.letters.some((each) => each.state === "review")) return;
    home.reviewed = await reviewWords();
    draw();
  });
  const renew = oneAtATime(async () => {
    home.letters = (await ask<Home>("GET", "letters")).letters;
    draw();
    review();
    await new Promise((done) => window.setTimeout(done, PAUSE_MS));
  });
  onChange(renew);
  draw();
  review();
  await bringUpstream();
}

function list(letters: Listed[]): void {
  const place = byId("letters");
  place.ariaBusy = "false";
  const isByDay = byId<HTMLSelectElement>("order").value === "day";
  const parts = isByDay ? byDay(letters) : byState(letters);
  place.replaceChildren(...parts, ...(letters.length ? [] : [make("p", {}, say("noLetters"))]));
}

function byState(letters: Listed[]): Node[] {
  return STATES.flatMap((state) => {
    const own = letters.filter((each) => each.state === state).sort((one, other) => (one.day < other.day ? 1 : -1));
    return own.length ? [section(say(`state${state[0]?.toUpperCase()}${state.slice(1)}`), state, own)] : [];
  });
}

// Each day with its letters, the latest first; those without a window stand above.
function byDay(letters: Listed[]): Node[] {
  const days = [...new Set(letters.map((each) => each.day.slice(0, 10)))].sort().reverse();
  const ordered = [...days.filter((each) => !each), ...days.filter(Boolean)];
  return ordered.map((day) =>
    section(
      day || say("noWindow"),
      "day",
      letters.filter((each) => each.day.slice(0, 10) === day),
    ),
  );
}

function section(title: string, kind: string, letters: Listed[]): Node {
  const count = make("span", { class: "count" }, String(letters.length));
  return make(
    "section",
    { class: `letters ${kind}` },
    make("h2", {}, title, " ", count),
    make("ul", {}, ...letters.map(row)),
  );
}

function row(letter: Listed): Node {
  return make(
    "li",
    { class: letter.isFaulty ? "faulty" : "" },
    make("a", { href: `/-/desk/${encodeURIComponent(letter.name)}` }, letter.title),
    make(
      "span",
      { class: "about" },
      [letter.name, letter.account, letter.window, letter.stateWords].filter(Boolean).join(" · "),
      letter.report !== "" && make("a", { class: "report", href: letter.report }, say("report")),
    ),
  );
}

// A folder's name that nobody has to think of: the day, and a number where that is taken.
function freeName(home: Home): string {
  const day = new Date().toLocaleDateString("sv");
  const taken = new Set(home.letters.map((each) => each.name));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? day : `${day}-${number}`;
    if (!taken.has(name)) return name;
  }
}

function askNew(home: Home): void {
  const title = make("input", { type: "text", required: true });
  const name = make("input", {
    type: "text",
    required: true,
    pattern: "[a-z0-9][a-z0-9._\\-]*",
    value: freeName(home),
  });
  const from = make(
    "select",
    {},
    make("option", { value: "" }, say("empty")),
    ...home.letters.map((each) => make("option", { value: each.name }, `${say("fromOld")}: ${each.title}`)),
  );
  const account = make("select", {}, ...home.accounts.map((each) => make("option", { value: each }, each)));
  const field = (label: string, control: HTMLElement): Node =>
    make("label", { class: "field" }, make("span", {}, say(label)), control);
  const form = make(
    "form",
    {},
    field("newTitle", title),
    field("newName", name),
    field("fromOld", from),
    field("account", account),
    make("button", { class: "main-act" }, say("make")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = { name: name.value, title: title.value, from: from.value, account: from.value ? "" : account.value };
    ask<{ name: string }>("POST", "letters", given).then(
      (made) => location.assign(`/-/desk/${encodeURIComponent(made.name)}`),
      (error: unknown) => tell(error instanceof Refused ? error.lines : String(error)),
    );
  });
  openDialog(say("newLetter"), say("cancel"), form, make("hr"), docxForm(name, account, field));
  title.focus();
}

function inDocx(name: string): string {
  return say(`docx${name[0]?.toUpperCase()}${name.slice(1)}`);
}

// A letter from a Word file. What the file has open stops the import, and is chosen here.
function docxForm(
  name: HTMLInputElement,
  account: HTMLSelectElement,
  field: (label: string, control: HTMLElement) => Node,
): Node {
  const file = make("input", { type: "file", accept: ".docx" });
  const choice = (...values: string[]): HTMLSelectElement =>
    make("select", {}, ...["", ...values].map((each) => make("option", { value: each }, inDocx(each || "ask"))));
  const chosen = { revisions: choice("accept", "reject"), hidden: choice("drop", "keep"), comments: choice("drop") };
  const answer = make("p", { role: "status" });
  const send = make("button", { type: "button" }, say("makeOfWord"));
  send.addEventListener("click", () => {
    const given = file.files?.[0];
    if (!given || !name.reportValidity()) return;
    answer.textContent = say("working");
    const query = new URLSearchParams({ account: account.value, title: given.name.replace(/\.docx$/i, "") });
    for (const [key, control] of Object.entries(chosen)) if (control.value) query.set(key, control.value);
    ask<{ name: string; lost: string[] }>("POST", `${at("imports", name.value)}?${query}`, given).then(
      (made) => {
        const address = `/-/desk/${encodeURIComponent(made.name)}`;
        if (!made.lost.length) return location.assign(address);
        const lost = made.lost.map((each) => make("li", {}, each));
        answer.replaceChildren(say("lost"), make("ul", {}, ...lost), make("a", { href: address }, say("openLetter")));
      },
      (error: unknown) => {
        answer.textContent = error instanceof Refused ? error.lines : String(error);
      },
    );
  });
  const fields = Object.entries(chosen).map(([key, control]) =>
    field(`docx${key[0]?.toUpperCase()}${key.slice(1)}`, control),
  );
  return make("section", {}, make("h3", {}, say("fromWord")), field("docxFile", file), ...fields, send, answer);
}
