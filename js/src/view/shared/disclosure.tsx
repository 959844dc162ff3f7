/** A line that opens and folds what stands below it. */

import type { ComponentChildren } from "preact";
import { Control } from "./control";
import { Icon } from "./icons";

export function Disclosure(props: {
  isOpen: boolean;
  controls: string;
  onToggle: () => void;
  children: ComponentChildren;
}) {
  return (
    <Control
      as="button"
      class="gw-disc"
      aria-expanded={props.isOpen}
      aria-controls={props.controls}
      onClick={props.onToggle}
    >
      <Icon name="right" />
      {props.children}
    </Control>
  );
}
