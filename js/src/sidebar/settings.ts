/** What was chosen for the panel in JupyterLab's settings editor; the choices are those of `schema/panel.json`. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";

const PLUGIN = "genwidget:panel";

export interface PanelSettings {
  side: "right" | "left";
  openAtStart: boolean;
  region: string;
  kernel: string;
}

const USUAL: PanelSettings = { side: "right", openAtStart: false, region: "", kernel: "" };
let read = (): Partial<PanelSettings> => ({});

/** Settings as they are now: one that is changed counts from its next use on. */
export function panelSettings(): PanelSettings {
  return { ...USUAL, ...read() };
}

/**
 * Reads them, and calls `move` whenever the side is another one; where they cannot be read the panel is as usual, and
 * the console says why.
 */
export async function readSettings(app: JupyterFrontEnd, move: () => void): Promise<void> {
  const registry = await app.resolveOptionalService(ISettingRegistry);
  try {
    const settings = await registry?.load(PLUGIN);
    if (!settings) return;
    read = () => settings.composite as Partial<PanelSettings>;
    let { side } = panelSettings();
    settings.changed.connect(() => {
      if (panelSettings().side === side) return;
      side = panelSettings().side;
      move();
    });
  } catch (error) {
    console.warn("genwidget: the panel's settings could not be read.", error);
  }
}
