// How a Secret is named to people. Pure.

import type { SecretKey } from "../secrets/followed-secrets.ts";

export function nameOf({ name, namespace }: SecretKey): string {
  return `Secret "${name}" in namespace "${namespace}"`;
}
