/** What anywidget loads: one view of a playground. */

import { render } from "preact";
import { Page } from "./page/page";
import type { Model } from "./protocol";
import { App } from "./view/app";

interface RenderProps {
  model: Model;
  el: HTMLElement;
}

/** The traits that weigh: the offer and what draws it, a third of a megabyte. */
const HEAVY = ["catalogue", "run", "_esm", "_css"] as const;

export default {
  /** JupyterLab 4.6 keeps the model of every comm that was closed for as long as the kernel's connection; keep it empty. */
  initialize({ model }: Pick<RenderProps, "model">): void {
    // The views go first: each still reads its traits while it is taken off the page.
    model.on("destroy", () =>
      setTimeout(() => {
        for (const name of HEAVY) model.set(name as never, null as never);
      }),
    );
  },

  render({ model, el }: RenderProps): () => void {
    const page = new Page(model, el);
    render(<App page={page} />, el);
    return () => {
      render(null, el);
      page.close();
    };
  },
};
