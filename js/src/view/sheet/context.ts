/** What the parts of a sheet share. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { SheetHost } from "./host";
import type { SheetStore } from "./store";

interface Shared {
  store: SheetStore;
  host: SheetHost;
}

export const SheetContext = createContext<Shared | null>(null);

export function useSheet(): Shared {
  return useContext(SheetContext) as Shared; // drawn by Sheet alone, which provides it
}
