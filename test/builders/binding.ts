// Facts of a binding, with everything filled in that a test does not care about.

import type { ConsumerGroupSpec } from "../../src/api/consumer-group.ts";
import type { BindingFacts } from "../../src/domain/binding-facts.ts";
import { clientSettings } from "../../src/domain/client-settings.ts";

export function bindingFacts(given: Partial<BindingFacts> & { readonly spec?: ConsumerGroupSpec } = {}): BindingFacts {
  const { spec = {}, ...facts } = given;
  return {
    owner: "billing/invoices",
    connection: { bootstrapServers: ["kafka-0:9092", "kafka-1:9092"], securityProtocol: "PLAINTEXT" },
    groupId: "invoices",
    clientId: "billing.invoices",
    topics: ["billing.usage.events"],
    settings: clientSettings(spec),
    compression: "snappy",
    ...facts,
  };
}
