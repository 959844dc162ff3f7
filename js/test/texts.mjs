/** Prints every text of the page and the sidebar that begins as a sentence does or ends as one: `[file, text]` pairs, as JSON. */
import { readdirSync, readFileSync } from "node:fs";
import { transformSync } from "esbuild";

const FOLDER = new URL("../src/", import.meta.url);
const LITERAL = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
/** A capital and a further word, or more words than one and a mark at their end; the paths of icons are neither. */
const isSentence = (text) =>
  /[a-z]{3}/.test(text) && (/^[A-Z]\w*:? [\w$]/.test(text) || / .*[.?!…]$/.test(text));

const files = readdirSync(FOLDER, { recursive: true }).filter((name) => /(?<!\.generated)\.tsx?$/.test(name));
const found = files.flatMap((name) => {
  const source = readFileSync(new URL(name, FOLDER), "utf8");
  const { code } = transformSync(source, {
    loader: "tsx",
    jsx: "transform",
    jsxFactory: "h",
    charset: "utf8",
  });
  const plain = code.replace(/^\s*\/\/.*$/gm, "").replace(/\/\*[\s\S]*?\*\//g, "");
  const texts = [...plain.matchAll(LITERAL)].map(([whole]) => whole.slice(1, -1).trim());
  return texts.filter(isSentence).map((text) => [name, text]);
});
process.stdout.write(JSON.stringify(found));
