/** In the foot of the form: which of its values are varied, how many items that makes, what they cost, and Send. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ignoreNotConnected, mintId } from "../../kernel/comm";
import type { Page } from "../../page/page";
import { Store } from "../../page/store";
import type { Protocol } from "../../protocol";
import { asText, count, creditCount, plural, sentence } from "../../text/format";
import { Control, IconButton } from "../shared/control";
import { Icon } from "../shared/icons";
import { useIsConnected, usePage, useStore, useTrait } from "../use-trait";
import { type AxisDraft, choicesOf, draftOf, Values } from "./axis-values";
import { awaitSheet } from "./bring";

const ASK_AFTER_MS = 250;
const MOST_AXES = 4;

type Surveyed = Partial<Protocol["answers"]["plan_sweep"]> & {
  failure?: string;
  /** Whether the API is asked for the prices that no list has. */
  isAsking?: boolean;
};

export function Sweep() {
  const page = usePage();
  const { axes, setAxes, left } = useAxes();
  const set = (at: number, changed: AxisDraft | null) =>
    setAxes(axes.flatMap((one, each) => (each === at ? (changed ?? []) : one)));
  const isFull = axes.length >= MOST_AXES;
  const free = useNames().filter((name) => !axes.some((one) => one.name === name));
  const add = () => {
    const id = Math.max(0, ...axes.map((one) => one.id)) + 1;
    setAxes([...axes, begun(page, id, free[0] ?? "repeat")]);
  };
  const group = useRef<HTMLDivElement>(null);
  // What was pressed may be gone: the axis that is last, or what is left to press.
  useLayoutEffect(() => {
    if (isTyping(page)) return;
    const stops = group.current?.querySelectorAll<HTMLElement>("select, header button") ?? [];
    [...stops].pop()?.focus();
  }, [axes.length]);
  // What Response shows as code is the sweep, while it stands here.
  const varied = axes.filter(({ values }) => values.length > 0);
  useEffect(() => page.store.set({ axes: plainOf(varied) }), [page, axes]);
  useEffect(() => () => page.store.set({ axes: undefined }), [page]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has a look of its own in every host
    <div class="gw-sweep" ref={group} role="group" aria-label="Sweep">
      <header>
        <h4>Sweep</h4>
        <span class="grow" />
        {free.length > 0 ? (
          <Control
            as="button"
            class="gw-btn sm"
            disabled={isFull}
            title={isFull ? sentence(page.messages, "page_sweep_full", { most: MOST_AXES }) : undefined}
            onClick={add}
          >
            <Icon name="plus" />
            Add axis
          </Control>
        ) : null}
        <IconButton name="Close sweep" class="sm" onClick={() => closeSweep(page)}>
          <Icon name="close" />
        </IconButton>
      </header>
      <div class="axes">
        {axes.map((axis, at) => (
          <Axis
            key={axis.id}
            axis={axis}
            names={[axis.name, ...free]}
            onChange={(changed) => set(at, changed)}
          />
        ))}
      </div>
      {left.length > 0 ? (
        <p role="status">{sentence(page.messages, "page_sweep_left", { values: left.join(", ") })}</p>
      ) : null}
      <Send axes={axes} />
    </div>
  );
}

/** What the form shows, and an axis has other values of. */
function Replaced({ axes }: { axes: readonly AxisDraft[] }) {
  const { messages } = usePage();
  const form: Record<string, unknown> = { ...useTrait("values"), model: useTrait("model_id") };
  const names = axes
    .filter(({ name, values }) => {
      const own = asText(form[name]);
      return own && values.length > 0 && !values.map(asText).includes(own);
    })
    .map(({ name }) => name);
  return names.length > 0 ? (
    <span class="quiet in-place">
      {sentence(messages, "page_sweep_replaces", { names: names.join(", ") })}
    </span>
  ) : null;
}

/** Whether the person is typing elsewhere, since this part of the page may have come late. */
function isTyping({ root, focused }: Page): boolean {
  const { activeElement: at, body } = root.ownerDocument;
  const isHere =
    !at || at === body || root.contains(at) || at.contains((root.getRootNode() as ShadowRoot).host);
  return !isHere || focused?.matches("input, textarea") === true;
}

/** A focus that is elsewhere, as in a cell of the notebook, stays there. */
function closeSweep(page: Page): void {
  const isAtIt = page.focused?.closest(".gw-sweep");
  page.store.set({ isSweeping: false });
  if (isAtIt) page.goTo("sweep");
}

/** The axes, none of which has what could not be chosen now; and what was taken out of them since the last choice. */
function useAxes() {
  const page = usePage();
  const modelId = useTrait("model_id");
  useTrait("region");
  useTrait("catalogue");
  const names = useNames();
  const store = sendOf(page);
  const axes = useStore(store, "axes");
  const [left, setLeft] = useState<readonly string[]>([]);
  // The form's own model follows the form, as long as nothing else was chosen.
  const { own } = store.state;
  const isOwn = ({ name, values }: AxisDraft) =>
    name === "model" && values.length === 1 && values[0] === own && own !== modelId;
  const followed = axes.map((axis) => (isOwn(axis) ? { ...axis, values: [modelId] } : axis));
  const gone: string[] = [];
  const kept = followed.flatMap((axis) => {
    const choices = choicesOf(page, axis.name);
    const values = axis.values.filter((one) => choices?.includes(one) ?? true);
    if (!names.includes(axis.name)) {
      gone.push(axis.name);
      return [];
    }
    if (values.length === axis.values.length) return axis;
    gone.push(...axis.values.filter((one) => !values.includes(one)).map(asText));
    const isFormsOwn = axis.name === "model" && values.length === 0;
    return { ...axis, values: isFormsOwn ? [modelId] : values };
  });
  // Before anything can be pressed.
  const isAsItWas = gone.length === 0 && !axes.some(isOwn);
  useLayoutEffect(() => {
    store.set({ own: modelId });
    if (isAsItWas) return;
    draft(page, kept);
    setLeft([...left, ...gone]);
  });
  const choose = (next: readonly AxisDraft[]) => {
    draft(page, next);
    setLeft([]);
  };
  return { axes: isAsItWas ? axes : kept, setAxes: choose, left: isAsItWas ? left : [...left, ...gone] };
}

/** What may be varied: the model, each field of the form that is one value, and how often. */
function useNames(): string[] {
  const { form } = usePage();
  useTrait("model_id");
  const fields = (form.spec?.fields ?? []).filter(({ type }) => type !== "array");
  return ["model", ...fields.map(({ name }) => name), "repeat"];
}

interface AxisProps {
  axis: AxisDraft;
  names: readonly string[];
  onChange: (changed: AxisDraft | null) => void;
}

function Axis({ axis, names, onChange }: AxisProps) {
  const page = usePage();
  const { id, name } = axis;
  return (
    <div class="axis">
      <Control
        as="select"
        aria-label="Field to vary"
        value={name}
        onChange={(event: Event) => onChange(begun(page, id, (event.target as HTMLSelectElement).value))}
      >
        {names.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </Control>
      <Values key={name} axis={axis} onChange={onChange} />
      <IconButton name={`Remove ${name}`} class="sm" onClick={() => onChange(null)}>
        <Icon name="minus" />
      </IconButton>
    </div>
  );
}

/** Ask the kernel for the count and the cost once a change has rested; it alone makes the items. */
function useSurvey(axes: readonly AxisDraft[]): Surveyed | null {
  const page = usePage();
  const isConnected = useIsConnected();
  const values = useTrait("values");
  const modelId = useTrait("model_id");
  const isLocked = useTrait("locked");
  const [found, setFound] = useState<Surveyed | null>(null);
  const key = JSON.stringify([axes, values, modelId, isLocked]);
  useEffect(() => {
    setFound(null);
    if (!isConnected || axes.length === 0 || axes.some((one) => one.values.length === 0)) return;
    let isCurrent = true;
    const sweep = { ...formOf(page.model), axes: plainOf(axes) };
    const survey = async () => {
      const { ok, data, alert } = await page.link.request({ kind: "plan_sweep", ...sweep });
      if (!isCurrent) return;
      const isAsking = ok && isLocked && data.unknown !== 0;
      setFound(ok ? { ...data, isAsking } : { failure: alert?.message ?? "" });
      if (!isAsking) return;
      const priced = await page.link.request({ kind: "price_sweep", ...sweep });
      if (isCurrent) setFound(priced.ok ? priced.data : data);
    };
    const timer = setTimeout(() => survey().catch(ignoreNotConnected), ASK_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [page, key, isConnected]);
  return found;
}

type Form = Pick<ReturnType<typeof usePage>["model"], "get">;

const formOf = (model: Form) => ({
  model_type: model.get("model_type"),
  model_id: model.get("model_id"),
  values: model.get("values"),
});

function plainOf(axes: readonly AxisDraft[]) {
  return axes.map(({ name, values: [first, ...rest] }) => ({
    name,
    values: [first, ...rest] as [unknown, ...unknown[]],
  }));
}

interface SendState {
  isSending: boolean;
  /** Why the last Send came to nothing. */
  failure: string;
  /** What is varied: as it stands where a sweep is closed, the next one begins. */
  axes: readonly AxisDraft[];
  /** What was varied of other names, each as it was left. */
  others: ReadonlyMap<string, AxisDraft>;
  /** The form's model then. */
  own: string;
}

const SENDS = new WeakMap<Page, Store<SendState>>();

/** What a page varies, and its Send, which goes on where a sweep is closed meanwhile. */
function sendOf(page: Page): Store<SendState> {
  const start = () =>
    new Store<SendState>({
      isSending: false,
      failure: "",
      axes: [draftOf(page, 0, "model")],
      others: new Map(),
      own: page.model.get("model_id"),
    });
  const store = SENDS.get(page) ?? start();
  SENDS.set(page, store);
  return store;
}

/** Vary something else from now on; what is not varied any more is kept, unless it would begin so anyway. */
function draft(page: Page, axes: readonly AxisDraft[]): void {
  const store = sendOf(page);
  const others = new Map(store.state.others);
  for (const one of store.state.axes) {
    const isNew = JSON.stringify(one) === JSON.stringify(draftOf(page, one.id, one.name));
    if (isNew) others.delete(one.name);
    else others.set(one.name, one);
  }
  store.set({ axes, others });
}

/** An axis of a name, as it was when that was varied last. */
function begun(page: Page, id: number, name: string): AxisDraft {
  return { ...(sendOf(page).state.others.get(name) ?? draftOf(page, id, name)), id };
}

function useSend(axes: readonly AxisDraft[]) {
  const page = usePage();
  const store = sendOf(page);
  const isSending = useStore(store, /* @__KEY__ */ "isSending");
  const failure = useStore(store, "failure");
  const form = [useTrait("values"), useTrait("model_id"), useTrait("region"), useTrait("locked")];
  const key = JSON.stringify([plainOf(axes), ...form]);
  // What was said of a Send goes once what is sent is no longer the same.
  useEffect(() => store.set({ failure: "" }), [store, key]);
  const isHere = useRef(true);
  useEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );
  const send = () => {
    const { held } = page.store.state;
    if (held) {
      page.announce(held.text);
      page.goTo(...held.to);
      return;
    }
    store.set({ isSending: true, failure: "" });
    const noSheet = awaitSheet(page);
    const command = { ...formOf(page.model), region: page.model.get("region"), axes: plainOf(axes) };
    page.link
      .request({ kind: "send_sweep", intent_id: mintId(), ...command })
      .then((answer) => {
        if (answer.ok) {
          if (isHere.current) closeSweep(page);
          return;
        }
        noSheet();
        if (isHere.current) store.set({ failure: answer.alert?.message ?? "" });
        else page.refuse(answer.alert);
      })
      .catch((error: unknown) => {
        noSheet();
        ignoreNotConnected(error);
      })
      .finally(() => store.set({ isSending: false }));
  };
  return { isSending, failure, send };
}

function Send({ axes }: { axes: readonly AxisDraft[] }) {
  const isConnected = useIsConnected();
  const isLocked = useTrait("locked");
  const found = useSurvey(axes);
  const page = usePage();
  const { isSending, failure, send } = useSend(axes);
  const items = found?.count ?? 0;
  const wrong = axes.find((one) => one.wrong)?.wrong;
  const problem = failure || wrong || found?.failure || found?.problem || "";
  // What is said takes room from the axes: what is typed there stays in sight.
  useLayoutEffect(() => {
    const { focused } = page;
    if (focused?.closest(".gw-sweep .axes")) focused.scrollIntoView({ block: "nearest" });
  }, [page, problem]);
  return (
    <>
      {problem ? <p role="alert">{problem}</p> : null}
      <div class="send">
        <p class="num">
          {items > 0 ? (
            <>
              <b>{plural(items, "item")}</b>
              <span class="quiet">{costOf(found)}</span>
              <span class="quiet">{sameOf(page, axes)}</span>
            </>
          ) : (
            <span class="quiet">{wrong ? "" : lackOf(page, axes)}</span>
          )}
          <Replaced axes={axes} />
        </p>
        <Control
          as="button"
          class="gw-btn main"
          aria-busy={isSending || undefined}
          disabled={isSending || !isConnected || !isLocked || items === 0 || Boolean(found?.problem)}
          onClick={send}
        >
          {isSending ? "Sending..." : `Send ${items > 0 ? count(items) : ""}`.trim()}
        </Control>
      </div>
    </>
  );
}

/** What a sweep lacks to have an item; nothing where it lacks nothing. */
function lackOf({ messages }: Page, axes: readonly AxisDraft[]): string {
  const [first] = axes.filter(({ values }) => values.length === 0);
  if (first) return sentence(messages, "page_sweep_empty", { name: first.name });
  return axes.length === 0 ? sentence(messages, "page_sweep_none") : "";
}

/** How many items are another one over again, since lines that were typed are equal; how often is asked for with repeat. */
function sameOf({ messages }: Page, axes: readonly AxisDraft[]): string {
  const product = (of: (values: readonly unknown[]) => number) =>
    axes.reduce((all, { values }) => all * of(values), 1);
  const same = product((values) => values.length) - product((values) => new Set(values).size);
  return same > 0 ? ` · ${sentence(messages, "page_sweep_same", { count: count(same) })}` : "";
}

function costOf(found: Surveyed | null): string {
  const { count: items = 0, credits = 0, unknown = 0, isAsking } = found ?? {};
  if (isAsking) return "";
  if (unknown === items) return " · price not known";
  return ` · ${creditCount(credits)}${unknown > 0 ? ` and ${count(unknown)} of unknown price` : ""}`;
}
