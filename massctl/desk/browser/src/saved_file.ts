// One text file that is being written. Every change is durable within a second: on the server's disk, and in this browser
// until the server said so, so that neither its end nor a closed lid loses a word.

import { Away, ask, at, type Piece, Refused, type TextFile, type WriteEnd } from "./server";

const PAUSE_MS = 80; // After a keystroke.
const AGAIN_MS = 1000;
const KEPT = "massctl-desk:";

export interface Listener {
  saved(file: TextFile): void;
  saving(): void;
  away(): void;
  refused(error: Refused): void;
  joined(text: string): void;
  clashed(pieces: Piece[], theirs: TextFile): void;
}

export class SavedFile {
  readonly path: string;
  private base: string;
  private text: string;
  private stored: string;
  private timer = 0;
  private isWriting = false;
  private isClashing = false;

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

  // Takes up what a crash of the browser or the server left unsaved here; gives the text, if there is one.
  takeUp(): string | null {
    const kept = localStorage.getItem(this.key);
    if (kept === null) return null;
    const { text, base } = JSON.parse(kept) as { text: string; base: string };
    if (text === this.stored) {
      localStorage.removeItem(this.key);
      return null;
    }
    this.base = base;
    this.change(text);
    return text;
  }

  change(text: string): void {
    this.text = text;
    if (this.isSaved || this.isClashing) return;
    localStorage.setItem(this.key, JSON.stringify({ text, base: this.base }));
    this.listener.saving();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.write(), PAUSE_MS);
  }

  // The server has another text now, and nothing is unsaved here.
  renewed(file: TextFile): void {
    this.base = file.version;
    this.text = file.text;
    this.stored = file.text;
  }

  // Somebody chose between two versions: their file is known now, and this is what is to stand there.
  settle(text: string, theirs: TextFile): void {
    this.isClashing = false;
    this.base = theirs.version;
    this.stored = theirs.text;
    this.change(text);
    if (this.isSaved) this.done(theirs);
  }

  async write(): Promise<void> {
    if (this.isWriting || this.isSaved || this.isClashing) return;
    this.isWriting = true;
    const [text, base] = [this.text, this.base];
    try {
      const end = await ask<WriteEnd>("PUT", `${at("letters", this.letter, "files")}/${this.path}`, { text, base });
      if (end.clash && end.theirs) {
        this.isClashing = true;
        this.listener.clashed(end.clash, end.theirs);
      } else if (end.file) {
        this.took(end.file, text, Boolean(end.isJoined));
      }
    } catch (error) {
      if (error instanceof Refused) this.listener.refused(error);
      else if (error instanceof Away) this.listener.away();
      else throw error;
      this.timer = window.setTimeout(() => void this.write(), AGAIN_MS);
    } finally {
      this.isWriting = false;
    }
    if (!this.isSaved && !this.timer) this.timer = window.setTimeout(() => void this.write(), PAUSE_MS);
  }

  private took(file: TextFile, sent: string, isJoined: boolean): void {
    this.timer = 0;
    this.base = file.version;
    this.stored = file.text;
    if (isJoined && this.text === sent) {
      this.text = file.text;
      this.listener.joined(file.text);
    }
    if (this.isSaved) this.done(file);
    else localStorage.setItem(this.key, JSON.stringify({ text: this.text, base: this.base }));
  }

  private done(file: TextFile): void {
    localStorage.removeItem(this.key);
    this.listener.saved(file);
  }

  private get key(): string {
    return `${KEPT}${this.letter}/${this.path}`;
  }
}
