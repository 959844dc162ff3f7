/** Puts the widget on the page as anywidget does, and takes it off again after the test. */

import { afterEach } from "vitest";
import { page } from "vitest/browser";
import type { Traits } from "../src/protocol";
import "../src/view/styles.css";
import widget from "../src/widget";
import { FakeModel, type Kernel } from "./fake-model";
import { reach } from "./reach";
import { kernel as everything, modelOf, traits } from "./states";

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

export interface Mounted {
  model: FakeModel;
  el: HTMLElement;
  /** Take the view off the page, as anywidget does when its output is cleared. */
  unmount: () => void;
}

export function mount(start: Traits = traits(), kernel: Kernel = everything, width = 1280): Mounted {
  const model = new FakeModel(start, kernel);
  return { model, ...mountModel(model, width) };
}

/** Mount a state and bring it about. */
export async function show(state: string, width = 1280, model = modelOf(state)): Promise<Mounted> {
  const mounted = { model, ...mountModel(model, width) };
  await reach(state, mounted.el, model);
  return mounted;
}

/** A further view of a model. */
export function mountModel(model: FakeModel, width = 1280): Omit<Mounted, "model"> {
  const el = document.createElement("div");
  el.style.width = `${width}px`;
  document.body.append(el);
  const close = widget.render({ model, el });
  let isOver = false;
  const unmount = () => {
    if (isOver) return;
    isOver = true;
    close();
    el.remove();
  };
  ends.push(unmount);
  return { el, unmount };
}

export const button = (name: string) => page.getByRole("button", { name, exact: true });
export const field = (name: string) => page.getByLabelText(name, { exact: true });
export const region = (name: string) => page.getByRole("region", { name, exact: true });
export const response = () => region("Response");
