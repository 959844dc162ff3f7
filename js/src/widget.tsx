/** What anywidget loads: one view of a playground. */

import { render } from "preact";
import { Page } from "./page";
import type { Model } from "./state";
import { App } from "./view/app";

interface RenderProps {
  model: Model;
  el: HTMLElement;
}

export default {
  render({ model, el }: RenderProps): () => void {
    const page = new Page(model, el);
    render(<App page={page} />, el);
    return () => {
      render(null, el);
      page.close();
    };
  },
};
