// A step of the demo's tour, and how it is played: its command, what came true, and how long that took.

import { setTimeout as sleep } from "node:timers/promises";

import { bold, dim, green, say, seconds } from "./screen.ts";
import type { Shown, World } from "./world.ts";

const STEP_TIMEOUT_MS = 30_000;

export interface Step {
  readonly title: string;
  /** What a user would type. */
  readonly command: string;
  /** Does it; the tour then waits until `expect` says that it has come true, in words for the reader. */
  readonly act: (world: World) => Promise<unknown>;
  /** What came true, or undefined as long as it has not. */
  readonly expect: (world: World) => Promise<readonly string[] | undefined>;
  /** Puts things back, where the next step needs it. */
  readonly undo?: (world: World) => Promise<unknown>;
}

export async function playStep(step: Step, number: number, world: World): Promise<void> {
  say();
  say(bold(`${number}. ${step.title}`));
  say(dim(`   $ ${step.command}`));
  const startedAt = performance.now();
  await step.act(world);
  const lines = await until(step.title, () => step.expect(world));
  for (const line of lines) say(`   ${line}`);
  say(green(`   true after ${seconds(performance.now() - startedAt)}`));
  await step.undo?.(world);
}

/** Asks until there is an answer. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + STEP_TIMEOUT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`Did not come true within ${seconds(STEP_TIMEOUT_MS)}: ${what}`);
    await sleep(20);
  }
}

export function isDone({ metadata, status }: Shown): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return status?.observedGeneration === metadata.generation && ready?.status === "True";
}

export function hasReason({ metadata, status }: Shown, reason: string): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return status?.observedGeneration === metadata.generation && ready?.reason === reason;
}

export function conditionLine({ status }: Shown): string {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return `Status: Ready=${ready?.status} ${ready?.reason}: ${ready?.message}`;
}
