/** What keys do in the large view: with any output, with a picture, with a video. */
const ALL = {
  next: ["ArrowRight"],
  previous: ["ArrowLeft"],
  older: ["ArrowDown"],
  newer: ["ArrowUp"],
  rate: ["1", "2", "3", "4", "5"],
  reject: ["x"],
  unrate: ["0"],
  save: ["s"],
};

export const PICTURE_KEYS = {
  ...ALL,
  zoomIn: ["+", "="],
  zoomOut: ["-"],
  fit: ["f"],
  whole: ["z"],
  pan: ["Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown"],
  copy: ["c"],
};

export const FILM_KEYS = { ...ALL, play: [" "], forward: ["."], back: [","], loop: ["l"] };
