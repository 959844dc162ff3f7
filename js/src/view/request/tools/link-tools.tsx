/** Below a field of links: what each link shows, a file of this machine, the sandbox's own pictures. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Field, Sample } from "../../../protocol";
import { Control } from "../../shared/control";
import { Drawing, Icon } from "../../shared/icons";
import { useIsConnected, usePage } from "../../use-trait";
import { rowsOf } from "../link-list";
import { toolsOf } from "./form-tools";
import { useSamples } from "./samples";
import { Thumbnail } from "./thumbnail";

const UP = "m4.5 9.5 3.5-3.5 3.5 3.5";

interface Props {
  field: Field;
  value: unknown;
  isOff: boolean;
}

const PICTURES = "image/png,image/jpeg,image/webp";

export function LinkTools({ field, value, isOff }: Props) {
  const [isOpen, setOpen] = useState(false);
  const samples = useSamples();
  const links = rowsOf(value).filter((one) => one.trim() !== "");
  return (
    <div class="gw-link-tools">
      <div class="acts">
        <FileButton field={field} isOff={isOff} />
        {samples.length > 0 ? (
          <Control
            as="button"
            class="gw-btn sm"
            aria-expanded={isOpen}
            aria-label={`Sandbox pictures for ${field.name}`}
            disabled={isOff}
            onClick={() => setOpen(!isOpen)}
          >
            Sandbox pictures
            {isOpen ? <Drawing path={UP} /> : <Icon name="down" />}
          </Control>
        ) : null}
      </div>
      {isOpen ? <Samples samples={samples} field={field} isOff={isOff} /> : null}
      {links.length > 0 ? (
        <ul class="gw-thumbs">
          {links.map((link, place) => (
            <Thumbnail link={link} key={`${place} ${link}`} />
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function FileButton({ field, isOff }: Omit<Props, "value">) {
  const { filling } = toolsOf(usePage());
  const isConnected = useIsConnected();
  const chooser = useRef<HTMLInputElement>(null);
  const choose = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    void filling.takeFiles([...(input.files ?? [])], field);
    input.value = ""; // the same file can be chosen again
  };
  return (
    <>
      <Control
        as="button"
        class="gw-btn sm"
        aria-label={`Choose a file for ${field.name}`}
        disabled={isOff || !isConnected}
        onClick={() => chooser.current?.click()}
      >
        Choose a file
      </Control>
      <input
        type="file"
        accept={PICTURES}
        hidden
        multiple={field.type === "array"}
        ref={chooser}
        onChange={choose}
      />
    </>
  );
}

function Samples({ samples, field, isOff }: Omit<Props, "value"> & { samples: readonly Sample[] }) {
  const { filling } = toolsOf(usePage());
  const list = useRef<HTMLFieldSetElement>(null);
  // it opens at the end of a field, which may be the end of what is in sight
  useLayoutEffect(() => list.current?.scrollIntoView({ block: "nearest" }), []);
  return (
    <fieldset class="gw-samples" aria-label="Sandbox pictures" ref={list}>
      {samples.map(({ name, url, note }) => (
        <Control
          as="button"
          class="gw-btn sm"
          key={name}
          title={note}
          aria-label={`Use ${name}: ${note}`}
          disabled={isOff}
          onClick={() => filling.use(field, url)}
        >
          {name}
        </Control>
      ))}
    </fieldset>
  );
}
