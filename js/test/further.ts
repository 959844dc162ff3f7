/** The further modules as a kernel answers with them: a text that the page loads as any other, and that gives the sources'. */

import * as code from "../src/modules/code";
import * as compare from "../src/modules/compare";
import * as history from "../src/modules/history";
import * as json from "../src/modules/json";
import * as large from "../src/modules/large";
import * as manage from "../src/modules/manage";
import * as request from "../src/modules/request";
import * as result from "../src/modules/result";
import * as sheet from "../src/modules/sheet";
import * as shortcuts from "../src/modules/shortcuts";
import type { ModuleName, Modules } from "../src/page/modules";

const SOURCES: Modules = { code, compare, history, json, large, manage, request, result, sheet, shortcuts };

Object.assign(globalThis, { furtherSources: SOURCES });

export function moduleText(name: string): Uint8Array<ArrayBuffer> | undefined {
  if (!((name as ModuleName) in SOURCES)) return undefined;
  return new TextEncoder().encode(`export default () => globalThis.furtherSources.${name};`);
}
