/** The panel's icon: a picture with a spark. JupyterLab colours whatever has its class and a stroke or fill. */

import { LabIcon } from "@jupyterlab/ui-components";

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g fill="none" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">
    <path class="jp-icon3" stroke="#616161" d="M7.5 2.75H4A1.25 1.25 0 0 0 2.75 4v8A1.25 1.25 0 0 0 4 13.25h8A1.25 1.25 0 0 0 13.25 12V8.5"/>
    <path class="jp-icon3" stroke="#616161" d="m3 11.25 2.9-2.9 2.6 2.6 1.4-1.4 3 3"/>
  </g>
  <path class="jp-icon3" fill="#616161" d="m11.75 1 .95 2.55 2.55.95-2.55.95L11.75 8l-.95-2.55L8.25 4.5l2.55-.95z"/>
</svg>`;

export const playgroundIcon = new LabIcon({ name: "genwidget:playground", svgstr: SVG });
