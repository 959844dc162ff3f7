/** Whether the page's policy has refused a picture or a film from a blob: address: its bytes are then no worse than any. */

import { useEffect, useState } from "preact/hooks";

let hasRefused = false;

document.addEventListener("securitypolicyviolation", ({ blockedURI, disposition, effectiveDirective }) => {
  hasRefused ||=
    disposition === "enforce" &&
    blockedURI.startsWith("blob") &&
    /^(img|media)-src$/.test(effectiveDirective);
});

/** The browser may tell of it before or after the element's own error. */
export function useIsRefused(): boolean {
  const [isRefused, setRefused] = useState(hasRefused);
  useEffect(() => {
    const look = () => setRefused(hasRefused);
    look();
    document.addEventListener("securitypolicyviolation", look);
    return () => document.removeEventListener("securitypolicyviolation", look);
  }, []);
  return isRefused;
}
