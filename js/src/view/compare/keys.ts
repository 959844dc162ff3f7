/** What keys do on a result in the comparison. */
export const COMPARE_KEYS = {
  next: ["ArrowRight"],
  previous: ["ArrowLeft"],
  rate: ["1", "2", "3", "4", "5"],
  reject: ["x"],
  unrate: ["0"],
};
