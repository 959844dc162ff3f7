// Runs a script in Pyodide with the wheels of the page and this tree's sources: node headless.mjs PYODIDE WHEELS TREE SCRIPT
import { readdir, readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [, , folder, wheels, tree, script] = process.argv;
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: `${folder}/` });
for (const name of await readdir(wheels)) {
  pyodide.unpackArchive(new Uint8Array(await readFile(`${wheels}/${name}`)), "wheel");
}
const { version } = JSON.parse(await readFile(`${tree}/js/package.json`, "utf8"));
pyodide.FS.mkdirTree(`/tree/genwidget-${version}.dist-info`);
pyodide.FS.writeFile(`/tree/genwidget-${version}.dist-info/METADATA`, `Metadata-Version: 2.1\nName: genwidget\nVersion: ${version}\n`);
pyodide.FS.mkdirTree("/tree/genwidget");
pyodide.mountNodeFS("/tree/genwidget", `${tree}/genwidget`);
try {
  await pyodide.runPythonAsync("import sys; sys.dont_write_bytecode = True; sys.path.insert(0, '/tree')");
  console.log(await pyodide.runPythonAsync(await readFile(script, "utf8")));
  process.exit(0); // timers of the loop would keep Node here
} catch (error) {
  // Node would print all of Pyodide's one-line source with it.
  console.error(error.message);
  process.exit(1);
}
