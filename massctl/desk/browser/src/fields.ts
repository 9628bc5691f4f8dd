// The fields of a letter, in WeChat's words. Each change goes to the file at once; what the form does not know stays there.

import { make } from "./dom";
import { ask, at, type Fields, type Letter, Refused, type TextFile } from "./server";
import { word } from "./words";

type Keys = (string | number)[];
type Value = string | boolean | string[] | null;

interface FieldsEnd {
  fields: Fields;
  file?: TextFile;
}

const TITLE_MAX = 64;
const LIST_SHOWS = 26;
const DIGEST_MAX = 120;
const PAUSE_MS = 400;

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

export class FieldsForm {
  private timer = 0;
  private readonly waiting = new Map<string, { keys: Keys; value: Value }>();

  constructor(
    private readonly form: HTMLFormElement,
    private readonly letter: string,
    private readonly changed: (end: FieldsEnd) => void,
    private readonly refused: (error: Refused) => void,
  ) {
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  show(letter: Letter): void {
    const fields = letter.fields;
    if (!fields) {
      this.form.replaceChildren(make("p", {}, word("fileKept")));
      return;
    }
    const articles = (valueAt(fields, ["mpnews", "articles"]) as Fields[] | undefined) ?? [];
    this.form.replaceChildren(
      ...articles.map((_, number) => this.article(letter, fields, number, articles.length)),
      make(
        "fieldset",
        {},
        make("legend", {}, word("campaignTitle")),
        this.line(fields, ["title"], "campaignTitle"),
        this.choice(fields, ["account"], "account", Object.entries(letter.accounts)),
        this.audience(letter, fields),
        this.moment(fields, "not_before", "windowFrom"),
        this.moment(fields, "not_after", "windowTo"),
        this.names(fields),
      ),
    );
  }

  private article(letter: Letter, fields: Fields, number: number, count: number): Node {
    const keys = (...rest: Keys): Keys => ["mpnews", "articles", number, ...rest];
    const move = (to: number): void => {
      const order = [...Array(count).keys()];
      [order[number], order[to]] = [to, number];
      void this.send({ order });
    };
    return make(
      "fieldset",
      {},
      make(
        "legend",
        {},
        word("article", { number: number + 1 }),
        number > 0 &&
          make(
            "button",
            { type: "button", title: word("moveUp"), "aria-label": word("moveUp"), click: () => move(number - 1) },
            "↑",
          ),
        number < count - 1 &&
          make(
            "button",
            { type: "button", title: word("moveDown"), "aria-label": word("moveDown"), click: () => move(number + 1) },
            "↓",
          ),
      ),
      this.line(
        fields,
        keys("title"),
        "title",
        (text) =>
          word("titleCount", {
            count: countOf(text),
            shown: [...text].slice(0, LIST_SHOWS).join("") + (countOf(text) > LIST_SHOWS ? "…" : ""),
          }),
        TITLE_MAX,
      ),
      this.line(fields, keys("author"), "author"),
      this.area(fields, keys("digest"), "digest", (text) => word("digestCount", { count: countOf(text) }), DIGEST_MAX),
      this.choice(
        fields,
        keys("cover", "file"),
        "cover",
        letter.pictures.map((each) => [each, each]),
      ),
      this.line(fields, keys("content_source_url"), "source"),
      this.check(fields, keys("need_open_comment"), "comments"),
      this.check(fields, keys("only_fans_can_comment"), "fansOnly"),
    );
  }

  private labelled(name: string, control: HTMLElement, note: Node | null = null): HTMLElement {
    return make("label", { class: "field" }, make("span", {}, word(name)), control, note);
  }

  private line(fields: Fields, keys: Keys, name: string, count?: (text: string) => string, max = 0): Node {
    const input = make("input", { type: "text", value: String(valueAt(fields, keys) ?? "") });
    return this.counted(input, keys, name, count, max);
  }

  private area(fields: Fields, keys: Keys, name: string, count: (text: string) => string, max: number): Node {
    const area = make("textarea", { rows: 3 });
    area.value = String(valueAt(fields, keys) ?? "");
    return this.counted(area, keys, name, count, max);
  }

  private counted(
    control: HTMLInputElement | HTMLTextAreaElement,
    keys: Keys,
    name: string,
    count?: (text: string) => string,
    max = 0,
  ): Node {
    const note = count ? make("small", {}, count(control.value)) : null;
    control.addEventListener("input", () => {
      if (note && count) {
        note.textContent = count(control.value);
        note.classList.toggle("over", countOf(control.value) > max);
      }
      this.change(keys, control.value || null);
    });
    return this.labelled(name, control, note);
  }

  private check(fields: Fields, keys: Keys, name: string): Node {
    const input = make("input", { type: "checkbox" });
    input.checked = valueAt(fields, keys) === true;
    input.addEventListener("change", () => this.change(keys, input.checked ? true : null));
    return make("label", { class: "check" }, input, " ", word(name));
  }

  private choice(fields: Fields, keys: Keys, name: string, options: [string, string][]): Node {
    const now = String(valueAt(fields, keys) ?? "");
    const known = options.some(([value]) => value === now)
      ? options
      : [[now, now || "—"] as [string, string], ...options];
    const select = make("select", {}, ...known.map(([value, text]) => make("option", { value }, text)));
    select.value = now;
    select.addEventListener("change", () => this.change(keys, select.value));
    return this.labelled(name, select);
  }

  private audience(letter: Letter, fields: Fields): Node {
    const now = (valueAt(fields, ["audience"]) as Fields | undefined) ?? {};
    const kinds: [string, string][] = [
      ["is_to_all", word("everybody")],
      ...letter.audiences.map((each): [string, string] => [`of:${each}`, `${word("of")}: ${each}`]),
    ];
    const said = now["of"] ? `of:${String(now["of"])}` : now["is_to_all"] === true ? "is_to_all" : "";
    if (!said) kinds.unshift(["", `${word("fileKept")}: ${JSON.stringify(now)}`]);
    const select = make("select", {}, ...kinds.map(([value, text]) => make("option", { value }, text)));
    select.value = said;
    select.addEventListener("change", () => {
      const [kind, name] = select.value.split(":");
      if (kind)
        this.change(
          ["audience"],
          null,
          kind === "of"
            ? [
                [["audience", "of"], name ?? ""],
                [["audience", "is_to_all"], null],
              ]
            : [
                [["audience", "is_to_all"], true],
                [["audience", "of"], null],
              ],
        );
    });
    return this.labelled("audience", select);
  }

  private moment(fields: Fields, key: string, name: string): Node {
    const said = String(valueAt(fields, ["send", key]) ?? "");
    const input = make("input", { type: "datetime-local", value: said.slice(0, 16).replace(" ", "T") });
    input.addEventListener("change", () => this.change(["send", key], input.value ? `${input.value}:00+08:00` : null));
    return this.labelled(name, input);
  }

  private names(fields: Fields): Node {
    const now = (valueAt(fields, ["preview", "towxname"]) as string[] | undefined) ?? [];
    const input = make("input", { type: "text", value: now.join(" ") });
    input.addEventListener("input", () =>
      this.change(["preview", "towxname"], input.value.split(/[\s,，、]+/).filter(Boolean)),
    );
    return this.labelled("preview", input);
  }

  private change(keys: Keys, value: Value, several?: [Keys, Value][]): void {
    for (const [each, its] of several ?? [[keys, value] as [Keys, Value]])
      this.waiting.set(JSON.stringify(each), { keys: each, value: its });
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const changes = [...this.waiting.values()];
      this.waiting.clear();
      void this.send({ changes });
    }, PAUSE_MS);
  }

  private async send(body: unknown): Promise<void> {
    try {
      this.changed(await ask<FieldsEnd>("PUT", at("letters", this.letter, "fields"), body));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused(error);
    }
  }
}
