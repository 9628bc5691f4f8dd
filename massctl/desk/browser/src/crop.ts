// The two parts of a cover that WeChat shows, chosen over the picture: drag the frame, or move it by the arrow keys.

import { make } from "./dom";
import { say } from "./words";

export interface Part {
  left: number;
  top: number;
  width: number;
  height: number;
}

// `X1_Y1_X2_Y2`, as WeChat takes it, from 0 to 1 from the top left.
export function partOf(text: string): Part | null {
  const numbers = text.split("_").map(Number);
  const [left, top, right, bottom] = numbers;
  if (numbers.length !== 4 || numbers.some(Number.isNaN)) return null;
  return { left: left ?? 0, top: top ?? 0, width: (right ?? 1) - (left ?? 0), height: (bottom ?? 1) - (top ?? 0) };
}

export function textOf(part: Part): string {
  const millionth = (share: number): string => String(Math.round(Math.min(Math.max(share, 0), 1) * 1e6) / 1e6);
  return [part.left, part.top, part.left + part.width, part.top + part.height].map(millionth).join("_");
}

// The part of form `ratio` around a point, `share` of the largest that fits; `sides` is the picture's width by its height.
export function partAround(x: number, y: number, share: number, ratio: number, sides: number): Part {
  const size = Math.min(Math.max(share, 0.1), 1);
  const width = size * Math.min(1, ratio / sides);
  const height = (width * sides) / ratio;
  const within = (middle: number, length: number): number => Math.min(Math.max(middle - length / 2, 0), 1 - length);
  return { left: within(x, width), top: within(y, height), width, height };
}

const STEP = 0.01;

export class CropFrame {
  readonly element: HTMLElement;
  private readonly frame: HTMLButtonElement;
  private readonly picture: HTMLImageElement;
  private part: Part = { left: 0, top: 0, width: 1, height: 1 };

  constructor(
    address: string,
    name: string,
    private readonly ratio: number,
    said: string,
    focus: [number, number],
    private readonly changed: (text: string) => void,
  ) {
    const about = `${say(name)}: ${say("cropKeys")}`;
    this.frame = make("button", { type: "button", class: "frame", "aria-label": about, title: say("cropKeys") });
    this.frame.append(make("span", { class: "corner", "aria-hidden": "true" }));
    this.picture = make("img", { src: address, alt: "", draggable: "false" });
    this.picture.addEventListener("load", () => {
      const known = partOf(said);
      this.show(known ?? partAround(focus[0], focus[1], 1, this.ratio, this.sides));
    });
    this.element = make(
      "figure",
      { class: "crop" },
      make("div", { class: "glass" }, this.picture, this.frame),
      make("figcaption", {}, say(name)),
    );
    this.frame.addEventListener("pointerdown", (event) => this.drag(event));
    this.frame.addEventListener("keydown", (event) => this.key(event));
  }

  private get sides(): number {
    return this.picture.naturalWidth / this.picture.naturalHeight;
  }

  // How large it is, beside the largest that fits.
  private get share(): number {
    return this.part.width / Math.min(1, this.ratio / this.sides);
  }

  private show(part: Part): void {
    this.part = part;
    const percent = (share: number): string => `${share * 100}%`;
    this.frame.style.left = percent(part.left);
    this.frame.style.top = percent(part.top);
    this.frame.style.width = percent(part.width);
    this.frame.style.height = percent(part.height);
  }

  private put(x: number, y: number, share: number): void {
    this.show(partAround(x, y, share, this.ratio, this.sides));
  }

  private drag(event: PointerEvent): void {
    const shown = this.picture.getBoundingClientRect();
    const isSize = (event.target as HTMLElement).className === "corner";
    const { clientX, clientY } = event;
    const before = this.part;
    const share = this.share;
    this.frame.setPointerCapture(event.pointerId);
    const move = (now: PointerEvent): void => {
      const across = (now.clientX - clientX) / shown.width;
      const down = (now.clientY - clientY) / shown.height;
      // The corner goes with the pointer, and the top left stays where it is; else the whole frame goes.
      const size = isSize ? share * Math.max(0.1, 1 + across / before.width) : share;
      const next = partAround(0, 0, size, this.ratio, this.sides);
      const [x, y] = isSize ? [0, 0] : [across, down];
      this.put(before.left + next.width / 2 + x, before.top + next.height / 2 + y, size);
    };
    const end = (): void => {
      this.frame.removeEventListener("pointermove", move);
      this.frame.removeEventListener("pointerup", end);
      this.frame.removeEventListener("pointercancel", end);
      if (textOf(before) !== textOf(this.part)) this.changed(textOf(this.part));
    };
    this.frame.addEventListener("pointermove", move);
    this.frame.addEventListener("pointerup", end);
    this.frame.addEventListener("pointercancel", end);
  }

  private key(event: KeyboardEvent): void {
    const [x, y] = [this.part.left + this.part.width / 2, this.part.top + this.part.height / 2];
    const step = event.shiftKey ? STEP * 5 : STEP;
    const moves: Record<string, [number, number, number]> = {
      ArrowLeft: [-step, 0, 0],
      ArrowRight: [step, 0, 0],
      ArrowUp: [0, -step, 0],
      ArrowDown: [0, step, 0],
      "+": [0, 0, step],
      "=": [0, 0, step],
      "-": [0, 0, -step],
    };
    const by = moves[event.key];
    if (!by) return;
    event.preventDefault();
    this.put(x + by[0], y + by[1], this.share + by[2]);
    this.changed(textOf(this.part));
  }
}
