// Traces as an operator process sends them: to a receiver of OTLP, by the standard environment; and nothing without it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

/** The part of OTLP's JSON that is looked at. */
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[];
    }[];
  }[];
}

function valueOf(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find(({ key }) => key === name)?.value.stringValue;
}

describe("Traces of an operator process", () => {
  let operator: OperatorUnderTest;
  let receiver: Server;
  const exports: Export[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    exports.push((await json(request)) as Export);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  };
  before(async () => {
    // Only for its objects: it is the process that reconciles them.
    operator = await startOperatorUnderTest();
    await operator.stop();
    receiver = createServer((request, response) => void receive(request, response));
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
  });
  after(() => {
    receiver.closeAllConnections();
    receiver.close();
  });

  async function reconcileOne(topic: string, traces: Readonly<Record<string, string>>): Promise<void> {
    const controlPlane = await environment().controlPlane();
    const { PATH } = process.env;
    const env = {
      PATH,
      KUBECONFIG: await controlPlane.kubeconfigForServiceAccount("event-bus-system", "event-bus-operator"),
      EVENTBUS_BUS_SELECTOR: `test=${operator.id}`,
      EVENTBUS_WATCH_NAMESPACES: operator.id,
      EVENTBUS_METRICS_ADDRESS: "0",
      ...traces,
    };
    const child = spawn(process.execPath, [MAIN], { env, stdio: "ignore" });
    const ended = once(child, "exit");
    await operator.createTopic(topic);
    await eventually(() => operator.topic(topic), ready("True", "Created"));
    child.kill("SIGTERM");
    expect(await ended).to.deep.equal([0, null]);
  }

  const address = (): string => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

  it("tell each run and each request to Kafka", async () => {
    await reconcileOne("traced", { OTEL_EXPORTER_OTLP_ENDPOINT: address(), OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
    const resources = exports.flatMap(({ resourceSpans }) => resourceSpans);
    const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    expect(valueOf(resources[0]?.resource.attributes ?? [], "service.name")).to.equal("event-bus-operator");
    const run = spans.find(({ attributes }) => valueOf(attributes, "eventbus.object") === `${operator.id}/traced`);
    expect(run?.name).to.equal("reconcile event-topic");
    expect(valueOf(run?.attributes ?? [], "eventbus.outcome")).to.equal("settled");
    expect(spans.map(({ name }) => name)).to.include("kafka CreateTopics");
  });

  it("are not sent unless somebody asks", async () => {
    exports.length = 0;
    const off = { OTEL_EXPORTER_OTLP_ENDPOINT: address(), OTEL_SDK_DISABLED: "true" };
    await reconcileOne("silent", off);
    expect(exports).to.deep.equal([]);
  });
});
