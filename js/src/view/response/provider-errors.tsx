/** What each provider has answered, where several were tried. */

import type { ProviderError } from "../../protocol";

export function ProviderErrors({ errors }: { errors: readonly ProviderError[] }) {
  return (
    <table class="gw-tbl">
      <caption class="vh">provider_errors</caption>
      <thead>
        <tr>
          <th scope="col">provider</th>
          <th scope="col">code</th>
          <th scope="col">message</th>
          <th scope="col">retryable</th>
        </tr>
      </thead>
      <tbody>
        {errors.map((error, index) => (
          // the server's own order; a provider may stand twice
          <tr key={index}>
            <td class="mono">{String(error.provider ?? "")}</td>
            <td class="mono">{String(error.code ?? "")}</td>
            <td>{String(error.message ?? "")}</td>
            <td>{error.retryable === undefined ? "" : error.retryable ? "yes" : "no"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
