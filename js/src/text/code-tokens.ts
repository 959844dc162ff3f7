/** The parts of a program that are drawn in colours of their own: texts, numbers, comments, words of the language. */

import type { Language } from "../protocol";

export type Token = "text" | "number" | "comment" | "word" | "plain";

const WORDS: Record<Language, string> = {
  python: "import|from|with|as|for|in|None|True|False",
  curl: "cat|curl|genwidget|while|do|done|case|esac|in|exit|echo|read|printf|sed|tr|sleep",
  typescript: "import|from|const|new|await|true|false|null|process",
};
/** A text may hold line ends, but only a shell's. */
const TEXTS: Record<Language, string> = {
  python: String.raw`"(?:[^"\\\n]|\\.)*"`,
  curl: String.raw`'[^']*'|"(?:[^"\\]|\\[\s\S])*"`,
  typescript: String.raw`"(?:[^"\\\n]|\\.)*"|\x60(?:[^\x60\\]|\\.)*\x60`,
};
const COMMENTS: Record<Language, string> = { python: "#.*", curl: "(?<=^|\\s)#.*", typescript: "//.*" };

/** A program in pieces, whose texts together are the program. */
export function tokensOf(code: string, language: Language): [kind: Token, text: string][] {
  const kinds = new RegExp(
    `(?<text>${TEXTS[language]})|(?<comment>${COMMENTS[language]})|(?<word>\\b(?:${WORDS[language]})\\b)|(?<number>(?<![\\w.])-?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?(?![\\w.]))`,
    "gm",
  );
  const tokens: [Token, string][] = [];
  let at = 0;
  for (const found of code.matchAll(kinds)) {
    if (found.index > at) tokens.push(["plain", code.slice(at, found.index)]);
    const [kind] = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined) ?? ["plain"];
    tokens.push([kind as Token, found[0]]);
    at = found.index + found[0].length;
  }
  if (at < code.length) tokens.push(["plain", code.slice(at)]);
  return tokens;
}
