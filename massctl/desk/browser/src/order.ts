// Things whose order a person chooses: by dragging one onto another, or by the buttons ↑ and ↓.

import { make } from "./dom";
import { say } from "./words";

export type Place = number | { title: string };

// The order, from 0, after the thing at `from` went to `to`.
export function moved(count: number, from: number, to: number): number[] {
  const order = [...Array(count).keys()];
  order.splice(to, 0, ...order.splice(from, 1));
  return order;
}

// The handle and the buttons of one thing; `box` is what others are dropped on.
export function orderTools(
  box: HTMLElement,
  kind: string,
  number: number,
  count: number,
  reorder: (order: number[], now: number) => void,
): Node[] {
  const type = `application/x-${kind}`;
  const move = (from: number, to: number): void => reorder(moved(count, from, to), to);
  const button = (name: string, sign: string, run: () => void): HTMLElement =>
    make("button", { type: "button", title: say(name), "aria-label": say(name), click: run }, sign);
  const handle = make("span", { class: "handle", draggable: "true", title: say("drag"), "aria-hidden": "true" }, "⠿");
  handle.addEventListener("dragstart", (event) => {
    event.dataTransfer?.setData(type, String(number));
    event.dataTransfer?.setDragImage(box, 16, 16);
  });
  box.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes(type)) return;
    event.preventDefault();
    box.classList.add("under");
  });
  box.addEventListener("dragleave", () => box.classList.remove("under"));
  box.addEventListener("drop", (event) => {
    box.classList.remove("under");
    const from = event.dataTransfer?.getData(type);
    if (!from) return;
    event.preventDefault();
    move(Number(from), number);
  });
  const parts: Node[] = count > 1 ? [handle] : [];
  if (number > 0) parts.push(button("moveUp", "↑", () => move(number, number - 1)));
  if (number < count - 1) parts.push(button("moveDown", "↓", () => move(number, number + 1)));
  if (count > 1) {
    const rest = moved(count, number, count - 1).slice(0, -1);
    parts.push(button("takeAway", "✕", () => reorder(rest, Math.max(0, number - 1))));
  }
  return parts;
}
