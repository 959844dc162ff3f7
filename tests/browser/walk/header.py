"""Every state that the header of Response passes through, noted by a MutationObserver in the page."""

from dataclasses import dataclass

_WATCH = """
(root) => {
  const header = root.querySelector("[aria-label='Response'] header");
  const isSeen = (element) => !!element && element.getClientRects().length > 0;
  const leaves = () => [...header.querySelectorAll("*")].filter((one) => one.children.length === 0);
  const leaf = (pattern) => leaves().find((one) => pattern.test(one.textContent.trim()));
  const text = (element) => (element ? element.textContent.trim() : null);
  const note = () => {
    const [title, json] = [leaf(/^Response$/), leaf(/^JSON$/)];
    const copy = header.querySelector("button[aria-label='Copy response']");
    const buttons = [...root.querySelectorAll("button")].map((one) => one.textContent.trim());
    window.gwRecords.push({
      at: performance.now(),
      is_whole: !!title && !!json && !!copy,
      is_seen: !isSeen(header) || [title, json, copy].every(isSeen),
      is_loading: buttons.includes("Sending..."),
      status: text(leaf(/^\\d{3}$/)),
      time: text(leaf(/^[\\d,]+ ms$/)),
      lines: text(leaf(/^[\\d,]+ lines?$/)),
      other: leaves().map((one) => one.textContent.trim()).filter(Boolean)
        .filter((one) => !/^(Response|JSON|\\d{3}|[\\d,]+ ms|[\\d,]+ lines?)$/.test(one)),
    });
  };
  window.gwRecords = [];
  window.gwWatcher?.disconnect();
  window.gwWatcher = new MutationObserver(note);
  window.gwWatcher.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
}
"""
_RECORDS = """
() => {
  window.gwWatcher.disconnect();
  return window.gwRecords;
}
"""


@dataclass(frozen=True)
class Record:
    """The header after one change: what stood in it, and whether the POST was in flight."""

    at: float
    is_whole: bool
    is_seen: bool
    is_loading: bool
    status: str | None
    time: str | None
    lines: str | None
    other: list[str]


def watch(view):
    """Note every change in a playground from now on."""
    view.root.evaluate(_WATCH)


def records(view):
    """Stop, and return what was noted."""
    return [Record(**one) for one in view.page.evaluate(_RECORDS)]


def faults_in(noted):
    """Return what no header may show, with the record that showed it."""
    rules = {
        "title, JSON and copy stand always": lambda one: one.is_whole and one.is_seen,
        "no badge before a reply": lambda one: not (one.is_loading and one.status),
        "elapsed while loading": lambda one: bool(one.time) or not one.is_loading,
        "no time before or without a request": lambda one: one.is_loading or bool(one.status) or not one.time,
        "no line count before a reply": lambda one: not one.lines or bool(one.status),
        "nothing else": lambda one: one.other == [],
    }
    return [(rule, one) for one in noted for rule, holds in rules.items() if not holds(one)]
