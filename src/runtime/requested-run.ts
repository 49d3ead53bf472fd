// The token by which somebody asks for a run now, to be echoed in the status. Pure.

import type { ObjectMeta } from "../api/custom-resource.ts";

/**
 * The token that the object carries under one of `annotations`. Where several differ: the latest, when all are times
 * (Flux writes times), else the first. It depends on nothing but the object, so that the echo never flaps.
 */
export function requestedToken(metadata: ObjectMeta, annotations: readonly string[]): string | undefined {
  const tokens = annotations.map((name) => metadata.annotations?.[name]).filter((token) => token !== undefined);
  const times = tokens.map((token) => Date.parse(token));
  if (times.some((time) => Number.isNaN(time))) return tokens[0];
  return tokens[times.indexOf(Math.max(...times))];
}
