/** Chooses among the kernels that a server can start. */

import type { KernelSpec } from "@jupyterlab/services";

/** The kernel that is wanted if it speaks Python, else the default one if that does, else the first that does. */
export function pythonSpec(specs: KernelSpec.ISpecModels | null, wanted = ""): string | null {
  const python = Object.values(specs?.kernelspecs ?? {}).filter(
    (one) => one?.language.toLowerCase() === "python",
  );
  const named = (name?: string) => python.find((one) => one?.name === name);
  const preferred = named(wanted) ?? named(specs?.default) ?? python[0];
  return preferred?.name ?? null;
}
