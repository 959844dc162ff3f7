/**
 * Builds the widget: the first module and its stylesheet, which travel with every notebook that shows it, so size counts;
 * and the further modules, one for each file in src/modules, which the page asks of the kernel at their first use.
 *
 * A further module has nothing that the first one has: what it imports of such a file is handed to it, so that both have
 * one preact and one page. A batch has a widget of its own, src/sheet.tsx, which has a first module too
 * and shows one of the further ones.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";

const OUTDIR = "../genwidget/widget/static";
const MOST_RAW = 110_000;
const MOST_GZIP = 35_000;
const MOST_GZIP_FURTHER = 15_000;
/** The first modules: script, style sheet, and the name of both where they are written. */
const WIDGET = ["src/widget.tsx", "src/view/styles.css", "widget"];
const BATCH = ["src/sheet.tsx", "src/view/sheet-styles.css", "sheet"];
/** What a batch is drawn in; it adds no weight to a rule. */
const OF_A_BATCH = ":where(.gw.gw-sheet)";
/** Browsers that cannot nest rules, so that none are left nested. */
const WITHOUT_NESTING = "chrome110";
/** The further modules that the page of a batch asks for. */
const OF_BATCH = ["sheet", "code"];
/** What may be in several further modules: little, and the first one has no place for it. */
const IN_SEVERAL = /^src\/view\/(dialog\/|styles\/dialog\.css$)/;
/** What a further module calls what is handed to it, and each use of it. */
const HANDED = "HANDED";
const PLACES = new RegExp(`${HANDED}\\["([^"]+)"\\]`, "g");
/** Names that only our own code uses, and never as a text: the build gives them short ones. */
const OURS = [
  "announce|askedMs|canCopy|canUndo|clickedAt|isJson|elapsed|fillExample|fillKey|focusField|focusNext|intentId",
  "isAwaited|isFolded|isLeft|isNarrow|isTaken|itemClass|mediaType|modelOf|onBroken|onChoose|onFold|onGo|onSize|onText",
  "quietMs|unsentLeft|selectModel|selectRegion|selectType|setCurrent|setFolds|setText|tryExample",
  "undoReset|valuesFor|offered|viewId|generationId|isInferred|isSending|isWrong|lineAt|lineOf|rowOf|onSend|onStep|isOpen|isCode",
  "onClose|ranges|indent|outcome|severity|problems|missing|refuse|choose|measure|columns|refusal|isAsked|setAsked|hasText",
  "isChecking|chosen|isLeast|isMost|reasons|spec|folds|latencyMs|isShown|isNow|goTo|isOff",
  "dismissAlert|clockStart|isNone|isOver|onUse|idOf|focused|toggleShortcuts|connection|announcement|touched|staleAlert|isSweeping|isManageOpen|isHistoryOpen|hasShortcuts|isPosting|isAttempted|waitingLeft|wasConnected|isQuiet|runId|idFor|onToggle|seedFor|isTrying|written|isEmpty|takeSandbox|isActive|isChosen|setActive|modelId|sending|isBusy|past",
];
const isWatching = process.argv.includes("--watch");

const OPTIONS = {
  outdir: OUTDIR,
  write: false,
  bundle: true,
  metafile: true,
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
  logLevel: "warning",
};
const TERSER = {
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

await make();
if (isWatching) {
  let timer;
  watch("src", { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => make().catch((error) => console.error(error.message)), 50);
  });
}

async function make() {
  refuseUnmarked();
  const plain = await buildFirst(WIDGET, [], {});
  const { further, mangleCache } = await buildFurther(Object.keys(plain.metafile.inputs), plain.mangleCache);
  const names = [...new Set(further.flatMap(({ script }) => handedNames(script)))].sort();
  const first = await buildFirst(WIDGET, names, mangleCache);
  const ofBatch = further
    .filter(({ name }) => OF_BATCH.includes(name))
    .flatMap(({ script }) => handedNames(script));
  const batch = await buildFirst(BATCH, names, mangleCache, new Set(ofBatch));
  const firsts = [first, batch];
  const own = await Promise.all(firsts.map((one) => pressed(textOf(one, ".js"))));
  const scripts = [...own, ...further.map((one) => placed(one.script, names))];
  const styles = [
    textOf(first, ".css"),
    await ofBatchAlone(textOf(batch, ".css")),
    ...further.map((one) => one.sheet),
  ];
  const sheets = shortened(styles, scripts.join("\n"));
  const modules = further.map(({ name }, at) => {
    const sheet = sheets[at + firsts.length];
    const css = sheet ? `export const css=${JSON.stringify(sheet)};` : "";
    return [`modules/${name}.js`, scripts[at + firsts.length] + css];
  });
  const inputs = [...firsts, ...further].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  write([
    ["widget.js", scripts[0]],
    ["widget.css", sheets[0]],
    ["sheet.js", scripts[1]],
    ["sheet.css", sheets[1]],
    ["licenses.txt", licensesOf(inputs)],
    ...modules,
  ]);
  weigh([scripts[0], sheets[0]], [scripts[1], sheets[1]], modules);
}

/**
 * A first module; `names` are of what the further ones are handed, each with the file that exports it, and `wanted` those
 * of them that this one's further modules use.
 */
async function buildFirst([script, style, out], names, mangleCache, wanted = new Set(names)) {
  const imports = names.map((one, at) => {
    const [name, file] = one.split(" ");
    return wanted.has(one) ? `import { ${name} as h${at} } from "./${file}";` : "";
  });
  const listed = names.map((one, at) => (wanted.has(one) ? `h${at}` : ""));
  const contents = `${imports.join("\n")}\nexport const handed = [${listed.join(", ")},];`;
  return await build({
    ...OPTIONS,
    mangleCache,
    entryPoints: [
      { in: script, out },
      { in: style, out },
    ],
    plugins: [
      {
        name: "handed",
        setup: ({ onLoad }) =>
          onLoad({ filter: /page\/handed\.ts$/ }, () => ({
            contents,
            loader: "ts",
            resolveDir: resolve("."),
          })),
      },
    ],
  });
}

/** The further modules, each as a function of what is handed to it; `inputs` are the files of the first module. */
async function buildFurther(inputs, mangleCache) {
  const result = await build({
    ...OPTIONS,
    mangleCache,
    outdir: `${OUTDIR}/modules`,
    entryPoints: readdirSync("src/modules").map((name) => `src/modules/${name}`),
    plugins: [handing(new Set(inputs.map((path) => resolve(path))))],
  });
  refuseDoubles(result.metafile);
  const scripts = result.outputFiles.filter(({ path }) => path.endsWith(".js"));
  const further = scripts.map(async ({ path, text }) => {
    const sheet = result.outputFiles.find((one) => one.path === path.replace(/\.js$/, ".css"));
    const { metafile } = result;
    return {
      name: basename(path, ".js"),
      script: await pressed(asFunction(text)),
      sheet: sheet?.text ?? "",
      metafile,
    };
  });
  return { further: await Promise.all(further), mangleCache: result.mangleCache };
}

/** Let every import of a file of the first module read what is handed in. */
function handing(first) {
  return {
    name: "handing",
    setup({ onLoad, onResolve, resolve: find }) {
      onResolve({ filter: /.*/ }, async ({ path, pluginData, ...args }) => {
        if (args.kind !== "import-statement" || pluginData === "found") return undefined;
        const found = await find(path, { ...args, pluginData: "found" });
        return first.has(found.path) ? { path: found.path, namespace: "handed" } : found;
      });
      onLoad({ filter: /.*/, namespace: "handed" }, async ({ path }) => {
        const file = relative(".", path);
        const lines = (await exportsOf(path)).map(
          (name) => `export const ${name} = ${HANDED}["${name} ${file}"];`,
        );
        return { contents: lines.join("\n") };
      });
    },
  };
}

/** Refuse a state asked for by a name that is given a short one, and is not marked as a name: none would be found. */
function refuseUnmarked() {
  const unmarked = new RegExp(`\\buse(?:PageState|Store)\\((?:[^()"/]*, )?"(${OURS.join("|")})"`);
  for (const file of readdirSync("src", { recursive: true }).filter((one) => /\.tsx?$/.test(one))) {
    const [, name] = unmarked.exec(readFileSync(`src/${file}`, "utf8")) ?? [];
    if (name) throw new Error(`${file}: write /* @__KEY__ */ before "${name}"`);
  }
}

/** The names that a file exports. */
async function exportsOf(path) {
  const alone = {
    name: "alone",
    setup: ({ onResolve }) =>
      onResolve({ filter: /.*/ }, ({ kind, path }) =>
        kind === "entry-point" ? undefined : { path, external: true },
      ),
  };
  const { metafile } = await build({ ...OPTIONS, inject: [], entryPoints: [path], plugins: [alone] });
  return Object.values(metafile.outputs).flatMap((one) => one.exports);
}

function handedNames(script) {
  return [...script.matchAll(PLACES)].map(([, name]) => name);
}

/** Name what is handed in by its place. */
function placed(script, names) {
  return script.replace(PLACES, (_, name) => `${HANDED}[${names.indexOf(name)}]`);
}

/** A module's text as a function that is handed what it imports and returns what it exports. */
function asFunction(text) {
  const [whole, list] = /export\s*\{([^{}]*)\};?\s*$/.exec(text) ?? [];
  if (whole === undefined) throw new Error("a further module exports nothing");
  const pairs = list.split(",").map((one) => one.trim().split(/\s+as\s+/));
  const returned = pairs.map(([name, as = name]) => `${as}: ${name}`).join(", ");
  return `export default (${HANDED}) => {\n${text.slice(0, -whole.length)}\nreturn { ${returned} };\n};`;
}

/** Refuse a file that is in two further modules: it would be loaded twice, and its state would be two. */
function refuseDoubles({ outputs }) {
  const owners = new Map();
  for (const [output, { inputs }] of Object.entries(outputs)) {
    for (const input of Object.keys(inputs)) {
      if (/^handed:|src\/jsx\.ts$/.test(input) || IN_SEVERAL.test(input)) continue;
      const known = owners.get(input)?.replace(/\.css$/, ".js");
      if (known && known !== output.replace(/\.css$/, ".js"))
        throw new Error(`${input} is in ${known} and in ${output}`);
      owners.set(input, output);
    }
  }
}

/** The licences of the packages that files of the build come from, which ask to travel with them. */
function licensesOf(inputs) {
  const folders = inputs.map(
    (path) => resolve(path.replace(/^handed:/, "")).match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0],
  );
  const packages = [...new Set(folders.filter(Boolean))].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    if (!file) throw new Error(`${name} has no licence file`);
    return `${name} ${version}: ${license}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  });
  return packages.join("\n\n");
}

function textOf({ outputFiles }, suffix) {
  return outputFiles.find(({ path }) => path.endsWith(suffix)).text;
}

/**
 * Let the look of a batch reach batches alone. It has rules of the playground's too, and where a notebook shows both, the
 * later one of two equal rules wins.
 */
async function ofBatchAlone(css) {
  const keyframes = css.match(/@keyframes[^{]*\{(?:[^{}]*\{[^{}]*\})*\}/g) ?? []; // they cannot be nested
  const rules = keyframes.reduce((text, one) => text.replace(one, ""), css);
  const rooted = rules.replace(/(^|[\s,{}(])\.gw(?![\w-])/g, "$1.gw&");
  const whole = `${OF_A_BATCH}{${rooted}}${keyframes.join("")}`;
  return (await transform(whole, { loader: "css", minify: true, target: WITHOUT_NESTING })).code;
}

/** Take off another 3 %, which a notebook would save with every instance. */
async function pressed(script) {
  return (await minify(script, { ...TERSER, mangle: { reserved: [HANDED] } })).code;
}

/** Write lengths that are named once, never change and are not read by a script where they are used; shorten other names. */
function shortened(sheets, scripts) {
  const border = "\n/**/\n";
  const css = sheets.join(border);
  const named = [...css.matchAll(/(--gw-[\w-]+): ?(\d+px);/g)];
  const isConstant = ([whole, name]) =>
    sheets.every((one) => one.split(`${name}:`).length <= 2) &&
    css.split(`${name}:`).length === css.split(whole).length &&
    !scripts.includes(name);
  const inlined = named.filter(isConstant).reduce((text, [whole, name, length]) => {
    return text.replaceAll(whole, "").replaceAll(`var(${name})`, length);
  }, css);
  const names = [...new Set(inlined.match(/--gw-[\w-]+/g))].filter((name) => !scripts.includes(name));
  const short = new Map(names.map((name, at) => [name, `--gw${at.toString(36)}`]));
  return inlined.replace(/--gw-[\w-]+/g, (name) => short.get(name) ?? name).split(border);
}

function write(files) {
  rmSync(`${OUTDIR}/modules`, { recursive: true, force: true });
  mkdirSync(`${OUTDIR}/modules`, { recursive: true });
  for (const [name, text] of files) writeFileSync(`${OUTDIR}/${name}`, text);
}

/** Refuse a widget that has grown past what every notebook should have to carry, and a part of it that is slow to come. */
function weigh(first, batch, modules) {
  const gzip = (text) => gzipSync(text, { level: 9 }).length;
  const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const raw = sum(first.map((text) => Buffer.byteLength(text)));
  const small = sum(first.map(gzip));
  console.log(`first module: ${kB(raw)}, gzip ${kB(small)} of ${kB(MOST_GZIP)}`);
  const sizes = modules.map(([name, text]) => [name, gzip(text)]);
  for (const [name, size] of sizes) console.log(`${name}: gzip ${kB(size)} of ${kB(MOST_GZIP_FURTHER)}`);
  const own = sum(batch.map(gzip));
  console.log(`first module of a batch: gzip ${kB(own)} of ${kB(MOST_GZIP_FURTHER)}`);
  sizes.push(["the first module of a batch", own]);
  const tooLarge = sizes.filter(([, size]) => size > MOST_GZIP_FURTHER).map(([name]) => name);
  if (raw > MOST_RAW || small > MOST_GZIP) tooLarge.push("the first module");
  if (tooLarge.length > 0) throw new Error(`grown too large: ${tooLarge.join(", ")}`);
}
