// How an EventBus names its topics: the template, its prefix, and which names stand outside of it.

import { z } from "zod";

import { formatted, MAX_TOPIC_NAME } from "./fields.ts";
import { rule } from "./rule.ts";

const template = formatted(
  MAX_TOPIC_NAME,
  /^([a-zA-Z0-9._-]|[{](prefix|domain|entity|action)[}])+$/,
  "Write a template of {prefix}, {domain}, {entity}, {action} and the characters of topic names, such as " +
    "{domain}.{entity}.{action}",
).check(
  rule({
    cel: "self.contains('{domain}') || self.contains('{entity}') || self.contains('{action}')",
    message: "Use at least one of {domain}, {entity}, {action}: without them every topic would have the same name",
    holds: (self) => ["{domain}", "{entity}", "{action}"].some((part) => self.includes(part)),
  }),
);

/** `EventBus.spec.naming`; immutable once set. */
export const naming = z
  .object({
    template: template
      .optional()
      .describe(
        "Template of topic names over {prefix}, {domain}, {entity} and {action}. Default: {domain}.{entity}.{action}.",
      ),
    prefix: formatted(200, /^[a-zA-Z0-9._-]+$/, 'Use letters, digits, ".", "_" and "-"')
      .optional()
      .describe("Text that {prefix} in the template stands for; needed exactly when the template uses it."),
  })
  .check(
    rule({
      cel: "has(self.prefix) == (has(self.template) && self.template.contains('{prefix}'))",
      message:
        "Give prefix together with a template that uses {prefix}, such as {prefix}.{domain}.{entity}, and only then",
      fieldPath: ".prefix",
      holds: (self) => (self.prefix !== undefined) === (self.template?.includes("{prefix}") ?? false),
    }),
  );
