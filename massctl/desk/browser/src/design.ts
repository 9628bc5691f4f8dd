// Design blocks of 秀米, 135 and the console in the editor: their tags are folded to a small sign, so that their words are
// read and edited in place, and not a byte around them moves.

import type { Extension } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";

const TAGS = /(?:<\/?[a-z][^<>]*>\s*)+/gi;
const BLOCK = /^\s*<\/?[a-z]/i;
const SHORT = 24; // A tag that one reads is shown.
class Sign extends WidgetType {
  constructor(private readonly tags: string) {
    super();
  }

  override eq(other: Sign): boolean {
    return other.tags === this.tags;
  }

  toDOM(): HTMLElement {
    const sign = document.createElement("span");
    sign.className = "design-sign";
    sign.title = this.tags;
    sign.textContent = "‹›";
    return sign;
  }
}

function folded(view: EditorView): DecorationSet {
  const found = view.visibleRanges.flatMap(({ from, to }) => {
    const ranges = [];
    for (let at = view.state.doc.lineAt(from).from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      for (const run of BLOCK.test(line.text) ? line.text.matchAll(TAGS) : []) {
        if (run[0].length < SHORT) continue;
        const begin = line.from + run.index;
        ranges.push(Decoration.replace({ widget: new Sign(run[0]) }).range(begin, begin + run[0].length));
      }
      at = line.to + 1;
    }
    return ranges;
  });
  return Decoration.set(found, true);
}

export function foldedDesign(): Extension {
  return ViewPlugin.fromClass(
    class {
      signs: DecorationSet;

      constructor(view: EditorView) {
        this.signs = folded(view);
      }

      update(update: ViewUpdate): void {
        if (update.view.compositionStarted) this.signs = this.signs.map(update.changes);
        else if (update.docChanged || update.viewportChanged) this.signs = folded(update.view);
      }
    },
    {
      decorations: (plugin) => plugin.signs,
      provide: (plugin) => EditorView.atomicRanges.of((view) => view.plugin(plugin)?.signs ?? Decoration.none),
    },
  );
}
