// Commands of the pages for those who operate: of operations.md, gitops.md, the runbooks and the pages of reasons, on a
// real API server with an operator. What needs a pod, Kafka's own tools or the removal of all kinds is left out.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { runShell, shellBlocks } from "../environment/documented-commands.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const DOCS = join(import.meta.dirname, "../../docs");
/** They would need a Deployment, metrics of pods, or would remove all kinds. */
const NOT_HERE = /event-bus-system|kubectl top|kubectl delete -f|kafka-|--raw/;

describe("Commands for operators", () => {
  let operator: OperatorUnderTest;
  before(async () => {
    operator = await startOperatorUnderTest();
    await operator.createTopic("refused", { topicName: "not.permitted" });
    await operator.createTopic("made");
    await operator.createGroup("reader", { topics: [{ topicName: operator.topicName("made") }] });
    await eventually(() => operator.topic("refused"), ready("False", "InvalidName"));
    await eventually(() => operator.topic("made"), ready("True", "Created"));
    await eventually(() => operator.group("reader"), ready("True", "Observed"));
  });
  after(() => operator.stop());

  const run = (command: string): Promise<string> => runShell(command, operator.controlPlane.adminKubeconfig);
  /** Placeholders become objects of this test. */
  const here = (command: string, name: string): string =>
    command
      .replaceAll("<namespace>", operator.id)
      .replaceAll("<bus>", operator.id)
      .replaceAll("eventbus <name>", `eventbus ${operator.id}`)
      .replaceAll("eventtopic <name>", `-n ${operator.id} eventtopic ${name}`)
      .replaceAll("<name>", "reader")
      .replaceAll("<reason>", "InvalidName");

  it("of the pages of reasons list the objects that say so, with their messages", async function () {
    this.timeout(60_000);
    const blocks = ["InvalidName", "Connected", "Observed"].flatMap((reason) =>
      shellBlocks(`runbooks/reasons/${reason}.md`),
    );
    const told = (await Promise.all(blocks.map(run))).join("\n");
    expect(told)
      .to.include(`${operator.id}/refused: `)
      .and.include(`${operator.id}: `)
      .and.include(`${operator.id}/reader: `);
  });

  it("of every page of a reason are understood by kubectl", async function () {
    this.timeout(120_000);
    const pages = readdirSync(join(DOCS, "runbooks/reasons"));
    const blocks = pages.flatMap((page) => shellBlocks(`runbooks/reasons/${page}`));
    expect(blocks.length).to.be.at.least(pages.length);
    // Of one shape each, so one shell tries them all.
    await run(blocks.join("\n"));
  });

  it("of the runbooks are understood by kubectl", async function () {
    this.timeout(60_000);
    const pages = readdirSync(join(DOCS, "runbooks")).filter((name) => name.endsWith(".md"));
    const commands = pages.flatMap((page) => shellBlocks(`runbooks/${page}`).flatMap((block) => block.split("\n")));
    const tried = [...new Set(commands)].filter((command) => command.startsWith("kubectl") && !NOT_HERE.test(command));
    expect(tried.length).to.be.greaterThan(5);
    for (const command of tried) await run(here(command, "made"));
  });

  it("of the page on operations do what it says", async function () {
    this.timeout(60_000);
    const page = readFileSync(join(DOCS, "operations.md"), "utf8");
    const commands = Array.from(page.matchAll(/`(kubectl [^`]+)`/g), ([, command = ""]) => command);
    const tried = commands.filter((command) => !NOT_HERE.test(command) && !command.includes(" -f crds"));
    expect(tried.length).to.be.greaterThan(2);
    for (const command of tried) await run(here(command, "made"));
    const bus = await eventually(() => operator.bus(), ready("True", "Suspended"));
    expect(bus.spec.suspend).to.equal(true);
    const { metadata } = await operator.topic("made");
    expect(metadata.annotations).to.have.property("eventbus.dev/requestedAt");
  });

  it("of the page on GitOps tell Argo CD of every kind", async () => {
    const controlPlane = operator.controlPlane;
    await controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name: "argocd" } });
    const configMaps = "/api/v1/namespaces/argocd/configmaps";
    await controlPlane.request("POST", configMaps, { metadata: { name: "argocd-cm" }, data: { "kept.as": "it is" } });
    for (const block of shellBlocks("gitops.md")) await run(block);
    const { body } = await controlPlane.request<{ readonly data: object }>("GET", `${configMaps}/argocd-cm`);
    expect(Object.keys(body.data)).to.have.length(5).and.to.include("kept.as");
  });
});
