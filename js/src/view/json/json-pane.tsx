/** The JSON of the shown run, and which of its two bodies that is. */

import type { BodyKind, Run } from "../../protocol";
import type { ShownBody } from "../response/use-body";
import { Segments } from "../shared/segments";
import { JsonView } from "./json-view";

export function JsonPane({ run, body }: { run: Run; body: ShownBody }) {
  const choices = (
    <Segments<BodyKind>
      kind="radio"
      label="JSON shown"
      class="gw-seg sm"
      items={[
        { value: "reply", label: "Reply", disabled: !run.has_reply },
        { value: "record", label: "Record", disabled: !run.has_record },
      ]}
      value={body.which}
      onChoose={body.choose}
    />
  );
  const filename = `${run.generation_id ?? run.run_id}-${body.which}.json`;
  return (
    <div class="gw-json">
      <JsonView name="JSON" text={body.text} failure={body.failure} filename={filename}>
        {choices}
      </JsonView>
    </div>
  );
}
