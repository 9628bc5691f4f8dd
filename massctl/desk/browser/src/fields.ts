// The fields of a letter, in WeChat's words. Each change goes to the file at once; what the form does not know stays there.

import { CropFrame } from "./crop";
import { make } from "./dom";
import { MonthPane } from "./month";
import { orderTools, type Place } from "./order";
import { addressOf, ask, at, type Choices, type Fields, type Letter, NoAnswer, Refused, type TextFile } from "./server";
import { say } from "./words";

type Keys = (string | number)[];
type Value = string | boolean | string[] | null;

interface FieldChange {
  keys: Keys;
  value: Value;
}

export interface FieldsEnd {
  fields: Fields;
  file?: TextFile;
  begun?: string;
}

interface FormHooks {
  changed(end: FieldsEnd): void;
  refused(lines: string): void;
  upload(file: File): Promise<string | null>;
}

const TITLE_MAX = 64;
const LIST_SHOWS = 26;
const DIGEST_MAX = 120;
const ARTICLES_MAX = 8;
const PICTURES_MAX = 20;
const PAUSE_MS = 400;
const AGAIN_MS = 1000;
const WIDE = 2.35;
const LONG = new Set(["digest", "content", "recommend", "description", "card_ext"]);
const REQUIRED = new Set(["title", "content", "card_id"]);
const AUDIENCES = ["is_to_all", "tag", "of", "openids"] as const;

// As WeChat counts: characters as people see them, an emoji as one.
export function countOf(text: string): number {
  return [...new Intl.Segmenter("zh", { granularity: "grapheme" }).segment(text)].length;
}

function valueAt(fields: Fields, keys: Keys): unknown {
  return keys.reduce<unknown>(
    (found, key) => (found as Record<string | number, unknown> | null | undefined)?.[key],
    fields,
  );
}

function textAt(fields: Fields, keys: Keys): string {
  return String(valueAt(fields, keys) ?? "");
}

function listAt(fields: Fields, keys: Keys): string[] {
  return (valueAt(fields, keys) as string[] | undefined) ?? [];
}

// A moment of the file as an input has it, in Beijing time.
function inBeijing(said: string): string {
  const moment = new Date(said.replace(" ", "T"));
  if (Number.isNaN(moment.getTime())) return "";
  return moment.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16).replace(" ", "T");
}

export class FieldsForm {
  private timer = 0;
  private readonly waiting = new Map<string, FieldChange>();
  private letter: Letter | null = null;
  private choices: Choices = { audiences: [], tags: {}, blocks: [], articles: [] };
  private readonly month: MonthPane;
  private drawn = "";
  private titles: string[] = [];
  private sending: Promise<void> = Promise.resolve();
  due = 0; // Writings that nobody answered yet.

  constructor(
    private readonly form: HTMLFormElement,
    private readonly name: string,
    private readonly hooks: FormHooks,
  ) {
    this.month = new MonthPane(name);
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  offer(choices: Choices): void {
    this.choices = choices;
    if (this.letter) this.renew(this.letter);
  }

  // Shows what another tab or git changed; whoever writes in the form keeps what is drawn.
  renew(letter: Letter): void {
    this.letter = letter;
    if (this.drawn !== this.drawing(letter) && !this.form.contains(document.activeElement)) this.show(letter);
  }

  private drawing(letter: Letter): string {
    return JSON.stringify([letter.fields, letter.pictures, this.choices, this.titles]);
  }

  // The titles as they are sent, the days that are taken, and what stands in the way of the window, as they are now.
  renewFound(titles: string[]): void {
    this.titles = titles;
    if (this.letter) this.renew(this.letter);
    if (!this.form.hidden) this.month.renew();
  }

  show(letter: Letter): void {
    this.letter = letter;
    this.drawn = this.drawing(letter);
    const place = this.form.scrollTop;
    this.draw(letter);
    this.form.scrollTop = place;
  }

  private draw(letter: Letter): void {
    const fields = letter.fields;
    if (!fields) {
      this.form.replaceChildren(make("p", {}, say("fileKept")));
      return;
    }
    const articles = (valueAt(fields, ["mpnews", "articles"]) as Fields[] | undefined) ?? [];
    const news = articles.map((_, number) => this.article(letter, fields, number, articles.length));
    const add = make("button", { type: "button", click: () => this.addArticle(articles.length) }, say("addArticle"));
    this.form.replaceChildren(
      ...news,
      ...(articles.length && articles.length < ARTICLES_MAX ? [add] : []),
      ...letter.message.map((each) => this.message(letter, fields, each)),
      this.part(
        "forTeam",
        this.line(fields, ["title"], "campaignTitle"),
        this.choice(fields, ["account"], "account", Object.entries(letter.accounts)),
        this.line(fields, ["series"], "series"),
      ),
      this.part("audience", ...this.audience(fields)),
      this.part("window", ...this.window(fields)),
      this.part("previewed", this.words(fields, ["preview", "towxname"], "preview")),
    );
  }

  private part(name: string, ...children: (Node | null)[]): Node {
    return make("fieldset", {}, make("legend", {}, say(name)), ...children);
  }

  private article(letter: Letter, fields: Fields, number: number, count: number): Node {
    const keys = (...rest: Keys): Keys => ["mpnews", "articles", number, ...rest];
    const legend = make("legend", {}, say("article", { number: number + 1 }));
    const box = make("fieldset", { class: "article" }, legend);
    legend.append(
      ...orderTools(box, "article", number, count, (order, now) => void this.sendOrder(order).then(() => this.at(now))),
    );
    box.append(
      this.line(fields, keys("title"), "title", (text) => this.titleWords(text, number), TITLE_MAX),
      this.line(fields, keys("author"), "author"),
      this.line(fields, keys("digest"), "digest", (text) => say("digestCount", { count: countOf(text) }), DIGEST_MAX),
      ...this.cover(letter, fields, keys("cover")),
      this.line(fields, keys("content_source_url"), "source"),
      this.check(fields, keys("need_open_comment"), "comments"),
      this.check(fields, keys("only_fans_can_comment"), "fansOnly"),
    );
    return box;
  }

  // As the list shows it; of a template, the title as it was rendered last.
  private titleWords(written: string, number: number): string {
    const text = /\{[{%]/.test(written) ? (this.titles[number] ?? written) : written;
    const shown = [...text].slice(0, LIST_SHOWS).join("") + (countOf(text) > LIST_SHOWS ? "…" : "");
    return say("titleCount", { count: countOf(text), shown });
  }

  private at(number: number): void {
    this.form.querySelectorAll<HTMLElement>("fieldset.article")[number]?.querySelector("button")?.focus();
  }

  private addArticle(count: number): void {
    const order: Place[] = [...Array(count).keys()];
    void this.sendOrder([...order, { title: say("newArticle") }]).then(() => {
      const title = this.form.querySelectorAll<HTMLElement>("fieldset.article")[count]?.querySelector("input");
      title?.focus();
      title?.select();
    });
  }

  private cover(letter: Letter, fields: Fields, keys: Keys): Node[] {
    const file = textAt(fields, [...keys, "file"]);
    const pictures = letter.pictures.map((each): [string, string] => [each, each]);
    const chosen = this.choice(fields, [...keys, "file"], "cover", pictures);
    const put = this.pictureInput(false, (path) => this.sendNow([[[...keys, "file"], path]]));
    const found = [chosen, put];
    if (!file || !letter.pictures.includes(file)) return found;
    const address = addressOf(this.name, file);
    const focus = (valueAt(fields, [...keys, "focus"]) as [number, number] | undefined) ?? [0.5, 0.5];
    const frame = (key: string, name: string, ratio: number): Node => {
      const said = textAt(fields, [...keys, key]);
      return new CropFrame(address, name, ratio, said, focus, (text) => this.change([...keys, key], text)).element;
    };
    const both = make("div", { class: "crops" }, frame("crop_235_1", "wide", WIDE), frame("crop_1_1", "square", 1));
    return [...found, both];
  }

  // A field that stores a picture among those of the letter.
  private pictureInput(several: boolean, done: (path: string) => Promise<void>): HTMLElement {
    const input = make("input", { type: "file", accept: "image/*", multiple: several, class: "only-read" });
    input.addEventListener("change", async () => {
      for (const file of input.files ?? []) {
        const path = await this.hooks.upload(file);
        if (path) await done(path);
      }
    });
    return make("label", { class: "pick" }, say("newPicture"), input);
  }

  // A message that has no articles, with the keys that its kind has.
  private message(letter: Letter, fields: Fields, message: Letter["message"][number]): Node {
    const rows = message.fields.map(({ key, kind }): Node => {
      const keys = [message.kind, key];
      const name = key === "file" || key === "media_id" ? key : `${key}_of_message`;
      if (kind === "check") return this.check(fields, keys, key === "need_open_comment" ? "comments" : "fansOnly");
      if (key === "files") return this.pictures(letter, fields, keys);
      if (kind === "list") return this.words(fields, keys, name);
      return this.line(fields, keys, name, (text) => say("characters", { count: countOf(text) }));
    });
    return this.part(`${message.kind}_message`, ...rows);
  }

  private pictures(letter: Letter, fields: Fields, keys: Keys): Node {
    const files = listAt(fields, keys);
    const send = (now: string[]): Promise<void> => this.sendNow([[keys, now]]);
    const rows = files.map((file, number) => {
      const row = make("li", {}, make("img", { src: addressOf(this.name, file), alt: "" }), make("span", {}, file));
      row.append(
        ...orderTools(
          row,
          "picture",
          number,
          files.length,
          (order) => void send(order.map((each) => files[each] ?? "")),
        ),
      );
      return row;
    });
    const others = letter.pictures.filter((each) => !files.includes(each));
    const more = make("select", {}, ...["", ...others].map((value) => make("option", { value }, value || "—")));
    more.addEventListener("change", () => void (more.value && send([...files, more.value])));
    const isFull = files.length >= PICTURES_MAX;
    return make(
      "div",
      { class: "pictures" },
      make("ol", {}, ...rows),
      !isFull && this.labelled("addPicture", more),
      !isFull && this.pictureInput(true, (path) => send([...listAt(this.letter?.fields ?? {}, keys), path])),
    );
  }

  private labelled(name: string, control: HTMLElement, note: Node | null = null): HTMLElement {
    return make("label", { class: "field" }, make("span", {}, say(name)), control, note);
  }

  private line(fields: Fields, keys: Keys, name: string, count?: (text: string) => string, max = 0): Node {
    const isLong = LONG.has(String(keys.at(-1)));
    const control = isLong ? make("textarea", { rows: 3 }) : make("input", { type: "text" });
    control.value = textAt(fields, keys);
    const note = count ? make("small", {}) : null;
    const renew = (): void => {
      if (!note) return;
      note.textContent = count?.(control.value) ?? "";
      note.classList.toggle("over", max > 0 && countOf(control.value) > max);
    };
    renew();
    const isRequired = keys.length > 1 && REQUIRED.has(String(keys.at(-1)));
    control.addEventListener("input", () => {
      renew();
      this.change(keys, control.value || (isRequired ? "" : null));
    });
    return this.labelled(name, control, note);
  }

  private check(fields: Fields, keys: Keys, name: string): Node {
    const input = make("input", { type: "checkbox" });
    input.checked = valueAt(fields, keys) === true;
    input.addEventListener("change", () => this.change(keys, input.checked ? true : null));
    return make("label", { class: "check" }, input, " ", say(name));
  }

  private choice(fields: Fields, keys: Keys, name: string, options: [string, string][]): HTMLElement {
    const select = chooser(textAt(fields, keys), options);
    select.addEventListener("change", () => void this.sendNow([[keys, select.value]]));
    return this.labelled(name, select);
  }

  private audience(fields: Fields): (Node | null)[] {
    const said = (valueAt(fields, ["audience"]) as Fields | undefined) ?? {};
    const account = textAt(fields, ["account"]);
    const tags = this.choices.tags[account] ?? [];
    const named = this.choices.audiences.filter((each) => each.account === account);
    const kind = AUDIENCES.find((each) => said[each]) ?? ("tag_id" in said ? "tag" : "");
    const set = (key: string, value: Value): void => {
      const others = ["is_to_all", "tag_id", "tag", "of", "openids"].filter((each) => each !== key && each in said);
      void this.sendNow([
        [["audience", key], value],
        ...others.map((each): [Keys, Value] => [["audience", each], null]),
      ]);
    };
    const kinds: [string, string][] = AUDIENCES.filter(
      (each) =>
        each === kind || each === "is_to_all" || (each === "tag" && tags.length) || (each === "of" && named.length),
    ).map((each) => [each, say(each)]);
    const chosen = chooser(kind, kinds);
    chosen.addEventListener("change", () => {
      const first = { tag: tags[0]?.name ?? "", of: named[0]?.name ?? "", is_to_all: true, openids: null };
      set(chosen.value, first[chosen.value as keyof typeof first] ?? null);
    });
    const rows: (Node | null)[] = [this.labelled("audienceKind", chosen)];
    const detail = (key: string, now: string, options: [string, string][]): void => {
      const select = chooser(now, options);
      select.addEventListener("change", () => set(key, select.value));
      rows.push(this.labelled(key, select));
    };
    if (kind === "tag") {
      const name = tags.find((each) => each.id === said["tag_id"])?.name ?? String(said["tag"] ?? said["tag_id"] ?? "");
      detail(
        "tag",
        name,
        tags.map((each) => [each.name, `${each.name} · ${each.size}`]),
      );
    }
    if (kind === "openids") rows.push(this.line(fields, ["audience", "openids"], "openids"));
    if (kind === "of") {
      detail(
        "of",
        String(said["of"]),
        named.map((each) => [each.name, [each.title, each.size].filter(Boolean).join(" · ")]),
      );
      const own = named.find((each) => each.name === said["of"]);
      if (own?.change) rows.push(make("p", { class: "hint" }, own.change));
      if (own?.state) rows.push(make("p", { class: "obstacle" }, own.state));
      if (own?.command) rows.push(make("p", { class: "hint" }, say("freezeBy"), " ", make("code", {}, own.command)));
    }
    if (!kind) rows.push(make("p", { class: "hint" }, `${say("fileKept")}: ${JSON.stringify(said)}`));
    return rows;
  }

  private window(fields: Fields): Node[] {
    const date = textAt(fields, ["send", "date"]);
    const [begin, end] = ["not_before", "not_after"].map((key) => inBeijing(textAt(fields, ["send", key])));
    const day = date || (begin ?? "").slice(0, 10);
    this.month.about(textAt(fields, ["account"]), day, (chosen) => {
      if (date) return void this.sendNow([[["send", "date"], chosen]]);
      const length = begin && end ? Date.parse(`${end}Z`) - Date.parse(`${begin}Z`) : 2 * 3600_000;
      const opens = `${chosen}T${(begin || "T20:00").slice(-5)}`;
      const closes = new Date(Date.parse(`${opens}Z`) + length).toISOString().slice(0, 16);
      void this.sendNow([
        [["send", "not_before"], `${opens}:00+08:00`],
        [["send", "not_after"], `${closes}:00+08:00`],
      ]);
    });
    const clear = make(
      "button",
      {
        type: "button",
        click: () => void this.sendNow(["date", "not_before", "not_after"].map((key) => [["send", key], null])),
      },
      say("noWindow"),
    );
    const moment = (key: string, name: string, now: string): Node => {
      const input = make("input", { type: "datetime-local", value: now });
      input.addEventListener("change", () =>
        this.change(["send", key], input.value ? `${input.value}:00+08:00` : null),
      );
      return this.labelled(name, input);
    };
    const dated = make("input", { type: "date", value: date });
    dated.addEventListener("change", () => this.change(["send", "date"], dated.value || null));
    const ends = date
      ? [this.labelled("windowDay", dated)]
      : [moment("not_before", "windowFrom", begin ?? ""), moment("not_after", "windowTo", end ?? "")];
    return [...ends, ...(day ? [clear] : []), this.month.element];
  }

  private words(fields: Fields, keys: Keys, name: string): Node {
    const input = make("input", { type: "text", value: listAt(fields, keys).join(" ") });
    input.addEventListener("input", () => {
      const now = input.value.split(/[\s,，、]+/).filter(Boolean);
      this.change(keys, now.length ? now : null);
    });
    return this.labelled(name, input);
  }

  private change(keys: Keys, value: Value): void {
    // What is changed again comes last: the file gets changes in their order.
    this.waiting.delete(JSON.stringify(keys));
    this.waiting.set(JSON.stringify(keys), { keys, value });
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), PAUSE_MS);
  }

  // Returns when everything that was changed is in the file.
  async flush(): Promise<void> {
    window.clearTimeout(this.timer);
    const changes = [...this.waiting.values()];
    this.waiting.clear();
    await (changes.length ? this.send("fields", { changes }) : this.sending);
  }

  // A choice that other controls depend on: the form is drawn again with it.
  private async sendNow(changes: [Keys, Value][]): Promise<void> {
    for (const [keys, value] of changes) this.change(keys, value);
    const focused = [...this.form.elements].indexOf(document.activeElement as Element);
    await this.flush();
    if (this.letter) this.show(this.letter);
    (this.form.elements[focused] as HTMLElement | undefined)?.focus();
  }

  private async sendOrder(order: Place[]): Promise<void> {
    await this.flush();
    await this.send("articles", { order });
    if (this.letter) this.show(this.letter);
  }

  // One after the other: each is about the file that the one before left.
  private send(what: string, body: { changes?: FieldChange[]; order?: Place[] }): Promise<void> {
    this.due += 1;
    this.sending = this.sending.then(() => this.put(what, body)).finally(() => (this.due -= 1));
    return this.sending;
  }

  private async put(what: string, body: { changes?: FieldChange[]; order?: Place[] }): Promise<void> {
    try {
      const end = await ask<FieldsEnd>("PUT", at("letters", this.name, what), body);
      if (this.letter && end.fields) this.letter.fields = end.fields;
      this.hooks.changed(end);
    } catch (error) {
      if (error instanceof Refused) this.hooks.refused(error.lines);
      else if (error instanceof NoAnswer) this.again(body.changes ?? []);
      else throw error;
    }
  }

  // Nobody answered: what was changed goes again, unless it was changed again meanwhile.
  private again(changes: FieldChange[]): void {
    this.hooks.refused(say("away"));
    for (const each of changes) {
      const key = JSON.stringify(each.keys);
      if (!this.waiting.has(key)) this.waiting.set(key, each);
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), AGAIN_MS);
  }
}

// A choice among options; what the file says and no option is stands first.
function chooser(now: string, options: [string, string][]): HTMLSelectElement {
  const isKnown = options.some(([value]) => value === now);
  const all: [string, string][] = isKnown ? options : [[now, now || "—"], ...options];
  const select = make("select", {}, ...all.map(([value, text]) => make("option", { value }, text)));
  select.value = now;
  return select;
}
