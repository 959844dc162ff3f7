/** The drawing of a button that goes back by one. */
export const LEFT = "m9.5 4.5-3.5 3.5 3.5 3.5";
