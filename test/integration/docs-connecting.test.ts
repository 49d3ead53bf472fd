import { readFileSync } from "node:fs";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";

import type { EventBus, EventBusSpec } from "../../src/api/event-bus.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { SecretsUnderTest } from "../environment/secrets-under-test.ts";
import { OPERATOR, PASSWORD, startSecureKafka, type SecureKafka } from "../environment/secure-kafka.ts";
import { TokenEndpoint } from "../environment/token-endpoint.ts";
import { ready } from "../environment/topic-expectations.ts";

type Kafka = NonNullable<EventBusSpec["kafka"]>;

interface PageSecret {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly stringData: Readonly<Record<string, string>>;
}

const page = readFileSync(new URL("../../docs/connecting.md", import.meta.url), "utf8");
const documents = Array.from(page.matchAll(/```yaml\n(.*?)```/gs), ([, block = ""]) => block)
  .flatMap((block) => parseAllDocuments(block))
  .map((document) => document.toJS() as { readonly kind: string });
const pageSecrets = documents.filter(({ kind }) => kind === "Secret") as PageSecret[];
const pageBuses = documents.filter(({ kind }) => kind === "EventBus") as EventBus[];

describe("docs/connecting.md", function () {
  this.timeout(60_000);
  let kafka: SecureKafka;
  let login: TokenEndpoint;
  let operator: OperatorUnderTest;
  let secrets: SecretsUnderTest;

  before(async () => {
    kafka = await startSecureKafka();
    const { authority, client } = kafka;
    login = await TokenEndpoint.start({ authority, clientId: OPERATOR, clientSecret: PASSWORD, subject: OPERATOR });
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers: kafka.serversOf("PLAINTEXT"), probe: kafka.probe },
      createsBus: false,
    });
    secrets = new SecretsUnderTest(operator);
    const values: Readonly<Record<string, string>> = {
      "ca.crt": authority.certPem,
      "tls.crt": client.certPem,
      "tls.key": client.keyPem,
      username: OPERATOR,
      password: PASSWORD,
      "client-id": OPERATOR,
      "client-secret": PASSWORD,
    };
    for (const { metadata, stringData } of pageSecrets) {
      expect(metadata.namespace).to.equal("event-bus-system");
      const content = Object.keys(stringData).map((key) => [key, values[key] ?? ""]);
      await secrets.create(metadata.name, Object.fromEntries(content) as Record<string, string>);
    }
  });
  after(async () => {
    await operator.stop();
    await login.stop();
    await kafka.stop();
  });

  /** The same connection, to the broker and with the Secrets of this test. */
  function here({ security }: Kafka): Kafka {
    const protocol = security?.protocol ?? "PLAINTEXT";
    const listener = security?.tls?.certificateSecretRef === undefined ? protocol : "MTLS";
    const own: unknown = JSON.parse(JSON.stringify(security), (field, value: unknown) => {
      if (field === "name") return secrets.nameOf(String(value));
      return field === "tokenEndpoint" ? login.url : value;
    });
    return { bootstrapServers: kafka.serversOf(listener), security: own as NonNullable<Kafka["security"]> };
  }

  it("shows every protocol and mechanism but SCRAM-SHA-256", () => {
    const shown = pageBuses.map(({ spec }) => {
      const { protocol, sasl, tls } = spec.kafka?.security ?? {};
      return `${protocol} ${sasl?.mechanism ?? (tls?.certificateSecretRef === undefined ? "" : "mutual")}`.trim();
    });
    expect(shown).to.deep.equal([
      "SSL",
      "SSL mutual",
      "SASL_SSL SCRAM-SHA-512",
      "SASL_SSL PLAIN",
      "SASL_SSL OAUTHBEARER",
      "SASL_PLAINTEXT PLAIN",
    ]);
  });

  for (const { metadata, spec } of pageBuses) {
    it(`shows a bus "${metadata.name}" that connects`, async () => {
      const name = `${operator.id}-${metadata.name}`;
      await operator.createBus({ kafka: here(spec.kafka as Kafka) }, name);
      await eventually(() => operator.bus(name), ready("True", "Connected"));
    });
  }
});
