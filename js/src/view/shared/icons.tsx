/** The icons: 16 px, drawn in lines of the text's own colour, silent to screen readers. */

const PATHS = {
  copy: "M7.25 5.75h4.5a1.5 1.5 0 0 1 1.5 1.5v4.5a1.5 1.5 0 0 1-1.5 1.5h-4.5a1.5 1.5 0 0 1-1.5-1.5v-4.5a1.5 1.5 0 0 1 1.5-1.5zM10.25 5.5v-1.25a1.5 1.5 0 0 0-1.5-1.5h-4.5a1.5 1.5 0 0 0-1.5 1.5v4.5a1.5 1.5 0 0 0 1.5 1.5H5.5",
  reset: "M3 8a5 5 0 1 0 1.6-3.7L3 5.8M3 2.75v3.1h3.1",
  lock: "M4.75 7.25h6.5a1.5 1.5 0 0 1 1.5 1.5v3.5a1.5 1.5 0 0 1-1.5 1.5h-6.5a1.5 1.5 0 0 1-1.5-1.5v-3.5a1.5 1.5 0 0 1 1.5-1.5zM5.25 7V5a2.75 2.75 0 0 1 5.5 0v2",
  unlock:
    "M4.75 7.25h6.5a1.5 1.5 0 0 1 1.5 1.5v3.5a1.5 1.5 0 0 1-1.5 1.5h-6.5a1.5 1.5 0 0 1-1.5-1.5v-3.5a1.5 1.5 0 0 1 1.5-1.5zM5.25 7V5a2.75 2.75 0 0 1 5.3-1",
  down: "m4.5 6.5 3.5 3.5 3.5-3.5",
  right: "m6.5 4.5 3.5 3.5-3.5 3.5",
  search: "M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm-1 3 3.25 3.25",
  plus: "M8 4v8M4 8h8",
  minus: "M4 8h8",
  check: "m3.5 8.5 3 3 6-6.5",
  close: "m4.5 4.5 7 7m0-7-7 7",
  warn: "M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0zM8 5.25v3.25M8 10.75v.01",
  info: "M13.75 8a5.75 5.75 0 1 1-11.5 0 5.75 5.75 0 0 1 11.5 0zM8 7.5v3.25M8 5.25v.01",
  save: "M8 2.75v7m-3-2.9 3 3 3-3M3 13.25h10",
  link: "M6.75 9.25 9.25 6.75M7.25 4.75l1.4-1.4a2.8 2.8 0 0 1 4 4l-1.4 1.4M8.75 11.25l-1.4 1.4a2.8 2.8 0 0 1-4-4l1.4-1.4",
  up: "m4.5 9.5 3.5-3.5 3.5 3.5",
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
