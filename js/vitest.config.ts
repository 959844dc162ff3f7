import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import type { Reporter, TestCase } from "vitest/node";

// The system's Chromium; CHROMIUM names another. It refuses to run as root inside its sandbox.
const executablePath =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
const isRoot = process.getuid?.() === 0;

declare module "vitest/browser" {
  interface BrowserCommands {
    builtFile: (name: string) => Promise<string>;
  }
}

/** A file of the widget as it was built last, which `make` does before it tests. */
function builtFile(_: unknown, name: string): Promise<string> {
  return readFile(`../genwidget/widget/static/${name}`, "utf8");
}

/** Names each test that passed at a second try only, which the other reporters do not tell. */
const second: Reporter = {
  onTestCaseResult(one: TestCase) {
    if (!one.diagnostic()?.flaky) return;
    const why = one.result().errors?.map(({ message }) => message.split("\n", 1)[0]);
    console.log(`retry x1: ${one.module.relativeModuleId} > ${one.fullName}: ${why?.join("; ")}`);
  },
};

export default defineConfig({
  optimizeDeps: {
    include: ["preact", "preact/hooks", "preact/jsx-dev-runtime", "axe-core", "@lumino/signaling"],
  },
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    // What a test waits for is mostly there with the next frame; where it is not, the machine may be slow.
    testTimeout: 120_000,
    expect: { poll: { interval: 10, timeout: 30_000 } },
    reporters: ["default", "junit", second],
    outputFile: { junit: "../reports/page.xml" },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      commands: { builtFile },
      provider: playwright({
        launchOptions: {
          ...(executablePath ? { executablePath } : {}),
          args: isRoot ? ["--no-sandbox"] : [],
        },
        contextOptions: { permissions: ["clipboard-read", "clipboard-write"] },
      }),
      instances: [{ browser: "chromium", viewport: { width: 1312, height: 900 } }],
    },
  },
});
