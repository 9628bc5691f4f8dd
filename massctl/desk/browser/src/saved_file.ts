// One text file that is being written. The browser keeps every change until the server has stored it.

import { askClash } from "./clash";
import { make, openDialog } from "./dom";
import { ask, at, NoAnswer, type Piece, Refused, type TextFile, type WriteEnd } from "./server";
import { keep, leftBehind, letGo } from "./unsaved";
import { say } from "./words";

const PAUSE_MS = 60; // After a keystroke.
const AGAIN_MS = 1000;
const REFUSED_MS_MAX = 60_000;

export interface Listener {
  saved(): void;
  saving(): void;
  away(): void;
  refused(error: Refused): void;
  joined(file: TextFile, since: string): void;
  clashed(pieces: Piece[], theirs: TextFile, sent: string): void;
}

interface Kept {
  text: string;
  base: string;
  sent: string[]; // Versions that were sent since, and not answered: if one of them stands, it is this page's own.
}

const SENT_MAX = 50;

const address = (letter: string, path: string): string => `${at("letters", letter, "files")}/${path}`;

export class SavedFile {
  readonly path: string;
  private base: string;
  private text: string;
  private stored: string;
  private sent: string[] = [];
  private timer = 0;
  private refusals = 0; // Since the last text that was stored.
  private why = "";
  private hasRequest = false;
  private hasClash = false;

  constructor(
    private readonly letter: string,
    file: TextFile,
    private readonly listener: Listener,
  ) {
    this.path = file.path;
    this.base = file.version;
    this.text = file.text;
    this.stored = file.text;
  }

  get isSaved(): boolean {
    return this.text === this.stored;
  }

  // What its words come from; another one after each write.
  get version(): string {
    return this.base;
  }

  change(text: string): void {
    this.text = text;
    if (this.isSaved && !this.hasClash) letGo(this.key);
    else this.keep();
    if (this.isSaved || this.hasClash) return;
    if (!this.refusals) this.listener.saving();
    this.later(this.refusals ? AGAIN_MS : PAUSE_MS);
  }

  // The server has another text than that of a version that stood here. It is taken where nothing was written since; what
  // is unsaved is joined as it is written.
  renew(file: TextFile, since: string): boolean {
    if (this.base !== since || !this.isSaved || this.hasRequest || this.hasClash) return false;
    this.base = file.version;
    this.text = file.text;
    this.stored = file.text;
    return true;
  }

  // Somebody chose between two versions: their file is known now, and this is what is to stand there.
  resumeWith(text: string, theirs: TextFile): void {
    this.hasClash = false;
    this.base = theirs.version;
    this.stored = theirs.text;
    this.change(text);
    if (this.isSaved) this.listener.saved();
  }

  // It clashed, but is another text by now.
  again(): void {
    this.hasClash = false;
    this.later(PAUSE_MS);
  }

  private later(pause: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.write(), pause);
  }

  private async write(): Promise<void> {
    if (this.hasRequest || this.isSaved || this.hasClash) return;
    this.hasRequest = true;
    const text = this.text;
    let end: WriteEnd | null = null;
    try {
      const kept: Kept = { text, base: this.base, sent: this.sent };
      this.sent = [...this.sent, await versionOf(text)].slice(-SENT_MAX);
      end = await ask<WriteEnd>("PUT", address(this.letter, this.path), kept);
      this.sent = [];
      this.refusals = 0;
      this.why = "";
    } catch (error) {
      if (error instanceof Refused) this.refused(error);
      else if (error instanceof NoAnswer) this.listener.away();
      else throw error;
    } finally {
      this.hasRequest = false;
    }
    if (!end) return this.later(Math.min(AGAIN_MS * 2 ** this.refusals, REFUSED_MS_MAX));
    if (end.clash && end.theirs) {
      this.hasClash = true;
      this.listener.clashed(end.clash, end.theirs, text);
    } else if (end.file) this.answered(end.file, text, end.given ?? end.file.version);
  }

  // Why is said once; the same text is offered more and more rarely.
  private refused(error: Refused): void {
    this.refusals += 1;
    if (error.lines !== this.why) this.listener.refused(error);
    this.why = error.lines;
  }

  // The server has what was sent. Where it joined that with other words, what is here still comes from what was sent.
  private answered(file: TextFile, sent: string, given: string): void {
    this.base = given;
    this.stored = sent;
    if (this.isSaved) {
      letGo(this.key);
      this.listener.saved();
    } else {
      this.keep();
      this.later(PAUSE_MS);
    }
    if (file.version !== given) this.listener.joined(file, given);
  }

  private keep(): void {
    keep(this.key, { text: this.text, base: this.base, sent: this.sent } satisfies Kept);
  }

  private get key(): string {
    return `${this.letter}/${this.path}`;
  }
}

// As the server counts versions.
async function versionOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((each) => each.toString(16).padStart(2, "0")).join("");
}

// Hands over what pages that are gone left unsaved; a clash is for its reader to choose. What is refused is shown, to be
// copied, and stays in this browser until somebody deletes it there.
export async function handOver(): Promise<void> {
  for (const left of await leftBehind<Kept>()) {
    const [letter = "", ...path] = left.name.split("/");
    const place = address(letter, path.join("/"));
    try {
      let end = await ask<WriteEnd>("PUT", place, left.value);
      while (end.clash && end.theirs) {
        const text = await askClash(end.clash, left.name);
        if (text !== null) end = await ask<WriteEnd>("PUT", place, { text, base: end.theirs.version });
      }
      letGo(left.name, left.page);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const kept = make("textarea", { readonly: true, rows: 12, "aria-label": say("keptHere") }, left.value.text);
      const forget = make("button", { type: "button", click: () => dialog.close() }, say("forget"));
      forget.addEventListener("click", () => letGo(left.name, left.page));
      const why = make("p", {}, `${left.name}\n${error.lines}`);
      const dialog = openDialog(say("keptHere"), say("close"), why, kept, forget);
    }
  }
}
