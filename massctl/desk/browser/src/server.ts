// Questions to the server of this desk. Every answer is JSON; a refusal is an error with words for people.

import { tell } from "./words";

export interface TextFile {
  path: string;
  text: string;
  version: string;
}

export interface Piece {
  mine: string;
  theirs: string;
}

export interface WriteEnd {
  file?: TextFile;
  given?: string; // The version of what was sent; the file's is another where it was joined with other words.
  clash?: Piece[];
  theirs?: TextFile;
}

export interface Finding {
  code: string;
  severity: "error" | "warning" | "info" | "note";
  message: string;
  hint: string;
  path: string;
  line: number | null;
  column: number | null;
  endLine: number | null;
  endColumn: number | null;
  // Where it has a picture, `{words}` in its text stands for what a person says of that.
  mend: { from: number; to: number; before: string; text: string; picture: string | null } | null;
}

export interface Findings {
  findings: Finding[];
  titles: string[];
  missing: { message: string; hint: string }[];
}

export type Fields = Record<string, unknown>;

export interface Letter {
  fields: Fields | null;
  yaml: TextFile;
  articles: TextFile[];
  accounts: Record<string, string>;
  message: { kind: string; fields: { key: string; kind: "text" | "list" | "check" }[] }[];
  pictures: string[];
}

// What the form and `/` offer.
export interface Choices {
  audiences: {
    name: string;
    title: string;
    account: string;
    size: string;
    change: string;
    state: string;
    command: string;
  }[];
  tags: Record<string, { id: number; name: string; size: string }[]>;
  blocks: { label: string; name: string; call: string }[];
  articles: { name: string; title: string; address: string; call: string }[];
}

export interface Listed {
  name: string;
  title: string;
  account: string;
  window: string;
  day: string;
  isFaulty: boolean;
  report: string;
  state: "draft" | "review" | "merged" | "sending" | "sent";
  stateWords: string;
}

// The server said no, in words for people.
export class Refused extends Error {
  constructor(
    summary: string,
    readonly detail: string,
    readonly hint: string,
  ) {
    super(summary);
  }

  get lines(): string {
    return [this.message, this.detail, this.hint].filter(Boolean).join("\n");
  }
}

// Nobody answered: what was asked may or may not have been done.
export class NoAnswer extends Error {}

export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const isFile = body instanceof Blob;
  let answer: Response;
  try {
    answer = await fetch(`/-/api/${path}`, {
      method,
      cache: "no-store",
      headers: isFile || body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? null : isFile ? body : JSON.stringify(body),
    });
  } catch {
    throw new NoAnswer();
  }
  if (answer.status === 502 || answer.status === 503) throw new NoAnswer();
  const told = (await answer.json().catch(() => ({}))) as T & { error?: Record<string, string> };
  if (answer.ok) return told;
  const error = told.error ?? {};
  throw new Refused(error["summary"] ?? answer.statusText, error["detail"] ?? "", error["hint"] ?? "");
}

export function at(...parts: string[]): string {
  return parts.map(encodeURIComponent).join("/");
}

// Tells why the server said no. Where nobody answered there is nothing to tell: what was asked is asked again.
export function tellRefusal(error: unknown): void {
  if (error instanceof Refused) tell(error.lines);
  else if (!(error instanceof NoAnswer)) throw error;
}

// Where a picture of a letter is shown from.
export function addressOf(letter: string, picture: string): string {
  return `/-/desk/${at(letter, ...picture.split("/"))}`;
}

// Runs one at a time, and once more where it was asked for meanwhile. Where nobody answers, the next change asks again.
export function oneAtATime(run: () => Promise<void>): () => void {
  let isRunning = false;
  let isDue = false;
  const begin = async (): Promise<void> => {
    isDue = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isDue) {
        isDue = false;
        await run();
      }
    } catch (error) {
      tellRefusal(error);
    } finally {
      isRunning = false;
    }
  };
  return () => void begin();
}
