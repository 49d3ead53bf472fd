// The rules of a change guard with its defaults, and which of two guards is the stricter. Pure.

import { parseDuration } from "../api/quantity.ts";

/** `changeGuard` as RetentionPolicy and EventBus declare it. */
export interface DeclaredGuard {
  readonly onShorten?: OnShorten | undefined;
  readonly approver?: Approver | undefined;
  readonly stepDown?: { readonly by: string; readonly every: string } | undefined;
  readonly blockIfUnread?: boolean | undefined;
}

export type OnShorten = "RequireApproval" | "Deny" | "StepDown" | "Allow";
export type Approver = "Platform" | "Owner";

export interface GuardRules {
  readonly onShorten: OnShorten;
  readonly approver: Approver;
  /** Given with StepDown, and only then. */
  readonly stepDown?: { readonly byMs: number; readonly everyMs: number } | undefined;
  readonly blockIfUnread: boolean;
}

/** From the loosest to the strictest. */
const STRICTNESS: readonly OnShorten[] = ["Allow", "StepDown", "RequireApproval", "Deny"];

/** A guard that nobody declares asks the platform. */
export function guardRules(declared: DeclaredGuard = {}): GuardRules {
  const { onShorten = "RequireApproval", approver = "Platform", stepDown, blockIfUnread = false } = declared;
  if (onShorten !== "StepDown") return { onShorten, approver, blockIfUnread };
  // The schema lets no StepDown without steps pass; an object stored before that rule is held to the default.
  if (stepDown === undefined) return { onShorten: "RequireApproval", approver, blockIfUnread };
  const steps = { byMs: parseDuration(stepDown.by), everyMs: parseDuration(stepDown.every) };
  return { onShorten, approver, stepDown: steps, blockIfUnread };
}

/** Negative where `a` is the looser of the two in what it does with a change. */
export function compareStrictness(a: GuardRules, b: GuardRules): number {
  return STRICTNESS.indexOf(a.onShorten) - STRICTNESS.indexOf(b.onShorten);
}

/** In every respect the stricter of two guards: what either holds back is held back. */
export function stricterGuard(a: GuardRules, b: GuardRules): GuardRules {
  const { onShorten } = compareStrictness(a, b) < 0 ? b : a;
  const approver = a.approver === "Owner" && b.approver === "Owner" ? "Owner" : "Platform";
  const blockIfUnread = a.blockIfUnread || b.blockIfUnread;
  if (onShorten !== "StepDown") return { onShorten, approver, blockIfUnread };
  const steps = [a.stepDown, b.stepDown].filter((step) => step !== undefined);
  const byMs = Math.min(...steps.map((step) => step.byMs));
  const everyMs = Math.max(...steps.map((step) => step.everyMs));
  return { onShorten, approver, stepDown: { byMs, everyMs }, blockIfUnread };
}
