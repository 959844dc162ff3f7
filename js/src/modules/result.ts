/** What came of a run. */

import "../view/styles/outputs.css";

export { ContentCheck } from "../view/response/content-check";
export { GenerationRow } from "../view/response/generation";
export { Outputs } from "../view/response/outputs";
export { ProviderErrors } from "../view/response/provider-errors";
export { Whose } from "../view/response/whose";
