// Superseded: why a run is called off in the middle: what it works on is not what it began with any longer. Pure.

import type { ObjectMeta } from "../api/custom-resource.ts";
import { DeadlineExceeded } from "./deadline.ts";

/** The reason of a run's signal that aborted because a newer version of its object is there, or none at all. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** What makes a run that began with `began` useless, in a few words; undefined while it is not. */
export function supersession(began: ObjectMeta, current: ObjectMeta | undefined): string | undefined {
  if (current === undefined) return "it is gone";
  if (current.uid !== began.uid) return "another object has its name";
  if (current.deletionTimestamp !== began.deletionTimestamp) return "it is being deleted";
  if (current.generation !== began.generation) return `generation ${current.generation} is there`;
  return undefined;
}

/** The object is there still, and nobody wants it gone: only its spec is another. */
export function isMereEdit(began: ObjectMeta, current: ObjectMeta | undefined): boolean {
  const isSame = current?.uid === began.uid && current.deletionTimestamp === began.deletionTimestamp;
  return isSame && current.generation !== began.generation;
}

/**
 * True when a patient run has been outlived by an edit: what it reads still counts and is told, but it must have no
 * further effect.
 */
export function isOutdated({
  reading,
  signal,
}: {
  readonly reading: AbortSignal;
  readonly signal: AbortSignal;
}): boolean {
  return signal.reason instanceof Superseded && !reading.aborted;
}

/**
 * True when nobody waits for what the run finds any longer: it is superseded, or the process stops or leads no longer.
 * A deadline that has passed is not meant: what could not be done in time is told.
 */
export function isCalledOff(signal: AbortSignal): boolean {
  return signal.aborted && !(signal.reason instanceof DeadlineExceeded);
}
