/** How keys are written for people. */

const NAMES: Record<string, string> = {
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowDown: "↓",
  ArrowUp: "↑",
  PageDown: "Page Down",
  PageUp: "Page Up",
  Escape: "Esc",
  " ": "Space",
};

/** `Ctrl+Z` for `Mod+z`, `1 to 5` for five digits, all arrows together; each way of writing it once. */
export function chords(keys: readonly string[], isMac = /Mac|iP/.test(navigator.platform)): string[] {
  if (keys.length > 2 && keys.every((one) => /^\d$/.test(one))) return [`${keys[0]} to ${keys.at(-1)}`];
  const arrows = keys.map((one) => /^(.*)Arrow/.exec(one)?.[1]);
  if (keys.length === 4 && arrows[0] && arrows.every((one) => one === arrows[0]))
    return [`${chord(`${arrows[0]}ArrowLeft`, isMac)}→↑↓`];
  return [...new Set(keys.map((one) => chord(one, isMac)))];
}

function chord(pressed: string, isMac: boolean): string {
  const parts = pressed.split("+");
  const key = pressed.endsWith("+") ? "+" : (parts.pop() ?? "");
  const held = parts.filter(Boolean);
  // a capital is typed with Shift
  if (held.length > 0 && /^[A-Z]$/.test(key)) held.push("Shift");
  const name = NAMES[key] ?? (held.length > 0 ? capital(key) : key);
  return [...held.map((one) => (one === "Mod" ? (isMac ? "⌘" : "Ctrl") : one)), name].join("+");
}

const capital = (key: string): string => (key.length === 1 ? key.toUpperCase() : key);
