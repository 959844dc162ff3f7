/** What keys do on a run. */
export const RUN_KEYS = {
  older: ["ArrowDown"],
  newer: ["ArrowUp"],
  rate: ["1", "2", "3", "4", "5"],
  reject: ["x"],
  unrate: ["0"],
  select: ["c"],
};
