/**
 * What the further modules use of the first one: the same preact, the same page. The build fills this in, with all that
 * they import of files that the first module has.
 */

export const handed: readonly unknown[] = [];
