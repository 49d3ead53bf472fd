// How a plan is shown: to people, and to programs. Words only.

import { counted, paintFor, type Paint, type Terminal } from "../terminal.ts";
import type { PlanFormat } from "./formats.ts";
import { isQuiet, type PlannedAction, type PlannedObject } from "./planned.ts";

/** Version of the JSON: fields may be added to it, none changed or removed. */
const JSON_FORMAT = "eventbus.dev/plan/v1";

export interface Plan {
  readonly objects: readonly PlannedObject[];
  /** What the plan does not know. */
  readonly notes: readonly string[];
}

export function renderPlan(plan: Plan, format: PlanFormat, terminal: Terminal): void {
  if (format === "json") {
    const summary = summaryOf(plan.objects);
    terminal.out.write(`${JSON.stringify({ format: JSON_FORMAT, summary, ...plan }, null, 2)}\n`);
    return;
  }
  const paint = paintFor(terminal.out, terminal.environment);
  const parts = plan.objects.filter((object) => !isQuiet(object) || object.notes.length > 0);
  for (const object of parts) terminal.out.write(`${describeObject(object, paint).join("\n")}\n`);
  for (const note of plan.notes) terminal.out.write(`${paint("dim", `Note: ${note}`)}\n`);
  terminal.out.write(`${paint("bold", describeSummary(plan.objects))}\n`);
}

interface Summary {
  readonly objects: number;
  readonly actions: number;
  readonly held: number;
  readonly refused: number;
  readonly waiting: number;
  readonly unknown: number;
}

function summaryOf(objects: readonly PlannedObject[]): Summary {
  return {
    objects: objects.length,
    actions: sum(objects, ({ actions }) => actions.length),
    held: sum(objects, ({ held }) => held.length),
    refused: objects.filter(({ refusals }) => refusals.length > 0).length,
    waiting: objects.filter(({ waiting }) => waiting.length > 0).length,
    unknown: objects.filter(({ unknown }) => unknown !== undefined).length,
  };
}

function sum(objects: readonly PlannedObject[], count: (object: PlannedObject) => number): number {
  return objects.reduce((total, object) => total + count(object), 0);
}

function describeSummary(objects: readonly PlannedObject[]): string {
  const { actions, held, refused, unknown, waiting } = summaryOf(objects);
  const parts = [
    actions === 0 ? "nothing to do" : `${counted(actions, "change")} to make`,
    held === 0 ? [] : [`${held} held back`],
    refused === 0 ? [] : [`${counted(refused, "object")} refused`],
    waiting === 0 ? [] : [`${counted(waiting, "object")} waiting`],
    unknown === 0 ? [] : [`${counted(unknown, "object")} not known`],
  ].flat();
  return `Plan for ${counted(objects.length, "object")}: ${parts.join(", ")}`;
}

function describeObject(object: PlannedObject, paint: Paint): string[] {
  const { actions, held, kafkaName, notes, refusals, unknown, waiting } = object;
  const title = [object.kind, object.namespace, object.name].filter((part) => part !== undefined).join("/");
  const place = [kafkaName === undefined ? "" : `"${kafkaName}"`, object.bus === undefined ? "" : `on ${object.bus}`];
  const where = place.filter((part) => part !== "").join(" ");
  const cause = object.isDeclared ? "" : " (by an edit of its bus or policy)";
  return [
    `${paint("bold", title)}${where === "" ? "" : `: ${where}`}${cause}`,
    ...actions.flatMap((action) => describeAction(action, paint)),
    ...held.map(({ id, message }) => paint("yellow", `  ! Held back${id === undefined ? "" : ` (${id})`}: ${message}`)),
    ...refusals.map(({ message, reason }) => paint("red", `  x ${reason}: ${message}`)),
    ...waiting.map(({ message, reason }) => paint("yellow", `  … ${reason}: ${message}`)),
    ...(unknown === undefined ? [] : [paint("red", `  ? ${unknown}`)]),
    ...notes.map((note) => paint("dim", `  - ${note}`)),
  ];
}

function describeAction({ description, loss, type, configs }: PlannedAction, paint: Paint): string[] {
  const isNew = type === "createTopic";
  const sign = isNew ? paint("green", "+") : type.startsWith("delete") ? paint("red", "-") : paint("yellow", "~");
  const settings = isNew && typeof configs === "object" && configs !== null ? Object.entries(configs) : [];
  return [
    `  ${sign} ${description}`,
    ...settings.map(([key, value]) => `      ${key} = ${String(value)}`),
    ...(loss === undefined ? [] : [paint("red", `      ${loss}`)]),
  ];
}
