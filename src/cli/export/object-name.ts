// Names of Kubernetes objects for what has a name in Kafka: the same each time, and different for different ones. Pure.

import { createHash } from "node:crypto";

/** Kubernetes allows 253; what a digest adds must fit. */
const LONGEST = 240;
const DIGEST_LENGTH = 8;

/** The name itself where it is one, and nobody else has it; else what is left of it with a digest of the whole. */
export function objectNameOf(kafkaName: string, isTaken: (name: string) => boolean = () => false): string {
  const name = kafkaName
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, "-")
    .replaceAll(/[.-]*\.[.-]*/g, ".")
    .replaceAll(/^[.-]+|[.-]+$/g, "")
    .slice(0, LONGEST)
    .replaceAll(/[.-]+$/g, "");
  if (name === kafkaName && !isTaken(name)) return name;
  const digest = createHash("sha256").update(kafkaName).digest("hex").slice(0, DIGEST_LENGTH);
  return name === "" ? `x-${digest}` : `${name}-${digest}`;
}
