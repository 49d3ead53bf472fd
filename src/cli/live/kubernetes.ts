// The Kubernetes cluster that a command looks at, if there is one: the current kubeconfig's. It is only read.

import type { EventBus } from "../../api/event-bus.ts";
import { FIELD_MANAGER } from "../../api/group.ts";
import { declaredOrigin } from "../../controllers/event-bus/declared-origin.ts";
import { strimziGate, strimziOrigin } from "../../controllers/event-bus/strimzi-origin.ts";
import { FollowedSecrets } from "../../controllers/secrets/followed-secrets.ts";
import { SECRET, type Secret } from "../../controllers/secrets/secret.ts";
import { NO_KAFKA_TOPICS, type KafkaTopicClaims } from "../../controllers/strimzi/kafka-topic-claims.ts";
import { StrimziTopics } from "../../controllers/strimzi/strimzi-topics.ts";
import { findKubeconfig, type KubeconfigSource } from "../../kubernetes/client/kubeconfig.ts";
import { KubernetesClient } from "../../kubernetes/client/kubernetes-client.ts";
import type { ApiCall } from "../../kubernetes/resources.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { createMetrics } from "../../telemetry/prometheus-metrics.ts";
import type { ConnectOptions } from "../connection/connect-buses.ts";
import type { ObjectLists } from "../preview/objects.ts";
import type { Terminal } from "../terminal.ts";
import { loadObjects, type LoadedObjects } from "./load-objects.ts";
import { loadStrimzi } from "./strimzi-objects.ts";

/** What a command finds in the cluster around its files. */
export interface Surroundings extends Pick<ConnectOptions, "origins" | "readSecret"> {
  readonly kafkaTopics: KafkaTopicClaims;
}

/** Reads the cluster; `close` ends its connections. */
export interface LiveCluster {
  load(files: ObjectLists, call: ApiCall): Promise<LoadedObjects>;
  /** Of buses: those of the files, and of the cluster. */
  around(buses: readonly EventBus[], call: ApiCall): Promise<Surroundings>;
  close(): Promise<void>;
}

/** As the operator's own, where nobody has set it otherwise. */
const SECRET_NAMESPACE = "event-bus-system";

/** Undefined where there is no kubeconfig. */
export function liveCluster({ environment, homeDirectory }: Terminal, version: string): LiveCluster | undefined {
  const source = kubeconfigOf(environment, homeDirectory);
  if (source === undefined) return undefined;
  const log = createLogger({ level: "error", format: "text" });
  const metrics = createMetrics({ withProcessMetrics: false });
  const client = new KubernetesClient({
    source,
    userAgent: `eventbus/${version}`,
    fieldManager: FIELD_MANAGER,
    clock,
    log,
    metrics,
  });
  const secretNamespace = environment["EVENTBUS_SECRET_NAMESPACE"] ?? SECRET_NAMESPACE;
  return {
    load: (files, call) => loadObjects((type) => client.resources(type), files, call),
    around: async (buses, call) => {
      const strimzi = await loadStrimzi((type) => client.resources(type), buses, call);
      const secrets = new FollowedSecrets({
        resources: client.resources<Secret>(SECRET),
        namespaces: new Set([secretNamespace, ...strimzi.keys()]),
        clock,
        log,
        metrics: metrics.reflector("secrets"),
        onListenerError: (error) => log.error("A listener of a store threw; this is a bug", { error }),
      });
      return {
        kafkaTopics: new StrimziTopics(strimzi),
        origins: [strimziGate(strimzi), declaredOrigin(secretNamespace), strimziOrigin(strimzi)],
        readSecret: (key, how) => secrets.read(key, how),
      };
    },
    close: () => client.close(),
  };
}

/** Where nobody has a cluster: nothing is beside the files. */
export const NO_SURROUNDINGS: Surroundings = {
  kafkaTopics: NO_KAFKA_TOPICS,
  origins: [declaredOrigin(SECRET_NAMESPACE)],
  readSecret: () =>
    Promise.resolve({
      kind: "denied",
      why: "Secrets are not read without a Kubernetes cluster; give the settings with --command-config",
    }),
};

function kubeconfigOf(environment: Terminal["environment"], homeDirectory: string): KubeconfigSource | undefined {
  try {
    return findKubeconfig(environment, homeDirectory);
  } catch {
    return undefined;
  }
}
