/** What the list of runs is narrowed by. */

import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { count } from "../../text/format";
import { Control, IconButton } from "../shared/control";
import { Drawing, Icon } from "../shared/icons";
import { usePage, useTrait } from "../use-trait";
import { ANY, isAny, type Query, STARS, STATES } from "./query";

const SEARCH = "M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm-1 3 3.25 3.25";

interface Props {
  query: Query;
  onQuery: (query: Query) => void;
  /** How many were found; empty where none are looked for. */
  found: string;
}

export function Filters({ query, onQuery, found }: Props) {
  const { models } = useTrait("catalogue");
  const { count: all } = useTrait("history_state");
  const [isMore, setMore] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const set = (name: keyof Query) => (value: string) => onQuery({ ...query, [name]: value });
  const showAll = () => {
    onQuery(ANY);
    field.current?.focus();
  };
  const ids = models.map((one) => one.model_id);
  return (
    <section class="gw-find" aria-label="Find runs">
      <SearchField field={field} value={query.search} onSearch={set("search")} />
      <Choice
        name="State"
        none="any state"
        values={Object.keys(STATES)}
        value={query.state}
        onChoose={set("state")}
      />
      <Choice
        name="Stars"
        none="any rating"
        values={Object.keys(STARS)}
        value={query.stars}
        onChoose={set("stars")}
      />
      <Control as="button" class="gw-btn sm" aria-expanded={isMore} onClick={() => setMore(!isMore)}>
        More filters
      </Control>
      {found ? <span class="num quiet">{`${found} of ${count(all)}`}</span> : null}
      {isAny(query) ? null : (
        <IconButton name="Show all runs" class="sm" onClick={showAll}>
          <Icon name="close" />
        </IconButton>
      )}
      {isMore ? (
        <div class="more">
          <Choice
            name="Model"
            none="any model"
            values={ids}
            value={query.modelId}
            onChoose={set("modelId")}
          />
          <Day name="From" value={query.since} onDay={set("since")} />
          <Day name="To" value={query.until} onDay={set("until")} />
        </div>
      ) : null}
    </section>
  );
}

interface SearchProps {
  field: RefObject<HTMLInputElement | null>;
  value: string;
  onSearch: (text: string) => void;
}

function SearchField({ field, value, onSearch }: SearchProps) {
  return (
    <div class="gw-in search">
      <Drawing path={SEARCH} />
      <Control
        as="input"
        ref={field}
        type="search"
        aria-label="Search runs"
        placeholder="prompt or model"
        maxLength={1000}
        value={value}
        onInput={(event: Event) => onSearch((event.currentTarget as HTMLInputElement).value)}
      />
    </div>
  );
}

interface ChoiceProps {
  name: string;
  none: string;
  values: readonly string[];
  value: string;
  onChoose: (value: string) => void;
}

function Choice({ name, none, values, value, onChoose }: ChoiceProps) {
  return (
    <div class="gw-in">
      <Control
        as="select"
        aria-label={name}
        value={value}
        onChange={(event: Event) => onChoose((event.currentTarget as HTMLSelectElement).value)}
      >
        <option value="">{none}</option>
        {values.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </Control>
      <Icon name="down" />
    </div>
  );
}

function Day({ name, value, onDay }: { name: string; value: string; onDay: (day: string) => void }) {
  const page = usePage();
  const id = page.id(`runs-${name}`);
  return (
    <div class="gw-in day">
      <label for={id}>{name}</label>
      <Control
        as="input"
        id={id}
        type="date"
        value={value}
        onInput={(event: Event) => onDay((event.currentTarget as HTMLInputElement).value)}
      />
    </div>
  );
}
