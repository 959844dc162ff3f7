/** A button that copies a text, shows the check icon for a moment, and says so. */

import { useEffect, useRef, useState } from "preact/hooks";
import { copyText } from "../../text/clipboard";
import { usePage } from "../use-trait";
import { Control, IconButton } from "./control";
import { Icon } from "./icons";

const SHOWN_MS = 1500;

type Text = string | (() => string | Promise<string>);

function useCopy(name: string, text: Text): [isDone: boolean, copy: () => Promise<void>] {
  const page = usePage();
  const [isDone, setDone] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    const whole = typeof text === "string" ? text : await text();
    const isCopied = await copyText(whole, page.root);
    page.say(isCopied ? "page_copied" : "page_copy_refused", { name });
    setDone(isCopied);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setDone(false), SHOWN_MS);
  };
  return [isDone, copy];
}

export function CopyIcon(props: { name: string; text: Text; disabled?: boolean; class?: string }) {
  const [isDone, copy] = useCopy(props.name, props.text);
  return (
    <IconButton name={props.name} class={props.class ?? ""} disabled={props.disabled ?? false} onClick={copy}>
      <Icon name={isDone ? "check" : "copy"} />
    </IconButton>
  );
}

export function CopyButton(props: {
  name: string;
  label: string;
  text: Text;
  icon?: "copy" | "link";
  disabled?: boolean;
}) {
  const [isDone, copy] = useCopy(props.name, props.text);
  const name = props.name === props.label ? undefined : props.name;
  return (
    <Control
      as="button"
      class="gw-btn sm"
      aria-label={name}
      disabled={props.disabled ?? false}
      onClick={copy}
    >
      <Icon name={isDone ? "check" : (props.icon ?? "copy")} />
      {props.label}
    </Control>
  );
}
