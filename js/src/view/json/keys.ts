/** What keys do where a text is looked for in JSON. */
export const SEARCH_KEYS = { next: ["Enter"], previous: ["Shift+Enter"], close: ["Escape"] };
