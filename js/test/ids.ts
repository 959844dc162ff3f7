/** What is wrong with the ids of a page, and with the attributes that name an element by its id. */

const NAMING = [
  "for",
  "form",
  "list",
  "aria-activedescendant",
  "aria-controls",
  "aria-describedby",
  "aria-details",
  "aria-errormessage",
  "aria-flowto",
  "aria-labelledby",
  "aria-owns",
];

/** Say which ids of the document stand twice, and which references of a view lead out of it or nowhere. */
export function idFaults(root: Element): string[] {
  const all = [...document.querySelectorAll("[id]")].map((one) => one.id).filter(Boolean);
  const repeated = all.filter((id, at) => all.indexOf(id) !== at).map((id) => `${id} stands twice`);
  const lost = NAMING.flatMap((name) =>
    [...root.querySelectorAll(`[${name}]`)].flatMap((one) =>
      (one.getAttribute(name) ?? "")
        .split(/\s+/)
        .filter((id) => !root.contains(document.getElementById(id)))
        .map((id) => `${name}="${id}" of ${one.outerHTML.slice(0, 80)}`),
    ),
  );
  return [...repeated, ...lost];
}

/** Every reference of a view by its id, so that a test can say how many it looked at. */
export function references(root: Element): number {
  return NAMING.reduce((sum, name) => sum + root.querySelectorAll(`[${name}]`).length, 0);
}
