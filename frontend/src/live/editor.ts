/** The editor of a cell, CodeMirror 6, which the page loads with the first edit. */

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  LanguageSupport,
  syntaxHighlighting,
} from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** What the page does when the reader does something. */
export interface Hooks {
  readonly label: string;
  run(): void;
  leave(): void;
  change(source: string): void;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.bool, tags.null, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: "var(--code-name)" },
  { tag: tags.comment, color: "var(--quiet)" },
]);

const THEME = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--raised)" },
  "&.cm-focused": { outline: "0.12rem solid var(--accent)", outlineOffset: "0.12rem" },
  ".cm-scroller": { fontFamily: "var(--md-code-font-family)", fontSize: "0.782em", lineHeight: "1.4" },
  ".cm-content": { padding: "0.77em 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 0.9em" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 25%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--accent) 25%, transparent)" },
});

/** A cell's source, being edited. Shift+Enter runs it, Escape leaves the editor. */
export class Editor {
  readonly #view: EditorView;

  /** @param python whether to colour it, and to indent it as Python is. */
  constructor(parent: HTMLElement, source: string, hooks: Hooks, python = true) {
    const keys = Prec.highest(
      keymap.of([
        { key: "Shift-Enter", run: () => done(hooks.run) },
        { key: "Mod-Enter", run: () => done(hooks.run) },
        { key: "Escape", run: () => done(hooks.leave) },
      ]),
    );
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: source,
        extensions: [
          keys,
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
          history(),
          drawSelection(),
          python ? [new LanguageSupport(pythonLanguage), indentUnit.of("    ")] : [],
          indentOnInput(),
          closeBrackets(),
          bracketMatching(),
          syntaxHighlighting(COLOURS),
          THEME,
          EditorView.contentAttributes.of({ "aria-label": hooks.label, tabindex: "0" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) hooks.change(update.state.doc.toString());
          }),
        ],
      }),
    });
  }

  focus(): void {
    this.#view.focus();
  }

  close(): void {
    this.#view.destroy();
  }
}

function done(act: () => void): boolean {
  act();
  return true;
}
