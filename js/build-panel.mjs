// Builds the JupyterLab side panel: esbuild strips the types, then JupyterLab's own builder wraps the result for its loader.
// JupyterLab and its packages come from the page at run time, so nothing of them is needed here.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { build } from "esbuild";

await build({
  entryPoints: ["src/sidebar/plugin.ts"],
  outdir: "lib/sidebar",
  bundle: true,
  splitting: true,
  packages: "external",
  format: "esm",
  target: "es2022",
  logLevel: "info",
});

const require = createRequire(import.meta.url);
execFileSync(
  process.execPath,
  [
    require.resolve("@jupyter/builder/lib/build-labextension.js"),
    "--core-package-file",
    require.resolve("@jupyterlab/core-meta/core.package.json"),
    ".",
  ],
  { stdio: ["ignore", "ignore", "inherit"] },
);
