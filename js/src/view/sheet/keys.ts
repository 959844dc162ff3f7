/** What keys do on an item of a batch: in its sheet, and in full size. */
const RATING = { rate: ["1", "2", "3", "4", "5"], reject: ["x"], unrate: ["0"] };

export const GRID_KEYS = {
  right: ["ArrowRight"],
  left: ["ArrowLeft"],
  down: ["ArrowDown"],
  up: ["ArrowUp"],
  pageDown: ["PageDown"],
  pageUp: ["PageUp"],
  first: ["Home"],
  last: ["End"],
  open: [" ", "Enter"],
  compare: ["c"],
  ...RATING,
};

export const ITEM_KEYS = { next: ["ArrowRight"], previous: ["ArrowLeft"], ...RATING };
