// What the adapter tells about its traffic, for metrics and for tests that count. Watches only, never changes anything.

/** One request on the wire. */
export interface RequestEvent {
  /** Kafka's name of the API (`CreateTopics`). */
  readonly api: string;
  /** Host and port of the broker. */
  readonly broker: string;
  /** How many topics, resources or groups it carries; 0 where it names none. */
  readonly items: number;
  readonly durationMs: number;
  /** `answered` also where the answer refuses items; `lost`: written, but the connection ended or timed out before. */
  readonly outcome: "answered" | "lost" | "notWritten";
}

/** One attempt to connect, told once it has succeeded (`opened`) or failed, and the end of what was open. */
export interface ConnectionEvent {
  readonly broker: string;
  readonly outcome: "opened" | "failed" | "closed";
  readonly durationMs: number;
}

/** Callbacks must not throw. */
export interface Observer {
  onRequest?(event: RequestEvent): void;
  onConnection?(event: ConnectionEvent): void;
}
