/** The bar: type, model, region, key, host. */

import type { ModelType } from "../../protocol";
import { sentence } from "../../text/format";
import { IconButton } from "../shared/control";
import { Segments } from "../shared/segments";
import { useIsOff, usePage, useTrait } from "../use-trait";
import { KeyBox } from "./key-box";
import { ModelSelect } from "./model-select";

const TYPES = [
  { value: "image" as const, label: "Image" },
  { value: "video" as const, label: "Video" },
];

export function TopBar() {
  const page = usePage();
  const isOff = useIsOff();
  const type = useTrait("model_type");
  return (
    <div class="gw-bar">
      <h2 class="gw-name">Playground</h2>
      <Segments<ModelType>
        kind="tab"
        label="Type"
        class="gw-seg gw-type"
        items={TYPES}
        value={type}
        disabled={isOff}
        onChoose={(one) => page.selectType(one)}
      />
      <ModelSelect isOff={isOff} />
      <RegionSwitch isOff={isOff} />
      <KeyBox isOff={isOff} />
      <Host />
    </div>
  );
}

function RegionSwitch({ isOff }: { isOff: boolean }) {
  const page = usePage();
  const region = useTrait("region");
  const isFixed = useTrait("host_fixed");
  const { regions, sandbox_offered, messages } = useTrait("catalogue");
  const offered = regions.filter(
    (one) => one.region_id !== "sandbox" || sandbox_offered || region === "sandbox",
  );
  return (
    <Segments
      kind="radio"
      label="Region"
      class="gw-seg gw-region"
      items={offered.map((one) => ({
        value: one.region_id,
        label: one.label,
        title:
          one.region_id === "sandbox"
            ? messages.sandbox_offer
            : sentence(messages, "region_means", {
                label: one.label,
                host: one.api_url,
                region: one.region_id,
              }),
      }))}
      value={region}
      idFor={(one) => (one === region ? page.id("region") : undefined)}
      disabled={isOff || isFixed}
      onChoose={(one) => page.form.selectRegion(one)}
    />
  );
}

/** The API's base URL: what the kernel says, else what the table of regions says. */
function Host() {
  const page = usePage();
  const host = useTrait("host");
  const region = useTrait("region");
  const { regions } = useTrait("catalogue");
  const shown = host || regions.find((one) => one.region_id === region)?.api_url || "";
  return (
    <div class="gw-host">
      <span>{shown}</span>
      <IconButton name="Shortcuts and spending" onClick={() => page.toggleShortcuts()}>
        ?
      </IconButton>
    </div>
  );
}
