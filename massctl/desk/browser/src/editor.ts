// The editor: CodeMirror, set up for Chinese prose in Markdown. It leaves input methods alone: nothing is changed while
// somebody composes.

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory, type undo } from "@codemirror/commands";
import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension, Transaction, type TransactionSpec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { commentMarks, showMarks } from "./comment_marks";
import { foldedDesign } from "./design";
import { pastedText, picturesIn } from "./paste";
import type { Finding } from "./server";
import { said } from "./words";

const LOOK = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "600" },
  { tag: tags.strong, fontWeight: "600" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url], color: "var(--link)" },
  { tag: [tags.processingInstruction, tags.meta], color: "var(--grey)" },
  { tag: tags.monospace, fontFamily: "var(--mono)" },
  { tag: tags.propertyName, color: "var(--link)" },
]);

export interface Hooks {
  changed(text: string): void;
  moved(words: string, share: number): void;
  pictures(files: File[]): void;
  blocks(): Completion[];
  commented(index: number): void;
}

// What differs, so that the cursor and the history of all else stay. What others wrote is not undone as if it were one's own.
function difference(before: string, text: string, isOwn: boolean): TransactionSpec {
  let begin = 0;
  while (begin < before.length && before[begin] === text[begin]) begin += 1;
  let end = 0;
  while (end < before.length - begin && end < text.length - begin && before.at(-1 - end) === text.at(-1 - end))
    end += 1;
  return {
    changes: { from: begin, to: before.length - end, insert: text.slice(begin, text.length - end) },
    annotations: isOwn ? isolateHistory.of("full") : Transaction.addToHistory.of(false),
  };
}

export class Editor {
  private readonly view: EditorView;
  private isUntold = false;
  private waiting: (() => void)[] = [];

  constructor(
    parent: HTMLElement,
    private readonly hooks: Hooks,
    private readonly label: string,
  ) {
    this.view = new EditorView({ parent });
    // What is found below the text takes its room: the place that is written stays in view.
    new ResizeObserver(() => this.calm(() => this.showPlace())).observe(this.view.scrollDOM);
  }

  // A text with a history of its own, to be shown.
  opened(text: string, kind: "markdown" | "yaml"): EditorState {
    return EditorState.create({ doc: text, extensions: this.extensions(kind) });
  }

  show(state: EditorState): void {
    this.view.setState(state);
  }

  get state(): EditorState {
    return this.view.state;
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  // Runs something that changes what is shown: at once, or when the composition of an input method has ended.
  calm(run: () => void): void {
    if (this.view.composing || this.view.compositionStarted) this.waiting.push(run);
    else run();
  }

  // Replaces what differs in the text that is shown, and keeps the cursor where it stood.
  replace(text: string, isOwn: boolean): void {
    if (this.text !== text) this.view.dispatch(difference(this.text, text, isOwn));
  }

  // Does the same to a text that is not shown.
  static replaced(state: EditorState, text: string, isOwn: boolean): EditorState {
    const before = state.doc.toString();
    return before === text ? state : state.update(difference(before, text, isOwn)).state;
  }

  // Takes the last step of a text back, or takes it again; gives the state after it.
  static stepped(state: EditorState, step: typeof undo): EditorState {
    let after = state;
    step({ state, dispatch: (transaction) => (after = transaction.state) });
    return after;
  }

  step(step: typeof undo): void {
    step(this.view);
    this.view.focus();
  }

  insert(text: string, selectFrom?: number, selectTo?: number): void {
    const { from, to } = this.view.state.selection.main;
    const anchor = from + (selectFrom ?? text.length);
    this.view.dispatch({
      changes: { from, to, insert: text },
      selection: { anchor, head: from + (selectTo ?? selectFrom ?? text.length) },
      scrollIntoView: true,
    });
    this.view.focus();
  }

  // Inserts paragraphs: with an empty line before them and after, where there is none.
  insertBlock(text: string): void {
    const { from, to } = this.view.state.selection.main;
    const doc = this.view.state.doc;
    const [head, rest] = [doc.sliceString(0, from), doc.sliceString(to)];
    const before = /^\s*$|\n\s*\n$/.test(head) ? "" : head.endsWith("\n") ? "\n" : "\n\n";
    const after = /^\s*\n\s*\n/.test(rest) ? "" : rest.startsWith("\n") ? "\n" : "\n\n";
    this.insert(before + text.trim() + after);
  }

  // Puts signs around what is selected, or takes them away.
  wrap(before: string, after: string = before): true {
    const { from, to } = this.view.state.selection.main;
    const doc = this.view.state.doc;
    const [start, end] = [from - before.length, to + after.length];
    const isWrapped = doc.sliceString(start, from) === before && doc.sliceString(to, end) === after;
    const selection = { anchor: from + before.length, head: to + before.length };
    const put = [
      { from, insert: before },
      { from: to, insert: after },
    ];
    const taken = [
      { from: start, to: from },
      { from: to, to: end },
    ];
    this.view.dispatch(isWrapped ? { changes: taken } : { changes: put, selection });
    this.view.focus();
    return true;
  }

  // Puts a sign before each selected line, or takes it away.
  prefix(sign: string): void {
    const { from, to } = this.view.state.selection.main;
    const doc = this.view.state.doc;
    const changes = [];
    for (let number = doc.lineAt(from).number; number <= doc.lineAt(to).number; number += 1) {
      const line = doc.line(number);
      const bare = line.text.replace(/^(?:#{1,6} |- |> |\d+\. )/, "");
      const has = line.text.startsWith(sign);
      changes.push({ from: line.from, to: line.to, insert: has ? bare : sign + bare });
    }
    this.view.dispatch({ changes });
    this.view.focus();
  }

  find(): void {
    openSearchPanel(this.view);
  }

  // Shows findings at their lines; those that have no line stand beside the first.
  showFindings(findings: Finding[]): void {
    const doc = this.view.state.doc;
    const offset = (line: number | null, column: number | null): number => {
      const found = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines));
      return Math.min(found.from + Math.max((column ?? 1) - 1, 0), found.to);
    };
    const shown: Diagnostic[] = findings.map((each) => {
      const from = offset(each.line, each.column);
      const to = each.endLine ? offset(each.endLine, each.endColumn) : doc.lineAt(from).to;
      return {
        from,
        to: Math.max(to, from),
        severity: each.severity === "note" ? "info" : each.severity,
        message: [`${each.code} ${each.message}`, each.hint].filter(Boolean).join("\n"),
      };
    });
    this.view.dispatch(setDiagnostics(this.view.state, shown));
  }

  // Marks the lines of the text that is shown where reviewers wrote something.
  showComments(lines: number[]): void {
    showMarks(this.view, lines);
  }

  goTo(line: number, column: number): void {
    const doc = this.view.state.doc;
    const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const anchor = Math.min(found.from + Math.max(column - 1, 0), found.to);
    this.view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    this.view.focus();
  }

  private extensions(kind: "markdown" | "yaml"): Extension[] {
    return [
      history(),
      drawSelection(),
      EditorView.lineWrapping,
      highlightActiveLine(),
      highlightSelectionMatches(),
      search({ top: true }),
      lintGutter(),
      commentMarks((index) => this.hooks.commented(index)),
      kind === "yaml" ? lineNumbers() : [],
      kind === "yaml" ? yaml() : markdown({ base: markdownLanguage }),
      syntaxHighlighting(LOOK),
      kind === "yaml" ? [] : foldedDesign(),
      EditorState.phrases.of(said),
      kind === "yaml" ? [] : autocompletion({ override: [(context) => this.blocks(context)], icons: false }),
      keymap.of([
        { key: "Mod-b", run: () => this.wrap("**") },
        { key: "Mod-i", run: () => this.wrap("*") },
        ...searchKeymap,
        ...historyKeymap,
        ...lintKeymap,
        ...defaultKeymap,
        // Escape, then Tab, leaves the editor: nobody is caught in it.
        indentWithTab,
      ]),
      EditorView.contentAttributes.of({ "aria-label": this.label, spellcheck: "false", lang: "zh-CN", tabindex: "0" }),
      EditorView.domEventHandlers({
        paste: (event) => this.take(event.clipboardData, event),
        drop: (event) => this.take(event.dataTransfer, event),
        // The editor takes the end of a composition up after its own handlers.
        compositionend: () => void window.setTimeout(() => this.calmed()),
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) this.isUntold = true;
        if (update.docChanged || update.selectionSet) this.tellPlace();
        this.tellChange();
      }),
    ];
  }

  private calmed(): void {
    if (this.view.composing || this.view.compositionStarted) return;
    this.tellChange();
    for (const run of this.waiting.splice(0)) run();
  }

  // Tells what is written, but not the letters of an input method on their way to words.
  private tellChange(): void {
    if (!this.isUntold || this.view.composing || this.view.compositionStarted) return;
    this.isUntold = false;
    this.hooks.changed(this.text);
  }

  private take(data: DataTransfer | null, event: Event): boolean {
    if (!data) return false;
    const files = picturesIn(data);
    const text = files.length ? null : pastedText(data);
    if (!files.length && text === null) return false;
    event.preventDefault();
    if (files.length) this.hooks.pictures(files);
    else if (text?.includes("\n") || /^(?:#|>|- |!\[|<)/.test(text ?? "")) this.insertBlock(text ?? "");
    else this.insert(text ?? "");
    return true;
  }

  // `/` at the beginning of a line opens the list of blocks.
  private blocks(context: CompletionContext): CompletionResult | null {
    const typed = context.matchBefore(/^\/[\w\u4e00-\u9fff]*/);
    if (!typed) return null;
    return { from: typed.from, options: this.hooks.blocks(), filter: typed.text.length > 1 };
  }

  private showPlace(): void {
    const place = EditorView.scrollIntoView(this.view.state.selection.main.head, { y: "nearest", yMargin: 24 });
    if (this.view.hasFocus) this.view.dispatch({ effects: place });
  }

  private tellPlace(): void {
    const state = this.view.state;
    const at = state.selection.main.head;
    const words = state.doc
      .lineAt(at)
      .text.replace(/[*_`#>[\]()!|-]+/g, " ")
      .trim();
    this.hooks.moved(words, state.doc.length ? at / state.doc.length : 0);
  }
}
