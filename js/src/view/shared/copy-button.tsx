/** A button that copies a text, shows the check icon for a moment, and says so. */

import { useEffect, useRef, useState } from "preact/hooks";
import { copyText } from "../../text/clipboard";
import { usePage } from "../use-trait";
import { Control, IconButton } from "./control";
import { Drawing, Icon } from "./icons";

const SHOWN_MS = 1500;

/** Where a text cannot be had, what gives it has said so, and gives none. */
type Text = string | (() => unknown);

function useCopy(name: string, text: Text): [isDone: boolean, copy: () => Promise<void>] {
  const page = usePage();
  const [isDone, setDone] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    const whole = typeof text === "string" ? text : await text();
    if (typeof whole !== "string") return;
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
    <IconButton {...props} onClick={copy}>
      <Icon name={isDone ? "check" : "copy"} />
    </IconButton>
  );
}

/** `icon` is the path of one that is drawn in place of the usual. */
export function CopyButton(props: { name: string; label: string; text: Text; icon?: string }) {
  const { name, label, icon } = props;
  const [isDone, copy] = useCopy(name, props.text);
  return (
    <Control as="button" class="gw-btn sm" aria-label={name} onClick={copy}>
      {icon && !isDone ? <Drawing path={icon} /> : <Icon name={isDone ? "check" : "copy"} />}
      {label}
    </Control>
  );
}
