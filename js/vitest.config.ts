import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { build } from "esbuild";
import { defineConfig } from "vitest/config";

// The system's Chromium; CHROMIUM names another. It refuses to run as root inside its sandbox.
const executablePath =
  process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
const isRoot = process.getuid?.() === 0;

declare module "vitest/browser" {
  interface BrowserCommands {
    bundleWidget: () => Promise<string>;
  }
}

/** The widget as one script, which a test loads as often as it likes. */
async function bundleWidget(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ["src/widget.tsx"],
    bundle: true,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "preact",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

export default defineConfig({
  optimizeDeps: { include: ["preact", "preact/hooks", "preact/jsx-dev-runtime", "axe-core"] },
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    // What a test waits for is mostly there with the next frame.
    expect: { poll: { interval: 10, timeout: 5000 } },
    reporters: ["default", ["junit", { outputFile: "../reports/page.xml" }]],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      commands: { bundleWidget },
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
