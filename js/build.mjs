// Builds the widget: one script and one stylesheet, which travel with every notebook that shows it, so size counts.
import { context } from "esbuild";

const isWatching = process.argv.includes("--watch");

const build = await context({
  entryPoints: [
    { in: "src/widget.tsx", out: "widget" },
    { in: "src/view/styles.css", out: "widget" },
  ],
  outdir: "../genwidget/widget/static",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "info",
});

if (isWatching) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
