// Marks in the margin of the editor where reviewers wrote something. They go with their lines while the text is edited.

import { type EditorState, type Extension, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, GutterMarker, gutter } from "@codemirror/view";

const put = StateEffect.define<number[]>();

class Mark extends GutterMarker {
  override eq(): boolean {
    return true;
  }

  override toDOM(): Node {
    const mark = document.createElement("span");
    mark.className = "comment-mark";
    mark.textContent = "●";
    return mark;
  }
}

const MARK = new Mark();

const marks = StateField.define<RangeSet<Mark>>({
  create: () => RangeSet.empty,
  update: (before, transaction) => {
    let now = before.map(transaction.changes);
    for (const effect of transaction.effects)
      if (effect.is(put)) now = RangeSet.of(effect.value.map((from) => MARK.range(from)));
    return now;
  },
});

// Gives the margin; `clicked` is told which mark it was, counted from the beginning of the text.
export function commentMarks(clicked: (index: number) => void): Extension {
  const indexAt = (state: EditorState, from: number): number => {
    let index = 0;
    for (const cursor = state.field(marks).iter(); cursor.value; cursor.next(), index += 1)
      if (state.doc.lineAt(cursor.from).from === from) return index;
    return -1;
  };
  return [
    marks,
    gutter({
      class: "comment-marks",
      markers: (view) => view.state.field(marks),
      domEventHandlers: {
        mousedown: (view, line) => {
          const index = indexAt(view.state, line.from);
          if (index >= 0) clicked(index);
          return index >= 0;
        },
      },
    }),
  ];
}

// Marks lines of the text that is shown; those behind its end stand at the last.
export function showMarks(view: EditorView, lines: number[]): void {
  const doc = view.state.doc;
  const places = lines.map((line) => doc.line(Math.min(Math.max(line, 1), doc.lines)).from);
  view.dispatch({ effects: put.of([...new Set(places)].sort((one, other) => one - other)) });
}
