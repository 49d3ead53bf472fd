// The shape of an alert with its runbook. Types only.

export interface Alert {
  /** CamelCase; names the runbook page too. */
  readonly name: string;
  /** PromQL; each series that it yields is an alert. */
  readonly expr: string;
  /** How long it must hold, as Prometheus writes it. */
  readonly for: string;
  readonly severity: "critical" | "warning" | "info";
  /** Whose it is to act: the platform's, or the team's that declared the object. */
  readonly audience: "platform" | "tenant";
  /** One line with the alert's labels. */
  readonly summary: string;
  /** What is the case, and why it matters; Markdown. */
  readonly meaning: string;
  /** How to find the cause: commands of a shell. */
  readonly diagnosis: readonly string[];
  /** What to do, step by step. */
  readonly remedy: readonly string[];
}
