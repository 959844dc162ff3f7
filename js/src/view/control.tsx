/** The one component that draws anything focusable: it keeps Jupyter's own shortcuts away from it. */

import { type ComponentChildren, h, type JSX } from "preact";

type Focusable = "button" | "input" | "select" | "textarea" | "div" | "ul" | "video" | "dialog";
type Props<T extends Focusable> = { as: T; children?: ComponentChildren } & Omit<
  JSX.IntrinsicElements[T],
  "children"
>;

/** In a notebook `dd` deletes the cell, unless the focused element itself carries this attribute. */
const QUIET = { "data-lm-suppress-shortcuts": "true" };

export function Control<T extends Focusable>({ as, ...props }: Props<T>) {
  const type = as === "button" ? { type: "button" } : null;
  return h(as as string, { ...type, ...props, ...QUIET });
}

export function IconButton(props: {
  name: string;
  onClick: () => void;
  children: ComponentChildren;
  class?: string;
  disabled?: boolean;
  pressed?: boolean;
}) {
  return (
    <Control
      as="button"
      class={`gw-ico ${props.class ?? ""}`}
      aria-label={props.name}
      title={props.name}
      aria-pressed={props.pressed}
      disabled={props.disabled ?? false}
      onClick={props.onClick}
    >
      {props.children}
    </Control>
  );
}
