// Which principals can be KafkaUsers. Pure.

import { principalOf } from "./access-rights.ts";

const PREFIX = principalOf("");
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LONGEST = 253;

/** Of a principal as ACLs spell it. */
export function userNameOf(principal: string): string {
  return principal.startsWith(PREFIX) ? principal.slice(PREFIX.length) : principal;
}

/**
 * Why no KafkaUser of this name may be made for Kafka object `cluster`; undefined where one may. The User Operator writes a
 * Secret of the user's name, and Strimzi's own Secrets begin with the cluster's.
 */
export function userNameProblem(name: string, cluster: string): string | undefined {
  if (name.length > LONGEST || !OBJECT_NAME.test(name)) {
    return (
      `"${name}" cannot be the name of a KafkaUser, which is lower case letters, digits, "-" and "."; name a user of ` +
      "that form"
    );
  }
  if (name !== cluster && !name.startsWith(`${cluster}-`)) return undefined;
  return `"${name}" begins with the name of Kafka "${cluster}", whose own Secrets are named so; name another user`;
}
