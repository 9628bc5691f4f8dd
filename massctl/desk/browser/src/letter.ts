// One letter: its texts, its fields, what was found, and the phone beside them.

import { type Completion, snippetCompletion } from "@codemirror/autocomplete";
import { redo, undo } from "@codemirror/commands";
import type { EditorState } from "@codemirror/state";
import { onChange } from "./changes";
import { askClash } from "./clash";
import { byId, make, openDialog } from "./dom";
import { Editor } from "./editor";
import { countOf, type FieldsEnd, FieldsForm } from "./fields";
import { icon } from "./icons";
import { Phone } from "./phone";
import { type Review, type ReviewComment, ReviewPanel } from "./review";
import { type Listener, SavedFile } from "./saved_file";
import {
  addressOf,
  ask,
  at,
  type Choices,
  type Finding,
  type Findings,
  type Letter,
  oneAtATime,
  type Piece,
  Refused,
  type TextFile,
} from "./server";
import { bringUpstream } from "./upstream";
import { say, tell } from "./words";

const YAML = "campaign.yaml";
const CHARACTERS_A_MINUTE = 400;
const COUNT_PAUSE_MS = 250;
const TABLE = "| 　 | 　 |\n|---|---|\n| 　 | 　 |\n";

interface Opened {
  file: SavedFile;
  state: EditorState; // As it was when it was shown last.
}

export class LetterPage {
  private readonly files = new Map<string, Opened>();
  private readonly phone = new Phone();
  private readonly editor: Editor;
  private readonly form: FieldsForm;
  private readonly panel: ReviewPanel;
  private reviewed: Review | null = null;
  private found: Finding[] = [];
  private shown = "";
  private counting = 0;
  private choices: Choices = { audiences: [], tags: {}, blocks: [], articles: [] };

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
        commented: (index) => this.openComment(index),
      },
      say("editor"),
    );
    this.form = new FieldsForm(byId<HTMLFormElement>("fields"), name, {
      changed: (end) => this.fieldsChanged(end),
      refused: (lines) => tell(lines),
      upload: (file) => this.upload(file),
    });
    for (const file of [...letter.articles, letter.yaml]) this.open(file);
    this.form.show(letter);
    this.showTitle();
    this.tabs();
    this.tools();
    this.show(letter.articles[0]?.path ?? YAML);
    this.panel = new ReviewPanel(name, {
      goTo: (path, line) => {
        if (!this.files.has(path)) return;
        this.show(path);
        this.editor.goTo(line, 1);
      },
      read: (review) => {
        this.reviewed = review;
        this.showComments();
      },
    });
    byId("review").addEventListener("click", () => {
      this.showBeside(true);
      this.panel.write();
    });
    byId("show-review").addEventListener("click", () => this.showBeside(true));
    byId("show-phone").addEventListener("click", () => this.showBeside(false));
    byId("quiet").addEventListener("click", () => this.beQuiet(!document.body.classList.contains("quiet")));
    document.addEventListener("fullscreenchange", () => document.fullscreenElement || this.beQuiet(false));
    onChange((names) => {
      if (!names.includes(this.name) && !names.includes("*")) return;
      this.phone.renew();
      this.reload();
    });
    this.renewFindings();
    void this.renewChoices();
    void bringUpstream();
  }

  private showTitle(): void {
    const title = String(this.letter.fields?.["title"] || this.name);
    Object.assign(byId("letter-title"), { textContent: title, title: this.name });
    document.title = document.title.replace(/^.* · /, `${title} · `);
  }

  private beQuiet(isQuiet: boolean): void {
    document.body.classList.toggle("quiet", isQuiet);
    byId("quiet").ariaPressed = String(isQuiet);
    // A browser may refuse the whole screen; the page is quiet all the same.
    if (isQuiet) document.documentElement.requestFullscreen().catch(() => {});
    else if (document.fullscreenElement) void document.exitFullscreen();
  }

  private open(file: TextFile): void {
    const state = this.editor.opened(file.text, file.path === YAML ? "yaml" : "markdown");
    this.files.set(file.path, { file: new SavedFile(this.name, file, this.listener(file.path)), state });
  }

  private listener(path: string): Listener {
    const state = (text: string, kind: string): void => {
      const place = byId("save-state");
      place.textContent = text;
      place.dataset["kind"] = kind;
    };
    return {
      saving: () => state(say("saving"), "saving"),
      saved: () => state(say("saved"), "saved"),
      away: () => state(say("unsaved"), "away"),
      refused: (error) => {
        state(error.message, "away");
        tell(error.lines);
      },
      joined: (file, since) =>
        this.editor.calm(() => {
          if (!this.files.get(path)?.file.renew(file, since)) return;
          this.put(path, file.text, false);
          tell(say("joined"));
        }),
      clashed: (pieces, theirs, sent) => this.editor.calm(() => void this.askClash(path, pieces, theirs, sent)),
    };
  }

  // What was typed cannot be written before somebody chose, so the question stays until then. What was typed since it was
  // sent belongs to the question too.
  private async askClash(path: string, pieces: Piece[], theirs: TextFile, sent: string): Promise<void> {
    const opened = this.files.get(path);
    let text: string | null = null;
    while (text === null && this.textOf(path) === sent) text = await askClash(pieces);
    if (text === null || this.textOf(path) !== sent) return opened?.file.again();
    this.put(path, text, true);
    opened?.file.resumeWith(text, theirs);
  }

  private textOf(path: string): string {
    return this.shown === path ? this.editor.text : (this.files.get(path)?.state.doc.toString() ?? "");
  }

  private put(path: string, text: string, isOwn: boolean): void {
    const opened = this.files.get(path);
    if (this.shown === path) this.editor.replace(text, isOwn);
    else if (opened) opened.state = Editor.replaced(opened.state, text, isOwn);
  }

  private changed(text: string): void {
    this.files.get(this.shown)?.file.change(text);
    window.clearTimeout(this.counting);
    this.counting = window.setTimeout(() => this.count(text), COUNT_PAUSE_MS);
  }

  // Takes the last step back, or again: of the text that is shown, or of the fields, which are those of campaign.yaml.
  private async step(step: typeof undo): Promise<void> {
    const yaml = this.files.get(YAML);
    if (this.shown) this.editor.step(step);
    if (this.shown || !yaml) return;
    await this.form.flush();
    yaml.state = Editor.stepped(yaml.state, step);
    yaml.file.change(yaml.state.doc.toString());
  }

  private count(text: string): void {
    const count = countOf(text.replace(/\s+/g, ""));
    byId("count").textContent = say("words", {
      count,
      minutes: Math.max(1, Math.round(count / CHARACTERS_A_MINUTE)),
    });
  }

  private tabs(): void {
    const place = document.querySelector(".parts");
    if (!place) return;
    const names: [string, string][] = [
      ...this.letter.articles.map((each, index): [string, string] => [
        each.path,
        this.letter.articles.length > 1 ? say("article", { number: index + 1 }) : say("editor"),
      ]),
      ["", say("fields")],
      [YAML, "YAML"],
    ];
    place.replaceChildren(
      ...names.map(([path, label]) =>
        make("button", { type: "button", "data-path": path, click: () => this.show(path) }, label),
      ),
    );
  }

  private show(path: string): void {
    const before = this.files.get(this.shown);
    if (before && this.shown) before.state = this.editor.state;
    this.shown = path;
    for (const each of document.querySelectorAll<HTMLElement>(".parts button"))
      each.ariaCurrent = each.dataset["path"] === path ? "page" : null;
    const isForm = path === "";
    byId("fields").hidden = !isForm;
    byId("editor").hidden = isForm;
    for (const each of document.querySelectorAll<HTMLElement>(".tools .of-text")) each.hidden = isForm || path === YAML;
    const opened = this.files.get(path);
    if (isForm || !opened) return;
    this.editor.show(opened.state);
    this.showFindings();
    this.showComments();
    this.count(this.editor.text);
  }

  private tools(): void {
    const tool = (name: string, run: () => void): HTMLElement =>
      make("button", { type: "button", title: say(name), "aria-label": say(name), click: run }, icon(name));
    const picked = make("input", { type: "file", accept: "image/*", multiple: true, hidden: true });
    picked.addEventListener("change", () => void this.addPictures([...(picked.files ?? [])]));
    const ofText = [
      tool("heading", () => this.editor.prefix("## ")),
      tool("bold", () => this.editor.wrap("**")),
      tool("quote", () => this.editor.prefix("> ")),
      tool("list", () => this.editor.prefix("- ")),
      tool("link", () => this.editor.wrap("[", "](https://)")),
      tool("picture", () => picked.click()),
      tool("table", () => this.editor.insertBlock(TABLE)),
      tool("rule", () => this.editor.insertBlock("---")),
      tool("find", () => this.editor.find()),
      tool("earlier", () => void this.showEarlier()),
    ];
    for (const each of ofText) each.classList.add("of-text");
    const steps = [tool("undo", () => void this.step(undo)), tool("redo", () => void this.step(redo))];
    document.querySelector(".tools")?.replaceChildren(...steps, ...ofText, picked);
  }

  private async renewChoices(): Promise<void> {
    this.choices = await ask<Choices>("GET", at("letters", this.name, "choices"));
    this.form.offer(this.choices);
  }

  // What `/` offers: Markdown, the template library in a template, pictures, articles.
  private blocks(): Completion[] {
    const block = (name: string, insert: string): Completion => ({ label: `/${say(name)}`, apply: insert });
    const isTemplate = this.shown.endsWith(".j2");
    const library = this.choices.blocks.map((each) =>
      snippetCompletion(`${each.call}\n`, { label: `/${each.label}`, detail: each.name }),
    );
    const articles = this.choices.articles.map((each): Completion => {
      const label = `/${each.title}`;
      // What has no address yet is shown, and says why it is no link.
      if (!each.address) return { label, detail: say("unsentArticle"), apply: () => tell(say("unsentArticle")) };
      const link = `[#{${each.title.replace(/[{}]/g, "")}}](${isTemplate ? each.call : each.address})`;
      return snippetCompletion(link, { label, detail: say("sentArticle") });
    });
    return [
      block("heading", "## "),
      block("list", "- "),
      block("quote", "> "),
      block("table", TABLE),
      block("rule", "---\n"),
      ...(isTemplate ? library : []),
      ...this.letter.pictures.map(
        (path): Completion => ({ label: `/${path}`, apply: `![](${this.fromArticle(path)})` }),
      ),
      ...articles,
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
      this.editor.insertBlock(`![${await askAlt(addressOf(this.name, path))}](${this.fromArticle(path)})`);
      this.form.renew(this.letter);
    }
  }

  private async upload(file: File): Promise<string | null> {
    try {
      const address = at("letters", this.name, "pictures", file.name || "picture.png");
      const { path } = await ask<{ path: string }>("POST", address, file);
      if (!this.letter.pictures.includes(path)) this.letter.pictures.push(path);
      return path;
    } catch (error) {
      tell(`${say("uploadFailed")}: ${error instanceof Refused ? error.lines : String(error)}`);
      return null;
    }
  }

  private fieldsChanged(end: FieldsEnd): void {
    const yaml = this.files.get(YAML);
    if (!end.file || !yaml) return;
    // What is being written in the file itself stays, and is joined when it is saved.
    if (yaml.file.renew(end.file, yaml.file.version)) this.put(YAML, end.file.text, true);
    this.reload();
  }

  // Reads again what changed on the disk; what is unsaved here stays, and is joined when it is written.
  private readonly reload = oneAtATime(async () => {
    const since = new Map([...this.files].map(([path, each]) => [path, each.file.version]));
    const fresh = await ask<Letter>("GET", at("letters", this.name));
    await new Promise<void>((done) => this.editor.calm(done));
    for (const file of [...fresh.articles, fresh.yaml]) {
      const opened = this.files.get(file.path);
      const before = since.get(file.path);
      if (!opened) this.open(file);
      // What the form wrote is a step that can be taken back, when its answer comes.
      else if (file.path === YAML && this.form.due) continue;
      else if (before !== undefined && opened.file.version !== before) this.reload();
      else if (before !== file.version && opened.file.renew(file, before ?? "")) this.put(file.path, file.text, false);
    }
    const paths = (letter: Letter): string => JSON.stringify(letter.articles.map((each) => each.path));
    const isOther = paths(fresh) !== paths(this.letter);
    this.letter = fresh;
    if (isOther) {
      this.tabs();
      this.show(this.shown);
    }
    this.form.renew(fresh);
    this.showTitle();
    this.renewFindings();
  });

  private showFindings(): void {
    this.editor.calm(() => this.editor.showFindings(this.found.filter((each) => each.path === this.shown)));
  }

  private readonly renewFindings = oneAtATime(async () => {
    const told = await ask<Findings>("GET", at("letters", this.name, "findings"));
    this.found = told.findings;
    this.showFindings();
    const rows = this.found.map((each) =>
      make(
        "li",
        { class: each.severity },
        make("p", {}, make("code", {}, each.code), " ", each.message),
        each.hint ? make("p", { class: "hint" }, each.hint) : null,
        this.placeOf(each),
        each.mend !== null && make("button", { type: "button", click: () => void this.mend(each) }, say("mend")),
      ),
    );
    const missing = told.missing.map((each) =>
      make("li", { class: "missing" }, make("p", {}, each.message), make("p", { class: "hint" }, each.hint)),
    );
    const nothing = make("li", { class: "nothing" }, say("nothing"));
    byId("found").replaceChildren(
      ...(rows.length ? rows : [nothing]),
      ...(missing.length ? [make("li", { class: "head" }, say("missing")), ...missing] : []),
    );
    byId("found-count").textContent = String(this.found.length || "");
    this.form.renewFound(told.titles);
  });

  // A button where a text of this page is meant, and the name of another file: a picture, massctl.yaml.
  private placeOf(finding: Finding): HTMLElement | null {
    const { path, line } = finding;
    if (!path) return null;
    const place = line === null ? path : `${path}:${line}`;
    if (line === null || !this.files.has(path)) return make("p", { class: "hint" }, place);
    return make("button", { type: "button", click: () => this.goTo(finding) }, `${say("goThere")}: ${place}`);
  }

  // Writes what massctl says, as a step that undo takes back; a text that changed since is left alone.
  private async mend(finding: Finding): Promise<void> {
    const { path, mend } = finding;
    if (!mend || !this.files.has(path)) return;
    this.goTo(finding);
    const words = mend.picture === null ? "" : await askAlt(addressOf(this.name, mend.picture));
    if (mend.picture !== null && !words) return;
    // Not as a pattern: `$&` is something to JavaScript.
    const written = mend.picture === null ? mend.text : mend.text.split("{words}").join(words);
    const text = this.editor.text;
    if (this.shown !== path || text.slice(mend.from, mend.to) !== mend.before) tell(say("changedSince"));
    else this.editor.replace(text.slice(0, mend.from) + written + text.slice(mend.to), true);
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
            this.editor.replace(each.text, true);
            dialog.close();
          },
        },
        say("restore"),
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
    const dialog = openDialog(say("earlier"), say("close"), ...rows);
  }

  // The phone or the review: one of them stands beside the text.
  private showBeside(isReview: boolean): void {
    byId("phone").hidden = isReview;
    byId("review-panel").hidden = !isReview;
    for (const each of document.querySelectorAll<HTMLElement>(".beside button"))
      each.ariaPressed = String((each.id === "show-review") === isReview);
  }

  // The first comment of each thread about the text that is shown.
  private commentsHere(): ReviewComment[] {
    const all = this.reviewed?.comments ?? [];
    const first = all.filter((each, index) => all.findIndex((other) => other.thread === each.thread) === index);
    const own = first.filter((each) => each.path === this.shown && each.line && !each.isSettled);
    return own.sort((one, other) => one.line - other.line);
  }

  private showComments(): void {
    if (this.shown) this.editor.calm(() => this.editor.showComments(this.commentsHere().map((each) => each.line)));
  }

  private openComment(index: number): void {
    const lines = [...new Set(this.commentsHere().map((each) => each.line))];
    const found = this.commentsHere().find((each) => each.line === lines[index]);
    this.showBeside(true);
    if (found) this.panel.showComment(found);
  }
}

// Shows a picture, and asks what is in it, for those who do not see it; nothing is an answer too.
async function askAlt(address: string): Promise<string> {
  const said = make("input", { type: "text", "aria-label": say("altAsked") });
  const form = make("form", { method: "dialog" }, said, make("button", { class: "main-act" }, say("insert")));
  const picture = make("img", { src: address, alt: "", class: "asked" });
  const dialog = openDialog(say("altAsked"), say("close"), picture, form);
  said.focus();
  await new Promise((closed) => dialog.addEventListener("close", closed));
  return said.value.replace(/[[\]\n]/g, " ").trim();
}
