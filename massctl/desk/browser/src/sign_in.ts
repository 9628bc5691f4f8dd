// The sign-in to the forge: a code is shown here and typed on the forge's page. No token comes to the browser.

import { make } from "./dom";
import { ask, NoAnswer, Refused } from "./server";
import { say } from "./words";

const SLOWER_S = 5;

interface Standing {
  name: string;
  isSignedIn: boolean;
  canSignIn: boolean;
  said: string;
}

export function signInPart(forge: Standing, changed: () => void): Node {
  const place = make("div", { class: "sign-in" });
  const answer = make("p", { role: "status" });
  const refused = (error: unknown): void => {
    if (!(error instanceof Refused) && !(error instanceof NoAnswer)) throw error;
    answer.textContent = error instanceof Refused ? error.lines : say("unknownEnd");
  };
  const act = (name: string, run: () => Promise<void>): Node =>
    make(
      "button",
      { type: "button", "data-act": name, click: () => void run().catch(refused) },
      say(name, { forge: forge.name }),
    );
  const out = async (): Promise<void> => {
    await ask("DELETE", "forge");
    changed();
  };
  if (forge.isSignedIn) place.append(act("signOut", out));
  else if (forge.said) place.append(make("p", { class: "hint" }, forge.said));
  if (forge.canSignIn) place.append(act("signIn", () => signIn(answer).then(changed)));
  place.append(answer);
  return place;
}

// Shows the code, and asks in the forge's own time whether it was typed, as long as the part is shown.
async function signIn(answer: HTMLElement): Promise<void> {
  const begun = await ask<{ code: string; page: string; interval: number }>("POST", "forge");
  const page = make("a", { href: begun.page, target: "_blank", rel: "noopener noreferrer" }, begun.page);
  answer.replaceChildren(say("typeCode"), " ", make("code", {}, begun.code), " ", page);
  let seconds = begun.interval;
  while (answer.isConnected) {
    await new Promise((done) => window.setTimeout(done, seconds * 1000));
    const { step } = await ask<{ step: "done" | "waiting" | "slower" }>("PUT", "forge");
    if (step === "done") return;
    if (step === "slower") seconds += SLOWER_S;
  }
}
