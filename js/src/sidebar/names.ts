/** What a notebook is called. */

export function baseName(path: string): string {
  return path.split("/").at(-1) ?? path;
}
