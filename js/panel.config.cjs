// What JupyterLab's builder adds to its own settings. Modules are numbered in their order: by default a number is made from
// a path, that of this folder too, and two builds in two folders would differ.
module.exports = { optimization: { moduleIds: "natural", chunkIds: "natural" } };
