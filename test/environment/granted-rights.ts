// What rights in Kafka come to on a broker with an authorizer: which there are, and what a user may do with them in truth.

import { expect } from "chai";
import { Kafka, logLevel } from "kafkajs";

import { eventually } from "./eventually.ts";
import type { GuardedKafka } from "./guarded-kafka.ts";

export class GrantedRights {
  readonly #kafka: GuardedKafka;
  readonly #operatorsUser: string;
  readonly #prefix: string;

  /** `prefix`: of names of topics and groups, with its dot; left out of what is told. */
  constructor(kafka: GuardedKafka, operatorsUser: string, prefix: string) {
    this.#kafka = kafka;
    this.#operatorsUser = operatorsUser;
    this.#prefix = prefix;
  }

  /** Of all but the operator's user, as `principal OPERATION TYPE:name`. */
  async all(): Promise<string[]> {
    return (await this.#kafka.permissions())
      .filter((permission) => !permission.startsWith(`User:${this.#operatorsUser} `))
      .map((permission) => permission.replaceAll(this.#prefix, ""));
  }

  async become(wanted: readonly string[]): Promise<void> {
    await eventually(
      () => this.all(),
      (is) => expect(is).to.deep.equal(wanted.toSorted()),
    );
  }

  asUser(user: string): Kafka {
    return new Kafka({
      brokers: [...this.#kafka.saslServers],
      clientId: user,
      logLevel: logLevel.NOTHING,
      sasl: { mechanism: "plain", username: user, password: this.#kafka.password },
      retry: { retries: 1, initialRetryTime: 50 },
    });
  }

  /** Whether the user may write a record. */
  async mayWrite(user: string, topic: string): Promise<boolean> {
    const producer = this.asUser(user).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    try {
      await producer.send({ topic, messages: [{ value: "v" }] });
      return true;
    } catch (error) {
      expect(String(error)).to.match(/authoriz/i);
      return false;
    } finally {
      await producer.disconnect();
    }
  }
}
