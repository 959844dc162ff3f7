/** What the build puts in for JSX. */

export { Fragment, h } from "preact";
