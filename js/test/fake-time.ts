import { vi } from "vitest";

/** Run a test whose page's clock goes on only when told to, by so many milliseconds. */
export async function byFakeTime(
  act: (pass: (ms: number) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  try {
    await act((ms) => vi.advanceTimersByTimeAsync(ms));
  } finally {
    vi.useRealTimers();
  }
}
