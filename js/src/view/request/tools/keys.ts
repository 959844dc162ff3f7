/** What keys do in the form; those of a prompt work where it is empty or an earlier one stands in it. */
export const FORM_KEYS = {
  undo: ["Mod+z"],
  redo: ["Mod+Shift+z", "Mod+Z", "Mod+y"],
  prompts: ["Alt+ArrowDown"],
};
export const PROMPT_KEYS = { older: ["ArrowUp"], newer: ["ArrowDown"] };
