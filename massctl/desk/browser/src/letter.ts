// One letter: its texts, its fields, what was found, and the phone beside them.

import { type Completion, snippetCompletion } from "@codemirror/autocomplete";
import type { EditorState } from "@codemirror/state";
import { askClash } from "./clash";
import { byId, make, openDialog } from "./dom";
import { Editor } from "./editor";
import { countOf, type FieldsEnd, FieldsForm } from "./fields";
import { icon } from "./icons";
import { Phone } from "./phone";
import { type Listener, SavedFile } from "./saved_file";
import {
  ask,
  at,
  type Choices,
  type Finding,
  type Findings,
  type Letter,
  type Piece,
  Refused,
  type TextFile,
} from "./server";
import { type Brought, bringUpstream, settled } from "./upstream";
import { tell, word } from "./words";

const YAML = "campaign.yaml";
const CHARACTERS_A_MINUTE = 400;
const TABLE = "| 　 | 　 |\n|---|---|\n| 　 | 　 |\n";

interface Opened {
  file: SavedFile;
  text: string;
  state?: EditorState;
}

export class LetterPage {
  private readonly files = new Map<string, Opened>();
  private readonly phone = new Phone();
  private readonly editor: Editor;
  private readonly form: FieldsForm;
  private found: Finding[] = [];
  private shown = "";
  private choices: Choices = { audiences: [], tags: {}, blocks: [], articles: [] };
  private readonly before: string[] = [];
  private isUndone = false;

  constructor(
    private readonly name: string,
    private letter: Letter,
  ) {
    this.editor = new Editor(
      byId("editor"),
      {
        changed: (text) => this.changed(text),
        moved: (words, share) => this.phone.follow(words, share),
        pictures: (files) => void this.addPictures(files),
        blocks: () => this.blocks(),
      },
      word("editor"),
    );
    this.form = new FieldsForm(byId<HTMLFormElement>("fields"), name, {
      changed: (end) => this.fieldsChanged(end),
      refused: (error) => tell(error.lines),
      upload: (file) => this.upload(file),
      undo: () => this.undoFields(),
    });
    for (const file of [...letter.articles, letter.yaml]) this.open(file);
    this.form.show(letter);
    this.tabs();
    this.tools();
    this.show(letter.articles[0]?.path ?? YAML);
    byId("review").addEventListener("click", () => this.askReview());
    byId("quiet").addEventListener("click", (event) => {
      const isQuiet = document.body.classList.toggle("quiet");
      (event.currentTarget as HTMLElement).ariaPressed = String(isQuiet);
    });
    this.listen();
    void this.renewFindings();
    void this.renewChoices();
    void bringUpstream();
  }

  private open(file: TextFile): void {
    const saved = new SavedFile(this.name, file, this.listener(file.path));
    const opened: Opened = { file: saved, text: file.text };
    this.files.set(file.path, opened);
    opened.text = saved.takeUp() ?? file.text;
  }

  private listener(path: string): Listener {
    const say = (text: string, kind: string): void => {
      const place = byId("save-state");
      place.textContent = text;
      place.dataset["kind"] = kind;
    };
    return {
      saving: () => say(word("saving"), "saving"),
      saved: () => {
        say(word("saved"), "saved");
        void (this.isUndone ? this.reload() : null);
        void this.renewFindings();
      },
      away: () => say(word("unsaved"), "away"),
      refused: (error) => {
        say(error.message, "away");
        tell(error.lines);
      },
      joined: (text) => {
        this.put(path, text);
        tell(word("joined"));
      },
      clashed: (pieces, theirs) => void this.askClash(path, pieces, theirs),
    };
  }

  // What was typed cannot be written before somebody chose, so the question stays until then.
  private async askClash(path: string, pieces: Piece[], theirs: TextFile): Promise<void> {
    let text: string | null = null;
    while (text === null) text = await askClash(pieces);
    this.put(path, text);
    this.files.get(path)?.file.settle(text, theirs);
  }

  private put(path: string, text: string): void {
    const opened = this.files.get(path);
    if (!opened) return;
    opened.text = text;
    if (this.shown === path) this.editor.replace(text);
  }

  private changed(text: string): void {
    const opened = this.files.get(this.shown);
    if (!opened) return;
    opened.text = text;
    opened.file.change(text);
    this.count(text);
  }

  private count(text: string): void {
    const count = countOf(text.replace(/\s+/g, ""));
    byId("count").textContent = word("words", { count, minutes: Math.max(1, Math.round(count / CHARACTERS_A_MINUTE)) });
  }

  private tabs(): void {
    const place = document.querySelector(".parts");
    if (!place) return;
    const names: [string, string][] = [
      ...this.letter.articles.map((each, index): [string, string] => [
        each.path,
        this.letter.articles.length > 1 ? word("article", { number: index + 1 }) : word("editor"),
      ]),
      ["", word("fields")],
      [YAML, "YAML"],
    ];
    place.replaceChildren(
      ...names.map(([path, label]) =>
        make(
          "button",
          { type: "button", role: "tab", "data-path": path, "aria-selected": "false", click: () => this.show(path) },
          label,
        ),
      ),
    );
  }

  private show(path: string): void {
    const before = this.files.get(this.shown);
    if (before && this.shown) before.state = this.editor.kept;
    this.shown = path;
    for (const each of document.querySelectorAll<HTMLElement>(".parts [role=tab]"))
      each.ariaSelected = String(each.dataset["path"] === path);
    const isForm = path === "";
    byId("fields").hidden = !isForm;
    byId("editor").hidden = isForm;
    document.querySelector<HTMLElement>(".tools")?.toggleAttribute("hidden", isForm || path === YAML);
    if (isForm) return;
    const opened = this.files.get(path);
    if (!opened) return;
    this.editor.show(opened.text, path === YAML ? "yaml" : "markdown", opened.state);
    this.editor.showFindings(this.found.filter((each) => each.path === path));
    this.count(opened.text);
  }

  private tools(): void {
    const tool = (name: string, run: () => void): Node =>
      make("button", { type: "button", title: word(name), "aria-label": word(name), click: run }, icon(name));
    const picked = make("input", { type: "file", accept: "image/*", multiple: true, hidden: true });
    picked.addEventListener("change", () => void this.addPictures([...(picked.files ?? [])]));
    document.querySelector(".tools")?.replaceChildren(
      tool("heading", () => this.editor.prefix("## ")),
      tool("bold", () => this.editor.wrap("**")),
      tool("quote", () => this.editor.prefix("> ")),
      tool("list", () => this.editor.prefix("- ")),
      tool("link", () => this.editor.wrap("[", "](https://)")),
      tool("picture", () => picked.click()),
      tool("table", () => this.editor.insert(`\n${TABLE}`)),
      tool("rule", () => this.editor.insert("\n\n---\n\n")),
      tool("earlier", () => void this.showEarlier()),
      picked,
    );
  }

  private async renewChoices(): Promise<void> {
    this.choices = await ask<Choices>("GET", at("letters", this.name, "choices"));
    this.form.offer(this.choices);
  }

  // What `/` offers: Markdown, the template library in a template, pictures, articles that were sent.
  private blocks(): Completion[] {
    const block = (name: string, insert: string): Completion => ({ label: `/${word(name)}`, apply: insert });
    const isTemplate = this.shown.endsWith(".j2");
    const library = this.choices.blocks.map((each) =>
      snippetCompletion(`${each.call}\n`, { label: `/${each.label}`, detail: each.name }),
    );
    const sent = this.choices.articles.map((each) =>
      snippetCompletion(`[#{${each.title.replace(/[{}]/g, "")}}](${isTemplate ? each.call : each.address})`, {
        label: `/${each.title}`,
        detail: word("sentArticle"),
      }),
    );
    return [
      block("heading", "## "),
      block("list", "- "),
      block("quote", "> "),
      block("table", TABLE),
      block("rule", "---\n"),
      ...(isTemplate ? library : []),
      ...sent,
      ...this.letter.pictures.map(
        (path): Completion => ({ label: `/${path}`, apply: `![](${this.fromArticle(path)})` }),
      ),
    ];
  }

  // The path of a picture as the shown article writes it: its links are relative to itself.
  private fromArticle(path: string): string {
    return "../".repeat(this.shown.split("/").length - 1) + path;
  }

  private async addPictures(files: File[]): Promise<void> {
    for (const file of files) {
      const path = await this.upload(file);
      if (!path) continue;
      const alt = word("altAsked");
      this.editor.insert(`\n![${alt}](${this.fromArticle(path)})\n`, 3, 3 + alt.length);
      this.form.show(this.letter);
    }
  }

  private async upload(file: File): Promise<string | null> {
    try {
      const address = at("letters", this.name, "pictures", file.name || "picture.png");
      const { path } = await ask<{ path: string }>("POST", address, file);
      if (!this.letter.pictures.includes(path)) this.letter.pictures.push(path);
      return path;
    } catch (error) {
      tell(`${word("uploadFailed")}: ${error instanceof Refused ? error.lines : String(error)}`);
      return null;
    }
  }

  private async fieldsChanged(end: FieldsEnd): Promise<void> {
    const opened = this.files.get(YAML);
    if (!end.file || !opened) return;
    this.before.push(end.before ?? "");
    opened.file.renewed(end.file);
    this.put(YAML, end.file.text);
    await this.reload();
    await this.renewFindings();
  }

  // Takes back the last change that was made in the form.
  private undoFields(): void {
    const text = this.before.pop();
    const opened = this.files.get(YAML);
    if (text === undefined || !opened) {
      tell(word("nothingToUndo"));
      return;
    }
    this.put(YAML, text);
    opened.file.change(text);
    this.isUndone = true;
  }

  // Reads again what changed on the disk; what is unsaved here stays, and is joined when it is written.
  private async reload(): Promise<void> {
    const fresh = await ask<Letter>("GET", at("letters", this.name));
    for (const file of [...fresh.articles, fresh.yaml]) {
      const opened = this.files.get(file.path);
      if (!opened) this.open(file);
      else if (opened.file.isSaved && opened.text !== file.text) {
        opened.file.renewed(file);
        this.put(file.path, file.text);
      }
    }
    const paths = (letter: Letter): string => JSON.stringify(letter.articles.map((each) => each.path));
    const isOther = paths(fresh) !== paths(this.letter);
    this.letter = fresh;
    if (isOther) {
      this.tabs();
      this.show(this.shown);
    }
    if (this.isUndone) this.form.show(fresh);
    else this.form.renew(fresh);
    this.isUndone = false;
  }

  private listen(): void {
    new EventSource("/-/changes?heard=").addEventListener("changed", (event) => {
      const names = JSON.parse((event as MessageEvent<string>).data) as string[];
      if (names.includes(this.name) || names.includes("*")) void this.reload().then(() => this.renewFindings());
    });
  }

  private async renewFindings(): Promise<void> {
    const told = await ask<Findings>("GET", at("letters", this.name, "findings"));
    this.found = told.findings;
    this.editor.showFindings(this.found.filter((each) => each.path === this.shown));
    const rows = this.found.map((each) =>
      make(
        "li",
        { class: each.severity },
        make("p", {}, make("code", {}, each.code), " ", each.message),
        each.hint ? make("p", { class: "hint" }, each.hint) : null,
        each.line !== null &&
          make(
            "button",
            { type: "button", click: () => this.goTo(each) },
            `${word("goThere")}: ${each.path}:${each.line}`,
          ),
      ),
    );
    const missing = told.missing.map((each) =>
      make("li", { class: "missing" }, make("p", {}, each.message), make("p", { class: "hint" }, each.hint)),
    );
    const nothing = make("li", { class: "nothing" }, word("nothing"));
    byId("found").replaceChildren(
      ...(rows.length ? rows : [nothing]),
      ...(missing.length ? [make("li", { class: "head" }, word("missing")), ...missing] : []),
    );
    byId("found-count").textContent = String(this.found.length || "");
    this.form.renewMonth();
  }

  private goTo(finding: Finding): void {
    if (!this.files.has(finding.path)) return;
    this.show(finding.path);
    this.editor.goTo(finding.line ?? 1, finding.column ?? 1);
  }

  private async showEarlier(): Promise<void> {
    const path = this.shown;
    const told = await ask<{ versions: { at: string; text: string }[] }>(
      "GET",
      `${at("letters", this.name, "versions")}/${path}`,
    );
    const rows = told.versions.map((each) => {
      const take = make(
        "button",
        {
          type: "button",
          click: () => {
            this.editor.replace(each.text);
            dialog.close();
          },
        },
        word("restore"),
      );
      const when = new Date(each.at).toLocaleString(document.documentElement.lang);
      return make(
        "details",
        {},
        make("summary", {}, `${when} · ${countOf(each.text)}`),
        make("pre", {}, each.text),
        take,
      );
    });
    const dialog = openDialog(word("earlier"), word("close"), ...rows);
  }

  private askReview(): void {
    const said = make("textarea", { rows: 3, "aria-label": word("reviewSaid") });
    const answer = make("p", { role: "status" });
    const send = make("button", { type: "button", class: "main-act" }, word("review"));
    const withdraw = make("button", { type: "button" }, word("withdraw"));
    const act = (method: string, body?: unknown): void => {
      answer.textContent = word("working");
      send.disabled = withdraw.disabled = true;
      ask<{ said?: string; page?: string | null } & Brought>(method, at("letters", this.name, "review"), body)
        .then((end) => {
          answer.replaceChildren(end.said ?? word("clash"));
          if (end.page)
            answer.append("\n", make("a", { href: end.page, target: "_blank", rel: "noopener" }, word("openRequest")));
          if (end.clashes) void settled(end);
        })
        .catch((error: unknown) => (answer.textContent = error instanceof Refused ? error.lines : String(error)))
        .finally(() => (send.disabled = withdraw.disabled = false));
    };
    send.addEventListener("click", () => act("POST", { said: said.value }));
    withdraw.addEventListener("click", () => act("DELETE"));
    openDialog(
      word("review"),
      word("close"),
      make("label", { class: "field" }, make("span", {}, word("reviewSaid")), said),
      make("div", { class: "acts" }, send, withdraw),
      answer,
    );
  }
}
