// Builds the widget: one script and one stylesheet, which travel with every notebook that shows it, so size counts.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { context } from "esbuild";
import { minify } from "terser";

const OUTDIR = "../genwidget/widget/static";
const MOST_RAW = 125_000;
const MOST_GZIP = 40_000;
/** Names that only our own code uses, and never as a text: the build gives them short ones. */
const OURS = [
  "announce|askedMs|canCopy|canUndo|checkContent|clickedAt|elapsed|fillExample|fillKey|focusField|focusNext|intentId",
  "isAwaited|isFolded|isLeft|isNarrow|isTaken|itemClass|mediaType|modelOf|onBroken|onChoose|onFold|onGo|onSize|onText",
  "quietMs|resumeWaiting|selectModel|selectRegion|selectType|setCurrent|setFolds|setText|showHistory|tryExample",
  "undoReset|valuesFor|viewId|generationId|isInferred|isSending|isWrong|lineAt|lineOf|rowOf|onSend|onStep|isOpen|isCode",
  "onClose|ranges|indent|outcome|severity|problems|missing|refuse|choose|measure|columns|refusal|isAsked|setAsked|hasText",
  "isChecking|chosen|isLeast|isMost|reasons|spec|folds|latencyMs|isShown|isNow|goTo|isOff",
];
const isWatching = process.argv.includes("--watch");

const build = await context({
  entryPoints: [
    { in: "src/widget.tsx", out: "widget" },
    { in: "src/view/styles.css", out: "widget" },
  ],
  outdir: OUTDIR,
  bundle: true,
  charset: "utf8",
  minify: true,
  format: "esm",
  target: "es2022",
  // The plain factory writes less than the automatic one: 3 kB of 80.
  jsx: "transform",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  inject: ["src/jsx.ts"],
  tsconfigRaw: {},
  mangleProps: new RegExp(`^(${OURS.join("|")})$`),
  legalComments: "none",
  logLevel: "info",
});

if (isWatching) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
  await press();
  weigh();
}

/** Take off another 3 %, which a notebook would save with every instance. */
async function press() {
  const script = `${OUTDIR}/widget.js`;
  const options = {
    module: true,
    ecma: 2022,
    compress: {
      passes: 4,
      unsafe_arrows: true,
      pure_getters: true,
      unsafe: true,
      unsafe_comps: true,
      unsafe_methods: true,
    },
  };
  const { code } = await minify(readFileSync(script, "utf8"), options);
  writeFileSync(script, code);
  const sheet = `${OUTDIR}/widget.css`;
  writeFileSync(sheet, shortened(inlined(readFileSync(sheet, "utf8"), code), code));
}

/** Write lengths that are named once, never change and are not read by the script where they are used. */
function inlined(css, script) {
  const named = [...css.matchAll(/(--gw-[\w-]+): ?(\d+px);/g)];
  const isConstant = ([, name]) => css.split(`${name}:`).length === 2 && !script.includes(name);
  return named.filter(isConstant).reduce((text, [whole, name, length]) => {
    return text.replace(whole, "").replaceAll(`var(${name})`, length);
  }, css);
}

/** Give the properties that the script does not name the shortest names. */
function shortened(css, script) {
  const names = [...new Set(css.match(/--gw-[\w-]+/g))].filter((name) => !script.includes(name));
  const short = new Map(names.map((name, at) => [name, `--gw${at.toString(36)}`]));
  return css.replace(/--gw-[\w-]+/g, (name) => short.get(name) ?? name);
}

/** Refuse a widget that has grown past what every notebook should have to carry. */
function weigh() {
  const files = ["widget.js", "widget.css"].map((name) => readFileSync(`${OUTDIR}/${name}`));
  const raw = files.reduce((sum, file) => sum + file.length, 0);
  const gzip = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
  console.log(`${(raw / 1000).toFixed(1)} kB, gzip ${(gzip / 1000).toFixed(1)} kB`);
  if (raw > MOST_RAW || gzip > MOST_GZIP) throw new Error("the widget has grown too large");
}
