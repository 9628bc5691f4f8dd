// What the team merged, brought into this working copy; where both changed the same paragraph, the writer chooses.

import { askClash } from "./clash";
import { ask, at, type Piece, type TextFile, tellRefusal, type WriteEnd } from "./server";
import { say, tell } from "./words";

interface MergeClash {
  letter: string;
  path: string;
  own: string;
  theirs: string;
  pieces: Piece[];
}

export interface Brought {
  count: number;
  reason: string;
  clashes: MergeClash[];
}

export function bringUpstream(): Promise<void> {
  return ask<Brought>("POST", "upstream").then(askClashes).catch(tellRefusal);
}

// Asks about each clash, one after the other, and brings again when all are settled.
export async function askClashes(brought: Brought): Promise<void> {
  if (brought.reason) tell(brought.reason);
  if (brought.count) tell(say("brought", { count: brought.count }));
  for (const each of brought.clashes) {
    if (!each.letter) return tell(say("clashElsewhere", { path: each.path }));
    const address = `${at("letters", each.letter, "files")}/${each.own}`;
    const stands = await ask<TextFile>("GET", address);
    const text = await askClash(each.pieces, each.path);
    if (text === null) return;
    const end = await ask<WriteEnd>("PUT", address, { text, base: stands.version });
    if (!end.file) return;
    await ask("PUT", "upstream", { path: each.path, theirs: each.theirs });
  }
  if (brought.clashes.length) await bringUpstream();
}
