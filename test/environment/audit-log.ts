// The API server's audit log: who asked what, and with what result. Written by the server, only read here.

import { readFile } from "node:fs/promises";

/**
 * ServiceAccounts only, one line a request, without bodies: the admin's own requests (the tests') are noise.
 * A watch is told when it starts, everything else when it is answered.
 */
export const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata", userGroups: ["system:serviceaccounts"] }, { level: "None" }],
};

export interface AuditedRequest {
  readonly user: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, … */
  readonly verb: string;
  readonly uri: string;
  readonly userAgent: string;
  readonly resource: string | undefined;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** HTTP status of the answer. */
  readonly code: number;
  readonly receivedAt: Date;
}

const READS: ReadonlySet<string> = new Set(["get", "list", "watch"]);

/** Whether the request may have changed something. */
export function isWrite({ verb }: Pick<AuditedRequest, "verb">): boolean {
  return !READS.has(verb);
}

interface AuditEvent {
  readonly auditID: string;
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
}

/** Every request so far, in the order of the log; a watch counts once. */
export async function readAuditLog(file: string): Promise<AuditedRequest[]> {
  const text = await readFile(file, "utf8");
  // The last line may be half written.
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const events = new Map<string, AuditEvent>();
  for (const line of lines) {
    if (line === "") continue;
    const event = JSON.parse(line) as AuditEvent;
    if (!events.has(event.auditID)) events.set(event.auditID, event);
  }
  return [...events.values()].map(requestOf);
}

function requestOf(event: AuditEvent): AuditedRequest {
  return {
    user: event.user.username,
    verb: event.verb,
    uri: event.requestURI,
    userAgent: event.userAgent ?? "",
    resource: event.objectRef?.resource,
    subresource: event.objectRef?.subresource,
    namespace: event.objectRef?.namespace,
    name: event.objectRef?.name,
    code: event.responseStatus?.code ?? 0,
    receivedAt: new Date(event.requestReceivedTimestamp),
  };
}
