/** What a sheet needs of the widget that it stands in: its own, or a playground. */

import type { ModuleLoader } from "../../page/modules";
import type { Answer, CellsNews, Command, Messages } from "../../protocol";

export interface SheetHost {
  readonly batchId: string;
  /** What the kernel knows the view by. */
  readonly viewId: string;
  readonly messages: Messages;
  /** What loads further modules. */
  readonly modules: ModuleLoader;
  /** Rejects with NotConnected where no answer will come. */
  request: <C extends Command>(command: C) => Promise<Answer<C["kind"]>>;
  /** Hear what the kernel tells by itself, until the returned function is called. */
  listen: (take: (news: CellsNews) => void) => () => void;
  /** An id that no other view of the document has. */
  id: (name: string) => string;
}
