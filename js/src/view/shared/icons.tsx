/** The icons: 16 px, drawn in lines of the text's own colour, silent to screen readers. */

const PATHS = {
  copy: "M5.75 5.75h7.5v7.5h-7.5zM10.25 5.5V2.75h-7.5v7.5H5.5",
  reset: "M3 8a5 5 0 1 0 1.6-3.7L3 5.8M3 2.75v3.1h3.1",
  lock: "M3.25 7.25h9.5v6.5h-9.5zM5.25 7V5a2.75 2.75 0 0 1 5.5 0v2",
  unlock: "M3.25 7.25h9.5v6.5h-9.5zM5.25 7V5a2.75 2.75 0 0 1 5.3-1",
  down: "m4.5 6.5 3.5 3.5 3.5-3.5",
  right: "m6.5 4.5 3.5 3.5-3.5 3.5",
  plus: "M8 4v8M4 8h8",
  minus: "M4 8h8",
  check: "m3.5 8.5 3 3 6-6.5",
  close: "m4.5 4.5 7 7m0-7-7 7",
  warn: "M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0zM8 5.25v3.25M8 10.75v.01",
  info: "M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0zM8 7.5v3.25M8 5.25v.01",
  save: "M8 2.75v7m-3-2.9 3 3 3-3M3 13.25h10",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return <Drawing path={PATHS[name]} />;
}

/** An icon that a further module alone has. */
export function Drawing({ path }: { path: string }) {
  return (
    <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
