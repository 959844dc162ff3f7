import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

// Debian's Chromium; it refuses to run as root inside its sandbox.
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  optimizeDeps: { include: ["preact", "preact/hooks", "preact/jsx-dev-runtime", "axe-core"] },
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
          args: isRoot ? ["--no-sandbox"] : [],
        },
        contextOptions: { permissions: ["clipboard-read", "clipboard-write"] },
      }),
      instances: [{ browser: "chromium", viewport: { width: 1312, height: 900 } }],
    },
  },
});
