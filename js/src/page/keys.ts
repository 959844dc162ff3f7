/** Which keys do what: tables that the handling of keys reads, and the list of shortcuts is drawn from. */

/** By the name of an act, the keys that do it: as the browser names them, after `Alt+`, `Mod+` (Ctrl or Cmd) and `Shift+`. */
export type Keys = Readonly<Record<string, readonly string[]>>;

export const PAGE_KEYS = { send: ["Mod+Enter"], shortcuts: ["?"] };

/** What a press does by a table. Shift is named only where the key itself does not tell of it. */
export function actOf<T extends Keys>(keys: T, event: KeyboardEvent): keyof T | undefined {
  const { key } = event;
  const held = [
    event.altKey && "Alt",
    (event.ctrlKey || event.metaKey) && "Mod",
    event.shiftKey && key !== key.toUpperCase() && "Shift",
    key,
  ];
  const pressed = held.filter(Boolean).join("+");
  return Object.keys(keys).find((name) => keys[name]?.includes(pressed));
}
