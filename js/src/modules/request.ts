/** What the form offers besides its controls: the body as JSON, pasting and dropping, earlier prompts, input pictures. */

import "../view/styles/request-tools.css";

export { nearestModels } from "../form/nearest";
export { Stray } from "../view/request/misspelt";
export { FieldTools } from "../view/request/tools/field-tools";
export { JsonBody } from "../view/request/tools/json-body";
export { FORM_KEYS, PROMPT_KEYS } from "../view/request/tools/keys";
export { RequestTools } from "../view/request/tools/request-tools";
