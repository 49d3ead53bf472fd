// The search for secrets in everything that the operators of a test file have told: logs and metrics as they were told, and
// the objects, events and Secrets that the API server holds at the end. It runs after every test file.

import { Writable } from "node:stream";

import { LABEL } from "../../src/api/group.ts";
import type { ControlPlane } from "./control-plane.ts";
import { knownSecrets, type KnownSecrets } from "./known-secrets.ts";

const GROUP = "/apis/eventbus.dev/v1alpha1";
const TOLD_BY_API: readonly string[] = [
  ...["eventbuses", "eventtopics", "consumergroups", "retentionpolicies"].map((plural) => `${GROUP}/${plural}`),
  "/apis/events.k8s.io/v1/events",
];
const WRITTEN_SECRETS = `/api/v1/secrets?labelSelector=${encodeURIComponent(`${LABEL.managedBy}=event-bus-operator`)}`;
/** Searched and let go of as soon as so much has been told, characters. */
const CHUNK = 4_000_000;

/** What operators tell by themselves. */
export class Transcript {
  readonly #known: KnownSecrets;
  readonly #findings = new Set<string>();
  #text: string[] = [];
  #length = 0;

  constructor(known: KnownSecrets = knownSecrets) {
    this.#known = known;
  }

  tell(where: string, text: string): void {
    this.#text.push(`${where}: ${text}`);
    this.#length += text.length;
    if (this.#length > CHUNK) this.#search();
  }

  /** A place to which a logger writes. */
  stream(where: string): Writable {
    return new Writable({
      decodeStrings: false,
      write: (chunk: unknown, _encoding, done) => {
        this.tell(where, String(chunk));
        done();
      },
    });
  }

  /** What was found so far, as sentences; what was told is forgotten. */
  take(): string[] {
    this.#search();
    const found = [...this.#findings];
    this.#findings.clear();
    return found;
  }

  #search(): void {
    // Only where one is found it matters where.
    if (this.#known.foundIn(this.#text.join("\n")).length > 0) {
      for (const line of this.#text) {
        for (const label of this.#known.foundIn(line)) this.#findings.add(sentence(label, line.split(": ")[0] ?? ""));
      }
    }
    this.#text = [];
    this.#length = 0;
  }
}

/** Of this process. */
export const transcript = new Transcript();

/** Where the API server shows a secret that only the operator could have put there. */
export async function secretsShown(controlPlane: ControlPlane, known: KnownSecrets = knownSecrets): Promise<string[]> {
  const told = await Promise.all(
    TOLD_BY_API.map(async (path) => ({ where: path, text: JSON.stringify(await listed(controlPlane, path)) })),
  );
  const secrets = (await listed(controlPlane, WRITTEN_SECRETS)) as readonly { readonly data?: object }[];
  const values = secrets.flatMap(({ data = {} }) => Object.values(data) as string[]);
  const decoded = values.map((value) => Buffer.from(value, "base64").toString());
  told.push({ where: "Secrets that the operator wrote", text: decoded.join("\n") });
  return told.flatMap(({ text, where }) => known.foundIn(text).map((label) => sentence(label, where)));
}

async function listed(controlPlane: ControlPlane, path: string): Promise<readonly unknown[]> {
  // Without the CRDs nobody has told anything there.
  const answer = await controlPlane.request<{ readonly items: readonly unknown[] }>("GET", path).catch(() => undefined);
  return answer?.body.items ?? [];
}

function sentence(label: string, where: string): string {
  return `The ${label} is shown in ${where}`;
}
