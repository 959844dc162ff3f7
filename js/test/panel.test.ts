/** The panel's rules, without JupyterLab: what answers mean, which kernel is started, what the picker lists. */

import type { ITranslator } from "@jupyterlab/translation";
import { Signal } from "@lumino/signaling";
import { describe, expect, test, vi } from "vitest";
import { commandWords, DOMAIN } from "../src/sidebar/command";
import { PanelController } from "../src/sidebar/controller";
import { answerInserts, INSERT } from "../src/sidebar/insert-below";
import { KeptForms } from "../src/sidebar/kept-forms";
import type { KernelHost } from "../src/sidebar/kernel-host";
import { KernelPicker } from "../src/sidebar/kernel-picker";
import { baseName } from "../src/sidebar/names";
import { drawNotice } from "../src/sidebar/notice-view";
import * as notices from "../src/sidebar/notices";
import { type Evaluated, modelId } from "../src/sidebar/open-playground";
import { RestartDetector } from "../src/sidebar/restarts";
import { SavedState } from "../src/sidebar/saved-state";
import { SENTENCES } from "../src/sidebar/sentences.generated";
import { pythonSpec } from "../src/sidebar/specs";
import { FakeModel } from "./fake-model";
import { traits } from "./states";

function troubleOf(answer: Evaluated | undefined): notices.Notice {
  try {
    modelId(answer);
  } catch (error) {
    if (error instanceof notices.Trouble) return error.notice;
    throw error;
  }
  throw new Error("no trouble");
}

describe("the kernel's answer", () => {
  test("a widget's view names its model", () => {
    const data = {
      "application/vnd.jupyter.widget-view+json": { model_id: "abc" },
      "text/plain": "Playground",
    };
    expect(modelId({ status: "ok", data })).toBe("abc");
  });

  test("a kernel without genwidget, and only that, is told to install it", () => {
    const ename = "ModuleNotFoundError";
    expect(troubleOf({ status: "error", ename, evalue: "No module named 'genwidget'" })).toBe(
      notices.missing,
    );
    expect(troubleOf({ status: "error", ename, evalue: "No module named 'anywidget'" }).sentence).toBe(
      "The kernel could not make the playground (ModuleNotFoundError: No module named 'anywidget').",
    );
  });

  test("a genwidget without a panel is told to be updated", () => {
    const evalue = "module 'genwidget' has no attribute 'panel'";
    expect(troubleOf({ status: "error", ename: "AttributeError", evalue })).toBe(notices.outdated);
  });

  test("an answer that is no widget, and none at all, are sentences too", () => {
    expect(troubleOf({ status: "ok", data: { "text/plain": "1" } }).actions).toEqual(["retry"]);
    expect(troubleOf(undefined).actions).toEqual(["retry"]);
  });
});

describe("the kernel to start", () => {
  const spec = (name: string, language: string) => ({ [name]: { name, language } });
  const specs = (preferred: string, ...all: object[]) =>
    ({ default: preferred, kernelspecs: Object.assign({}, ...all) }) as Parameters<typeof pythonSpec>[0];

  test("is the server's default when that speaks Python", () => {
    expect(pythonSpec(specs("b", spec("a", "python"), spec("b", "python")))).toBe("b");
  });

  test("is the one that was chosen in the settings, when that speaks Python", () => {
    const all = specs("b", spec("a", "python"), spec("b", "python"), spec("ir", "R"));
    expect(pythonSpec(all, "a")).toBe("a");
    expect(pythonSpec(all, "ir")).toBe("b");
    expect(pythonSpec(all, "gone")).toBe("b");
  });

  test("is the first that speaks Python when the default does not", () => {
    expect(pythonSpec(specs("ir", spec("ir", "R"), spec("xpy", "Python")))).toBe("xpy");
  });

  test("is none where none speaks Python", () => {
    expect(pythonSpec(specs("ir", spec("ir", "R")))).toBeNull();
    expect(pythonSpec(null)).toBeNull();
  });
});

describe("the detector of restarts", () => {
  type Taken = Parameters<RestartDetector["take"]>;
  const kernel = (id: string) => ({ id }) as Taken[0];
  const status = (session: string, execution_state: string) =>
    ({ header: { msg_type: "status", session }, content: { execution_state } }) as unknown as Taken[1];

  test("tells another process of the same kernel", () => {
    const detector = new RestartDetector();
    expect(detector.take(kernel("k"), status("one", "busy"))).toBe(false);
    expect(detector.take(kernel("k"), status("one", "idle"))).toBe(false);
    expect(detector.take(kernel("k"), status("two", "starting"))).toBe(true);
    expect(detector.take(kernel("k"), status("two", "idle"))).toBe(false);
  });

  test("does not take the server's own voice or another kernel for one", () => {
    const detector = new RestartDetector();
    detector.take(kernel("k"), status("one", "idle"));
    expect(detector.take(kernel("k"), status("server", "restarting"))).toBe(false);
    expect(detector.take(kernel("k"), status("server", "dead"))).toBe(false);
    expect(detector.take(kernel("other"), status("two", "idle"))).toBe(false);
  });
});

describe("the picker", () => {
  function pickerOn(paths: string[]): KernelPicker {
    const signal = { connect: () => true };
    const forEach = (visit: (notebook: object) => void) =>
      paths.forEach((path) => void visit({ isDisposed: false, context: { path } }));
    const tracker = { widgetAdded: signal, forEach };
    return new KernelPicker(
      tracker as unknown as ConstructorParameters<typeof KernelPicker>[0],
      () => undefined,
    );
  }
  const texts = (picker: KernelPicker) => [...picker.node.options].map((one) => one.text);

  test("lists the own kernel, then the open notebooks by name", () => {
    expect(texts(pickerOn(["b/two.ipynb", "one.ipynb"]))).toEqual(["Own kernel", "two.ipynb", "one.ipynb"]);
  });

  test("tells notebooks of one name apart by their paths", () => {
    expect(texts(pickerOn(["a/n.ipynb", "b/n.ipynb"]))).toEqual(["Own kernel", "a/n.ipynb", "b/n.ipynb"]);
  });

  test("keeps a chosen notebook that is not open, and says so", () => {
    const picker = pickerOn([]);
    picker.choose("gone.ipynb");
    expect(texts(picker)).toEqual(["Own kernel", "gone.ipynb (not open)"]);
    expect(picker.node.value).toBe("gone.ipynb");
    picker.choose(null);
    expect(texts(picker)).toEqual(["Own kernel"]);
  });

  test("sits still while its list is read", () => {
    const picker = pickerOn(["one.ipynb"]);
    const before = picker.node.options[1];
    picker.refresh();
    expect(picker.node.options[1]).toBe(before);
  });
});

describe("a form that is kept", () => {
  type Widget = Parameters<KeptForms["take"]>[1];
  const playground = (model_id: string) => Object.assign(new FakeModel(traits()), { model_id });
  const take = (kept: KeptForms, place: string, one: FakeModel) => kept.take(place, one as unknown as Widget);

  test("is followed once, however often the panel comes back to it", () => {
    const kept = new KeptForms(new SavedState(null));
    const one = playground("one");
    take(kept, "a.ipynb", one);
    const { listenerCount } = one;
    expect(listenerCount).toBeGreaterThan(0);
    for (let times = 0; times < 3; times++) take(kept, "a.ipynb", one);
    expect(one.listenerCount).toBe(listenerCount);
  });

  test("is kept for the place where it was shown last", () => {
    const kept = new KeptForms(new SavedState(null));
    const one = playground("one");
    take(kept, "a.ipynb", one);
    take(kept, "renamed.ipynb", one);
    one.put({ region: "eu" });
    const [next, other] = [playground("next"), playground("other")];
    take(kept, "renamed.ipynb", next);
    take(kept, "a.ipynb", other);
    expect([next.get("region"), other.get("region")]).toEqual(["eu", "us"]);
  });
});

describe("the kernel of a notebook", () => {
  const signalsOf = (of: object) => ({
    statusChanged: new Signal<object, string>(of),
    connectionStatusChanged: new Signal<object, string>(of),
    kernelChanged: new Signal<object, void>(of),
    sessionChanged: new Signal<object, void>(of),
    iopubMessage: new Signal<object, void>(of),
  });

  /** A panel that can go to one notebook, and each host that its view was given. */
  function panelOn(path: string) {
    const kernel = { isDisposed: false, status: "idle" };
    const session: { kernel: typeof kernel | null } = { kernel };
    const sessionContext = Object.assign(signalsOf({}), { session, kernelDisplayStatus: "idle" });
    const file = { path };
    const context = Object.assign(file, { pathChanged: new Signal<object, string>(file) });
    const notebook = { context, sessionContext, isDisposed: false, disposed: new Signal({}) };
    const open = [notebook];
    const entered: { host: KernelHost; told: number }[] = [];
    const view = {
      host: null as KernelHost | null,
      enter(host: KernelHost) {
        const one = { host, told: 0 };
        entered.push(one);
        host.changed.connect(() => {
          one.told += 1;
        });
        view.host = host;
      },
      leave() {
        view.host = null;
      },
    };
    const startNew = vi.fn(() => Promise.reject(new Error("none here")));
    const kept = new Map<string, unknown>();
    const widgetAdded = new Signal<object, typeof notebook>({});
    const around = {
      services: {
        kernels: { runningChanged: new Signal({}) },
        kernelspecs: {
          specs: { default: "python3", kernelspecs: { python3: { name: "python3", language: "python" } } },
        },
        sessions: { refreshRunning: async () => undefined, running: () => [], startNew },
      },
      tracker: {
        widgetAdded,
        find: (fits: (one: typeof notebook) => boolean) => open.find(fits),
      },
      savedState: new SavedState({
        fetch: async (key: string) => kept.get(key),
        save: async (key: string, value: unknown) => void kept.set(key, value),
      } as unknown as ConstructorParameters<typeof SavedState>[0]),
    };
    const parts = [around, { say: () => undefined }, view, { choose: () => undefined }];
    const panel = new PanelController(...(parts as unknown as ConstructorParameters<typeof PanelController>));
    widgetAdded.emit(notebook);
    const rename = (name: string) => {
      context.path = name;
      context.pathChanged.emit(name);
    };
    const change = () => sessionContext.statusChanged.emit("idle");
    return { panel, entered, change, startNew, session, open, rename };
  }

  test("is listened to no more once the panel has left it", async () => {
    const { panel, entered, change } = panelOn("a.ipynb");
    for (let times = 0; times < 3; times++) await panel.enter("a.ipynb");
    change();
    expect(entered.map(({ told }) => told)).toEqual([0, 0, 1]);
    await panel.close();
    change();
    expect(entered.map(({ told }) => told)).toEqual([0, 0, 1]);
  });

  test("is not shown where the panel was closed on the way there", async () => {
    const { panel, entered } = panelOn("a.ipynb");
    const enters = panel.enter("a.ipynb");
    await panel.close();
    await enters;
    expect(entered).toEqual([]);
  });

  test("is gone back to by a panel that was closed and is opened again, and no other is started", async () => {
    const { panel, entered, startNew, rename } = panelOn("a.ipynb");
    await panel.open();
    expect(startNew).toHaveBeenCalledTimes(1);
    await panel.enter("a.ipynb");
    await panel.close();
    await panel.open();
    expect(entered.map(({ host }) => host.name)).toEqual(["a.ipynb", "a.ipynb"]);
    await panel.close();
    rename("b.ipynb");
    await panel.open();
    expect(entered.at(-1)?.host.name).toBe("b.ipynb");
    expect(entered).toHaveLength(3);
    expect(startNew).toHaveBeenCalledTimes(1);
  });

  test.each(["the kernel", "the notebook"])(
    "is not waited for by a panel that is opened again, where %s is gone",
    async (what) => {
      const { panel, entered, startNew, session, open } = panelOn("a.ipynb");
      await panel.enter("a.ipynb");
      await panel.close();
      if (what === "the kernel") session.kernel = null;
      else open.pop();
      await panel.open();
      expect(entered).toHaveLength(1);
      expect(startNew).toHaveBeenCalledTimes(1);
    },
  );
});

test("every notice is a sentence, and each that does not pass by itself has a way out", () => {
  const passing = new Set(["starting", "connecting", "busy", "restarting"]);
  const all = Object.values(notices).filter(
    (one): one is notices.Notice => typeof one === "object" && "kind" in one,
  );
  expect(all.length).toBeGreaterThan(12);
  for (const one of all) {
    expect(one.sentence).toMatch(/[.…]$/);
    expect(one.actions.length > 0, one.kind).toBe(!passing.has(one.kind));
  }
});

test("a notice hands on what its button stands for", () => {
  const done: string[] = [];
  const node = drawNotice(notices.missing, (action) => done.push(action));
  node.querySelector("button")?.click();
  expect(done).toEqual(["retry"]);
  expect(notices.missing.command).toBe('pip install ".[sandbox]"');
  expect(node.querySelector("code")?.textContent).toBe(notices.missing.command);
});

test("the name of a notebook is the end of its path", () => {
  expect([baseName("a/b/c.ipynb"), baseName("c.ipynb")]).toEqual(["c.ipynb", "c.ipynb"]);
});

describe("the panel's command", () => {
  test("is in the words of the host's language", () => {
    const asked: string[] = [];
    const translator = {
      load: (domain: string) => {
        asked.push(domain);
        return { __: (text: string) => `<${text}>` };
      },
    } as unknown as ITranslator;
    const words = commandWords(translator);
    expect(asked).toEqual([DOMAIN]);
    expect(words.label({})).toBe("<Open Playground>");
    expect(words.label({ isLauncher: true })).toBe("<Playground>");
    expect([words.category, words.title]).toEqual(["<Playground>", "<Playground>"]);
    expect(words.caption).toBe(`<${SENTENCES.caption}>`);
  });

  test("is in English where the host has no translator", () => {
    const words = commandWords(null);
    expect([words.label({}), words.label({ isLauncher: true })]).toEqual(["Open Playground", "Playground"]);
    expect([words.category, words.caption]).toEqual(["Playground", SENTENCES.caption]);
  });
});

test("a scroll to inserted code that gives way to another is no error", async () => {
  const debug = vi.spyOn(console, "debug").mockImplementation(() => undefined);
  const inserted: unknown[] = [];
  const content = {
    widgets: [],
    activeCellIndex: 0,
    scrollToItem: () => Promise.reject("Scrolling to a new item is requested."),
  };
  const sharedModel = {
    insertCell: (at: number, cell: { source: string }) => inserted.push([at, cell.source]),
  };
  const tracker = {
    find: () => undefined,
    currentWidget: { content, model: { sharedModel, readOnly: false } },
  };
  answerInserts(tracker as unknown as Parameters<typeof answerInserts>[0]);
  const event = new CustomEvent(INSERT, { detail: { code: "1 + 1" }, cancelable: true });
  document.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
  expect(inserted).toEqual([[1, "1 + 1"]]);
  await expect.poll(() => debug.mock.calls).toEqual([["Scrolling to a new item is requested."]]);
  debug.mockRestore();
});
