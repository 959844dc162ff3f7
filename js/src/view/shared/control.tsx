/** The one component that draws anything focusable: it keeps Jupyter's own shortcuts away from it. */

import { type ComponentChildren, h, type JSX } from "preact";
import { useRef, useState } from "preact/hooks";

type Focusable = "button" | "input" | "select" | "textarea" | "div" | "tr" | "ul" | "video" | "dialog" | "a";
type Props<T extends Focusable> = { as: T; children?: ComponentChildren } & Omit<
  JSX.IntrinsicElements[T],
  "children"
>;

/** In a notebook `dd` deletes the cell, unless the focused element itself carries this attribute. */
const QUIET = { "data-lm-suppress-shortcuts": "true" };

export function Control<T extends Focusable>({ as, ...props }: Props<T>) {
  return h((as === "button" ? Button : as) as string, { ...props, ...QUIET });
}

type ButtonProps = JSX.IntrinsicElements["button"];

/** A button that is turned off while it has the focus keeps it until it is left; press.ts drops what is pressed then. */
function Button({ disabled, onBlur, ...props }: ButtonProps) {
  const isFocused = useRef(false);
  const [, redraw] = useState({});
  const isHeld = Boolean(disabled && isFocused.current);
  return (
    <button
      type="button"
      {...props}
      disabled={Boolean(disabled) && !isHeld}
      aria-disabled={disabled || undefined}
      onFocus={() => {
        isFocused.current = true;
      }}
      onBlur={(event) => {
        const { activeElement } = event.currentTarget.getRootNode() as Document;
        isFocused.current = event.currentTarget === activeElement; // only the window was left
        if (disabled) redraw({});
        onBlur?.(event);
      }}
    />
  );
}

export function IconButton(props: {
  id?: string;
  name: string;
  /** What a press does, where the name does not say it. */
  title?: string;
  onClick: (event: MouseEvent) => void;
  children: ComponentChildren;
  class?: string;
  disabled?: boolean;
  pressed?: boolean;
}) {
  return (
    <Control
      as="button"
      id={props.id}
      class={`gw-ico ${props.class ?? ""}`}
      aria-label={props.name}
      title={props.title ?? props.name}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.children}
    </Control>
  );
}
