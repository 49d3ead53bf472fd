// What can come of a request to Kafka, in words of our own. Pure data: no client library, no wire code beside the number.

/**
 * The situations that callers tell apart.
 * - `missing`: no such topic, partition, group or id (as seen by the answering broker; see the grace rule in DESIGN).
 * - `exists`: already there.
 * - `denied`: a right is missing (cluster, topic, group or configuration policy of the authorizer).
 * - `invalid`: the broker refuses the value; its message says why.
 * - `unsupported`: this broker cannot do it.
 * - `active`: a group has members, so its offsets or itself may not be changed.
 * - `busy`: moved leader, moved controller or coordinator, throttling quota: worth another try.
 * - `authentication`: the connection was refused because of who we are.
 * - `tls`: the connection failed in its TLS handshake or needs one.
 * - `unreachable`: no broker answered.
 * - `other`: the broker failed in another way; its code and message are kept.
 */
export type FailureKind =
  | "missing"
  | "exists"
  | "denied"
  | "invalid"
  | "unsupported"
  | "active"
  | "busy"
  | "authentication"
  | "tls"
  | "unreachable"
  | "other";

export interface KafkaFailure {
  readonly kind: FailureKind;
  /** Kafka's protocol error code; absent when no broker answered. */
  readonly code?: number | undefined;
  /** Kafka's name of the code (`UNKNOWN_TOPIC_OR_PARTITION`), or the operating system's (`ECONNREFUSED`). */
  readonly name: string;
  /** The broker's own message, free of connection ids, addresses of clients and secrets; else a sentence of ours. */
  readonly message: string;
  /** The broker asked to wait this long, milliseconds (KIP-599). */
  readonly throttleMs?: number | undefined;
}

/**
 * One item's answer. The port never throws for what a broker says.
 * - `ok`: the broker answered with a value.
 * - `failed`: the broker answered no, or nothing could be connected to (`unreachable`, `authentication`, `tls`). For a
 *   read also: no answer came in time (`unreachable`), or none but a passing refusal (`busy`).
 * - `notSent`: certainly without effect, and nothing to hold against the broker (aborted, not permitted now, past its
 *   deadline while queued, or a read that our own `close` cut off).
 * - `unknown`: only for a write that was written: no answer came, or one that does not tell whether it was done
 *   (`REQUEST_TIMED_OUT`). It may have happened, observe again. `handedOver`: another controller does it in its own time,
 *   and was told so `now` or `before`; that it has not done it yet is no outage.
 */
export type Answer<T> =
  | { readonly status: "ok"; readonly value: T }
  | { readonly status: "failed"; readonly failure: KafkaFailure }
  | { readonly status: "notSent"; readonly reason: string }
  | { readonly status: "unknown"; readonly reason: string; readonly handedOver?: "now" | "before" | undefined };

const FINAL_KINDS: ReadonlySet<FailureKind> = new Set(["denied", "invalid", "unsupported", "other"]);

/** Whether the same request would come to the same end, until somebody changes something. */
export function isFinal({ kind }: KafkaFailure): boolean {
  return FINAL_KINDS.has(kind);
}

export function ok<T>(value: T): Answer<T> {
  return { status: "ok", value };
}

export function failedWith(failure: KafkaFailure): Answer<never> {
  return { status: "failed", failure };
}

/** All values together; where one is missing, the first answer that is none. */
export function allOf<T>(answers: readonly Answer<T>[]): Answer<readonly T[]> {
  const values: T[] = [];
  for (const answer of answers) {
    if (answer.status !== "ok") return answer;
    values.push(answer.value);
  }
  return ok(values);
}
