/** Chooses among the kernels that a server can start. */

import type { KernelSpec } from "@jupyterlab/services";

/** The default kernel if it speaks Python, else the first that does. */
export function pythonSpec(specs: KernelSpec.ISpecModels | null): string | null {
  const python = Object.values(specs?.kernelspecs ?? {}).filter(
    (one) => one?.language.toLowerCase() === "python",
  );
  const preferred = python.find((one) => one?.name === specs?.default) ?? python[0];
  return preferred?.name ?? null;
}
